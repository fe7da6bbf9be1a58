// Keys of signed notes: C2SP signed-note, "Verifier keys" and "Signature types".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "yuxin/base/result.hpp"
#include "yuxin/x509/key.hpp"

namespace yuxin::evidence {

enum class NoteKeyType : std::uint8_t {
  kEd25519 = 0x01,      // a signature over the text of the note
  kCosignature = 0x04,  // C2SP tlog-cosignature: Ed25519 over a time and the text
};

[[nodiscard]] bool is_ed25519(const x509::PublicKey& key);
// note_key_hash is the first four octets of SHA-256(name || 0x0A || type || key).
[[nodiscard]] base::Bytes note_key_hash(std::string_view name, NoteKeyType type, const x509::PublicKey& key);
[[nodiscard]] std::string print_note_key(std::string_view name, NoteKeyType type, const x509::PublicKey& key);

struct NoteKey {
  std::string name;
  NoteKeyType type = NoteKeyType::kEd25519;
  x509::PublicKey key;
};
// parse_note_key reads "NAME+HASH+KEY" of either type; kMalformed.
[[nodiscard]] base::Result<NoteKey> parse_note_key(std::string_view text);

// signature_line is an em dash, the name, and base64 of key hash and signature, with the line feed.
[[nodiscard]] std::string signature_line(std::string_view name, base::ByteView key_hash, base::ByteView signature);

// verify_ed25519 checks a signature over octets; kBadSignature.
[[nodiscard]] base::Result<> verify_ed25519(const x509::PublicKey& key, base::ByteView text,
                                            base::ByteView signature);

}  // namespace yuxin::evidence
