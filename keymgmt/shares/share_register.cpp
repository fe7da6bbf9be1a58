#include "yuxin/keymgmt/share_register.hpp"

#include <algorithm>
#include <set>

#include "json_reading.hpp"
#include "yuxin/base/json.hpp"

namespace yuxin::keymgmt {

using base::Code;
using base::Json;
using base::JsonArray;
using base::JsonObject;
using base::Result;

namespace {

constexpr std::string_view kFormat = "yuxin-share-register-1";
constexpr std::int64_t kLargestIdentifier = 0x7fff;

JsonObject as_json(const RegisteredShare& share) {
  JsonObject object{{"custodian", share.custodian}, {"member", share.member}, {"sealed_with", seal_name(share.seal)}};
  if (share.certificate) object["certificate"] = base::hex(*share.certificate);
  object["commitment"] = base::hex(share.commitment);
  return object;
}

JsonObject as_json(const RegisteredGroup& group) {
  JsonArray shares;
  for (const auto& share : group.shares) shares.push_back(as_json(share));
  return {{"name", group.name}, {"needed", group.threshold}, {"shares", std::move(shares)}};
}

std::string print_made(const ShareRegister& shares, const std::optional<Supersession>& superseded) {
  JsonArray groups;
  for (const auto& group : shares.groups) groups.push_back(as_json(group));
  JsonObject object{{"format", kFormat},
                    {"set", base::hex(shares.set)},
                    {"title", shares.title},
                    {"made", base::rfc3339(shares.made)},
                    {"scheme", "SLIP-0039"},
                    {"identifier", shares.header.identifier},
                    {"extendable", shares.header.extendable == Extendable::kYes},
                    {"iteration_exponent", shares.header.iteration_exponent},
                    {"secret_octets", shares.secret_size},
                    {"groups_needed", shares.header.group_threshold},
                    {"groups", std::move(groups)}};
  if (shares.replaces) object["replaces"] = base::hex(*shares.replaces);
  if (superseded) {
    object["superseded"] = JsonObject{{"by", base::hex(superseded->by)}, {"at", base::rfc3339(superseded->at)}};
  }
  return base::print_json_pretty(object) + "\n";
}

// What follows reads what is there and leaves the rest at its default; that nothing is missing, too much or written
// otherwise is found by writing it again.
std::optional<RegisteredShare> read_share(const Json& json) {
  const auto* object = json.if_object();
  if (object == nullptr) return std::nullopt;
  RegisteredShare share;
  share.custodian = base::json_string(*object, "custodian");
  const auto member = small_member(*object, "member", 0, kMostShares - 1);
  const auto seal = seal_named(base::json_string(*object, "sealed_with"));
  const auto commitment = digest_member(*object, "commitment");
  if (!member || !seal || !commitment || !is_share_name(share.custodian)) return std::nullopt;
  share.member = static_cast<std::uint8_t>(*member);
  share.seal = *seal;
  share.certificate = digest_member(*object, "certificate");
  share.commitment = *commitment;
  if (share.certificate.has_value() != (share.seal == ShareSeal::kCertificate)) return std::nullopt;
  return share;
}

std::optional<RegisteredGroup> read_group(const Json& json) {
  const auto* object = json.if_object();
  const auto* shares = object != nullptr ? object->if_contains("shares") : nullptr;
  if (shares == nullptr || !shares->is_array()) return std::nullopt;
  const auto& array = shares->get_array();
  if (array.empty() || array.size() > kMostShares) return std::nullopt;
  RegisteredGroup group;
  group.name = base::json_string(*object, "name");
  const auto needed = small_member(*object, "needed", 1, static_cast<std::int64_t>(array.size()));
  if (!needed || !is_share_name(group.name)) return std::nullopt;
  group.threshold = static_cast<std::uint8_t>(*needed);
  for (const auto& element : array) {
    auto share = read_share(element);
    // where one is enough they all have the same share, else the numbers go up from 0
    if (!share || share->member != (group.threshold == 1 ? 0 : group.shares.size())) return std::nullopt;
    group.shares.push_back(std::move(*share));
  }
  return group;
}

bool read_header(const JsonObject& object, ShareRegister& shares) {
  const auto identifier = small_member(object, "identifier", 0, kLargestIdentifier);
  const auto exponent = small_member(object, "iteration_exponent", 0, kLargestExponent);
  const auto size = small_member(object, "secret_octets", kShortestSecret, kLongestSharedSecret);
  const auto made = base::parse_rfc3339(base::json_string(object, "made"));
  auto set = base::from_hex(base::json_string(object, "set"));
  const auto* extendable = object.if_contains("extendable");
  shares.title = base::json_string(object, "title");
  if (!identifier || !exponent || !size || *size % 2 != 0 || !made || !set || set->size() != kSetIdentifierSize ||
      extendable == nullptr || !extendable->is_bool() || !is_share_name(shares.title))
    return false;
  shares.header.identifier = static_cast<std::uint16_t>(*identifier);
  shares.header.iteration_exponent = static_cast<std::uint8_t>(*exponent);
  shares.header.extendable = extendable->get_bool() ? Extendable::kYes : Extendable::kNo;
  shares.secret_size = static_cast<std::size_t>(*size);
  shares.made = *made;
  shares.set = std::move(*set);
  return true;
}

bool read_groups(const JsonObject& object, ShareRegister& shares) {
  const auto* groups = object.if_contains("groups");
  if (groups == nullptr || !groups->is_array()) return false;
  const auto& array = groups->get_array();
  const auto needed = small_member(object, "groups_needed", 1, static_cast<std::int64_t>(array.size()));
  if (!needed || array.size() > kMostShares) return false;
  shares.header.group_threshold = static_cast<std::uint8_t>(*needed);
  shares.header.group_count = static_cast<std::uint8_t>(array.size());
  std::set<std::string, std::less<>> group_names;
  std::set<std::string, std::less<>> custodians;
  for (const auto& element : array) {
    auto group = read_group(element);
    if (!group || !group_names.insert(group->name).second) return false;
    for (const auto& share : group->shares) {
      if (!custodians.insert(share.custodian).second) return false;
    }
    shares.groups.push_back(std::move(*group));
  }
  return true;
}

bool read_history(const JsonObject& object, ShareRegister& shares) {
  shares.replaces = digest_member(object, "replaces");
  const auto* superseded = object.if_contains("superseded");
  if (superseded == nullptr) return true;
  if (!superseded->is_object()) return false;
  const auto by = digest_member(superseded->get_object(), "by");
  const auto at = base::parse_rfc3339(base::json_string(superseded->get_object(), "at"));
  if (!by || !at) return false;
  shares.superseded = Supersession{*by, *at};
  return true;
}

}  // namespace

std::string print_register(const ShareRegister& shares) { return print_made(shares, shares.superseded); }

Result<ShareRegister> parse_register(std::string_view text) {
  const auto json = base::parse_json(text);
  ShareRegister shares;
  const bool read = json && json->is_object() && read_header(json->get_object(), shares) &&
                    read_groups(json->get_object(), shares) && read_history(json->get_object(), shares);
  if (!read || print_register(shares) != text) {
    return base::fail(
        Code::kMalformed,
        "This is not a register of shares, or somebody changed it. Take the copy that was made with the "
        "shares.");
  }
  return shares;
}

x509::Digest256 register_fingerprint(const ShareRegister& shares) {
  return x509::sha256(base::as_bytes(print_made(shares, std::nullopt)));
}

}  // namespace yuxin::keymgmt
