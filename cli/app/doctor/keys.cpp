// What the doctor looks at in the key store.
#include <algorithm>

#include "app/doctor/doctor.hpp"
#include "yuxin/base/file.hpp"

namespace yuxin::cli {

using base::message;
using base::Result;

namespace {

// One key that the home needs, and the certificate that stands for it.
struct Needed {
  std::string name;
  std::string purpose;
  std::optional<x509::Certificate> certificate;
};

std::vector<Needed> needed_keys(const Patient& patient) {
  std::vector<Needed> needed{{"ledger", message("the ledger"), {}}};
  for (const auto& [row, certificate] : patient.authorities) {
    if (!row.key_name.empty()) needed.push_back({row.key_name, message("authority {}", row.name), certificate});
  }
  const auto add = [&](const store::ServiceCertificateRow& row, std::string purpose) {
    auto certificate = x509::Certificate::from_der(row.certificate);
    needed.push_back({row.key_name, std::move(purpose), certificate ? std::optional(*certificate) : std::nullopt});
  };
  for (const auto& signer : patient.signers) add(signer, message("an OCSP signer"));
  for (const auto& stamper : patient.stampers) add(stamper, message("the time stamp authority"));
  return needed;
}

void check_file(const Patient& patient, const Needed& needed, const std::vector<keymgmt::KeyInfo>& keys,
                Checklist& list) {
  const std::string file = patient.home.keys_folder() + "/" + needed.name;
  const auto restore = message("restore {} from the latest backup", patient.home.keys_folder());
  if (!base::file_exists(file + ".key"))
    list.fail(message("the key of {} is missing: {}.key", needed.purpose, file), restore);
  const auto info = std::ranges::find(keys, needed.name, &keymgmt::KeyInfo::name);
  if (info == keys.end()) return list.fail(message("{}.pub is missing", file), restore);
  if (!needed.certificate) return;
  const auto certified = needed.certificate->public_key();
  if (!certified || !base::equal(certified->spki(), info->public_key.spki()))
    list.fail(message("{}.pub is not the key that the certificate of {} is for", file, needed.purpose), restore);
}

// A key is good when it signs and the public half beside it agrees.
Result<> try_key(const keymgmt::SoftwareKeyStore& store, const Needed& needed,
                 const std::vector<keymgmt::KeyInfo>& keys) {
  TRY(auto signer, store.signer(needed.name));
  const auto text = base::as_bytes("yuxin doctor tries this key");
  TRY(auto signature, signer->sign(text));
  const auto info = std::ranges::find(keys, needed.name, &keymgmt::KeyInfo::name);
  if (info == keys.end()) return {};
  return x509::verify_tbs(info->public_key, x509::scheme(signer->algorithm()).identifier, text, signature);
}

void try_keys(const Patient& patient, const std::vector<Needed>& needed, const std::vector<keymgmt::KeyInfo>& keys,
              Checklist& list) {
  const auto store = keymgmt::SoftwareKeyStore::unlock(patient.home.keys_folder(), *patient.passphrase);
  if (!store) {
    const bool wrong = store.error().code == base::Code::kNotAuthorised;
    return list.fail(
        wrong ? message("the passphrase given does not unlock this home, so no key was tried") : store.error().detail,
        message("give the passphrase of this home"));
  }
  for (const auto& key : needed) {
    if (keymgmt::is_token_name(key.name)) continue;
    if (!base::file_exists(patient.home.keys_folder() + "/" + key.name + ".key")) continue;  // check_file says so
    const auto tried = try_key(**store, key, keys);
    if (tried) continue;
    list.fail(message("the key of {} does not sign: {}", key.purpose, tried.error().detail),
              message("restore {} from the latest backup", patient.home.keys_folder()));
  }
}

}  // namespace

std::vector<Check> check_keys(const Patient& patient) {
  Checklist list("keys");
  const auto keys = keymgmt::SoftwareKeyStore::list(patient.home.keys_folder());
  if (!keys) {
    list.fail(keys.error().detail, message("restore {} from the latest backup", patient.home.keys_folder()));
    return std::move(list).finish({});
  }
  const auto needed = needed_keys(patient);
  if (!base::file_exists(patient.home.keys_folder() + "/unlock.json")) {
    list.fail(message("{}/unlock.json is missing; no key can be unlocked without it", patient.home.keys_folder()),
              message("restore {} from the latest backup", patient.home.keys_folder()));
  } else {
    check_unlocking_tokens(patient, list);
    if (patient.passphrase != nullptr) try_keys(patient, needed, *keys, list);
  }
  for (const auto& key : needed) {
    if (!keymgmt::is_token_name(key.name)) {
      check_file(patient, key, *keys, list);
      continue;
    }
    const auto certificate = key.certificate ? base::to_bytes(key.certificate->der()) : base::Bytes();
    check_token_key(patient, {key.name, key.purpose, certificate}, list);
  }
  return std::move(list).finish(
      patient.passphrase == nullptr
          ? message("{} keys here; with --passphrase-file they are also tried", needed.size())
          : message("{} keys unlocked and tried", needed.size()));
}

}  // namespace yuxin::cli
