// How every algorithm signs and verifies.
#include <openssl/err.h>
#include <openssl/rsa.h>

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

constexpr std::size_t kMostIdleContexts = 16;

// identifier_name names the algorithm of an identifier that the table does not know.
std::string identifier_name(ByteView algorithm_identifier) {
  der::Reader reader(algorithm_identifier);
  auto identifier = reader.nested(der::kSequence);
  const auto oid = identifier ? identifier->oid() : std::nullopt;
  return oid ? oid_name(*oid) : dotted({});
}

base::Failure bad_signature() {
  return fail_with(Code::kBadSignature, take_openssl_error(), "The signature does not verify.");
}

// has_strict_form checks what the library is lenient about: RFC 8017 section 8.1.2 and 8.2.2 step 1, the signature is
// as long as the modulus. Of the others the library checks length or DER itself.
bool has_strict_form(const PublicKey::Impl& key, ByteView signature) {
  return key.rsa_modulus.empty() || signature.size() == key.rsa_modulus.size();
}

Result<> verify_edwards(const PublicKey::Impl& key, ByteView tbs, ByteView signature) {
  const EvpMdContextPtr context(EVP_MD_CTX_new());
  if (!context || EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.key.get()) != 1 ||
      EVP_DigestVerify(context.get(), signature.data(), signature.size(), tbs.data(), tbs.size()) != 1) {
    return bad_signature();
  }
  return {};
}

EvpPkeyContextPtr make_verify_context(const PublicKey::Impl& key, SignatureAlgorithm algorithm) {
  EvpPkeyContextPtr context(EVP_PKEY_CTX_new_from_pkey(nullptr, key.key.get(), nullptr));
  if (!context || EVP_PKEY_verify_init(context.get()) != 1 || !configure_context(context.get(), algorithm)) return {};
  return context;
}

Result<> verify_digest(const PublicKey::Impl& key, SignatureAlgorithm algorithm, ByteView digest,
                       ByteView signature) {
  if (!has_strict_form(key, signature)) return bad_signature();
  EvpPkeyContextPtr context = key.contexts.take(algorithm);
  if (!context) context = make_verify_context(key, algorithm);
  if (!context ||
      EVP_PKEY_verify(context.get(), signature.data(), signature.size(), digest.data(), digest.size()) != 1) {
    return bad_signature();
  }
  key.contexts.give_back(algorithm, std::move(context));
  return {};
}

}  // namespace

EvpPkeyContextPtr ContextPool::take(SignatureAlgorithm algorithm) {
  const std::lock_guard lock(mutex_);
  for (std::size_t i = idle_.size(); i-- > 0;) {
    if (idle_[i].algorithm != algorithm) continue;
    EvpPkeyContextPtr context = std::move(idle_[i].context);
    std::swap(idle_[i], idle_.back());
    idle_.pop_back();
    return context;
  }
  return {};
}

void ContextPool::give_back(SignatureAlgorithm algorithm, EvpPkeyContextPtr context) {
  const std::lock_guard lock(mutex_);
  if (idle_.size() < kMostIdleContexts) idle_.push_back({algorithm, std::move(context)});
}

bool configure_context(EVP_PKEY_CTX* context, SignatureAlgorithm algorithm) {
  const bool pss = family(algorithm) == SignatureFamily::kRsaPss;
  if (!pss && family(algorithm) != SignatureFamily::kRsaPkcs1) return true;
  if (EVP_PKEY_CTX_set_rsa_padding(context, pss ? RSA_PKCS1_PSS_PADDING : RSA_PKCS1_PADDING) != 1) return false;
  const EVP_MD* digest = evp_digest(*scheme(algorithm).digest);
  if (EVP_PKEY_CTX_set_signature_md(context, digest) != 1) return false;
  if (!pss) return true;
  return EVP_PKEY_CTX_set_rsa_mgf1_md(context, digest) == 1 &&
         EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1;
}

bool allows(const PublicKey& key, SignatureAlgorithm algorithm) {
  if (!fits(key.kind(), algorithm)) return false;
  const auto& bound = key.impl().pss;
  if (!bound) return true;
  // RFC 4055 section 3.3: the digest of the key, and a salt of at least the length that the key asks for.
  const auto digest = scheme(algorithm).digest;
  return digest == bound->digest && bound->salt_octets <= static_cast<std::int64_t>(digest_size(*digest));
}

