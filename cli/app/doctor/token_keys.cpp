// What the doctor looks at on tokens.
#include "app/doctor/doctor.hpp"

namespace yuxin::cli {

using base::Code;
using base::message;
using base::Result;

namespace {

// shown is a key's URI without where its PIN lies.
std::string shown(const std::string& name) { return name.substr(0, name.find('?')); }

bool fits(const x509::PublicKey& key, const base::Bytes& certificate) {
  const auto parsed = x509::Certificate::from_der(certificate);
  const auto certified = parsed ? parsed->public_key() : Result<x509::PublicKey>(tl::unexpected(parsed.error()));
  return certified && base::equal(certified->spki(), key.spki());
}

// A signer proves itself: its first signature is verified by itself.
Result<> try_key(const Patient& patient, const std::string& name) {
  TRY(const auto signer, patient.home.keys().signer(name));
  TRY(signer->sign(base::as_bytes("yuxin doctor tries this key")));
  return {};
}

}  // namespace

void check_token_key(const Patient& patient, const TokenKeyNeed& need, Checklist& list) {
  const auto key = patient.home.keys().public_key(need.name);
  if (!key) {
    list.fail(message("the key of {} is not to be had: {}", need.purpose, key.error().detail),
              message("put the token with {} back", shown(need.name)));
    return;
  }
  if (!need.certificate.empty() && !fits(*key, need.certificate)) {
    list.fail(message("{} is not the key that the certificate of {} is for", shown(need.name), need.purpose),
              message("put the right token back, and find out who changed it"));
    return;
  }
  if (patient.passphrase == nullptr) return;
  const auto tried = try_key(patient, need.name);
  if (tried) return;
  if (tried.error().code == Code::kNotAuthorised) {
    list.warn(message("the key of {} was not tried: {}", need.purpose, tried.error().detail),
              message("give the PIN of the token: --pin-file FILE"));
    return;
  }
  list.fail(message("the key of {} does not sign: {}", need.purpose, tried.error().detail),
            message("put the token with {} back", shown(need.name)));
}

void check_unlocking_tokens(const Patient& patient, Checklist& list) {
  const auto ways = keymgmt::unlock_ways(patient.home.keys_folder());
  if (!ways) return list.fail(ways.error().detail, message("restore {} from the latest backup", patient.home.path()));
  for (const auto& way : *ways) {
    if (way.kind != keymgmt::UnlockWay::Kind::kToken) continue;
    const auto key = patient.home.keys().public_key(way.label);
    if (key && x509::sha256(key->spki()) != way.key) {
      list.fail(message("{} is another key than the one that unlocks this home", shown(way.label)),
                message("put the right token back, and find out who changed it"));
    } else if (!key && ways->size() == 1) {
      list.fail(message("nothing but {} unlocks this home, and it is not to be had: {}", shown(way.label),
                        key.error().detail),
                message("put the token with {} back", shown(way.label)));
    } else if (!key) {
      list.warn(message("{}, which unlocks this home, is not to be had: {}", shown(way.label), key.error().detail),
                message("put the token with {} back", shown(way.label)));
    }
  }
}

}  // namespace yuxin::cli
