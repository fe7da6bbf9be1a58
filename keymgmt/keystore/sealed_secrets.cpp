#include "yuxin/keymgmt/sealed_secrets.hpp"

#include <filesystem>
#include <vector>

#include "aes_gcm.hpp"
#include "erase_file.hpp"
#include "passphrase_seal.hpp"
#include "turn.hpp"
#include "yuxin/base/file.hpp"
#include "yuxin/keymgmt/key_store.hpp"

namespace yuxin::keymgmt {

using base::Bytes;
using base::Code;
using base::fail;
using base::Result;
using base::Secret;

namespace {

constexpr std::string_view kLabel = "YUXIN SEALED SECRET";
constexpr std::string_view kExtension = ".secret";
constexpr std::size_t kLongest = 1024;

std::string file_of(const std::string& folder, std::string_view name) {
  return folder + "/" + std::string(name) + std::string(kExtension);
}

// What is sealed is bound to its name, so that no file can stand in for another.
std::string purpose_of(std::string_view name) { return "yuxin secret file " + std::string(name); }

// The 32 octets that the 64 digits of `derive` stand for.
Result<Secret> key_of(const RootKey& root, std::string_view name) {
  TRY(const auto digits, derive(root.key, purpose_of(name)));
  const auto value = [](std::uint8_t digit) { return digit <= '9' ? digit - '0' : digit - 'a' + 10; };
  Secret key(kGcmKeySize);
  for (std::size_t i = 0; i < key.size(); ++i)
    key.data()[i] = static_cast<std::uint8_t>(value(digits.view()[2 * i]) * 16 + value(digits.view()[2 * i + 1]));
  return key;
}

Result<std::string> sealed(const RootKey& root, std::string_view name, const Secret& secret) {
  TRY(const auto key, key_of(root, name));
  Bytes octets(kGcmNonceSize);
  base::random_bytes(octets);
  const auto cipher = gcm_encrypt(key, octets, base::as_bytes(purpose_of(name)), secret.view());
  if (!cipher) return fail(Code::kInternal, "The secret {} could not be sealed.", name);
  base::append(octets, *cipher);
  return base::pem(kLabel, octets);
}

Result<Bytes> read_sealed(const std::string& folder, std::string_view name) {
  const auto file = file_of(folder, name);
  if (!is_key_name(name) || !base::file_exists(file))
    return fail(Code::kNotFound, "There is no secret {} in {}.", name, folder);
  TRY(const auto text, base::read_file(file, 1U << 16U));
  auto blocks = base::parse_pem(base::as_text(text));
  if (blocks.size() != 1 || blocks[0].label != kLabel || blocks[0].der.size() <= kGcmNonceSize + kGcmTagSize)
    return fail(Code::kIntegrity, "The file {} is damaged. Restore it from a backup.", file);
  return std::move(blocks[0].der);
}

Result<std::optional<Secret>> opened(const RootKey& root, std::string_view name, base::ByteView octets) {
  TRY(const auto key, key_of(root, name));
  return gcm_decrypt(key, octets.first(kGcmNonceSize), base::as_bytes(purpose_of(name)),
                     octets.subspan(kGcmNonceSize));
}

}  // namespace

Result<> SealedSecrets::keep(std::string_view name, const Secret& secret) const {
  if (!is_key_name(name) || secret.empty() || secret.size() > kLongest)
    return fail(Code::kUsage, "\"{}\" is no name for a secret: lower-case letters, digits and hyphens.", name);
  TRY(const auto text, sealed(root_.present, name, secret));
  // as for keys: what is sealed under a root key that a rotation is about to forget would be lost
  TRY(const auto turn, Turn::take(folder_));
  TRY(check_present(folder_, root_));
  return base::write_file(file_of(folder_, name), base::as_bytes(text), base::Existing::kReplace,
                          base::Permissions::kPrivate);
}

Result<Secret> SealedSecrets::find(std::string_view name) const {
  TRY(const auto octets, read_sealed(folder_, name));
  TRY(auto secret, opened(root_.present, name, octets));
  if (!secret && root_.before) {
    TRY(secret, opened(*root_.before, name, octets));
  }
  if (secret) return std::move(*secret);
  TRY(check_present(folder_, root_));
  return fail(Code::kIntegrity, "The file {} is damaged. Restore it from a backup.", file_of(folder_, name));
}

Result<> SealedSecrets::destroy(std::string_view name) const {
  if (!is_key_name(name)) return {};
  TRY(const auto turn, Turn::take(folder_));
  return erase_file(file_of(folder_, name));
}

Result<std::int64_t> SealedSecrets::rewrap() const {
  std::int64_t done = 0;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder_, error)) {
    const auto name = entry.path().stem().string();
    if (entry.path().extension() != kExtension || !is_key_name(name)) continue;
    TRY(const auto octets, read_sealed(folder_, name));
    TRY(const auto under_present, opened(root_.present, name, octets));
    if (under_present) continue;
    TRY(const auto secret, find(name));
    TRY(const auto text, sealed(root_.present, name, secret));
    TRY(base::write_file(entry.path().string(), base::as_bytes(text), base::Existing::kReplace,
                         base::Permissions::kPrivate));
    ++done;
  }
  if (error)
    return base::fail_with(Code::kNotFound, error.message(), "The folder of keys {} cannot be read.", folder_);
  return done;
}

}  // namespace yuxin::keymgmt
