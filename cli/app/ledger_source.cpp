#include "ledger_source.hpp"

#include <filesystem>

#include "yuxin/base/file.hpp"

namespace yuxin::cli {

using base::Code;
using base::Result;

Result<x509::PublicKey> read_verifier_key(const std::string& file) {
  TRY(auto text, base::read_file(file, 1U << 16U));
  auto parsed = evidence::parse_verifier_key(base::as_text(text));
  if (!parsed) return base::fail(parsed.error().code, "{}: {}", file, parsed.error().detail);
  return std::move(parsed->key);
}

Result<LedgerSource> ledger_of(Home& home) {
  TRY(auto key, read_verifier_key(home.keys_folder() + "/ledger.pub"));
  TRY(auto origin, home.ledger_origin());
  return LedgerSource{home.path(), home.shared_store(), std::move(origin), std::move(key)};
}

Result<LedgerSource> open_ledger_source(const Context& context, const Arguments& arguments) {
  auto home = context.options().home;
  auto file = arguments.one("FILE");
  std::shared_ptr<store::Store> store;
  std::error_code ignored;
  if (std::filesystem::is_directory(file, ignored)) {
    home = file;
    file.clear();
  }
  if (file.empty()) {
    TRY(auto opened, Home::open(home, Home::Access::kRead, context.clock()));
    store = opened->shared_store();
  } else {
    TRY(store, open_database_copy(file));
  }
  auto key_file = arguments.maybe("--key");
  if (!key_file) {
    key_file = home + "/keys/ledger.pub";
    if (!base::file_exists(*key_file)) {
      return base::fail(Code::kUsage,
                        "Checkpoints are signed, and {} is not there to check them with. Give the public key of the "
                        "ledger with --key FILE: keys/ledger.pub of the home, or what yuxin audit checkpoint says.",
                        *key_file);
    }
  }
  TRY(auto key, read_verifier_key(*key_file));
  TRY(auto origin, ledger_origin_of(*store));
  return LedgerSource{file.empty() ? home : file, std::move(store), std::move(origin), std::move(key)};
}

}  // namespace yuxin::cli
