#include "yuxin/base/language.hpp"

#include <atomic>
#include <cstdint>
#include <cstring>
#include <unordered_map>
#include <utility>

#include "yuxin/base/text.hpp"
#include "yuxin/base/translation.hpp"

// The octets of zh.mo, laid into the library by cmake/YuxinCatalogue.cmake.
extern "C" const unsigned char yuxin_catalogue_begin[];
extern "C" const unsigned char yuxin_catalogue_end[];

namespace yuxin::base {
namespace {

std::atomic<Language> chosen{Language::kEnglish};
thread_local std::optional<Language> of_thread;
thread_local BothLanguages* listening = nullptr;

using Catalogue = std::unordered_map<std::string_view, std::string_view>;

// MoFile reads GNU gettext's compiled form: a header of 32-bit words in the byte order of the machine that
// compiled it, then two tables of (length, offset).
class MoFile {
 public:
  explicit MoFile(std::string_view octets) : octets_(octets) {}

  [[nodiscard]] Catalogue read() const {
    constexpr std::uint32_t kMagic = 0x950412de;
    Catalogue catalogue;
    if (word(0) != kMagic) return catalogue;
    const std::uint32_t count = word(8);
    const std::uint32_t originals = word(12);
    const std::uint32_t translations = word(16);
    catalogue.reserve(count);
    for (std::uint32_t i = 0; i < count; ++i) {
      const std::string_view original = string(originals + 8 * i);
      const std::string_view translation = string(translations + 8 * i);
      if (!original.empty() && !translation.empty()) catalogue.emplace(original, translation);
    }
    return catalogue;
  }

 private:
  [[nodiscard]] std::uint32_t word(std::size_t offset) const {
    std::uint32_t value = 0;
    if (octets_.size() >= sizeof value && offset <= octets_.size() - sizeof value) {
      std::memcpy(&value, octets_.data() + offset, sizeof value);
    }
    return value;
  }
  [[nodiscard]] std::string_view string(std::size_t entry) const {
    const std::size_t length = word(entry);
    const std::size_t offset = word(entry + 4);
    if (offset > octets_.size() || length > octets_.size() - offset) return {};
    return octets_.substr(offset, length);
  }

  std::string_view octets_;
};

const Catalogue& chinese() {
  static const Catalogue catalogue = MoFile({reinterpret_cast<const char*>(yuxin_catalogue_begin),
                                             static_cast<std::size_t>(yuxin_catalogue_end - yuxin_catalogue_begin)})
                                         .read();
  return catalogue;
}

char ascii_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

void set_language(Language language) { chosen.store(language, std::memory_order_relaxed); }

Language language() { return of_thread.value_or(chosen.load(std::memory_order_relaxed)); }

LanguageScope::LanguageScope(Language language) : before_(std::exchange(of_thread, language)) {}

LanguageScope::~LanguageScope() { of_thread = before_; }

std::optional<Language> language_named(std::string_view name) {
  // POSIX locale names are language[_territory][.codeset][@modifier]; BCP 47 tags use '-'.
  const std::string_view first = name.substr(0, name.find_first_of("_-.@"));
  if (first.size() != 2) return std::nullopt;
  const char a = ascii_lower(first[0]);
  const char b = ascii_lower(first[1]);
  if (a == 'z' && b == 'h') return Language::kChinese;
  if (a == 'e' && b == 'n') return Language::kEnglish;
  return std::nullopt;
}

std::string_view tr(const char* msgid) {
  if (listening != nullptr) listening->remember(msgid);
  return translated(msgid, language());
}

BothLanguages::BothLanguages() : scope_(Language::kEnglish) { listening = this; }

BothLanguages::~BothLanguages() { listening = nullptr; }

void BothLanguages::remember(std::string_view msgid) {
  constexpr std::size_t kMost = 64;
  said_.emplace_back(msgid);
  if (said_.size() > kMost) said_.pop_front();
}

std::string_view translated(const char* msgid, Language language) {
  if (language == Language::kEnglish) return msgid;
  const Catalogue& catalogue = chinese();
  const auto found = catalogue.find(msgid);
  return found == catalogue.end() ? std::string_view(msgid) : found->second;
}

namespace {

// weight_of reads "q=0.8" in thousandths (RFC 9110 section 12.4.2): 1000 where nothing is said, 0 for what is no
// weight.
int weight_of(std::string_view parameters) {
  const auto parameter = trim(parameters.substr(0, parameters.find(';')));
  if (parameter.empty()) return 1000;
  if (parameter.size() < 3 || ascii_lower(parameter[0]) != 'q' || parameter[1] != '=') return 0;
  const auto number = parameter.substr(2);
  if (number[0] != '0' && number[0] != '1') return 0;
  int weight = (number[0] - '0') * 1000;
  int place = 100;
  for (std::size_t at = 2; at < number.size() && place > 0; ++at, place /= 10) {
    if (number[1] != '.' || number[at] < '0' || number[at] > '9') return 0;
    weight += (number[at] - '0') * place;
  }
  return weight > 1000 ? 0 : weight;
}

}  // namespace

Language preferred_language(std::string_view accept_language, Language otherwise) {
  Language best = otherwise;
  int highest = 0;
  for (const auto member : split(accept_language, ',')) {
    const auto semicolon = member.find(';');
    const auto named = language_named(trim(member.substr(0, semicolon)));
    const int weight = semicolon == std::string_view::npos ? 1000 : weight_of(member.substr(semicolon + 1));
    if (!named || weight <= highest) continue;
    best = *named;
    highest = weight;
  }
  return best;
}

}  // namespace yuxin::base
