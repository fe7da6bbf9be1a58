// SLIP-0039: the public vectors, every set of too few shares, and words that were written down wrong.
#include "yuxin/keymgmt/slip39.hpp"

#include <doctest/doctest.h>

#include <bit>
#include <string>
#include <utility>

#include "source_dir.hpp"
#include "yuxin/base/file.hpp"
#include "yuxin/base/json.hpp"
#include "yuxin/base/text.hpp"

namespace base = yuxin::base;
namespace keymgmt = yuxin::keymgmt;
using base::Code;
using base::Secret;
using keymgmt::GroupShape;
using keymgmt::Share;

namespace {

const Secret kNoPassphrase;

base::Result<Secret> combine_words(const base::JsonArray& mnemonics, std::string_view passphrase) {
  std::vector<Share> shares;
  for (const auto& words : mnemonics) {
    TRY(auto share, keymgmt::parse_share_words(std::string(words.as_string())));
    shares.push_back(std::move(share));
  }
  return keymgmt::combine_shares(shares, Secret(passphrase));
}

Secret secret_of(std::size_t size) {
  Secret secret(size);
  for (std::size_t i = 0; i < size; ++i) secret.data()[i] = static_cast<std::uint8_t>(i * 37 + 11);
  return secret;
}

std::vector<std::vector<Share>> split(const Secret& secret, std::uint8_t threshold,
                                      const std::vector<GroupShape>& groups) {
  auto shares = keymgmt::split_secret(secret, kNoPassphrase, threshold, groups, 0);
  REQUIRE(shares);
  return std::move(*shares);
}

std::vector<Share> chosen(const std::vector<Share>& all, unsigned subset) {
  std::vector<Share> some;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (((subset >> i) & 1U) != 0) some.push_back(all[i].clone());
  }
  return some;
}

std::vector<Share> flat(const std::vector<std::vector<Share>>& groups) {
  std::vector<Share> all;
  for (const auto& group : groups) {
    for (const auto& share : group) all.push_back(share.clone());
  }
  return all;
}

std::vector<std::string> words_of(const Share& share) {
  std::vector<std::string> words;
  const auto text = keymgmt::share_words(share);
  for (const auto word : base::split(text.text(), ' ')) words.emplace_back(word);
  return words;
}

base::Error error_of(const std::vector<std::string>& words) {
  const auto share = keymgmt::parse_share_words(base::join(words, " "));
  REQUIRE_FALSE(share);
  return share.error();
}

bool mentions(const base::Error& error, std::string_view text) {
  return error.detail.find(text) != std::string::npos;
}

}  // namespace

TEST_CASE("every public vector of the standard gives its secret, or is refused") {
  const auto text = base::read_file(yuxin::test::source_file("tests/data/slip39/vectors.json"));
  REQUIRE(text);
  const auto vectors = base::parse_json(base::as_text(*text));
  REQUIRE(vectors);
  int valid = 0;
  for (const auto& vector : vectors->as_array()) {
    const auto& fields = vector.as_array();
    INFO(std::string(fields[0].as_string()));
    const auto secret = combine_words(fields[1].as_array(), "TREZOR");
    const std::string expected(fields[2].as_string());
    if (expected.empty()) {
      CHECK_FALSE(secret);
      continue;
    }
    ++valid;
    REQUIRE(secret);
    CHECK(base::hex(secret->view()) == expected);
    const auto other = combine_words(fields[1].as_array(), "");
    CHECK((other && base::hex(other->view()) != expected));
  }
  CHECK(vectors->as_array().size() == 45);
  CHECK(valid == 15);
}

TEST_CASE("words are read back as they were written, in either case and by their first four letters") {
  const auto text = base::read_file(yuxin::test::source_file("tests/data/slip39/vectors.json"));
  REQUIRE(text);
  const auto vectors = base::parse_json(base::as_text(*text)).value();
  for (const auto& mnemonic : vectors.at(0).as_array()[1].as_array()) {
    const std::string words(mnemonic.as_string());
    const auto share = keymgmt::parse_share_words(words);
    REQUIRE(share);
    CHECK(keymgmt::share_words(*share).text() == words);
    std::string brief;
    for (const auto word : base::split(std::string_view(words), ' '))
      brief += "\t" + std::string(word.substr(0, 4)) + "\r\n";
    brief[1] = 'D';
    const auto again = keymgmt::parse_share_words(brief);
    REQUIRE(again);
    CHECK(keymgmt::share_words(*again).text() == words);
  }
}

