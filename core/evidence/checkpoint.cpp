#include "yuxin/evidence/checkpoint.hpp"

#include <algorithm>

#include "note.hpp"
#include "repository.hpp"

namespace yuxin::evidence {

using base::Code;
using base::fail;
using base::Result;

namespace {

constexpr std::uint8_t kEd25519Note = 0x01;  // C2SP signed-note: the signature type Ed25519
constexpr std::size_t kEd25519KeySize = 32;
constexpr std::size_t kHashDigits = 8;

bool is_ed25519(const x509::PublicKey& key) { return key.kind().type == x509::KeyType::kEd25519; }

base::Bytes typed_key(const x509::PublicKey& key) {
  base::Bytes octets{kEd25519Note};
  base::append(octets, key.key_bits());
  return octets;
}

// C2SP signed-note: the first four octets of SHA-256(name || 0x0A || type || key).
base::Bytes key_hash(std::string_view name, base::ByteView typed) {
  constexpr std::uint8_t kLineFeed[] = {0x0a};
  const auto digest = x509::sha256(base::as_bytes(name), kLineFeed, typed);
  return {digest.begin(), digest.begin() + 4};
}

base::Failure not_a_checkpoint() {
  return fail(Code::kMalformed,
              "This is not a checkpoint: a checkpoint has a name, a number of records, a root in base64, "
              "an empty line and a signature line.");
}

base::Failure not_a_key() {
  return fail(Code::kMalformed,
              "This is not a verifier key: it should read NAME+HASH+KEY, or be an Ed25519 public key "
              "in PEM.");
}

Result<x509::PublicKey> ed25519_from_spki(base::ByteView spki) {
  auto key = x509::PublicKey::from_spki(spki);
  if (!key || !is_ed25519(*key)) return not_a_key();
  return key;
}

Result<x509::PublicKey> ed25519_from_raw(base::ByteView raw) {
  // RFC 8410 section 4: SubjectPublicKeyInfo of an Ed25519 key up to the key itself.
  base::Bytes spki{0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00};
  base::append(spki, raw);
  return ed25519_from_spki(spki);
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
  std::string note = checkpoint_text(checkpoint);
  TRY(const auto signature, signer.sign(base::as_bytes(note)));
  base::Bytes line = key_hash(checkpoint.origin, typed_key(signer.public_key()));
  base::append(line, signature);
  note += "\n\xe2\x80\x94 " + checkpoint.origin + ' ' + base::base64(line) + '\n';
  return note;
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
  const auto typed = typed_key(key);
  const auto own = std::ranges::find_if(parsed->signatures, [&](const Note::Signature& signature) {
    return signature.key_hash == key_hash(signature.name, typed);
  });
  if (own == parsed->signatures.end()) {
    return fail(Code::kBadSignature, "The checkpoint of {} is not signed with the key given.", checkpoint->origin);
  }
  const auto identifier = x509::scheme(x509::SignatureAlgorithm::kEd25519).identifier;
  if (!x509::verify_tbs(key, identifier, base::as_bytes(parsed->text), own->signature)) {
    return fail(Code::kBadSignature, "The signature on the checkpoint of {} is not good: the text was changed.",
                checkpoint->origin);
  }
  return std::move(*checkpoint);
}

std::string verifier_key(std::string_view name, const x509::PublicKey& key) {
  const auto typed = typed_key(key);
  return std::string(name) + '+' + base::hex(key_hash(name, typed)) + '+' + base::base64(typed);
}

Result<VerifierKey> parse_verifier_key(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
  const auto blocks = base::parse_pem(text);
  if (std::ranges::count(blocks, "PUBLIC KEY", &base::PemBlock::label) > 1) return not_a_key();  // which one is it?
  const auto block = std::ranges::find(blocks, "PUBLIC KEY", &base::PemBlock::label);
  if (block != blocks.end()) {
    TRY(auto key, ed25519_from_spki(block->der));
    return VerifierKey{{}, std::move(key)};
  }
  const auto first = text.find('+');
  if (first == std::string_view::npos || text.size() < first + kHashDigits + 2 ||
      text[first + kHashDigits + 1] != '+') {
    return not_a_key();
  }
  const auto name = text.substr(0, first);
  const auto hash = base::from_hex(text.substr(first + 1, kHashDigits));
  const auto typed = from_strict_base64(text.substr(first + kHashDigits + 2));
  if (!is_key_name(name) || !hash || !typed || typed->size() != kEd25519KeySize + 1 ||
      typed->front() != kEd25519Note) {
    return not_a_key();
  }
  if (*hash != key_hash(name, *typed)) {
    return fail(Code::kMalformed, "The verifier key of {} is mistyped: its checksum {} does not fit.", name,
                base::hex(*hash));
  }
  TRY(auto key, ed25519_from_raw(base::ByteView(*typed).subspan(1)));
  return VerifierKey{std::string(name), std::move(key)};
}

Result<> store_checkpoint(store::Writer& writer, const Checkpoint& checkpoint, std::string_view note) {
  return repository::insert_checkpoint(writer.session(), checkpoint.head.size, note);
}

Result<std::vector<std::string>> checkpoints(store::Reader& reader) { return repository::notes(reader.session()); }

Result<std::optional<std::string>> latest_checkpoint(store::Reader& reader) {
  return repository::latest_note(reader.session());
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
        "changed, removed or moved. Which one: yuxin audit verify.",
        size);
  }
  return {};
}

}  // namespace yuxin::evidence
