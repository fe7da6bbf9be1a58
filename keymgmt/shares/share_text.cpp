#include "yuxin/keymgmt/share_text.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>

#include "rs1024.hpp"
#include "word_text.hpp"

namespace yuxin::keymgmt {

using base::Code;
using base::fail;
using base::Result;
using base::Secret;

namespace {

constexpr std::string_view kFormat = "yuxin-share-1\n";
constexpr std::string_view kCommitment = "yuxin-share-commitment-1\n";
constexpr std::string_view kProofCustomization = "yuxin-proof";
constexpr std::size_t kSetSize = 16;

Secret joined(std::initializer_list<std::string_view> parts) {
  std::size_t size = 0;
  for (const auto part : parts) size += part.size();
  Secret text(size);
  std::size_t at = 0;
  for (const auto part : parts) {
    std::ranges::copy(part, text.data() + at);
    at += part.size();
  }
  return text;
}

Result<Secret> salt_from(std::span<const std::uint16_t> words, std::size_t first) {
  auto checked = check_words(kProofCustomization, words, first);
  if (!checked) return fail(Code::kMalformed, "In the words of the proof: {}", checked.error().detail);
  Secret salt(kShareSaltSize);
  if (!octets_of(words.first(words.size() - kChecksumWords), {salt.data(), salt.size()}))
    return fail(Code::kMalformed, "The words of the proof are none: their checksum is right, but not their padding.");
  return salt;
}

Result<Secret> parse_proof(std::string_view text) {
  TRY(const auto numbers, parse_words(text));
  if (numbers.size() != kProofWords)
    return fail(Code::kMalformed, "A proof has {} words, and these are {}.", kProofWords, numbers.size());
  return salt_from(numbers.view(), 1);
}

// take_line cuts "LABEL VALUE\n" from the front of the text.
std::optional<std::string_view> take_line(std::string_view& text, std::string_view label) {
  const auto end = text.find('\n');
  if (end == std::string_view::npos || !text.starts_with(label) || text.size() <= label.size() ||
      text[label.size()] != ' ')
    return std::nullopt;
  const auto value = text.substr(label.size() + 1, end - label.size() - 1);
  text.remove_prefix(end + 1);
  return value;
}

Result<OpenedShare> parse_complete(std::string_view text) {
  text.remove_prefix(kFormat.size());
  const auto set = take_line(text, "set");
  const auto fingerprint = set ? take_line(text, "register") : std::nullopt;
  const auto words = fingerprint ? take_line(text, "words") : std::nullopt;
  const auto proof = words ? take_line(text, "proof") : std::nullopt;
  auto set_octets = base::from_hex(set.value_or(""));
  const auto digest = base::from_hex(fingerprint.value_or(""));
  OpenedShare opened;
  opened.fingerprint.emplace();
  if (!proof || !text.empty() || !set_octets || set_octets->size() != kSetSize || !digest ||
      digest->size() != opened.fingerprint->size())
    return fail(Code::kMalformed, "This text of a share is not complete, or somebody changed it.");
  opened.set = std::move(*set_octets);
  std::ranges::copy(*digest, opened.fingerprint->begin());
  TRY(opened.share, parse_share_words(*words));
  TRY(opened.salt, parse_proof(*proof));
  return opened;
}

}  // namespace

Secret proof_words(base::ByteView salt) {
  WordNumbers numbers;
  numbers.add_octets(salt);
  numbers.add(rs1024_checksum(kProofCustomization, numbers.view()));
  return print_words(numbers.view());
}

x509::Digest256 share_commitment(const Share& share, base::ByteView salt) {
  const auto words = share_words(share);
  const auto proof = proof_words(salt);
  const auto text = joined({kCommitment, proof.text(), "\n", words.text(), "\n"});
  return x509::sha256(text.view());
}

Secret print_share_text(const OpenedShare& opened) {
  const auto words = share_words(opened.share);
  const auto proof = proof_words(opened.salt.view());
  return joined({kFormat, "set ", base::hex(opened.set), "\nregister ",
                 base::hex(opened.fingerprint.value_or(x509::Digest256{})), "\nwords ", words.text(), "\nproof ",
                 proof.text(), "\n"});
}

Result<OpenedShare> parse_share_text(std::string_view text, std::size_t secret_size) {
  if (text.starts_with(kFormat)) return parse_complete(text);
  TRY(const auto numbers, parse_words(text));
  const auto count = share_word_count(secret_size);
  const auto words = numbers.view();
  if (words.size() != count && words.size() != count + kProofWords) {
    return fail(
        Code::kMalformed,
        "A share of this set has {} words, and {} with its proof; these are {}. Is a word missing, or one too "
        "many?",
        count, count + kProofWords, words.size());
  }
  OpenedShare opened;
  const auto own = print_words(words.first(count));
  TRY(opened.share, parse_share_words(own.text()));
  if (words.size() > count) {
    TRY(opened.salt, salt_from(words.subspan(count), count + 1));
  }
  return opened;
}

}  // namespace yuxin::keymgmt
