#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <array>
#include <initializer_list>

#include "key_impl.hpp"
#include "yuxin/x509/der.hpp"
#include "yuxin/x509/key.hpp"

namespace yuxin::x509 {

namespace {

using base::Bytes;
using base::ByteView;
using base::Code;
using base::fail;
using base::fail_with;
using base::Result;
using base::Secret;

constexpr unsigned kSmallestNewRsa = 2048;  // NIST SP 800-131A revision 2 section 3

EvpPkeyPtr generate_rsa(const KeyKind& kind) {
  const char* name = kind.type == KeyType::kRsa ? "RSA" : "RSA-PSS";
  const EvpPkeyContextPtr context(EVP_PKEY_CTX_new_from_name(nullptr, name, nullptr));
  EVP_PKEY* key = nullptr;
  if (!context || EVP_PKEY_keygen_init(context.get()) != 1 ||
      EVP_PKEY_CTX_set_rsa_keygen_bits(context.get(), static_cast<int>(kind.bits)) != 1 ||
      EVP_PKEY_generate(context.get(), &key) != 1) {  // the exponent is 65537 by default
    return {};
  }
  return EvpPkeyPtr(key);
}

EvpPkeyPtr generate_on_curve(const CurveRow& curve) {
  const EvpPkeyContextPtr context(EVP_PKEY_CTX_new_from_name(nullptr, curve.openssl_key, nullptr));
  EVP_PKEY* key = nullptr;
  if (!context || EVP_PKEY_keygen_init(context.get()) != 1 ||
      (curve.openssl_group != nullptr && EVP_PKEY_CTX_set_group_name(context.get(), curve.openssl_group) != 1) ||
      EVP_PKEY_generate(context.get(), &key) != 1) {
    return {};
  }
  return EvpPkeyPtr(key);
}

// public_part reads the public half by the same parser as everybody else's keys, so that a private key has the same
// guarantees.
Result<PublicKey> public_part(EVP_PKEY* key) {
  if (EVP_PKEY_is_a(key, "EC") == 1 || EVP_PKEY_is_a(key, "SM2") == 1) {
    // A key may prefer the compressed form, which is not written anywhere.
    EVP_PKEY_set_utf8_string_param(key, OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT, "uncompressed");
  }
  unsigned char* der = nullptr;
  const int size = i2d_PUBKEY(key, &der);
  if (size <= 0) {
    return fail_with(Code::kMalformed, take_openssl_error(),
                     "The private key has no public part. Is the file whole?");
  }
  Bytes spki(der, der + size);
  OPENSSL_free(der);
  return PublicKey::from_spki(spki);
}

base::Failure malformed() {
  return fail_with(Code::kMalformed, take_openssl_error(),
                   "The private key does not parse: it must be one PKCS#8 PrivateKeyInfo with nothing behind it.");
}

base::Failure mismatched() {
  return fail_with(Code::kMalformed, take_openssl_error(),
                   "The private key does not belong to the public key beside it. The key is damaged: use a backup.");
}

// PrivateKeyInfo is a OneAsymmetricKey taken apart (RFC 5958 section 2).
struct PrivateKeyInfo {
  ByteView algorithm;  // the whole AlgorithmIdentifier
  ByteView octets;
  std::optional<ByteView> public_key;
};

std::optional<PrivateKeyInfo> take_apart(ByteView der) {
  const auto whole = der::single(der, der::kSequence);
  if (!whole) return std::nullopt;
  der::Reader reader(whole->content);
  const auto version = reader.small_integer();
  const auto algorithm = reader.element(der::kSequence);
  const auto octets = reader.content(der::kOctetString);
  if (!version || *version < 0 || *version > 1 || !algorithm || !octets) return std::nullopt;
  PrivateKeyInfo info{algorithm->whole, *octets, std::nullopt};
  if (!reader.skip_optional(der::constructed_tag(0))) return std::nullopt;  // attributes
  if (*version == 1 && reader.next_is(der::context_tag(1))) {
    const auto bits = reader.content(der::context_tag(1));
    if (!bits || bits->empty() || bits->front() != 0) return std::nullopt;
    info.public_key = bits->subspan(1);
  }
  if (!reader.at_end()) return std::nullopt;
  return info;
}

// A private half that does not belong to its public one would sign nothing that verifies, and a damaged RSA key can
// give itself away by a wrong signature; so every key that comes in signs once.
Result<> prove(const std::shared_ptr<const PrivateKey::Impl>& key) {
  const SignatureAlgorithm algorithm = natural_signature(key->public_key);
  const ByteView message = base::as_bytes("a key that signs this is whole");
  const auto signature = make_software_signer(key, algorithm)->sign(message);
  if (signature && verify_tbs(key->public_key, scheme(algorithm).identifier, message, *signature)) return {};
  return mismatched();
}

Result<PrivateKey> admit(EvpPkeyPtr key) {
  TRY(PublicKey public_key, public_part(key.get()));
  auto impl = std::make_shared<PrivateKey::Impl>(PrivateKey::Impl{std::move(key), std::move(public_key)});
  TRY(prove(impl));
  return PrivateKey(std::move(impl));
}

}  // namespace

Result<PrivateKey> PrivateKey::generate(const KeyKind& kind) {
  const bool is_rsa = kind.type == KeyType::kRsa || kind.type == KeyType::kRsaPss;
  if (is_rsa && kind.bits < kSmallestNewRsa) {
    return fail(Code::kRefused, "An RSA key of {} bits is too weak to be made: ask for {} or more.", kind.bits,
                kSmallestNewRsa);
  }
  EvpPkeyPtr key = is_rsa ? generate_rsa(kind) : generate_on_curve(curve_of(kind.type));
  if (!key) {
    return fail_with(Code::kSigner, take_openssl_error(), "No key of kind {} could be made.", print_key_kind(kind));
  }
  return admit(std::move(key));
}

Secret as_pkcs8(ByteView algorithm, ByteView private_key_octets) {
  static constexpr std::uint8_t kVersion[] = {der::kInteger, 1, 0};
  std::array<std::uint8_t, 10> octets_header{der::kOctetString};
  const std::size_t octets_size = 1 + der::length_octets(private_key_octets.size(), octets_header.data() + 1);
  std::array<std::uint8_t, 10> outer{der::kSequence};
  const std::size_t inner = sizeof(kVersion) + algorithm.size() + octets_size + private_key_octets.size();
  const std::size_t outer_size = 1 + der::length_octets(inner, outer.data() + 1);
  Secret pkcs8(outer_size + inner);
  std::uint8_t* out = pkcs8.data();
  const std::initializer_list<ByteView> parts{
      {outer.data(), outer_size}, kVersion, algorithm, {octets_header.data(), octets_size}, private_key_octets};
  for (const ByteView part : parts) out = std::ranges::copy(part, out).out;
  return pkcs8;
}

Result<PrivateKey> PrivateKey::from_pkcs8(ByteView der) {
  const auto parts = take_apart(der);
  if (!parts) return malformed();
  // The library knows version 1 only, so version 2 is read as what it has in common with it.
  const Secret first_version = as_pkcs8(parts->algorithm, parts->octets);
  const auto* next = first_version.view().data();
  const Pkcs8Ptr info(d2i_PKCS8_PRIV_KEY_INFO(nullptr, &next, static_cast<long>(first_version.size())));
  EvpPkeyPtr key(info ? EVP_PKCS82PKEY(info.get()) : nullptr);
  if (!key) return malformed();
  TRY(PrivateKey admitted, admit(std::move(key)));
  if (parts->public_key && !base::equal(*parts->public_key, admitted.public_key().key_bits())) return mismatched();
  return admitted;
}

const PublicKey& PrivateKey::public_key() const { return impl_->public_key; }

Result<std::shared_ptr<const Signer>> PrivateKey::signer(SignatureAlgorithm algorithm) const {
  if (!allows(impl_->public_key, algorithm)) {
    return fail(Code::kUsage, "A key of kind {} cannot sign by {}. What fits it is {}.",
                print_key_kind(impl_->public_key.kind()), scheme(algorithm).name,
                scheme(natural_signature(impl_->public_key)).name);
  }
  return make_software_signer(impl_, algorithm);
}

std::shared_ptr<const Decrypter> PrivateKey::decrypter() const { return make_software_decrypter(*this); }

Result<Secret> PrivateKey::to_pkcs8() const {
  const Pkcs8Ptr info(EVP_PKEY2PKCS8(impl_->key.get()));
  const int size = info ? i2d_PKCS8_PRIV_KEY_INFO(info.get(), nullptr) : -1;
  if (size <= 0) {
    return fail_with(Code::kInternal, take_openssl_error(), "The private key could not be written as PKCS#8.");
  }
  Secret der(static_cast<std::size_t>(size));
  std::uint8_t* out = der.data();
  i2d_PKCS8_PRIV_KEY_INFO(info.get(), &out);
  return der;
}

}  // namespace yuxin::x509
