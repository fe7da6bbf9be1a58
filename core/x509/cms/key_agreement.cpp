#include "cms/key_agreement.hpp"

#include <algorithm>
#include <array>

#include "key_impl.hpp"
#include "oid_table.hpp"
#include "yuxin/x509/der.hpp"

namespace yuxin::x509::cms {

namespace {

using base::Bytes;
using base::ByteView;
using base::Secret;

struct KdfRow {
  const Oid* oid;
  DigestAlgorithm digest;
};
constexpr std::array<KdfRow, 4> kKdfs{{
    {&oid::kEcdhSha1Kdf, DigestAlgorithm::kSha1},  // what openssl cms -encrypt writes unless told otherwise
    {&oid::kEcdhSha256Kdf, DigestAlgorithm::kSha256},
    {&oid::kEcdhSha384Kdf, DigestAlgorithm::kSha384},
    {&oid::kEcdhSha512Kdf, DigestAlgorithm::kSha512},
}};

struct WrapRow {
  const Oid* oid;
  std::size_t octets;
  const char* openssl_name;
};
constexpr std::array<WrapRow, 3> kWraps{{
    {&oid::kAes128Wrap, 16, "AES-128-WRAP"},
    {&oid::kAes192Wrap, 24, "AES-192-WRAP"},
    {&oid::kAes256Wrap, 32, "AES-256-WRAP"},
}};

constexpr std::size_t kWrapOverhead = 8;  // RFC 3394 section 2.2.1
constexpr std::size_t kLongestWrapped = 256;

std::optional<std::size_t> read_wrap(ByteView identifier) {
  der::Reader reader(identifier);
  auto fields = reader.nested(der::kSequence);
  const auto algorithm = fields ? fields->oid() : std::nullopt;
  if (!algorithm || !reader.at_end()) return std::nullopt;
  // RFC 3565 section 2.3.2: parameters absent; some write NULL.
  if (!fields->at_end()) {
    const auto null = fields->content(der::kNull);
    if (!null || !null->empty() || !fields->at_end()) return std::nullopt;
  }
  const auto row = std::ranges::find_if(kWraps, [&](const auto& one) { return base::equal(*one.oid, *algorithm); });
  if (row == kWraps.end()) return std::nullopt;
  return row->octets;
}

// ECC-CMS-SharedInfo ::= SEQUENCE { keyInfo AlgorithmIdentifier, entityUInfo [0] EXPLICIT OCTET STRING OPTIONAL,
// suppPubInfo [2] EXPLICIT OCTET STRING } (RFC 5753 section 7.2)
Bytes shared_info(const Agreement& agreement, ByteView user_key_material) {
  der::Writer writer;
  const auto info = writer.open(der::kSequence);
  writer.raw(agreement.wrap_identifier);
  if (!user_key_material.empty()) {
    const auto entity = writer.open(der::constructed_tag(0));
    writer.octet_string(user_key_material);
    writer.close(entity);
  }
  const auto bits = static_cast<std::uint32_t>(agreement.wrap_octets * 8);
  const std::array<std::uint8_t, 4> size{static_cast<std::uint8_t>(bits >> 24U),
                                         static_cast<std::uint8_t>(bits >> 16U),
                                         static_cast<std::uint8_t>(bits >> 8U), static_cast<std::uint8_t>(bits)};
  const auto public_info = writer.open(der::constructed_tag(2));
  writer.octet_string(size);
  writer.close(public_info);
  writer.close(info);
  return writer.take();
}

// The KDF of ANSI X9.63 (SEC 1 section 3.6.1): K = H(Z || counter || SharedInfo) || ...
Secret derive(DigestAlgorithm digest, ByteView z, ByteView info, std::size_t octets) {
  Secret key(octets);
  std::size_t at = 0;
  for (std::uint8_t counter = 1; at < octets; ++counter) {
    const std::array<std::uint8_t, 4> number{0, 0, 0, counter};
    DigestValue value = digest_parts(digest, {z, number, info});
    const std::size_t size = std::min(octets - at, value.size);
    std::ranges::copy(value.view().first(size), key.data() + at);
    OPENSSL_cleanse(value.octets.data(), value.octets.size());
    at += size;
  }
  return key;
}

std::optional<Secret> agree(EVP_PKEY* own, EVP_PKEY* other) {
  const EvpPkeyContextPtr context(EVP_PKEY_CTX_new_from_pkey(nullptr, own, nullptr));
  std::size_t size = 0;
  if (!context || EVP_PKEY_derive_init(context.get()) != 1 || EVP_PKEY_derive_set_peer(context.get(), other) != 1 ||
      EVP_PKEY_derive(context.get(), nullptr, &size) != 1) {
    return std::nullopt;
  }
  Secret z(size);
  if (EVP_PKEY_derive(context.get(), z.data(), &size) != 1) return std::nullopt;
  return Secret(z.view().first(size));
}

// key_wrap is RFC 3394 in one direction; `out` has room for one block more than it needs.
std::optional<std::size_t> key_wrap(ByteView wrapping_key, int wrapping, ByteView in, std::uint8_t* out) {
  const auto row = std::ranges::find(kWraps, wrapping_key.size(), &WrapRow::octets);
  const EvpCipherPtr cipher(EVP_CIPHER_fetch(nullptr, row->openssl_name, nullptr));
  const EvpCipherContextPtr context(EVP_CIPHER_CTX_new());
  if (!cipher || !context) return std::nullopt;
  EVP_CIPHER_CTX_set_flags(context.get(), EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
  int size = 0;
  if (EVP_CipherInit_ex2(context.get(), cipher.get(), wrapping_key.data(), nullptr, wrapping, nullptr) != 1 ||
      EVP_CipherUpdate(context.get(), out, &size, in.data(), static_cast<int>(in.size())) != 1 || size <= 0) {
    return std::nullopt;
  }
  return static_cast<std::size_t>(size);
}

EvpPkeyPtr ephemeral(const CurveRow& curve) {
  const EvpPkeyContextPtr context(EVP_PKEY_CTX_new_from_name(nullptr, curve.openssl_key, nullptr));
  EVP_PKEY* key = nullptr;
  if (!context || EVP_PKEY_keygen_init(context.get()) != 1 ||
      EVP_PKEY_CTX_set_group_name(context.get(), curve.openssl_group) != 1 ||
      EVP_PKEY_generate(context.get(), &key) != 1) {
    return {};
  }
  return EvpPkeyPtr(key);
}

std::optional<Bytes> point_of(EVP_PKEY* key) {
  unsigned char* encoded = nullptr;
  const std::size_t size = EVP_PKEY_get1_encoded_public_key(key, &encoded);
  if (size == 0) return std::nullopt;
  Bytes point(encoded, encoded + size);
  OPENSSL_free(encoded);
  return point;
}

bool is_nist_curve(KeyType type) {
  return type == KeyType::kP256 || type == KeyType::kP384 || type == KeyType::kP521;
}

}  // namespace

std::optional<Agreement> read_agreement(ByteView algorithm_identifier) {
  const auto whole = der::single(algorithm_identifier, der::kSequence);
  if (!whole) return std::nullopt;
  der::Reader fields(whole->content);
  const auto algorithm = fields.oid();
  if (!algorithm) return std::nullopt;
  const auto row = std::ranges::find_if(kKdfs, [&](const auto& one) { return base::equal(*one.oid, *algorithm); });
  const ByteView wrap = fields.rest();
  const auto octets = read_wrap(wrap);
  if (row == kKdfs.end() || !octets) return std::nullopt;
  return Agreement{row->digest, wrap, *octets};
}

Bytes write_agreement() {
  der::Writer writer;
  const auto identifier = writer.open(der::kSequence);
  writer.oid(oid::kEcdhSha256Kdf);
  const auto wrap = writer.open(der::kSequence);
  writer.oid(oid::kAes256Wrap);
  writer.close(wrap);
  writer.close(identifier);
  return writer.take();
}

std::optional<Agreed> agree_and_wrap(const PublicKey& recipient, ByteView content_key) {
  if (!is_nist_curve(recipient.kind().type)) return std::nullopt;
  const EvpPkeyPtr own = ephemeral(curve_of(recipient.kind().type));
  auto point = own ? point_of(own.get()) : std::nullopt;
  const auto z = point ? agree(own.get(), recipient.impl().key.get()) : std::nullopt;
  if (!z) return std::nullopt;
  const Bytes identifier = write_agreement();
  const auto agreement = read_agreement(identifier);
  const Secret wrapping_key =
      derive(agreement->digest, z->view(), shared_info(*agreement, {}), agreement->wrap_octets);
  Bytes wrapped(content_key.size() + 2 * kWrapOverhead);
  const auto size = key_wrap(wrapping_key.view(), 1, content_key, wrapped.data());
  if (!size) return std::nullopt;
  wrapped.resize(*size);
  return Agreed{std::move(*point), std::move(wrapped)};
}

std::optional<Secret> agree(const PrivateKey& key, ByteView point) {
  const KeyType type = key.public_key().kind().type;
  if (!is_nist_curve(type) || point.empty()) return std::nullopt;
  const EvpPkeyPtr other = import_curve_key(curve_of(type), point);
  return other ? agree(key.impl().key.get(), other.get()) : std::nullopt;
}

std::optional<Secret> unwrap_agreed(const Agreement& agreement, ByteView z, ByteView user_key_material,
                                    ByteView encrypted_key) {
  if (encrypted_key.size() > kLongestWrapped) return std::nullopt;
  const Secret wrapping_key =
      derive(agreement.digest, z, shared_info(agreement, user_key_material), agreement.wrap_octets);
  Secret content_key(encrypted_key.size() + kWrapOverhead);
  const auto size = key_wrap(wrapping_key.view(), 0, encrypted_key, content_key.data());
  if (!size) return std::nullopt;
  return Secret(content_key.view().first(*size));
}

}  // namespace yuxin::x509::cms