TEST_CASE("of one group as many shares as are needed give the secret, and one fewer do not") {
  const auto secret = secret_of(32);
  for (const auto& [threshold, members] : std::vector<std::pair<int, int>>{{2, 2}, {2, 3}, {3, 5}, {5, 5}, {1, 1}}) {
    CAPTURE(threshold);
    CAPTURE(members);
    const auto shares = std::move(split(secret, 1, {{std::uint8_t(threshold), std::uint8_t(members)}})[0]);
    for (unsigned subset = 1; subset < (1U << unsigned(members)); ++subset) {
      const auto joined = keymgmt::combine_shares(chosen(shares, subset), kNoPassphrase);
      if (std::popcount(subset) == threshold) {
        REQUIRE(joined);
        CHECK(base::equal(joined->view(), secret.view()));
      } else {
        CHECK(joined.error().code == Code::kUsage);
      }
    }
  }
}

TEST_CASE("fewer shares than are needed do not even fit together when they claim to be enough") {
  const auto shares = std::move(split(secret_of(16), 1, {{3, 4}})[0]);
  for (unsigned subset = 1; subset < 16; ++subset) {
    if (std::popcount(subset) != 2) continue;
    auto some = chosen(shares, subset);
    for (auto& share : some) share.member_threshold = 2;
    CHECK(keymgmt::combine_shares(some, kNoPassphrase).error().code == Code::kIntegrity);
  }
}

TEST_CASE("of groups in groups exactly the sets that the plan allows give the secret") {
  const auto secret = secret_of(24);
  const std::vector<GroupShape> groups = {{2, 3}, {1, 1}, {2, 2}};
  for (std::uint8_t needed = 1; needed <= 3; ++needed) {
    const auto all = flat(split(secret, needed, groups));
    for (unsigned subset = 1; subset < (1U << all.size()); ++subset) {
      const auto some = chosen(all, subset);
      std::vector<unsigned> counts(groups.size());
      for (const auto& share : some) ++counts[share.group];
      unsigned present = 0;
      bool exact = true;
      for (std::size_t i = 0; i < groups.size(); ++i) {
        present += counts[i] > 0 ? 1 : 0;
        exact = exact && (counts[i] == 0 || counts[i] == groups[i].threshold);
      }
      const auto joined = keymgmt::combine_shares(some, kNoPassphrase);
      CHECK(joined.has_value() == (exact && present == needed));
      if (joined) CHECK(base::equal(joined->view(), secret.view()));
    }
  }
}

TEST_CASE("sixteen groups of sixteen, all needed, and the longest secret") {
  const auto secret = secret_of(64);
  const auto all = flat(split(secret, 16, std::vector<GroupShape>(16, GroupShape{16, 16})));
  CHECK(all.size() == 256);
  const auto joined = keymgmt::combine_shares(all, kNoPassphrase);
  REQUIRE(joined);
  CHECK(base::equal(joined->view(), secret.view()));
  CHECK(keymgmt::combine_shares(std::span(all).first(255), kNoPassphrase).error().code == Code::kUsage);
}

TEST_CASE("shares of two sets, and one share twice, are refused") {
  const auto secret = secret_of(32);
  const auto one = std::move(split(secret, 1, {{2, 3}})[0]);
  const auto two = std::move(split(secret, 1, {{2, 3}})[0]);
  std::vector<Share> mixed;
  mixed.push_back(one[0].clone());
  mixed.push_back(two[1].clone());
  CHECK(keymgmt::combine_shares(mixed, kNoPassphrase).error().code == Code::kRefused);
  mixed[1] = one[0].clone();
  CHECK(keymgmt::combine_shares(mixed, kNoPassphrase).error().code == Code::kRefused);
  // even with the same identifier
  mixed[1] = two[1].clone();
  mixed[1].set = one[0].set;
  CHECK(keymgmt::combine_shares(mixed, kNoPassphrase).error().code == Code::kIntegrity);
}

