// Which certificates a home has issued for one key.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "yuxin/base/result.hpp"
#include "yuxin/store/store.hpp"
#include "yuxin/x509/key.hpp"

namespace yuxin::ca {

// other_use_of_key gives the newest certificate of the home for exactly this key that names another subject.
[[nodiscard]] base::Result<std::optional<store::CertificateRow>> other_use_of_key(store::Reader& reader,
                                                                                  const x509::PublicKey& key,
                                                                                  std::string_view subject);

// refuse_compromised_key fails with kRefused where the key stands in a certificate that was revoked because the key
// leaked (keyCompromise, cACompromise, aACompromise): whoever has it would have the new certificate too.
[[nodiscard]] base::Result<> refuse_compromised_key(store::Reader& reader, base::ByteView spki);

// LeakedUse is a certificate in force whose key leaked with another one, and since when that one is not to be
// believed.
struct LeakedUse {
  store::CertificateRow row;
  base::UnixTime since;
};

// in_force_with_key gives the certificates for exactly this key that are neither revoked nor over; with_leaked_key
// those of the whole home whose key stands in another one that was revoked because it leaked. Both without DER.
[[nodiscard]] base::Result<std::vector<store::CertificateRow>> in_force_with_key(store::Reader& reader,
                                                                                 base::ByteView spki,
                                                                                 base::UnixTime now);
[[nodiscard]] base::Result<std::vector<LeakedUse>> with_leaked_key(store::Reader& reader, base::UnixTime now);

// fill_key_tags gives rows from before the tag theirs. Cheap where there is nothing to do.
[[nodiscard]] base::Result<> fill_key_tags(store::Store& store);

}  // namespace yuxin::ca
