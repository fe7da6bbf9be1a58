#include <algorithm>
#include <filesystem>

#include "passphrase_seal.hpp"
#include "yuxin/base/file.hpp"
#include "yuxin/keymgmt/keystore.hpp"

namespace yuxin::keymgmt {

using base::Code;
using base::Existing;
using base::fail;
using base::Permissions;
using base::Result;
using base::Secret;

namespace {

// The derived key has 256 random bits, so the iterations of PBES2 add nothing; they are there for the format.
constexpr int kIterations = 2048;

std::string unlock_file(const std::string& folder) { return folder + "/unlock.json"; }
std::string key_file(const std::string& folder, std::string_view name) {
  return folder + "/" + std::string(name) + ".key";
}
std::string public_file(const std::string& folder, std::string_view name) {
  return folder + "/" + std::string(name) + ".pub";
}

Result<base::Bytes> single_pem(const std::string& path, std::string_view label) {
  TRY(auto text, base::read_file(path, 1U << 20U));
  auto blocks = base::parse_pem(base::as_text(text));
  if (blocks.size() != 1 || blocks[0].label != label)
    return fail(Code::kIntegrity, "The file {} is damaged. Restore it from a backup.", path);
  return std::move(blocks[0].der);
}

}  // namespace

bool is_key_name(std::string_view name) {
  return !name.empty() && name.size() <= 64 && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

Result<std::shared_ptr<SoftwareKeyStore>> SoftwareKeyStore::create(const std::string& folder,
                                                                   const Secret& passphrase) {
  if (base::file_exists(unlock_file(folder)))
    return fail(Code::kConflict, "{} holds keys already. Nothing was changed.", folder);
  if (!base::file_exists(folder)) TRY(base::make_directory(folder));
  Secret key_encryption_key(32);
  base::random_bytes({key_encryption_key.data(), key_encryption_key.size()});
  TRY(auto sealed, seal(key_encryption_key, passphrase));
  TRY(base::write_file(unlock_file(folder), base::as_bytes(sealed), Existing::kRefuse, Permissions::kPrivate));
  return std::make_shared<SoftwareKeyStore>(folder, std::move(key_encryption_key));
}

Result<std::shared_ptr<SoftwareKeyStore>> SoftwareKeyStore::unlock(const std::string& folder,
                                                                   const Secret& passphrase) {
  TRY(auto sealed, base::read_file(unlock_file(folder), 1U << 16U));
  TRY(auto key, open(base::as_text(sealed), passphrase));
  return std::make_shared<SoftwareKeyStore>(folder, std::move(key));
}

Result<std::vector<KeyInfo>> SoftwareKeyStore::list(const std::string& folder) {
  std::vector<KeyInfo> keys;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (entry.path().extension() != ".pub") continue;
    TRY(auto der, single_pem(entry.path().string(), "PUBLIC KEY"));
    TRY(auto key, x509::PublicKey::from_spki(der));
    keys.push_back({entry.path().stem().string(), std::move(key)});
  }
  if (error)
    return base::fail_with(Code::kNotFound, error.message(), "The folder of keys {} cannot be read.", folder);
  std::ranges::sort(keys, {}, &KeyInfo::name);
  return keys;
}

Result<x509::PublicKey> SoftwareKeyStore::generate(std::string_view name, const x509::KeyKind& kind) {
  if (!is_key_name(name))
    return fail(Code::kUsage, "\"{}\" is no name for a key: lower-case letters, digits and hyphens.", name);
  if (base::file_exists(key_file(folder_, name)))
    return fail(Code::kConflict, "There is a key {} already. Nothing was changed.", name);
  TRY(auto key, x509::PrivateKey::generate(kind));
  TRY(auto secret, derive(key_encryption_key_, "yuxin key file " + std::string(name)));
  TRY(auto sealed, key.to_encrypted_pkcs8(secret, kIterations));
  const auto public_pem = base::pem("PUBLIC KEY", key.public_key().spki());
  const auto private_pem = base::pem("ENCRYPTED PRIVATE KEY", sealed);
  TRY(base::write_file(key_file(folder_, name), base::as_bytes(private_pem), Existing::kRefuse,
                       Permissions::kPrivate));
  TRY(base::write_file(public_file(folder_, name), base::as_bytes(public_pem), Existing::kReplace,
                       Permissions::kPublic));
  return key.public_key();
}

Result<x509::PublicKey> SoftwareKeyStore::ensure(std::string_view name, const x509::KeyKind& kind) {
  if (!is_key_name(name) || !base::file_exists(key_file(folder_, name))) return generate(name, kind);
  TRY(auto known, signer(name));
  const auto& key = known->public_key();
  if (key.kind() != kind) {
    return fail(
        Code::kConflict,
        "There is a key {} already, of kind {} and not {}, which an earlier attempt left. Nothing was changed. "
        "Ask for that kind, or take another name.",
        name, x509::print_key_kind(key.kind()), x509::print_key_kind(kind));
  }
  TRY(base::write_file(public_file(folder_, name), base::as_bytes(base::pem("PUBLIC KEY", key.spki())),
                       Existing::kReplace, Permissions::kPublic));
  return key;
}

Result<x509::PublicKey> SoftwareKeyStore::public_key(std::string_view name) const {
  if (!is_key_name(name) || !base::file_exists(public_file(folder_, name)))
    return fail(Code::kNotFound, "There is no key {} in {}.", name, folder_);
  TRY(auto der, single_pem(public_file(folder_, name), "PUBLIC KEY"));
  return x509::PublicKey::from_spki(der);
}

Result<std::shared_ptr<const x509::Signer>> SoftwareKeyStore::signer(std::string_view name) const {
  if (!is_key_name(name) || !base::file_exists(key_file(folder_, name)))
    return fail(Code::kNotFound, "There is no key {} in {}.", name, folder_);
  TRY(auto sealed, single_pem(key_file(folder_, name), "ENCRYPTED PRIVATE KEY"));
  TRY(auto secret, derive(key_encryption_key_, "yuxin key file " + std::string(name)));
  auto key = x509::PrivateKey::from_encrypted_pkcs8(sealed, secret);
  if (!key)
    return base::fail_with(Code::kIntegrity, key.error().diagnostic,
                           "The key file of {} is damaged. Restore it from a backup.", name);
  return key->signer(x509::default_signature(key->public_key().kind()));
}

}  // namespace yuxin::keymgmt
