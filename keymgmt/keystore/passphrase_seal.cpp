#include "passphrase_seal.hpp"

#include <fmt/format.h>
#include <openssl/core_names.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include <array>
#include <memory>
#include <utility>

#include "aes_gcm.hpp"
#include "yuxin/base/json.hpp"

namespace yuxin::keymgmt {

using base::ByteView;
using base::Code;
using base::Result;
using base::Secret;

namespace {

template <auto Free>
struct Deleter {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};
using Kdf = std::unique_ptr<EVP_KDF, Deleter<EVP_KDF_free>>;
using KdfContext = std::unique_ptr<EVP_KDF_CTX, Deleter<EVP_KDF_CTX_free>>;

constexpr std::uint64_t kCost = 1U << 17U;
constexpr std::uint32_t kBlockSize = 8;
constexpr std::uint32_t kParallel = 1;
constexpr std::uint64_t kMemoryLimit = 512U << 20U;
constexpr std::size_t kSaltSize = 32;
constexpr std::size_t kLongestSealed = 4096;

// additional_data binds every parameter to what is sealed.
std::string additional_data(const Seal& seal) {
  return fmt::format("yuxin-seal-1 scrypt {} {} {} {} aes-256-gcm {}", kCost, kBlockSize, kParallel,
                     base::hex(seal.salt), base::hex(seal.nonce));
}

OSSL_PARAM octets(const char* name, ByteView value) {
  // OpenSSL reads the parameter only; the interface is not const-correct
  return OSSL_PARAM_construct_octet_string(name, const_cast<std::uint8_t*>(value.data()), value.size());
}

Result<Secret> run_kdf(EVP_KDF* kdf, OSSL_PARAM* parameters) {
  const KdfContext context(kdf != nullptr ? EVP_KDF_CTX_new(kdf) : nullptr);
  Secret key(32);
  if (!context || EVP_KDF_derive(context.get(), key.data(), key.size(), parameters) != 1) {
    return base::fail(Code::kUnavailable, "A key could not be derived; is there enough memory (128 MiB)?");
  }
  return key;
}

Result<Secret> key_of(const Seal& seal, const Secret& passphrase) {
  std::uint64_t cost = kCost;
  std::uint32_t block = kBlockSize;
  std::uint32_t parallel = kParallel;
  std::uint64_t memory = kMemoryLimit;
  std::array parameters = {octets(OSSL_KDF_PARAM_PASSWORD, passphrase.view()),
                           octets(OSSL_KDF_PARAM_SALT, seal.salt),
                           OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_SCRYPT_N, &cost),
                           OSSL_PARAM_construct_uint32(OSSL_KDF_PARAM_SCRYPT_R, &block),
                           OSSL_PARAM_construct_uint32(OSSL_KDF_PARAM_SCRYPT_P, &parallel),
                           OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_SCRYPT_MAXMEM, &memory),
                           OSSL_PARAM_construct_end()};
  const Kdf kdf(EVP_KDF_fetch(nullptr, "SCRYPT", nullptr));
  return run_kdf(kdf.get(), parameters.data());
}

}  // namespace

Result<std::string> seal(const Secret& secret, const Secret& passphrase) {
  Seal made;
  made.salt.resize(kSaltSize);
  made.nonce.resize(kGcmNonceSize);
  base::random_bytes(made.salt);
  base::random_bytes(made.nonce);
  TRY(auto key, key_of(made, passphrase));
  auto sealed = gcm_encrypt(key, made.nonce, base::as_bytes(additional_data(made)), secret.view());
  if (!sealed) return base::fail(Code::kInternal, "The key-encryption key could not be sealed.");
  made.sealed = std::move(*sealed);
  return print_seal(made);
}

std::string print_seal(const Seal& seal) {
  const base::JsonObject object{{"format", "yuxin-seal-1"},
                                {"kdf", "scrypt"},
                                {"n", kCost},
                                {"r", kBlockSize},
                                {"p", kParallel},
                                {"salt", base::hex(seal.salt)},
                                {"cipher", "aes-256-gcm"},
                                {"nonce", base::hex(seal.nonce)},
                                {"sealed", base::hex(seal.sealed)}};
  return base::print_json_pretty(object);
}

Result<Seal> parse_seal(std::string_view text) {
  const auto json = base::parse_json(text);
  const auto damaged = [] {
    return base::fail(Code::kIntegrity,
                      "The file that unlocks the keys (keys/unlock.json) is damaged. Restore it from a backup.");
  };
  if (!json || !json->is_object()) return damaged();
  const auto& object = json->as_object();
  auto salt = base::from_hex(base::json_string(object, "salt"));
  auto nonce = base::from_hex(base::json_string(object, "nonce"));
  auto sealed = base::from_hex(base::json_string(object, "sealed"));
  // the parameters are those of this program and no others, so that a changed file cannot ask for more memory
  const bool known =
      base::json_string(object, "format") == "yuxin-seal-1" && base::json_string(object, "kdf") == "scrypt" &&
      base::json_string(object, "cipher") == "aes-256-gcm" && std::cmp_equal(base::json_int(object, "n"), kCost) &&
      base::json_int(object, "r") == kBlockSize && base::json_int(object, "p") == kParallel;
  const bool sized = salt && salt->size() == kSaltSize && nonce && nonce->size() == kGcmNonceSize && sealed &&
                     sealed->size() > kGcmTagSize && sealed->size() < kLongestSealed;
  if (!known || !sized) return damaged();
  return Seal{std::move(*salt), std::move(*nonce), std::move(*sealed)};
}

Result<Secret> open(std::string_view sealed, const Secret& passphrase) {
  TRY(auto seal, parse_seal(sealed));
  TRY(auto key, key_of(seal, passphrase));
  auto plain = gcm_decrypt(key, seal.nonce, base::as_bytes(additional_data(seal)), seal.sealed);
  if (!plain)
    return base::fail(Code::kNotAuthorised,
                      "The passphrase does not unlock the keys of this home. Nothing was changed.");
  return std::move(*plain);
}

Result<Secret> derive(const Secret& key, std::string_view purpose) {
  std::array<char, 7> digest = {'S', 'H', 'A', '2', '5', '6', '\0'};
  std::array parameters = {OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest.data(), 0),
                           octets(OSSL_KDF_PARAM_KEY, key.view()),
                           octets(OSSL_KDF_PARAM_INFO, base::as_bytes(purpose)), OSSL_PARAM_construct_end()};
  // Fetched once: to look it up costs more than to derive a key.
  static const Kdf kHkdf(EVP_KDF_fetch(nullptr, "HKDF", nullptr));
  TRY(auto derived, run_kdf(kHkdf.get(), parameters.data()));
  Secret text(derived.size() * 2);
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (std::size_t i = 0; i < derived.size(); ++i) {
    text.data()[2 * i] = static_cast<std::uint8_t>(kDigits[derived.view()[i] >> 4U]);
    text.data()[2 * i + 1] = static_cast<std::uint8_t>(kDigits[derived.view()[i] & 0x0fU]);
  }
  return text;
}

}  // namespace yuxin::keymgmt