TEST_CASE("what the standard does not allow is not made") {
  const auto refused = [](std::size_t size, std::uint8_t threshold, std::vector<GroupShape> groups,
                          std::uint8_t exponent) {
    const auto shares = keymgmt::split_secret(secret_of(size), kNoPassphrase, threshold, groups, exponent);
    return !shares && shares.error().code == Code::kUsage;
  };
  CHECK(refused(14, 1, {{2, 3}}, 0));
  CHECK(refused(17, 1, {{2, 3}}, 0));
  CHECK(refused(66, 1, {{2, 3}}, 0));
  CHECK(refused(32, 0, {{2, 3}}, 0));
  CHECK(refused(32, 2, {{2, 3}}, 0));
  CHECK(refused(32, 1, {{0, 3}}, 0));
  CHECK(refused(32, 1, {{4, 3}}, 0));
  CHECK(refused(32, 1, {{2, 17}}, 0));
  CHECK(refused(32, 1, {{1, 2}}, 0));  // give them the same share
  CHECK(refused(32, 1, {}, 0));
  CHECK(refused(32, 1, std::vector<GroupShape>(17), 0));
  CHECK(refused(32, 1, {{2, 3}}, 16));
}

TEST_CASE("a word that is not in the list is named by its place, with the words near it") {
  auto words = words_of(split(secret_of(32), 1, {{2, 3}})[0][0]);
  REQUIRE(words.size() == 33);
  words[6] = "acadmic";
  const auto error = error_of(words);
  CHECK(error.code == Code::kMalformed);
  CHECK(mentions(error, "Word 7 "));
  CHECK(mentions(error, "academic"));
  words[6] = "xylophone";
  CHECK(mentions(error_of(words), "Word 7 "));
  words[6] = "aca";  // of three letters nobody can tell
  CHECK(mentions(error_of(words), "Word 7 "));
  CHECK(keymgmt::complete_share_word("ZERO", 3).value() == "zero");
  CHECK(keymgmt::complete_share_word("satoshis", 3).error().code == Code::kMalformed);
}

TEST_CASE("any one wrong word is found, and so are neighbours that changed places") {
  const auto words = words_of(split(secret_of(32), 1, {{2, 3}})[0][0]);
  for (std::size_t at = 0; at < words.size(); ++at) {
    CAPTURE(at);
    auto wrong = words;
    wrong[at] = words[at] == "zero" ? "acid" : "zero";
    // the words of the header say how the checksum is to be made, so that only the others are always found
    const auto error = error_of(wrong);
    CHECK(error.code == Code::kMalformed);
    if (at != 1) CHECK(mentions(error, "word " + std::to_string(at + 1) + ";"));
    if (at < 2 || at + 1 == words.size() || words[at] == words[at + 1]) continue;
    wrong = words;
    std::swap(wrong[at], wrong[at + 1]);
    CHECK(mentions(error_of(wrong), "Words " + std::to_string(at + 1) + " and " + std::to_string(at + 2)));
  }
}

TEST_CASE("two and three wrong words never pass, wherever they are") {
  const auto words = words_of(split(secret_of(16), 1, {{2, 3}})[0][0]);
  for (std::size_t i = 0; i < words.size(); ++i) {
    for (std::size_t j = i + 1; j < words.size(); ++j) {
      auto wrong = words;
      wrong[i] = words[i] == "away" ? "acid" : "away";
      wrong[j] = words[j] == "lilac" ? "acid" : "lilac";
      CHECK(error_of(wrong).code == Code::kMalformed);
      wrong[(j + 1) % words.size()] = "maiden";
      CHECK(error_of(wrong).code == Code::kMalformed);
    }
  }
}

TEST_CASE("a word left out or written twice is told by the number of words") {
  auto words = words_of(split(secret_of(32), 1, {{2, 3}})[0][0]);
  words.pop_back();
  CHECK(mentions(error_of(words), "32 words"));
  CHECK(keymgmt::parse_share_words("").error().code == Code::kMalformed);
  CHECK(keymgmt::parse_share_words(std::string(4096, ' ')).error().code == Code::kMalformed);
  std::string many;
  for (int i = 0; i < 100; ++i) many += "acid ";
  CHECK(keymgmt::parse_share_words(many).error().code == Code::kMalformed);
}
