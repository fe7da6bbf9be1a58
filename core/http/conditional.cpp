#include "conditional.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "yuxin/base/text.hpp"

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

}  // namespace

base::HttpReply unless_known(const base::HttpRequest& request, base::HttpReply reply) {
  if (request.if_none_match.empty() || request.method != "GET" || reply.status != 200) return reply;
  auto fields = reply.shared ? fields_of(*reply.shared) : reply.fields;
  const auto tag = std::ranges::find_if(fields, [](const auto& field) { return same_name(field.first, "etag"); });
  if (tag == fields.end() || !names(request.if_none_match, tag->second)) return reply;
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