SignatureAlgorithm natural_signature(const PublicKey& key) {
  const auto& bound = key.impl().pss;
  return bound ? pss_algorithm(bound->digest).value_or(SignatureAlgorithm::kRsaPssSha256)
               : default_signature(key.kind());
}

DigestValue message_digest(const PublicKey& key, SignatureAlgorithm algorithm, ByteView tbs) {
  const DigestAlgorithm digest = *scheme(algorithm).digest;
  return digest_parts(digest, {key.impl().sm2_z.view(), tbs});  // Z is empty for all keys but SM2's
}

Result<> verify_tbs(const PublicKey& key, ByteView algorithm_identifier, ByteView tbs, ByteView signature) {
  const auto algorithm = scheme_by_identifier(algorithm_identifier);
  if (!algorithm) {
    return fail(Code::kBadSignature, "The signature algorithm {} is not supported, or its parameters are not.",
                identifier_name(algorithm_identifier));
  }
  const SignatureScheme& row = scheme(*algorithm);
  if (row.digest == DigestAlgorithm::kSha1) {
    return fail(Code::kBadSignature, "A signature by {} proves nothing: SHA-1 is broken.", row.name);
  }
  if (!allows(key, *algorithm)) {
    return fail(Code::kBadSignature, "A signature by {} cannot come from a key of kind {}.", row.name,
                print_key_kind(key.kind()));
  }
  if (!row.digest) return verify_edwards(key.impl(), tbs, signature);
  return verify_digest(key.impl(), *algorithm, message_digest(key, *algorithm, tbs).view(), signature);
}

Result<> verify_historic_tbs(const PublicKey& key, ByteView algorithm_identifier, ByteView tbs, ByteView signature) {
  const auto algorithm = scheme_by_identifier(algorithm_identifier);
  const KeyType type = key.kind().type;
  const bool ec = type == KeyType::kP256 || type == KeyType::kP384 || type == KeyType::kP521;
  const bool historic = (algorithm == SignatureAlgorithm::kRsaSha1 && type == KeyType::kRsa) ||
                        (algorithm == SignatureAlgorithm::kEcdsaSha1 && ec);
  if (!historic) return verify_tbs(key, algorithm_identifier, tbs, signature);
  return verify_digest(key.impl(), *algorithm, message_digest(key, *algorithm, tbs).view(), signature);
}

Result<> verify_cmp_tbs(const PublicKey& key, ByteView algorithm_identifier, ByteView tbs, ByteView signature) {
  auto verified = verify_tbs(key, algorithm_identifier, tbs, signature);
  const auto algorithm = scheme_by_identifier(algorithm_identifier);
  if (verified || key.kind().type != KeyType::kSm2 || algorithm != SignatureAlgorithm::kSm2Sm3) return verified;
  const auto z = sm2_z(key.key_bits(), Sm2Identifier::kEmpty);
  return verify_digest(key.impl(), *algorithm, digest_parts(DigestAlgorithm::kSm3, {z.view(), tbs}).view(),
                       signature);
}

struct SigningDigest::Impl {
  DigestAlgorithm algorithm;
  EvpMdContextPtr context;
};

SigningDigest::SigningDigest(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
SigningDigest::SigningDigest(SigningDigest&&) noexcept = default;
SigningDigest& SigningDigest::operator=(SigningDigest&&) noexcept = default;
SigningDigest::~SigningDigest() = default;

Result<SigningDigest> SigningDigest::for_signer(const Signer& signer) {
  const SignatureScheme& row = scheme(signer.algorithm());
  if (!row.digest) {
    return fail(Code::kUsage, "{} signs whole messages, not digests: sign the message itself.", row.name);
  }
  EvpMdContextPtr context(EVP_MD_CTX_new());
  if (!context || EVP_DigestInit_ex2(context.get(), evp_digest(*row.digest), nullptr) != 1) {
    return fail_with(Code::kInternal, take_openssl_error(), "No digest of {} could be begun.",
                     digest_name(*row.digest));
  }
  SigningDigest digest(std::make_unique<Impl>(Impl{*row.digest, std::move(context)}));
  if (row.digest == DigestAlgorithm::kSm3) digest.update(signer.public_key().impl().sm2_z.view());
  return digest;
}

void SigningDigest::update(ByteView data) { EVP_DigestUpdate(impl_->context.get(), data.data(), data.size()); }

Bytes SigningDigest::finish() {
  Bytes value(digest_size(impl_->algorithm));
  EVP_DigestFinal_ex(impl_->context.get(), value.data(), nullptr);
  return value;
}

}  // namespace yuxin::x509
