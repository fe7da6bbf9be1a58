// The steps of an authority's life that several commands share.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "home.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/x509/certificate.hpp"

namespace yuxin::cli {

struct NewAuthority {
  std::string name;
  x509::KeyKind key;
  x509::Name subject;
  std::string token = {};  // URI of the token that is to hold the key; empty: the home
};
// key_name_of is the name under which the key of a new authority is kept. kUsage when `token` is no token's URI.
[[nodiscard]] base::Result<std::string> key_name_of(const NewAuthority& wanted);

// request_authority makes a key, writes the PKCS#10 request for its issuer to exchange/NAME.csr and to `out`, and
// then makes the authority, without certificate, with the ledger record of its key. Where an earlier attempt was
// interrupted it goes on with the key that is there. kConflict when the authority exists, kUsage for a name that is
// none.
[[nodiscard]] base::Result<> request_authority(Home& home, const NewAuthority& wanted,
                                               const std::optional<std::string>& out, const std::string& actor);

// make_root makes an authority whose certificate its own key signs. One that an earlier attempt began and that has no
// list yet is finished; any other that exists is kConflict. It needs its first list afterwards.
// `agree`, where it is given, is shown what is going to be signed (ca::RootRequest).
using AgreeToSign = std::function<base::Result<>(base::ByteView tbs)>;
[[nodiscard]] base::Result<x509::Certificate> make_root(Home& home, const NewAuthority& wanted,
                                                        const std::string& actor, const AgreeToSign& agree = {});

// check_new_authority makes the refusals of both without changing anything.
enum class AuthorityKind { kSubordinate, kRoot };
[[nodiscard]] base::Result<> check_new_authority(Home& home, const NewAuthority& wanted, AuthorityKind kind);

// renew_ocsp_signer makes a new key and certificate for the responder of an authority and puts them into service.
[[nodiscard]] base::Result<x509::Certificate> renew_ocsp_signer(Home& home, const std::string& authority,
                                                                const x509::KeyKind& key, const std::string& actor);

// renew_time_stamper does the same for the time-stamping authority (profile timestamp).
[[nodiscard]] base::Result<x509::Certificate> renew_time_stamper(Home& home, const std::string& authority,
                                                                 const x509::KeyKind& key, const std::string& actor);

// check_authority_name: lower-case letters, digits and hyphens, at most 32, and no name of the home's own keys;
// kUsage otherwise.
[[nodiscard]] base::Result<> check_authority_name(std::string_view name);

}  // namespace yuxin::cli
