#include "yuxin/keymgmt/share_plan.hpp"

#include <algorithm>
#include <filesystem>
#include <set>
#include <utility>

#include "yuxin/base/config.hpp"
#include "yuxin/base/file.hpp"
#include "yuxin/base/json.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/keymgmt/slip39.hpp"
#include "yuxin/x509/name_match.hpp"

namespace yuxin::keymgmt {

using base::Code;
using base::ConfigTable;
using base::fail;
using base::Result;

namespace {

constexpr std::size_t kLongestName = 64;
constexpr std::pair<ShareSeal, std::string_view> kSeals[] = {
    {ShareSeal::kPassphrase, "passphrase"}, {ShareSeal::kCertificate, "certificate"}, {ShareSeal::kPaper, "paper"}};

Result<std::string> name_at(ConfigTable& table, std::string_view key) {
  TRY(auto name, table.required_string(key));
  if (!is_share_name(name))
    return table.error(key,
                       "A name has 1 to {} characters, all of which can be seen, and none that drives a terminal.",
                       kLongestName);
  return name;
}

Result<std::uint8_t> count_at(ConfigTable& table, std::string_view key, std::size_t most, std::int64_t otherwise) {
  TRY(const auto given, table.integer(key));
  const auto count = given.value_or(otherwise);
  if (count < 1 || std::cmp_greater(count, most))
    return table.error(key, "It must be between 1 and {}, and is {}.", most, count);
  return static_cast<std::uint8_t>(count);
}

// Names that stand for somebody, each once however it is spelled.
class Names {
 public:
  Result<> add(const ConfigTable& table, std::string_view key, const std::string& name) {
    if (!is_share_name(name))
      return table.error(key,
                         "A name has 1 to {} characters, all of which can be seen, and none that drives a terminal.",
                         kLongestName);
    if (!names_.insert(x509::comparable_text(name)).second)
      return table.error(key, "\"{}\" stands there twice.", name);
    return {};
  }

 private:
  std::set<std::string, std::less<>> names_;
};

Result<ShareGroup> read_group(ConfigTable& table, Names& groups, Names& custodians) {
  ShareGroup group;
  TRY(group.name, name_at(table, "name"));
  TRY(groups.add(table, "name", group.name));
  TRY(const auto members, table.strings("members"));
  if (members.empty() || members.size() > kMostShares)
    return table.error("members", "A group has 1 to {} members, and this one has {}.", kMostShares, members.size());
  for (const auto& member : members) {
    TRY(custodians.add(table, "members", member));
    group.members.push_back({member, ShareSeal::kPassphrase, std::nullopt});
  }
  if (!table.has("needed")) return table.error("name", "How many of the members are needed? Write: needed = N");
  TRY(group.threshold, count_at(table, "needed", members.size(), 1));
  return group;
}

Custodian* find_custodian(SharePlan& plan, std::string_view name) {
  for (auto& group : plan.groups) {
    const auto found = std::ranges::find(group.members, name, &Custodian::name);
    if (found != group.members.end()) return &*found;
  }
  return nullptr;
}

Result<> read_custodian(ConfigTable& table, SharePlan& plan, Names& told, const ReadCertificate& read_certificate) {
  TRY(const auto name, name_at(table, "name"));
  auto* custodian = find_custodian(plan, name);
  if (custodian == nullptr) return table.error("name", "\"{}\" is a member of no group.", name);
  TRY(told.add(table, "name", name));
  TRY(const auto seal, table.required_string("seal"));
  const auto known = seal_named(seal);
  if (!known) return table.error("seal", "A share is sealed with: passphrase, certificate, or paper (not sealed).");
  custodian->seal = *known;
  TRY(const auto file, table.string("certificate"));
  if (file.has_value() != (*known == ShareSeal::kCertificate))
    return table.error("seal",
                       "A file with a certificate is named where the seal is \"certificate\", and only there.");
  if (!file) return {};
  TRY(custodian->certificate, read_certificate(*file));
  return {};
}

base::JsonObject as_json(const Custodian& custodian) {
  base::JsonObject object{{"name", custodian.name}, {"seal", seal_name(custodian.seal)}};
  if (custodian.certificate) object["certificate"] = base::hex(x509::sha256(custodian.certificate->der()));
  return object;
}

}  // namespace

std::string_view seal_name(ShareSeal seal) {
  return std::ranges::find(kSeals, seal, &std::pair<ShareSeal, std::string_view>::first)->second;
}

std::optional<ShareSeal> seal_named(std::string_view name) {
  for (const auto& [seal, known] : kSeals) {
    if (known == name) return seal;
  }
  return std::nullopt;
}

bool is_share_name(std::string_view text) {
  return !text.empty() && text.size() <= 4 * kLongestName && base::is_utf8(text) &&
         !base::has_unseen_character(text) && !base::has_stray_blank(text) &&
         base::code_points(text) <= kLongestName && base::trim(text) == text;
}

Result<SharePlan> parse_share_plan(std::string_view text, std::string file, const ReadCertificate& read_certificate) {
  TRY(auto table, ConfigTable::parse(text, std::move(file)));
  SharePlan plan;
  TRY(plan.title, name_at(table, "title"));
  TRY(auto groups, table.tables("group"));
  if (groups.empty() || groups.size() > kMostShares)
    return table.error("", "A plan has 1 to {} groups ([[group]]), and this one has {}.", kMostShares, groups.size());
  TRY(plan.group_threshold,
      count_at(table, "groups_needed", groups.size(), static_cast<std::int64_t>(groups.size())));
  Names group_names;
  Names custodians;
  for (auto& group : groups) {
    TRY(auto read, read_group(group, group_names, custodians));
    plan.groups.push_back(std::move(read));
  }
  TRY(auto told, table.tables("custodian"));
  Names told_names;
  for (auto& custodian : told) TRY(read_custodian(custodian, plan, told_names, read_certificate));
  TRY(table.finish());
  return plan;
}

Result<SharePlan> load_share_plan(const std::string& path) {
  constexpr std::size_t kLargest = 1U << 20U;
  TRY(const auto text, base::read_file(path, kLargest));
  const auto folder = path == "-" ? std::filesystem::path() : std::filesystem::path(path).parent_path();
  return parse_share_plan(base::as_text(text), path, [&](const std::string& file) -> Result<x509::Certificate> {
    const auto beside = (folder / file).string();
    TRY(const auto octets, base::read_file(beside, kLargest));
    auto certificate = x509::Certificate::from_bytes(octets);
    if (!certificate) return fail(Code::kMalformed, "{}: {}", beside, certificate.error().detail);
    return certificate;
  });
}

std::string plan_text(const SharePlan& plan, const std::optional<x509::Digest256>& replaces) {
  base::JsonArray groups;
  for (const auto& group : plan.groups) {
    base::JsonArray members;
    for (const auto& member : group.members) members.push_back(as_json(member));
    groups.push_back(
        base::JsonObject{{"name", group.name}, {"needed", group.threshold}, {"members", std::move(members)}});
  }
  base::JsonObject object{{"format", "yuxin-share-plan-1"},
                          {"title", plan.title},
                          {"groups_needed", plan.group_threshold},
                          {"groups", std::move(groups)}};
  if (replaces) object["replaces"] = base::hex(*replaces);
  return base::print_json(object);
}

x509::Digest256 plan_digest(const SharePlan& plan, const std::optional<x509::Digest256>& replaces) {
  return x509::sha256(base::as_bytes(plan_text(plan, replaces)));
}

}  // namespace yuxin::keymgmt
