#include "yuxin/evidence/checkpoint.hpp"

#include <algorithm>

#include "note.hpp"
#include "note_key.hpp"
#include "repository.hpp"

namespace yuxin::evidence {

using base::Code;
using base::fail;
using base::Result;

namespace {

base::Failure not_a_checkpoint() {
  return fail(Code::kMalformed,
              "This is not a checkpoint: a checkpoint has a name, a number of records, a root in base64, "
              "an empty line and a signature line.");
}

}  // namespace

Result<std::string> sign_checkpoint(const Checkpoint& checkpoint, const x509::Signer& signer) {
  if (!is_ed25519(signer.public_key())) {
    return fail(Code::kUsage, "Checkpoints are signed with an Ed25519 key; this one is {}.",
                x509::print_key_kind(signer.public_key().kind()));
  }
  if (!is_key_name(checkpoint.origin) || checkpoint.head.size < 0) {
    return fail(Code::kUsage, "\"{}\" cannot name a ledger: the name takes no blanks and no plus sign.",
                checkpoint.origin);
  }
  const std::string note = checkpoint_text(checkpoint);
  TRY(const auto signature, signer.sign(base::as_bytes(note)));
  const auto hash = note_key_hash(checkpoint.origin, NoteKeyType::kEd25519, signer.public_key());
  return note + '\n' + signature_line(checkpoint.origin, hash, signature);
}

Result<Checkpoint> open_checkpoint(std::string_view note, const x509::PublicKey& key) {
  const auto parsed = parse_note(note);
  if (!parsed) return not_a_checkpoint();
  auto checkpoint = parse_checkpoint_text(parsed->text);
  if (!checkpoint) return not_a_checkpoint();
  if (!is_ed25519(key))
    return fail(Code::kBadSignature, "Checkpoints are signed with Ed25519; the key given is another kind.");

  // Signatures of witnesses and of other keys are passed over; one by this key must be there and good. The name
  // beside it is part of the hash, and usually but not always the first line.
  const auto own = std::ranges::find_if(parsed->signatures, [&](const Note::Signature& signature) {
    return signature.key_hash == note_key_hash(signature.name, NoteKeyType::kEd25519, key);
  });
  if (own == parsed->signatures.end()) {
    return fail(Code::kBadSignature, "The checkpoint of {} is not signed with the key given.", checkpoint->origin);
  }
  if (!verify_ed25519(key, base::as_bytes(parsed->text), own->signature)) {
    return fail(Code::kBadSignature, "The signature on the checkpoint of {} is not good: the text was changed.",
                checkpoint->origin);
  }
  return std::move(*checkpoint);
}

Result<std::string> checkpoint_body(std::string_view note) {
  const auto parsed = parse_note(note);
  if (!parsed || !parse_checkpoint_text(parsed->text)) return not_a_checkpoint();
  return std::string(parsed->text);
}

Result<> check_against(store::Reader& reader, const Checkpoint& checkpoint) {
  const std::int64_t size = checkpoint.head.size;
  TRY(const auto now, repository::size(reader.session()));
  if (size > now) {
    return fail(Code::kIntegrity,
                "The ledger was cut off or rolled back: the checkpoint stands for {} records, it has {}. Do not work "
                "with this home; restore the newest backup.",
                size, now);
  }
  Frontier tree;
  // From the texts and not from the stored leaves, which somebody may have left as they were.
  TRY(for_each(reader, 0, size, [&](const StoredRecord& record) -> Result<> {
    if (record.sequence == tree.size()) tree.push(leaf_hash(base::as_bytes(record.text)));
    return {};
  }));
  if (tree.head() != checkpoint.head) {
    return fail(
        Code::kIntegrity,
        "The first {} records of the ledger are not the ones that the checkpoint stands for: at least one was "
        "changed, removed or moved. Which one: yuxin audit verify",
        size);
  }
  return {};
}

}  // namespace yuxin::evidence
