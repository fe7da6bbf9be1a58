#include "target.hpp"

#include <algorithm>

#include "yuxin/base/bytes.hpp"
#include "yuxin/base/text.hpp"

namespace yuxin::ra::rest {

using base::Code;
using base::fail;
using base::Result;

namespace {

constexpr std::size_t kMost = 32;

Result<std::string> decoded(std::string_view text) {
  std::string plain;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      plain += text[at];
      continue;
    }
    const auto octet = base::from_hex(text.substr(at + 1, 2));
    if (!octet || octet->size() != 1)
      return fail(Code::kMalformed, "The address has a percent sign that encodes nothing.");
    plain += static_cast<char>(octet->front());
    at += 2;
  }
  if (!base::is_utf8(plain) || base::has_control_character(plain))
    return fail(Code::kMalformed, "The address is no clean UTF-8.");
  return plain;
}

}  // namespace

Result<Target> parse_target(std::string_view target) {
  Target parsed;
  const auto question = target.find('?');
  const auto path = target.substr(0, question);
  const auto segments = base::split(path.substr(std::min<std::size_t>(1, path.size())), '/');
  if (segments.size() > kMost) return fail(Code::kMalformed, "The address has too many parts.");
  for (const auto segment : segments) {
    TRY(auto plain, decoded(segment));
    parsed.path.push_back(std::move(plain));
  }
  if (question == std::string_view::npos || question + 1 == target.size()) return parsed;
  const auto pairs = base::split(target.substr(question + 1), '&');
  if (pairs.size() > kMost) return fail(Code::kMalformed, "The address has too many parts.");
  for (const auto pair : pairs) {
    const auto equals = pair.find('=');
    TRY(auto name, decoded(pair.substr(0, equals)));
    // a form writes a blank as '+'
    std::string raw(equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1));
    std::ranges::replace(raw, '+', ' ');
    TRY(auto value, decoded(raw));
    if (parsed.query.contains(name)) return fail(Code::kMalformed, "\"{}\" stands twice in the address.", name);
    parsed.query[std::move(name)] = std::move(value);
  }
  return parsed;
}

}  // namespace yuxin::ra::rest
