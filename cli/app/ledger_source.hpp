// Where an auditor reads a ledger: a home, or a database that was copied out of one.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "command.hpp"
#include "context.hpp"
#include "home.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/evidence/checkpoint.hpp"
#include "yuxin/evidence/cosignature.hpp"
#include "yuxin/store/store.hpp"

namespace yuxin::cli {

// LedgerSource is a database open for reading and the public key of its ledger. Needs no passphrase.
struct LedgerSource {
  std::string path;
  std::shared_ptr<store::Store> store;
  std::string origin;
  x509::PublicKey key;
  std::string home;   // its folder, where published lists lie; empty for a database alone
  HomeConfig config;  // of that home
};

// open_ledger_source takes the database FILE (or the folder of a home) of the arguments, else the home of the call;
// and the key of --key, else keys/ledger.pub of that home.
[[nodiscard]] base::Result<LedgerSource> open_ledger_source(const Context& context, const Arguments& arguments);

// open_ledger_store is the database alone: of the FILE (or the folder of a home) of the arguments, else of the home
// of the call. A copy is read without leaving anything beside it.
[[nodiscard]] base::Result<std::shared_ptr<store::Store>> open_ledger_store(const Context& context,
                                                                            const Arguments& arguments);

// ledger_of is the ledger of a home that is open, with the key of its own folder.
[[nodiscard]] base::Result<LedgerSource> ledger_of(Home& home);

// witnesses_of gives the keys that the settings of a home name.
[[nodiscard]] std::vector<evidence::WitnessKey> witnesses_of(const HomeConfig& config);
// read_witness_key takes a key in the signed-note form, or the name of a file that holds one.
[[nodiscard]] base::Result<evidence::WitnessKey> read_witness_key(const std::string& text_or_file);

// read_note reads a checkpoint from a file, typed or scanned ones too.
[[nodiscard]] base::Result<std::string> read_note(const std::string& file);
// open_own opens a checkpoint that must be one of this ledger; kIntegrity when it is another's.
[[nodiscard]] base::Result<evidence::Checkpoint> open_own(const LedgerSource& source, std::string_view note);

// read_ledger_key takes the key of a ledger in the signed-note form (NAME+HASH+KEY), or the name of a file that holds
// one in that form or in PEM. read_verifier_key reads the file alone.
[[nodiscard]] base::Result<evidence::VerifierKey> read_ledger_key(const std::string& text_or_file);
[[nodiscard]] base::Result<x509::PublicKey> read_verifier_key(const std::string& file);

}  // namespace yuxin::cli
