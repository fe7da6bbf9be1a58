// Scopes: where a role is good.
#include <algorithm>

#include "yuxin/base/text.hpp"
#include "yuxin/evidence/authority.hpp"
#include "yuxin/x509/der.hpp"

namespace yuxin::evidence {

using base::Code;
using base::fail;
using base::Result;
namespace der = x509::der;

namespace {

constexpr std::size_t kMostParts = 64;
constexpr std::string_view kSubtree = "/*";

bool covers_organisation(const Scope::Part& part, const OrgCode& code, const Organisation& organisation) {
  if (part.organisation == code) return true;
  return part.reach == Scope::Reach::kSubtree && organisation.is_within(code, part.organisation);
}

bool contains_part(const Scope::Part& outer, const Scope::Part& inner, const Organisation& organisation) {
  // What lies below an organisation may grow, so only a sub-tree holds a sub-tree.
  if (inner.reach == Scope::Reach::kSubtree && outer.reach == Scope::Reach::kOnly) return false;
  return covers_organisation(outer, inner.organisation, organisation);
}

bool holds(const std::vector<std::string>& list, const std::string& word) {
  return std::ranges::find(list, word) != list.end();
}

// An empty list limits nothing, so it holds every list and is held by an empty one only.
bool holds_all(const std::vector<std::string>& outer, const std::vector<std::string>& inner) {
  if (outer.empty()) return true;
  return !inner.empty() && std::ranges::all_of(inner, [&](const std::string& word) { return holds(outer, word); });
}

base::Failure not_a_scope(std::string_view word) {
  return fail(Code::kMalformed,
              "\"{}\" is no scope. Write org:PSB, org:PSB/* (with everything below it), district:500103 or "
              "profile:device, with blanks between them.",
              word);
}

Result<> add_word(std::string_view word, Scope& scope) {
  const auto colon = word.find(':');
  if (colon == std::string_view::npos) return not_a_scope(word);
  const auto kind = word.substr(0, colon);
  auto value = word.substr(colon + 1);
  if (kind == "org") {
    const bool subtree = value.ends_with(kSubtree);
    if (subtree) value.remove_suffix(kSubtree.size());
    auto code = OrgCode::parse(value);
    if (!code) return base::Failure(std::move(code).error());
    scope.organisations.push_back({std::move(*code), subtree ? Scope::Reach::kSubtree : Scope::Reach::kOnly});
  } else if (kind == "district" && is_district_code(value)) {
    scope.districts.emplace_back(value);
  } else if (kind == "profile" && is_profile_name(value)) {
    scope.profiles.emplace_back(value);
  } else {
    return not_a_scope(word);
  }
  return {};
}

template <typename T>
void put_in_order(std::vector<T>& list) {
  std::ranges::sort(list);
  const auto rest = std::ranges::unique(list);
  list.erase(rest.begin(), rest.end());
}

Result<> check_size(const Scope& scope) {
  if (std::max({scope.organisations.size(), scope.districts.size(), scope.profiles.size()}) <= kMostParts) return {};
  return fail(Code::kMalformed,
              "A scope names at most {} organisations, districts or profiles. Name an organisation with everything "
              "below it (org:CODE/*) instead.",
              kMostParts);
}

void write_words(der::Writer& writer, unsigned tag, const std::vector<std::string>& words) {
  if (words.empty()) return;
  const auto list = writer.open(der::constructed_tag(tag));
  for (const auto& word : words) writer.text(der::kPrintableString, word);
  writer.close(list);
}

base::Failure malformed() {
  return fail(Code::kMalformed,
              "The scope in the attribute certificate cannot be read, so what it limits is unknown.");
}

// read_list reads [tag] SEQUENCE SIZE (1..64) OF something; false for a list that is wrong.
template <typename Read>
bool read_list(der::Reader& fields, unsigned tag, const Read& read_one) {
  if (!fields.next_is(der::constructed_tag(tag))) return true;
  auto list = fields.nested(der::constructed_tag(tag));
  if (!list || list->at_end()) return false;
  for (std::size_t count = 0; !list->at_end(); ++count) {
    if (count == kMostParts || !read_one(*list)) return false;
  }
  return true;
}

bool read_part(der::Reader& list, Scope& scope) {
  auto fields = list.nested(der::kSequence);
  const auto text = fields ? fields->content(der::kPrintableString) : std::nullopt;
  auto code = text ? OrgCode::parse(base::as_text(*text)) : Result<OrgCode>(malformed());
  if (!code) return false;
  auto reach = Scope::Reach::kOnly;
  if (!fields->at_end()) {
    if (fields->boolean() != true || !fields->at_end()) return false;  // DEFAULT FALSE is not written in DER
    reach = Scope::Reach::kSubtree;
  }
  scope.organisations.push_back({std::move(*code), reach});
  return true;
}

bool read_word(der::Reader& list, bool (*is_good)(std::string_view), std::vector<std::string>& words) {
  const auto text = list.content(der::kPrintableString);
  if (!text || !is_good(base::as_text(*text))) return false;
  words.emplace_back(base::as_text(*text));
  return true;
}

}  // namespace

bool covers(const Scope& scope, const Place& place, const Organisation& organisation) {
  const bool here = scope.organisations.empty() ||
                    (place.organisation && std::ranges::any_of(scope.organisations, [&](const Scope::Part& part) {
                       return covers_organisation(part, *place.organisation, organisation);
                     }));
  return here && (scope.districts.empty() || holds(scope.districts, place.district)) &&
         (scope.profiles.empty() || holds(scope.profiles, place.profile));
}

bool contains(const Scope& outer, const Scope& inner, const Organisation& organisation) {
  const bool all =
      outer.organisations.empty() ||
      (!inner.organisations.empty() && std::ranges::all_of(inner.organisations, [&](const Scope::Part& part) {
        return std::ranges::any_of(outer.organisations,
                                   [&](const Scope::Part& one) { return contains_part(one, part, organisation); });
      }));
  return all && holds_all(outer.districts, inner.districts) && holds_all(outer.profiles, inner.profiles);
}

Result<Scope> parse_scope(std::string_view text) {
  Scope scope;
  for (const auto word : base::split(text, ' ')) {
    if (!base::trim(word).empty()) TRY(add_word(base::trim(word), scope));
  }
  put_in_order(scope.organisations);
  put_in_order(scope.districts);
  put_in_order(scope.profiles);
  TRY(check_size(scope));
  return scope;
}

std::string print_scope(const Scope& scope) {
  std::vector<std::string> words;
  for (const auto& part : scope.organisations) {
    words.push_back("org:" + part.organisation.text());
    if (part.reach == Scope::Reach::kSubtree) words.back() += kSubtree;
  }
  for (const auto& district : scope.districts) words.push_back("district:" + district);
  for (const auto& profile : scope.profiles) words.push_back("profile:" + profile);
  return base::join(words, " ");
}

x509::Attribute make_scope_attribute(const Scope& scope) {
  der::Writer writer;
  const auto sequence = writer.open(der::kSequence);
  if (!scope.organisations.empty()) {
    const auto list = writer.open(der::constructed_tag(0));
    for (const auto& part : scope.organisations) {
      const auto fields = writer.open(der::kSequence);
      writer.text(der::kPrintableString, part.organisation.text());
      if (part.reach == Scope::Reach::kSubtree) writer.boolean(0xff);
      writer.close(fields);
    }
    writer.close(list);
  }
  write_words(writer, 1, scope.districts);
  write_words(writer, 2, scope.profiles);
  writer.close(sequence);
  return {base::to_bytes(x509::oid::kRoleScope), {writer.take()}};
}

Result<Scope> read_scope(base::ByteView value) {
  const auto whole = der::single(value, der::kSequence);
  if (!whole) return malformed();
  der::Reader fields(whole->content);
  Scope scope;
  const bool read =
      read_list(fields, 0, [&](der::Reader& list) { return read_part(list, scope); }) &&
      read_list(fields, 1, [&](der::Reader& list) { return read_word(list, is_district_code, scope.districts); }) &&
      read_list(fields, 2, [&](der::Reader& list) { return read_word(list, is_profile_name, scope.profiles); });
  if (!read || !fields.at_end() || scope.unlimited()) return malformed();
  put_in_order(scope.organisations);
  put_in_order(scope.districts);
  put_in_order(scope.profiles);
  return scope;
}

}  // namespace yuxin::evidence
