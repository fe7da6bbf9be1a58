// The public register of a set of shares: who holds one, and a commitment to each, from which nothing secret follows.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "yuxin/base/bytes.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/base/time.hpp"
#include "yuxin/keymgmt/share_plan.hpp"
#include "yuxin/keymgmt/slip39.hpp"
#include "yuxin/x509/digest.hpp"

namespace yuxin::keymgmt {

inline constexpr std::size_t kSetIdentifierSize = 16;  // octets, random

// RegisteredShare is one custodian's line.
struct RegisteredShare {
  std::string custodian;
  std::uint8_t member = 0;  // SLIP-0039 index; the same for all where one of the group is enough
  ShareSeal seal = ShareSeal::kPassphrase;
  std::optional<x509::Digest256> certificate;  // SHA-256 of it, with kCertificate
  x509::Digest256 commitment{};                // see share_text.hpp
};

struct RegisteredGroup {
  std::string name;
  std::uint8_t threshold = 1;
  std::vector<RegisteredShare> shares;
};

// Supersession says that another set took this one's place.
struct Supersession {
  x509::Digest256 by{};  // fingerprint of its register
  base::UnixTime at;
};

struct ShareRegister {
  base::Bytes set;  // identifier, 16 octets
  std::string title;
  base::UnixTime made;
  ShareSetHeader header;
  std::size_t secret_size = 0;  // octets
  std::vector<RegisteredGroup> groups;
  std::optional<x509::Digest256> replaces;  // fingerprint of the register whose set this one replaced
  std::optional<Supersession> superseded;
};

// print_register writes the one form of a register: JSON, indented by two, its members in a fixed order, a line end.
[[nodiscard]] std::string print_register(const ShareRegister& shares);
// parse_register takes exactly what print_register writes. kMalformed for anything else, be it only a blank, and for
// contents that no set can have.
[[nodiscard]] base::Result<ShareRegister> parse_register(std::string_view text);

// register_fingerprint is the SHA-256 of the register as it was made: of the file itself (sha256sum) until the set is
// superseded.
[[nodiscard]] x509::Digest256 register_fingerprint(const ShareRegister& shares);

}  // namespace yuxin::keymgmt
