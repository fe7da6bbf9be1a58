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

Result<evidence::VerifierKey> read_ledger_key(const std::string& text_or_file) {
  auto key = evidence::parse_verifier_key(text_or_file);
  // what has the marks of a key and is none must not be looked for on the disk
  if (key || (!base::file_exists(text_or_file) && text_or_file.find('+') != std::string::npos)) return key;
  TRY(auto text, base::read_file(text_or_file, 1U << 16U));
  auto read = evidence::parse_verifier_key(base::as_text(text));
  if (!read) return base::fail(read.error().code, "{}: {}", text_or_file, read.error().detail);
  return read;
}

Result<LedgerSource> ledger_of(Home& home) {
  TRY(auto key, read_verifier_key(home.keys_folder() + "/ledger.pub"));
  TRY(auto origin, home.ledger_origin());
  return LedgerSource{home.path(),    home.shared_store(), std::move(origin),
                      std::move(key), home.path(),         home.config()};
}

std::vector<evidence::WitnessKey> witnesses_of(const HomeConfig& config) {
  std::vector<evidence::WitnessKey> keys;
  for (const auto& text : config.ledger.witnesses) {
    auto key = evidence::parse_witness_key(text);
    if (key) keys.push_back(std::move(*key));  // they were checked when the settings were read
  }
  return keys;
}

Result<evidence::WitnessKey> read_witness_key(const std::string& text_or_file) {
  auto key = evidence::parse_witness_key(text_or_file);
  if (key || !base::file_exists(text_or_file)) return key;
  TRY(auto text, base::read_file(text_or_file, 1U << 16U));
  auto read = evidence::parse_witness_key(base::as_text(text));
  if (!read) return base::fail(read.error().code, "{}: {}", text_or_file, read.error().detail);
  return read;
}

Result<std::string> read_note(const std::string& file) {
  TRY(auto text, base::read_file(file, 1U << 20U));
  return evidence::note_from_paper(base::as_text(text));
}

Result<evidence::Checkpoint> open_own(const LedgerSource& source, std::string_view note) {
  TRY(auto checkpoint, evidence::open_checkpoint(note, source.key));
  if (checkpoint.origin == source.origin) return checkpoint;
  return base::fail(Code::kIntegrity, "The checkpoint is one of {}; this ledger is {}.", checkpoint.origin,
                    source.origin);
}

Result<std::shared_ptr<store::Store>> open_ledger_store(const Context& context, const Arguments& arguments) {
  const auto file = arguments.one("FILE");
  std::error_code ignored;
  if (!file.empty() && !std::filesystem::is_directory(file, ignored)) return open_database_copy(file);
  TRY(auto home, Home::open(file.empty() ? context.options().home : file, Home::Access::kRead, context.clock()));
  return home->shared_store();
}

Result<LedgerSource> open_ledger_source(const Context& context, const Arguments& arguments) {
  auto home = context.options().home;
  auto file = arguments.one("FILE");
  std::shared_ptr<store::Store> store;
  HomeConfig config;
  std::error_code ignored;
  if (std::filesystem::is_directory(file, ignored)) {
    home = file;
    file.clear();
  }
  if (file.empty()) {
    TRY(auto opened, Home::open(home, Home::Access::kRead, context.clock()));
    store = opened->shared_store();
    config = opened->config();
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
  return LedgerSource{file.empty() ? home : file,          std::move(store), std::move(origin), std::move(key),
                      file.empty() ? home : std::string(), std::move(config)};
}

}  // namespace yuxin::cli
