// yuxin share print: a custodian's sealed share as a page for paper.
#include <unistd.h>

#include "app/share_input.hpp"
#include "app/share_page.hpp"
#include "commands.hpp"
#include "yuxin/base/file.hpp"
#include "yuxin/keymgmt/reshare.hpp"

namespace yuxin::cli {
namespace {

using base::Code;
using base::fail;
using base::message;
using base::Result;

Result<int> print(Context& context, const Arguments& arguments) {
  const auto out = arguments.one("--out", "-");
  if (out != "-" && base::file_exists(out))
    return fail(Code::kConflict, "{} exists already. Nothing was changed. Name a file that does not exist.", out);
  TRY(const auto shares, keymgmt::load_register(arguments.one("REGISTER")));
  if (!names_a_share(arguments))
    return fail(Code::kUsage, "Which share? Name its file with --share FILE, or type its words: --words");
  TRY(auto input, ShareInput::of(context, arguments, shares, Proof::kNeeded));
  if (out == "-" && ::isatty(STDOUT_FILENO) == 1) {
    TRY(const bool agreed, context.confirm(message("The share will be shown on this screen. Is nobody looking?")));
    if (!agreed) return fail(Code::kRefused, "Nothing was shown.");
  }
  TRY(const auto brought, input.next(""));
  TRY(const auto place, keymgmt::prove_share(shares, *brought));
  TRY(const auto page, share_page(shares, place, *brought));
  TRY(base::write_file(out, page.view(), base::Existing::kRefuse, base::Permissions::kPrivate));
  return 0;
}

}  // namespace

CommandSpec share_print_command() {
  std::vector<OptionSpec> options = {
      {"REGISTER", Arity::kOne, Presence::kRequired, "REGISTER", "the register of the set (register.json)"},
      out_option("a new file for the page, for its owner's eyes only; standard output if not given")};
  for (auto& option : share_options(Arity::kOne)) options.push_back(option);
  return {"share",
          "print",
          "open a share and lay it out for paper: numbered words and a QR code",
          std::move(options),
          {"yuxin share print register.json --share share-1-1.json | lpr"},
          print};
}

}  // namespace yuxin::cli
