#include "digest_lines.hpp"

#include <algorithm>

#include "context.hpp"
#include "yuxin/base/text.hpp"

namespace yuxin::cli {

namespace {

constexpr std::size_t kGroup = 4;
constexpr std::size_t kGroupsInLine = 8;
constexpr std::size_t kWordsInLine = 6;

void add_block(std::vector<std::string>& lines, std::string_view label, std::span<const std::string> pieces,
               std::size_t per_line) {
  for (std::size_t at = 0; at < pieces.size(); at += per_line) {
    const auto part = pieces.subspan(at, std::min(per_line, pieces.size() - at));
    lines.push_back(labelled(at == 0 ? label : std::string_view(), base::join(part, " ")));
  }
}

}  // namespace

std::vector<std::string> digest_lines(std::string_view label, base::ByteView digest, Words words) {
  const auto hex = base::hex(digest);
  std::vector<std::string> groups;
  for (std::size_t at = 0; at < hex.size(); at += kGroup) groups.push_back(hex.substr(at, kGroup));
  std::vector<std::string> lines;
  add_block(lines, label, groups, kGroupsInLine);
  if (words == Words::kShown) add_block(lines, base::message("read aloud"), base::digest_words(digest), kWordsInLine);
  return lines;
}

}  // namespace yuxin::cli
