// yuxin audit copy: the database of a home, as an auditor takes it away, while a server works on it.
#include <filesystem>

#include "app/ledger_source.hpp"
#include "app/output.hpp"
#include "commands.hpp"
#include "yuxin/evidence/ledger.hpp"
#include "yuxin/x509/digest.hpp"

namespace yuxin::cli {
namespace {

using base::fail;
using base::message;
using base::Result;

// What the copy holds is read from the copy.
Result<evidence::TreeHead> head_of(const std::string& file) {
  TRY(const auto store, open_database_copy(file));
  evidence::TreeHead head;
  TRY(store->read([&](store::Reader& reader) -> Result<> {
    TRY(head, evidence::tree_head(reader));
    return {};
  }));
  return head;
}

Result<int> copy(Context& context, const Arguments& arguments) {
  const auto file = arguments.one("FILE");
  std::error_code ignored;
  if (file == "-" || (std::filesystem::exists(file, ignored) && !std::filesystem::is_regular_file(file, ignored)))
    return fail(base::Code::kUsage, "\"{}\" is no name for a new file. A database can only be copied into one.",
                file);
  TRY(check_new_output(file));
  TRY(const auto home, open_home(context, Home::Access::kRead));
  TRY(store::copy_sqlite(home->path() + "/yuxin.db", file));
  TRY(const auto head, head_of(file));
  const auto key = home->keys_folder() + "/ledger.pub";
  if (context.options().json) {
    context.document(
        base::JsonObject{{"file", file}, {"records", head.size}, {"root", base::hex(head.root)}, {"key", key}});
    return 0;
  }
  context.remark(message("Copied the database of {} to {}: {} entries, head {}.", home->path(), file, head.size,
                         base::hex(head.root).substr(0, 16)));
  context.remark(
      message("Whoever has the copy and {} can check it: yuxin audit verify {} --key ledger.pub", key, file));
  return 0;
}

}  // namespace

CommandSpec audit_copy_command() {
  return {"audit",
          "copy",
          "copy the database for an auditor, whole although a server works on it; needs no passphrase",
          {{"FILE", Arity::kOne, Presence::kRequired, "FILE", "a new file"}},
          {"yuxin --home city/online audit copy copy.db"},
          copy};
}

}  // namespace yuxin::cli
