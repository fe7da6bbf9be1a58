#include "yuxin/base/period_words.hpp"

#include "yuxin/base/language.hpp"

namespace yuxin::base {

std::string period_in_words(const Period& period) {
  constexpr std::int64_t kDay = 86400;
  std::string words;
  const auto part = [&words](std::int64_t number, const char* one, const char* many) {
    if (number == 0) return;
    if (!words.empty()) words += ' ';
    words += number == 1 ? std::string(tr(one)) : message(many, number);
  };
  part(period.years, translatable("1 year"), translatable("{} years"));
  part(period.months, translatable("1 month"), translatable("{} months"));
  part(period.seconds / kDay, translatable("1 day"), translatable("{} days"));
  part(period.seconds / 3600 % 24, translatable("1 hour"), translatable("{} hours"));
  part(period.seconds / 60 % 60, translatable("1 minute"), translatable("{} minutes"));
  part(period.seconds % 60, translatable("1 second"), translatable("{} seconds"));
  return words.empty() ? message("{} seconds", 0) : words;
}

}  // namespace yuxin::base
