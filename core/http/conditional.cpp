#include "conditional.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "yuxin/base/text.hpp"
#include "yuxin/base/time.hpp"

namespace yuxin::http {

namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

bool same_name(std::string_view a, std::string_view b) { return base::lower(a) == base::lower(b); }

// The lines of content that was laid out once.
Fields fields_of(const base::HttpContent& content) {
  Fields fields;
  std::string_view rest = content.fields;
  while (!rest.empty()) {
    const auto end = rest.find("\r\n");
    const auto line = rest.substr(0, end);
    const auto colon = line.find(':');
    if (colon != std::string_view::npos)
      fields.emplace_back(line.substr(0, colon), base::trim(line.substr(colon + 1)));
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 2);
  }
  return fields;
}

// opaque_tag is an entity tag without the mark of a weak one: If-None-Match compares weakly (section 8.8.3.2).
std::string_view opaque_tag(std::string_view tag) { return tag.starts_with("W/") ? tag.substr(2) : tag; }

// next_tag takes the next member off a list of entity tags; a comma may stand inside the quotes. Empty at the end and
// where something is no entity tag.
std::string_view next_tag(std::string_view& list) {
  const auto start = list.find_first_not_of(" \t,");
  if (start == std::string_view::npos) return {};
  list.remove_prefix(start);
  const std::size_t open = list.starts_with("W/") ? 2 : 0;
  if (open >= list.size() || list[open] != '"') return {};
  const auto close = list.find('"', open + 1);
  if (close == std::string_view::npos) return {};
  const auto tag = list.substr(0, close + 1);
  list.remove_prefix(close + 1);
  return tag;
}

bool names(std::string_view list, std::string_view tag) {
  if (base::trim(list) == "*") return true;
  for (auto member = next_tag(list); !member.empty(); member = next_tag(list)) {
    if (opaque_tag(member) == opaque_tag(tag)) return true;
  }
  return false;
}

// date_of reads the three forms of section 5.6.7, all of which a recipient must accept: "Sun, 06 Nov 1994 08:49:37
// GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994". Nothing for anything else.
std::optional<base::UnixTime> date_of(std::string_view text) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    const auto end = std::min(text.find_first_of(" ,-"), text.size());
    if (end > 0) words.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  if (words.size() == 5) {
    words = {words[0], words[2], words[1], words[4], words[3], "GMT"};
  } else if (words.size() != 6 || words[5] != "GMT") {
    return std::nullopt;
  }
  static constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                               "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto month = std::ranges::find(kMonths, words[2]);
  const auto is_short = [](std::string_view word) { return word.size() == 1 || word.size() == 2; };
  if (month == kMonths.end() || !is_short(words[1]) || (words[3].size() != 2 && words[3].size() != 4))
    return std::nullopt;
  const std::string_view century = words[3].size() == 4 ? "" : words[3] < "70" ? "20" : "19";
  return base::parse_rfc3339(
      fmt::format("{}{}-{:02}-{:0>2}T{}Z", century, words[3], month - kMonths.begin() + 1, words[1], words[4]));
}

// Section 13.1.3: where there is If-None-Match, If-Modified-Since is ignored, and so is one that is no date.
bool is_known(const base::HttpRequest& request, const Fields& fields) {
  const auto value_of = [&](std::string_view name) -> std::optional<std::string_view> {
    const auto field = std::ranges::find_if(fields, [&](const auto& one) { return same_name(one.first, name); });
    if (field == fields.end()) return std::nullopt;
    return field->second;
  };
  if (!request.if_none_match.empty()) {
    const auto tag = value_of("etag");
    return tag && names(request.if_none_match, *tag);
  }
  const auto since = date_of(request.if_modified_since);
  const auto modified = value_of("last-modified");
  if (!since || !modified) return false;
  const auto changed = date_of(*modified);
  return changed && *changed <= *since;
}

}  // namespace

base::HttpReply unless_known(const base::HttpRequest& request, base::HttpReply reply) {
  if (request.if_none_match.empty() && request.if_modified_since.empty()) return reply;
  if (request.method != "GET" || reply.status != 200) return reply;
  auto fields = reply.shared ? fields_of(*reply.shared) : reply.fields;
  if (!is_known(request, fields)) return reply;
  static constexpr std::array<std::string_view, 6> kKept = {"cache-control", "content-location", "etag",
                                                            "expires",       "last-modified",    "vary"};
  std::erase_if(fields,
                [](const auto& field) { return std::ranges::find(kKept, base::lower(field.first)) == kKept.end(); });
  base::HttpReply known;
  known.status = 304;
  known.fields = std::move(fields);
  return known;
}

}  // namespace yuxin::http
