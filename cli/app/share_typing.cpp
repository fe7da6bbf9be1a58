#include "share_typing.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

#include "yuxin/base/text.hpp"
#include "yuxin/keymgmt/slip39.hpp"

namespace yuxin::cli {

using base::Code;
using base::message;
using base::Result;
using base::Secret;

namespace {

// TypedWords are words of the list; which ones is wiped.
class TypedWords {
 public:
  explicit TypedWords(std::size_t count) : count_(std::min(count, words_.size())) {}
  TypedWords(const TypedWords&) = delete;
  TypedWords& operator=(const TypedWords&) = delete;
  ~TypedWords() { ::explicit_bzero(words_.data(), sizeof words_); }

  [[nodiscard]] std::size_t count() const { return count_; }
  void set(std::size_t at, std::string_view word) { words_.at(at) = word; }
  [[nodiscard]] Secret text() const {
    std::size_t size = 0;
    for (std::size_t i = 0; i < count_; ++i) size += words_.at(i).size() + 1;
    Secret text(size);
    std::size_t at = 0;
    for (std::size_t i = 0; i < count_; ++i) {
      std::ranges::copy(words_.at(i), text.data() + at);
      at += words_.at(i).size();
      text.data()[at++] = ' ';
    }
    return text;
  }

 private:
  std::array<std::string_view, 96> words_;
  std::size_t count_;
};

// Takes the words of one line into the places from `at` on, and gives the next place.
Result<std::size_t> take_line(std::string_view line, std::size_t at, TypedWords& words) {
  for (const auto part : base::split(line, ' ')) {
    const auto word = base::trim(part);
    if (word.empty()) continue;
    if (at == words.count()) {
      return base::fail(Code::kMalformed, "These are more than the {} words that are asked for.", words.count());
    }
    TRY(const auto whole, keymgmt::complete_share_word(word, at + 1));
    words.set(at++, whole);
  }
  return at;
}

Result<> type_words(const Context& context, std::size_t from, std::size_t to, TypedWords& words) {
  std::size_t at = from;
  while (at < to) {
    TRY(const auto line, context.ask_secret(message("Word {} of {}", at + 1, words.count())));
    const auto next = take_line(line.text(), at, words);
    if (next) {
      at = *next;
    } else {
      context.remark(next.error().detail);
    }
  }
  return {};
}

Result<> type_one_again(const Context& context, TypedWords& words) {
  while (true) {
    TRY(const auto answer,
        context.ask(message("Number of the word to type again (press Enter alone to give up)"), ""));
    if (answer.empty()) return base::fail(Code::kUsage, "The words were given up. Nothing was changed.");
    std::size_t number = 0;
    const auto [end, error] = std::from_chars(answer.data(), answer.data() + answer.size(), number);
    if (error == std::errc() && end == answer.data() + answer.size() && number >= 1 && number <= words.count())
      return type_words(context, number - 1, number, words);
    context.remark(message("It is a number from 1 to {}.", words.count()));
  }
}

}  // namespace

Result<keymgmt::OpenedShare> type_share(const Context& context, std::size_t secret_size, Proof proof) {
  const auto own = keymgmt::share_word_count(secret_size);
  TypedWords words(proof == Proof::kNeeded ? own + keymgmt::kProofWords : own);
  context.remark(
      proof == Proof::kNeeded
          ? message("Type the {} words of the share, then the {} of the proof. The first four letters of a "
                    "word are enough; nothing is shown.",
                    own, keymgmt::kProofWords)
          : message("Type the {} words of the share. The first four letters of a word are enough; nothing "
                    "is shown.",
                    own));
  TRY(type_words(context, 0, words.count(), words));
  while (true) {
    const auto text = words.text();
    auto opened = keymgmt::parse_share_text(text.text(), secret_size);
    if (opened) return opened;
    context.remark(opened.error().detail);
    TRY(type_one_again(context, words));
  }
}

}  // namespace yuxin::cli
