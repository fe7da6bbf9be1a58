// Signed checkpoints of the ledger in the C2SP tlog-checkpoint and signed-note forms.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "yuxin/base/result.hpp"
#include "yuxin/evidence/ledger.hpp"
#include "yuxin/x509/key.hpp"

namespace yuxin::evidence {

// Checkpoint is a tree head with the name of its log ("yuxin.example/ledger/<home id>").
struct Checkpoint {
  std::string origin;
  TreeHead head;
};

// sign_checkpoint writes the note text and one Ed25519 signature line (C2SP signed-note: key name, then base64 of the
// four-octet key hash and the signature). The signer's key must be Ed25519 (kUsage otherwise).
[[nodiscard]] base::Result<std::string> sign_checkpoint(const Checkpoint& checkpoint, const x509::Signer& signer);

// open_checkpoint checks a signed note against a public key and gives what it says. kMalformed, kBadSignature.
[[nodiscard]] base::Result<Checkpoint> open_checkpoint(std::string_view note, const x509::PublicKey& key);

// verifier_key prints a key in the signed-note form "NAME+HASH+BASE64", to publish and to type.
[[nodiscard]] std::string verifier_key(std::string_view name, const x509::PublicKey& key);
// parse_verifier_key reads it back, or a PEM public key; kMalformed, also for the key of a witness.
struct VerifierKey {
  std::string name;
  x509::PublicKey key;
};
[[nodiscard]] base::Result<VerifierKey> parse_verifier_key(std::string_view text);

// note_from_paper gives what a person typed from paper, or a scanner read, the exact form of a signed note: line
// ends, blanks, the dash before signatures and broken lines are set right, and what stands around the note on a
// printed page is left out. A text without a signature line comes back as it is. Proves nothing: open the result.
[[nodiscard]] std::string note_from_paper(std::string_view text);

// store_checkpoint keeps a signed checkpoint with the ledger. checkpoints gives all of them back, oldest first, each
// with the co-signatures that came since; latest_checkpoint the newest or nothing.
[[nodiscard]] base::Result<> store_checkpoint(store::Writer& writer, const Checkpoint& checkpoint,
                                              std::string_view note);
[[nodiscard]] base::Result<std::vector<std::string>> checkpoints(store::Reader& reader);
[[nodiscard]] base::Result<std::optional<std::string>> latest_checkpoint(store::Reader& reader);

// KeptCheckpoint is a checkpoint as it lies beside the ledger. Nothing of it is proven before it is opened.
struct KeptCheckpoint {
  std::int64_t id = 0;
  std::int64_t size = 0;   // what the row says
  std::string note;        // with co-signatures
  base::Bytes time_stamp;  // DER TimeStampToken over checkpoint_body(note), or empty
};
[[nodiscard]] base::Result<std::vector<KeptCheckpoint>> kept_checkpoints(store::Reader& reader);  // oldest first
// kept_checkpoint gives the newest of a size, or the newest of all; or nothing.
[[nodiscard]] base::Result<std::optional<KeptCheckpoint>> kept_checkpoint(
    store::Reader& reader, std::optional<std::int64_t> size = std::nullopt);
// add_cosignature keeps a line that check_cosignatures found good. A line that is there already stays once.
// kConflict when the checkpoint bears as many signatures as a note may.
[[nodiscard]] base::Result<> add_cosignature(store::Writer& writer, const KeptCheckpoint& checkpoint,
                                             std::string_view line);
// add_time_stamp keeps a token; kConflict when there is one already.
[[nodiscard]] base::Result<> add_time_stamp(store::Writer& writer, const KeptCheckpoint& checkpoint,
                                            base::ByteView token);
// checkpoint_body is the part of a note that is signed, time-stamped and countersigned; kMalformed.
[[nodiscard]] base::Result<std::string> checkpoint_body(std::string_view note);

// check_against proves that the ledger still begins with the checkpoint's tree: kIntegrity when it was truncated,
// edited, reordered or rolled back since.
[[nodiscard]] base::Result<> check_against(store::Reader& reader, const Checkpoint& checkpoint);

}  // namespace yuxin::evidence
