#include "new_passphrase.hpp"

#include "yuxin/base/bytes.hpp"
#include "yuxin/base/file.hpp"
#include "yuxin/base/text.hpp"

namespace yuxin::cli {

using base::Code;
using base::fail;
using base::message;
using base::Result;
using base::Secret;

namespace {

bool is_long_enough(const Secret& passphrase) {
  const auto text = base::as_text(passphrase.view());
  return (base::is_utf8(text) ? base::code_points(text) : text.size()) >= kShortestKeyPassphrase;
}

}  // namespace

Result<> check_new_passphrase(const Secret& passphrase, const std::string& source) {
  if (is_long_enough(passphrase)) return {};
  return fail(Code::kUsage,
              "The passphrase in {} is too short: one for keys has at least {} characters. Nothing was changed. Four "
              "words that nobody would guess are enough.",
              source, kShortestKeyPassphrase);
}

Result<Secret> read_new_passphrase(const std::string& file) {
  TRY(auto passphrase, base::read_passphrase_file(file));
  TRY(check_new_passphrase(passphrase, file));
  return passphrase;
}

Result<Secret> type_new_passphrase(const Context& context, const std::string& question, May may) {
  while (true) {
    TRY(auto first, context.ask_secret(question));
    if (first.empty() && may == May::kStayEmpty) return first;
    if (!is_long_enough(first)) {
      context.remark(message("At least {} characters, please.", kShortestKeyPassphrase));
      continue;
    }
    TRY(auto second, context.ask_secret(message("Once more")));
    if (base::equal_constant_time(first.view(), second.view())) return first;
    context.remark(message("They differ. Please type it again."));
  }
}

Result<Secret> new_passphrase_of(const Context& context, const Arguments& arguments) {
  if (const auto file = arguments.maybe("--new-passphrase-file")) return read_new_passphrase(*file);
  if (!context.interactive()) {
    return fail(Code::kUsage,
                "Nobody can be asked for the new passphrase here. Name a file: --new-passphrase-file FILE");
  }
  return type_new_passphrase(context, message("New passphrase"), May::kNotStayEmpty);
}

}  // namespace yuxin::cli
