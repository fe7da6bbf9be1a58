#include <algorithm>
#include <filesystem>

#include "erase_file.hpp"
#include "passphrase_seal.hpp"
#include "turn.hpp"
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
constexpr std::size_t kMostOpen = 64;

std::string unlock_file(const std::string& folder) { return folder + "/unlock.json"; }
std::string key_file(const std::string& folder, std::string_view name) {
  return folder + "/" + std::string(name) + ".key";
}
std::string public_file(const std::string& folder, std::string_view name) {
  return folder + "/" + std::string(name) + ".pub";
}

// The passphrase of one key file, which no person ever types.
Result<Secret> file_secret(const RootKey& root, std::string_view name) {
  return derive(root.key, "yuxin key file " + std::string(name));
}

Result<x509::PrivateKey> decrypted(base::ByteView sealed, const RootKey& root, std::string_view name) {
  TRY(const auto secret, file_secret(root, name));
  return x509::PrivateKey::from_encrypted_pkcs8(sealed, secret);
}

Result<std::string> encrypted(const x509::PrivateKey& key, const RootKey& root, std::string_view name) {
  TRY(const auto secret, file_secret(root, name));
  TRY(const auto sealed, key.to_encrypted_pkcs8(secret, kIterations));
  return base::pem("ENCRYPTED PRIVATE KEY", sealed);
}

// The names of the keys that are there, by the files that matter: a public file may be missing.
Result<std::vector<std::string>> sealed_keys(const std::string& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    const auto& path = entry.path();
    if (path.extension() == ".key" && is_key_name(path.stem().string())) names.push_back(path.stem().string());
  }
  if (error)
    return base::fail_with(Code::kNotFound, error.message(), "The folder of keys {} cannot be read.", folder);
  std::ranges::sort(names);
  return names;
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
  TRY(auto root, create_unlock_file(folder, passphrase));
  return std::make_shared<SoftwareKeyStore>(folder, std::move(root));
}

Result<std::shared_ptr<SoftwareKeyStore>> SoftwareKeyStore::unlock(const std::string& folder,
                                                                   const Secret& passphrase) {
  TRY(auto root, unlock_by_passphrase(folder, passphrase));
  return std::make_shared<SoftwareKeyStore>(folder, std::move(root));
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
  const auto public_pem = base::pem("PUBLIC KEY", key.public_key().spki());
  TRY(const auto private_pem, encrypted(key, root_.present, name));
  // A key that is written under a root key which a rotation is about to forget would be lost.
  TRY(const auto turn, Turn::take(folder_));
  TRY(check_present(folder_, root_));
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
  // not from its public file, which whoever can write into the folder can exchange
  TRY(const auto key, open_key(name));
  return key.public_key();
}

Result<x509::PrivateKey> SoftwareKeyStore::open_key(std::string_view name) const {
  if (!is_key_name(name) || !base::file_exists(key_file(folder_, name)))
    return fail(Code::kNotFound, "There is no key {} in {}.", name, folder_);
  TRY(auto sealed, single_pem(key_file(folder_, name), "ENCRYPTED PRIVATE KEY"));
  auto key = decrypted(sealed, root_.present, name);
  if (!key && root_.before) key = decrypted(sealed, *root_.before, name);
  if (!key) {
    TRY(check_present(folder_, root_));
    return base::fail_with(Code::kIntegrity, key.error().diagnostic,
                           "The key file of {} is damaged. Restore it from a backup.", name);
  }
  return key;
}

Result<std::shared_ptr<const x509::Signer>> SoftwareKeyStore::signer(std::string_view name) const {
  // looked at before it is read: what is put in its place meanwhile is another file to the next call
  const auto file = base::OpenFile::below(folder_, std::string(name) + ".key");
  const std::lock_guard lock(mutex_);
  const auto known = open_.find(name);
  if (known != open_.end()) {
    if (file && (*file)->identity() == known->second.file) return known->second.signer;
    open_.erase(known);
  }
  TRY(const auto key, open_key(name));
  TRY(auto signer, key.signer(x509::default_signature(key.public_key().kind())));
  if (open_.size() >= kMostOpen) open_.clear();
  if (file) open_.emplace(name, Open{(*file)->identity(), signer});
  return signer;
}

Result<x509::PublicKey> SoftwareKeyStore::copy_to_token(std::string_view name, TokenKeyStore& token,
                                                        std::string_view label) const {
  TRY(const auto key, open_key(name));
  TRY(token.take_in(label, key));
  return key.public_key();
}

Result<std::shared_ptr<const x509::Decrypter>> SoftwareKeyStore::decrypter(std::string_view name) const {
  TRY(const auto key, open_key(name));
  return key.decrypter();
}

Result<Secret> SoftwareKeyStore::tls_key(std::string_view name) const {
  if (!name.starts_with("tls-"))
    return fail(Code::kUsage, "The key {} is not for TLS, and no other is given out of {}.", name, folder_);
  TRY(const auto key, open_key(name));
  return key.to_pkcs8();
}

Result<x509::Digest256> SoftwareKeyStore::sealed_digest(std::string_view name) const {
  if (!is_key_name(name) || !base::file_exists(key_file(folder_, name)))
    return fail(Code::kNotFound, "There is no key {} in {}.", name, folder_);
  TRY(const auto octets, base::read_file(key_file(folder_, name), 1U << 20U));
  return x509::sha256(octets);
}

Result<> SoftwareKeyStore::destroy(std::string_view name) {
  if (!is_key_name(name)) return fail(Code::kNotFound, "There is no key {} in {}.", name, folder_);
  TRY(const auto turn, Turn::take(folder_));
  TRY(erase_file(key_file(folder_, name)));
  std::error_code ignored;
  std::filesystem::remove(public_file(folder_, name), ignored);
  return {};
}

Result<std::int64_t> SoftwareKeyStore::rewrap(const Progress& progress) {
  TRY(const auto keys, sealed_keys(folder_));
  const auto total = static_cast<std::int64_t>(keys.size());
  std::int64_t done = 0;
  std::int64_t seen = 0;
  for (const auto& name : keys) {
    if (progress && !progress(seen++, total)) return done;
    TRY(const auto sealed, single_pem(key_file(folder_, name), "ENCRYPTED PRIVATE KEY"));
    if (decrypted(sealed, root_.present, name)) continue;
    if (!root_.before)
      return fail(Code::kIntegrity, "The key file of {} is damaged. Restore it from a backup.", name);
    TRY(const auto key, decrypted(sealed, *root_.before, name));
    TRY(const auto text, encrypted(key, root_.present, name));
    TRY(base::write_file(key_file(folder_, name), base::as_bytes(text), Existing::kReplace, Permissions::kPrivate));
    ++done;
  }
  return done;
}

}  // namespace yuxin::keymgmt
