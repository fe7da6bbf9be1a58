// Opened shares as text: read back, checked word by word, and committed to as the documented command does.
#include "yuxin/keymgmt/share_text.hpp"
#include "need.hpp"

#include <doctest/doctest.h>

#include "command.hpp"
#include "small_shares.hpp"
#include "yuxin/base/file.hpp"
#include "yuxin/base/text.hpp"

namespace base = yuxin::base;
namespace keymgmt = yuxin::keymgmt;
using base::Code;
using yuxin::test::small_set;
using yuxin::test::TemporaryFolder;

namespace {

std::string text_of(const base::Secret& secret) { return std::string(secret.text()); }

std::string words_of(const keymgmt::OpenedShare& opened) { return text_of(keymgmt::share_words(opened.share)); }
std::string proof_of(const keymgmt::OpenedShare& opened) { return text_of(keymgmt::proof_words(opened.salt.view())); }

}  // namespace

TEST_CASE("the commitment is what the documented command prints") {
  const auto set = small_set();
  const auto& made = set.made[1];
  const TemporaryFolder folder;
  const auto printed = folder.run("printf 'yuxin-share-commitment-1\\n%s\\n%s\\n' '" + proof_of(made.opened) + "' '" +
                                  words_of(made.opened) + "' | sha256sum");
  CHECK(printed.output.substr(0, 64) == base::hex(set.shares.groups[0].shares[1].commitment));
}

TEST_CASE("a complete text is read back") {
  const auto set = small_set();
  for (const auto& made : set.made) {
    const auto text = keymgmt::print_share_text(made.opened);
    const auto again = keymgmt::parse_share_text(text.text(), 32);
    REQUIRE(again);
    CHECK(text_of(keymgmt::print_share_text(*again)) == text.text());
    CHECK(base::equal(again->set, set.shares.set));
    CHECK(again->fingerprint == keymgmt::register_fingerprint(set.shares));
  }
}

TEST_CASE("bare words are a share, with or without its proof, however they are laid out") {
  const auto set = small_set();
  const auto& opened = set.made[0].opened;
  const auto alone = keymgmt::parse_share_text("\n" + words_of(opened) + "\n", 32);
  REQUIRE(alone);
  CHECK(alone->salt.empty());
  CHECK(words_of(*alone) == words_of(opened));
  std::string both = words_of(opened) + " " + proof_of(opened);
  for (auto& letter : both) letter = letter == ' ' ? '\n' : letter;
  const auto proved = keymgmt::parse_share_text(both, 32);
  REQUIRE(proved);
  CHECK(base::equal(proved->salt.view(), opened.salt.view()));
}

TEST_CASE("a slip in the proof is named by its place behind the words of the share") {
  const auto opened = std::move(small_set().made[0].opened);
  const auto right = proof_of(opened);
  const auto parts = base::split(std::string_view(right), ' ');
  std::vector<std::string> proof(parts.begin(), parts.end());
  REQUIRE(proof.size() == keymgmt::kProofWords);
  proof[4] = proof[4] == "zero" ? "acid" : "zero";
  const auto wrong = keymgmt::parse_share_text(words_of(opened) + " " + base::join(proof, " "), 32);
  CHECK(wrong.error().code == Code::kMalformed);
  CHECK(wrong.error().detail.find("word 38;") != std::string::npos);  // 33 + 5
  proof[4] = "zeroo";
  CHECK(yuxin::test::error_of(keymgmt::parse_share_text(words_of(opened) + " " + base::join(proof, " "), 32))
            .detail.find("Word 38") != std::string::npos);
}

TEST_CASE("a text that is not whole, or of another number of words, is refused") {
  const auto opened = std::move(small_set().made[0].opened);
  const auto text = text_of(keymgmt::print_share_text(opened));
  for (std::size_t size = 0; size < text.size(); ++size)
    CHECK(yuxin::test::error_of(keymgmt::parse_share_text(text.substr(0, size), 32)).code == Code::kMalformed);
  CHECK(yuxin::test::error_of(keymgmt::parse_share_text(text + "\n", 32)).code == Code::kMalformed);
  CHECK(yuxin::test::error_of(keymgmt::parse_share_text(words_of(opened), 16)).code == Code::kMalformed);
  CHECK(yuxin::test::error_of(keymgmt::parse_share_text(words_of(opened) + " acid", 32)).code == Code::kMalformed);
  CHECK(yuxin::test::error_of(keymgmt::parse_share_text(words_of(opened) + " " + words_of(opened), 32)).code ==
        Code::kMalformed);
}
