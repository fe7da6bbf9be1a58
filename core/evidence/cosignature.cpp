#include "yuxin/evidence/cosignature.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "note.hpp"
#include "note_key.hpp"
#include "yuxin/base/text.hpp"

namespace yuxin::evidence {

using base::Code;
using base::fail;
using base::Result;

namespace {

constexpr std::size_t kTimeSize = 8;
constexpr std::size_t kSignatureSize = 64;

base::Failure not_a_checkpoint() {
  return fail(Code::kMalformed, "What is to be countersigned is not a checkpoint in the form of a signed note.");
}

// C2SP tlog-cosignature, "Ed25519 signed message": two lines and the whole text of the note.
std::string signed_message(std::string_view text, std::uint64_t time) {
  return fmt::format("cosignature/v1\ntime {}\n{}", time, text);
}

// struct timestamped_signature: u64 timestamp, big-endian, and 64 octets.
base::Bytes timestamped(std::uint64_t time, base::ByteView signature) {
  base::Bytes octets;
  for (int shift = 56; shift >= 0; shift -= 8) octets.push_back(static_cast<std::uint8_t>(time >> shift));
  base::append(octets, signature);
  return octets;
}

std::uint64_t time_of(base::ByteView octets) {
  std::uint64_t time = 0;
  for (const auto octet : octets.first(kTimeSize)) time = time << 8U | octet;
  return time;
}

Result<std::optional<Note>> checkpoint_note(std::string_view note) {
  auto parsed = parse_note(note);
  if (!parsed || !parse_checkpoint_text(parsed->text)) return not_a_checkpoint();
  return parsed;
}

Result<Cosignature> check_line(const Note& note, const Note::Signature& line, const WitnessKey& key) {
  const auto bad = [&] {
    return fail(Code::kBadSignature, "The co-signature of {} on the checkpoint is not good: one of them was changed.",
                key.name);
  };
  if (line.signature.size() != kTimeSize + kSignatureSize) return bad();
  const auto time = time_of(line.signature);
  // "It MUST NOT exceed 2^63 - 1".
  if (time > static_cast<std::uint64_t>(INT64_MAX)) return bad();
  const auto message = signed_message(note.text, time);
  if (!verify_ed25519(key.key, base::as_bytes(message), base::ByteView(line.signature).subspan(kTimeSize)))
    return bad();
  return Cosignature{
      key.name, {static_cast<std::int64_t>(time)}, signature_line(line.name, line.key_hash, line.signature)};
}

}  // namespace

Result<Cosignature> make_cosignature(std::string_view note, std::string_view witness, const x509::Signer& signer,
                                     base::UnixTime time) {
  if (!is_ed25519(signer.public_key())) {
    return fail(Code::kUsage, "Witnesses sign with an Ed25519 key; this one is {}.",
                x509::print_key_kind(signer.public_key().kind()));
  }
  if (!is_key_name(witness) || time.seconds < 0) {
    return fail(Code::kUsage,
                "\"{}\" cannot name a witness: the name takes no blanks and no plus sign, for example "
                "witness.example/w1.",
                witness);
  }
  TRY(const auto parsed, checkpoint_note(note));
  const auto seconds = static_cast<std::uint64_t>(time.seconds);
  const auto message = signed_message(parsed->text, seconds);
  TRY(const auto signature, signer.sign(base::as_bytes(message)));
  const auto hash = note_key_hash(witness, NoteKeyType::kCosignature, signer.public_key());
  return Cosignature{std::string(witness), time, signature_line(witness, hash, timestamped(seconds, signature))};
}

Result<std::vector<Cosignature>> check_cosignatures(std::string_view note, const std::vector<WitnessKey>& keys) {
  TRY(const auto parsed, checkpoint_note(note));
  std::vector<Cosignature> good;
  for (const auto& key : keys) {
    const auto hash = note_key_hash(key.name, NoteKeyType::kCosignature, key.key);
    bool found = false;
    for (const auto& line : parsed->signatures) {
      if (line.name != key.name || line.key_hash != hash) continue;
      TRY(auto cosignature, check_line(*parsed, line, key));
      if (!found) good.push_back(std::move(cosignature));
      found = true;
    }
  }
  return good;
}

Result<std::vector<Cosignature>> demand_witnesses(std::string_view note, const std::vector<WitnessKey>& keys,
                                                  std::size_t quorum) {
  // The same key under two names is one witness: its signature does not say under which name it was made.
  std::set<base::Bytes> different;
  for (const auto& key : keys) different.insert(base::to_bytes(key.key.key_bits()));
  if (quorum == 0 || quorum > different.size()) {
    return fail(Code::kUsage,
                "{} of {} witnesses cannot be demanded; a quorum is from 1 to the number of their keys.", quorum,
                different.size());
  }
  TRY(auto good, check_cosignatures(note, keys));
  std::set<base::Bytes> seen;
  std::vector<std::string> missing;
  for (const auto& key : keys) {
    const bool there = std::ranges::find(good, key.name, &Cosignature::witness) != good.end();
    if (there) {
      seen.insert(base::to_bytes(key.key.key_bits()));
    } else {
      missing.push_back(key.name);
    }
  }
  if (seen.size() >= quorum) return good;
  return fail(Code::kBadSignature, "The checkpoint bears {} of the {} co-signatures demanded; missing: {}.",
              seen.size(), quorum, base::join(missing, base::message(", ")));
}

}  // namespace yuxin::evidence
