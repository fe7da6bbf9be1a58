// What registration authority and authority say to each other: JSON with exactly these members.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "yuxin/base/json.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/evidence/act.hpp"
#include "yuxin/evidence/ledger.hpp"
#include "yuxin/ra/authority.hpp"

namespace yuxin::ra::wire {

// So many acts come at once, of a case or of several.
inline constexpr std::size_t kMostActs = 64;

// OrderMessage is {"acts" (DER), "effect", "request" (DER, where there is one), "step"}: all acts of the case, and
// the number of the one that orders this; 0: a deadline does.
struct OrderMessage {
  std::string effect;
  std::int64_t step = 0;
  std::vector<base::Bytes> acts;
  base::Bytes request;  // empty: none
};
[[nodiscard]] base::JsonObject print(const OrderMessage& message);
[[nodiscard]] base::Result<OrderMessage> read_order(const base::JsonObject& json);

// CheckMessage is {"about" (ca::approval_binding), "request"}.
struct CheckMessage {
  base::JsonObject about;
  base::Bytes request;
};
[[nodiscard]] base::JsonObject print(const CheckMessage& message);
[[nodiscard]] base::Result<CheckMessage> read_check(const base::JsonObject& json);

// What cases have come to is {"acts"}: acts that follow others, of any case.
[[nodiscard]] base::Result<std::vector<base::Bytes>> read_acts(const base::JsonObject& json);

// A revocation by the registration service is {"act"}; what news come after a record is {"after"}.
[[nodiscard]] base::Result<base::Bytes> read_act(const base::JsonObject& json);
[[nodiscard]] base::Result<std::int64_t> read_after(const base::JsonObject& json);

// ProofQuestion has exactly one of three: {"stamp"}, {"status": {"certificate", "issuer"}}, {"role": {"brought",
// "holder", "role"}} where "brought" is optional.
struct ProofQuestion {
  base::Bytes stamp;
  std::optional<x509::Certificate> certificate;
  std::optional<x509::Certificate> issuer;
  std::optional<x509::Certificate> holder;
  std::optional<evidence::RoleCode> role;
  std::optional<x509::AttributeCertificate> brought;
};
[[nodiscard]] base::Result<ProofQuestion> read_question(const base::JsonObject& json);

// check_members refuses (kMalformed) an object that lacks one of `needed`, or has one that is in neither list.
[[nodiscard]] base::Result<> check_members(const base::JsonObject& json,
                                           std::initializer_list<std::string_view> needed,
                                           std::initializer_list<std::string_view> optional = {});
// Octets travel as base64, hashes as hexadecimal digits.
[[nodiscard]] base::Result<base::Bytes> octets(const base::JsonObject& json, std::string_view name);
[[nodiscard]] base::Result<std::vector<base::Bytes>> octet_list(const base::JsonObject& json, std::string_view name);
template <typename List>
[[nodiscard]] base::JsonArray print_octets(const List& list) {
  base::JsonArray array;
  for (const auto& one : list) array.emplace_back(base::base64(base::ByteView(one)));
  return array;
}
[[nodiscard]] base::Result<std::vector<evidence::Hash>> hash_list(const base::JsonObject& json,
                                                                  std::string_view name);

}  // namespace yuxin::ra::wire
