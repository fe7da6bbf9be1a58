#include "share_page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "context.hpp"
#include "digest_lines.hpp"
#include "qr_code.hpp"
#include "yuxin/base/text.hpp"

namespace yuxin::cli {

using base::message;
using base::Result;
using base::Secret;

namespace {

constexpr std::size_t kWordsInLine = 5;

// Page grows in locked memory.
class Page {
 public:
  void line(std::string_view text) {
    append(text);
    append("\n");
  }
  void append(std::string_view text) {
    if (size_ + text.size() > octets_.size()) {
      Secret larger((size_ + text.size()) * 2);
      std::ranges::copy(octets_.view().first(size_), larger.data());
      octets_ = std::move(larger);
    }
    std::ranges::copy(text, octets_.data() + size_);
    size_ += text.size();
  }
  [[nodiscard]] Secret finish() const { return Secret(octets_.view().first(size_)); }

 private:
  Secret octets_;
  std::size_t size_ = 0;
};

// Words with their numbers, five a line.
void add_words(Page& page, const Secret& words, std::size_t number) {
  const auto all = base::split(words.text(), ' ');
  for (std::size_t i = 0; i < all.size(); ++i) {
    page.append(fmt::format("  {:2} ", number + i));
    page.append(all[i]);
    if (i + 1 == all.size() || (i + 1) % kWordsInLine == 0) {
      page.append("\n");
      continue;
    }
    constexpr std::string_view kBlanks = "          ";
    page.append(kBlanks.substr(std::min(all[i].size(), kBlanks.size())));
  }
}

Result<> add_code(Page& page, const keymgmt::OpenedShare& opened) {
  const auto text = keymgmt::print_share_text(opened);
  TRY(auto lines, qr_lines(text.view()));
  for (auto& line : lines) {
    page.line(line);
    ::explicit_bzero(line.data(), line.size());
  }
  return {};
}

}  // namespace

Result<Secret> share_page(const keymgmt::ShareRegister& shares, const keymgmt::SharePlace& place,
                          const keymgmt::OpenedShare& opened) {
  const auto& group = shares.groups[place.group];
  const auto words = keymgmt::share_words(opened.share);
  Page page;
  page.line(message("One custodian's share of a secret, to be kept on paper and shown to nobody"));
  page.line("");
  page.line(labelled(message("set"), shares.title));
  page.line(labelled(message("identifier"), base::hex(shares.set)));
  page.line(labelled(message("custodian"), group.shares[place.number].custodian));
  page.line(
      labelled(message("group"), message("{}, {} of {} needed", group.name, group.threshold, group.shares.size())));
  page.line(labelled(message("made"), base::local_time(shares.made)));
  for (const auto& line : digest_lines(message("register"), keymgmt::register_fingerprint(shares))) page.line(line);
  page.line("");
  page.line(message("The words of the share. Any program for SLIP-0039 joins enough of them."));
  page.line("");
  add_words(page, words, 1);
  page.line("");
  page.line(message("The words of its proof, which reveal nothing and are needed only to prove it:"));
  page.line("  yuxin share verify register.json --words");
  page.line("");
  add_words(page, keymgmt::proof_words(opened.salt.view()), keymgmt::share_word_count(shares.secret_size) + 1);
  page.line("");
  TRY(add_code(page, opened));
  return page.finish();
}

}  // namespace yuxin::cli
