#include "checkpoint_page.hpp"

#include "context.hpp"
#include "qr_code.hpp"
#include "yuxin/base/text.hpp"

namespace yuxin::cli {

using base::message;
using base::Result;

namespace {

constexpr std::size_t kWidth = 76;
constexpr std::size_t kWordsInLine = 6;
constexpr std::size_t kGroupsInLine = 8;
constexpr std::size_t kGroup = 4;

// One label and as many lines as the pieces need, `per_line` of them in each.
void add_block(std::vector<std::string>& lines, std::string_view label, const std::vector<std::string>& pieces,
               std::size_t per_line) {
  for (std::size_t at = 0; at < pieces.size(); at += per_line) {
    const auto end = std::min(at + per_line, pieces.size());
    const std::vector<std::string> part(pieces.begin() + static_cast<std::ptrdiff_t>(at),
                                        pieces.begin() + static_cast<std::ptrdiff_t>(end));
    lines.push_back(labelled(at == 0 ? label : std::string_view(), base::join(part, " ")));
  }
}

std::vector<std::string> hex_groups(base::ByteView octets) {
  const auto hex = base::hex(octets);
  std::vector<std::string> groups;
  for (std::size_t at = 0; at < hex.size(); at += kGroup) groups.push_back(hex.substr(at, kGroup));
  return groups;
}

// Lines of a note are broken where they are too long; reading them back joins them.
void add_broken(std::vector<std::string>& lines, std::string_view line) {
  if (line.size() <= kWidth) {
    lines.emplace_back(line);
    return;
  }
  // A name is never broken: it would not be put together again.
  auto cut = std::max(kWidth, line.rfind(' ') + 2);
  while (line.size() > cut) {
    lines.emplace_back(line.substr(0, cut));
    line.remove_prefix(cut);
    cut = kWidth;
  }
  lines.emplace_back(line);
}

}  // namespace

Result<std::vector<std::string>> checkpoint_lines(const CheckpointPage& page) {
  TRY(const auto code, qr_lines(base::as_bytes(page.note)));
  const auto& head = page.checkpoint.head;
  std::vector<std::string> lines = {message("Checkpoint of a ledger, to be kept on paper"), ""};
  lines.push_back(labelled(message("organisation"), page.organisation));
  lines.push_back(labelled(message("ledger"), page.checkpoint.origin));
  lines.push_back(labelled(message("records"), std::to_string(head.size)));
  add_block(lines, message("root hash"), hex_groups(head.root), kGroupsInLine);
  add_block(lines, message("in words"), base::digest_words(head.root), kWordsInLine);
  if (!page.time_stamp.empty()) lines.push_back(labelled(message("time stamp"), page.time_stamp));
  for (const auto& cosignature : page.cosignatures) {
    lines.push_back(labelled(message("countersigned"),
                             message("{} at {}", cosignature.witness, base::local_time(cosignature.time))));
  }
  lines.push_back(labelled(message("printed"), base::local_time(page.printed_at)));
  // On a line of its own: it is longer than what is left beside a label, and must not be broken.
  lines.push_back("  " + message("The key to check it with: {}", ""));
  lines.push_back("  " + page.verifier_key);
  lines.emplace_back();
  lines.push_back(message("Keep this page where nobody reaches it who can reach the machine of the ledger."));
  lines.push_back(
      message("It shows whether one of these {} records was changed, removed or moved since:", head.size));
  lines.push_back(message("type the lines below into a file, or scan the code, and then"));
  lines.emplace_back("  yuxin audit verify --checkpoint FILE");
  lines.emplace_back();
  for (const auto line : base::split(std::string_view(page.note).substr(0, page.note.size() - 1), '\n'))
    add_broken(lines, line);
  lines.emplace_back();
  lines.insert(lines.end(), code.begin(), code.end());
  return lines;
}

}  // namespace yuxin::cli
