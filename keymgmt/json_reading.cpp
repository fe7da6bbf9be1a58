#include "json_reading.hpp"

#include <algorithm>

namespace yuxin::keymgmt {

std::optional<x509::Digest256> digest_member(const base::JsonObject& object, std::string_view name) {
  const auto octets = base::from_hex(base::json_string(object, name));
  x509::Digest256 digest{};
  if (!octets || octets->size() != digest.size()) return std::nullopt;
  std::ranges::copy(*octets, digest.begin());
  return digest;
}

std::optional<std::int64_t> small_member(const base::JsonObject& object, std::string_view name, std::int64_t least,
                                         std::int64_t most) {
  const auto number = base::json_int(object, name, least - 1);
  if (number < least || number > most) return std::nullopt;
  return number;
}

}  // namespace yuxin::keymgmt
