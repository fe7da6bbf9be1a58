#include "note_key.hpp"

#include <algorithm>

#include "note.hpp"
#include "yuxin/evidence/checkpoint.hpp"
#include "yuxin/evidence/cosignature.hpp"
#include "yuxin/x509/digest.hpp"

namespace yuxin::evidence {

using base::Code;
using base::fail;
using base::Result;

namespace {

constexpr std::size_t kEd25519KeySize = 32;
constexpr std::size_t kHashDigits = 8;

base::Bytes typed_key(NoteKeyType type, base::ByteView key) {
  base::Bytes octets{static_cast<std::uint8_t>(type)};
  base::append(octets, key);
  return octets;
}

base::Bytes hash_of(std::string_view name, base::ByteView typed) {
  constexpr std::uint8_t kLineFeed[] = {0x0a};
  const auto digest = x509::sha256(base::as_bytes(name), kLineFeed, typed);
  return {digest.begin(), digest.begin() + 4};
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

std::string_view without_line_end(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

}  // namespace

bool is_ed25519(const x509::PublicKey& key) { return key.kind().type == x509::KeyType::kEd25519; }

base::Bytes note_key_hash(std::string_view name, NoteKeyType type, const x509::PublicKey& key) {
  return hash_of(name, typed_key(type, key.key_bits()));
}

std::string print_note_key(std::string_view name, NoteKeyType type, const x509::PublicKey& key) {
  return std::string(name) + '+' + base::hex(note_key_hash(name, type, key)) + '+' +
         base::base64(typed_key(type, key.key_bits()));
}

std::string signature_line(std::string_view name, base::ByteView key_hash, base::ByteView signature) {
  base::Bytes octets = base::to_bytes(key_hash);
  base::append(octets, signature);
  return "\xe2\x80\x94 " + std::string(name) + ' ' + base::base64(octets) + '\n';
}

Result<> verify_ed25519(const x509::PublicKey& key, base::ByteView text, base::ByteView signature) {
  return x509::verify_tbs(key, x509::scheme(x509::SignatureAlgorithm::kEd25519).identifier, text, signature);
}

Result<NoteKey> parse_note_key(std::string_view text) {
  text = without_line_end(text);
  const auto first = text.find('+');
  if (first == std::string_view::npos || text.size() < first + kHashDigits + 2 ||
      text[first + kHashDigits + 1] != '+') {
    return not_a_key();
  }
  const auto name = text.substr(0, first);
  const auto hash = base::from_hex(text.substr(first + 1, kHashDigits));
  const auto typed = from_strict_base64(text.substr(first + kHashDigits + 2));
  if (!is_key_name(name) || !hash || !typed || typed->size() != kEd25519KeySize + 1) return not_a_key();
  const auto type = static_cast<NoteKeyType>(typed->front());
  if (type != NoteKeyType::kEd25519 && type != NoteKeyType::kCosignature) return not_a_key();
  if (*hash != hash_of(name, *typed)) {
    return fail(Code::kMalformed, "The verifier key of {} is mistyped: its checksum {} does not fit.", name,
                base::hex(*hash));
  }
  TRY(auto key, ed25519_from_raw(base::ByteView(*typed).subspan(1)));
  return NoteKey{std::string(name), type, std::move(key)};
}

std::string verifier_key(std::string_view name, const x509::PublicKey& key) {
  return print_note_key(name, NoteKeyType::kEd25519, key);
}

Result<VerifierKey> parse_verifier_key(std::string_view text) {
  const auto blocks = base::parse_pem(text);
  if (std::ranges::count(blocks, "PUBLIC KEY", &base::PemBlock::label) > 1) return not_a_key();  // which one is it?
  const auto block = std::ranges::find(blocks, "PUBLIC KEY", &base::PemBlock::label);
  if (block != blocks.end()) {
    TRY(auto key, ed25519_from_spki(block->der));
    return VerifierKey{{}, std::move(key)};
  }
  TRY(auto parsed, parse_note_key(text));
  if (parsed.type != NoteKeyType::kEd25519) {
    return fail(Code::kMalformed, "This is the key of the witness {}; the key of a ledger is needed here.",
                parsed.name);
  }
  return VerifierKey{std::move(parsed.name), std::move(parsed.key)};
}

Result<WitnessKey> parse_witness_key(std::string_view text) {
  TRY(auto parsed, parse_note_key(text));
  if (parsed.type != NoteKeyType::kCosignature) {
    return fail(
        Code::kMalformed,
        "This is the key of the ledger {}; the key of a witness is needed here, as yuxin audit witness prints "
        "it.",
        parsed.name);
  }
  return WitnessKey{std::move(parsed.name), std::move(parsed.key)};
}

std::string print_witness_key(const WitnessKey& key) {
  return print_note_key(key.name, NoteKeyType::kCosignature, key.key);
}

}  // namespace yuxin::evidence
