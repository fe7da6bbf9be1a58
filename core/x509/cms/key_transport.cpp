#include "cms/key_transport.hpp"

#include <openssl/err.h>
#include <openssl/rsa.h>

#include <algorithm>

#include "cms/algorithms.hpp"
#include "key_impl.hpp"
#include "oid_table.hpp"

namespace yuxin::x509::cms {

namespace {

using base::Bytes;
using base::ByteView;
using base::Secret;

constexpr std::uint8_t kDerNull[] = {der::kNull, 0};

bool is_null_or_absent(ByteView parameters) { return parameters.empty() || base::equal(parameters, kDerNull); }

// MGF1 is AlgorithmIdentifier { id-mgf1, HashAlgorithm }.
std::optional<DigestAlgorithm> read_mask(ByteView content) {
  der::Reader fields(content);
  const auto algorithm = fields.oid();
  if (!algorithm || !base::equal(*algorithm, oid::kMgf1)) return std::nullopt;
  return read_digest(fields.rest());
}

// PSourceAlgorithm: only the empty label.
bool is_empty_label(der::Reader fields) {
  auto source = fields.nested(der::kSequence);
  const auto algorithm = source ? source->oid() : std::nullopt;
  const auto label = algorithm ? source->content(der::kOctetString) : std::nullopt;
  return label && label->empty() && base::equal(*algorithm, oid::kPSpecified) && source->at_end() && fields.at_end();
}

// RSAES-OAEP-params ::= SEQUENCE { hashAlgorithm [0] DEFAULT sha1, maskGenAlgorithm [1] DEFAULT mgf1SHA1,
// pSourceAlgorithm [2] DEFAULT pSpecifiedEmpty } (RFC 4055 section 4.1). SHA-1 does no harm in OAEP.
std::optional<Transport> read_oaep(ByteView parameters) {
  const auto whole = der::single(parameters, der::kSequence);
  if (!whole) return std::nullopt;
  der::Reader fields(whole->content);
  Transport transport{Transport::Kind::kRsaOaep};
  if (fields.next_is(der::constructed_tag(0))) {
    const auto hash = fields.content(der::constructed_tag(0));
    const auto digest = hash ? read_digest(*hash) : std::nullopt;
    if (!digest) return std::nullopt;
    transport.digest = *digest;
  }
  if (fields.next_is(der::constructed_tag(1))) {
    auto mask = fields.nested(der::constructed_tag(1));
    const auto algorithm = mask ? mask->content(der::kSequence) : std::nullopt;
    const auto digest = algorithm && mask->at_end() ? read_mask(*algorithm) : std::nullopt;
    if (!digest) return std::nullopt;
    transport.mask_digest = *digest;
  }
  if (fields.next_is(der::constructed_tag(2))) {
    const auto source = fields.nested(der::constructed_tag(2));
    if (!source || !is_empty_label(*source)) return std::nullopt;
  }
  return fields.at_end() ? std::optional(transport) : std::nullopt;
}

bool set_oaep(EVP_PKEY_CTX* context, const Transport& transport) {
  return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING) == 1 &&
         EVP_PKEY_CTX_set_rsa_oaep_md(context, evp_digest(transport.digest)) == 1 &&
         EVP_PKEY_CTX_set_rsa_mgf1_md(context, evp_digest(transport.mask_digest)) == 1;
}

EvpPkeyContextPtr context_of(EVP_PKEY* key) {
  return EvpPkeyContextPtr(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
}

// decrypt gives what the library's operation gives, or nothing. The buffer has the size that it asks for.
std::optional<Secret> decrypt(EVP_PKEY_CTX* context, ByteView in) {
  std::size_t size = 0;
  if (EVP_PKEY_decrypt(context, nullptr, &size, in.data(), in.size()) != 1 || size == 0) return std::nullopt;
  Secret out(size);
  if (EVP_PKEY_decrypt(context, out.data(), &size, in.data(), in.size()) != 1) return std::nullopt;
  return Secret(out.view().first(size));
}

// substitute is the key that a damaged PKCS#1 v1.5 block gives: the same each time, and not to be foretold without
// the private key.
std::optional<Secret> substitute(const PrivateKey& key, ByteView encrypted_key, std::size_t octets) {
  auto pkcs8 = key.to_pkcs8();
  if (!pkcs8) return std::nullopt;
  Digest256 seed = sha256(base::as_bytes("yuxin: substitute of a content key"), pkcs8->view());
  Digest256 value = sha256(seed, encrypted_key);
  Secret made(ByteView(value).first(octets));
  OPENSSL_cleanse(seed.data(), seed.size());
  OPENSSL_cleanse(value.data(), value.size());
  return made;
}

// EM = 0x00 || 0x02 || PS || 0x00 || M (RFC 8017 section 7.2.2). The length of M is known, so that every octet has
// its place and the check has no branch.
std::optional<Secret> unwrap_pkcs1(const PrivateKey& key, ByteView encrypted_key, std::size_t octets) {
  auto result = substitute(key, encrypted_key, octets);
  const auto context = context_of(key.impl().key.get());
  if (!result || !context || EVP_PKEY_decrypt_init(context.get()) != 1 ||
      EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_NO_PADDING) != 1) {
    return std::nullopt;
  }
  const auto block = decrypt(context.get(), encrypted_key);
  // Only a value that is no number below the modulus fails here, and that anybody can see.
  if (!block || block->size() < octets + 11) return std::nullopt;
  const ByteView em = block->view();
  const std::size_t start = em.size() - octets;
  unsigned wrong = em[0] | (em[1] ^ 2U) | em[start - 1];
  for (std::size_t i = 2; i < start - 1; ++i) wrong |= ((em[i] - 1U) >> 8U) & 1U;  // an octet 0 inside PS
  const auto right = static_cast<std::uint8_t>(((wrong | (0U - wrong)) >> 31U) - 1U);
  std::uint8_t* out = result->data();
  for (std::size_t i = 0; i < octets; ++i) {
    out[i] = static_cast<std::uint8_t>((em[start + i] & right) | (out[i] & static_cast<std::uint8_t>(~right)));
  }
  return result;
}

}  // namespace

std::optional<Transport> read_transport(ByteView algorithm_identifier) {
  const auto whole = der::single(algorithm_identifier, der::kSequence);
  if (!whole) return std::nullopt;
  der::Reader fields(whole->content);
  const auto algorithm = fields.oid();
  if (!algorithm) return std::nullopt;
  if (base::equal(*algorithm, oid::kRsaesOaep)) return read_oaep(fields.rest());
  if (!is_null_or_absent(fields.rest())) return std::nullopt;
  if (base::equal(*algorithm, oid::kRsaEncryption)) return Transport{Transport::Kind::kRsaPkcs1};
  if (base::equal(*algorithm, oid::kSm2Encrypt)) return Transport{Transport::Kind::kSm2};
  return std::nullopt;
}

Bytes write_transport(Transport::Kind kind) {
  der::Writer writer;
  const auto identifier = writer.open(der::kSequence);
  writer.oid(kind == Transport::Kind::kSm2        ? oid::kSm2Encrypt
             : kind == Transport::Kind::kRsaPkcs1 ? oid::kRsaEncryption
                                                  : oid::kRsaesOaep);
  if (kind == Transport::Kind::kRsaPkcs1) writer.null();  // RFC 3370 section 4.2.1
  if (kind == Transport::Kind::kRsaOaep) {
    // RFC 4055 section 2.1: the digests of OAEP have NULL parameters.
    const auto write_sha256 = [&] {
      const auto digest = writer.open(der::kSequence);
      writer.oid(oid::kSha256);
      writer.null();
      writer.close(digest);
    };
    const auto parameters = writer.open(der::kSequence);
    const auto hash = writer.open(der::constructed_tag(0));
    write_sha256();
    writer.close(hash);
    const auto mask = writer.open(der::constructed_tag(1));
    const auto mgf1 = writer.open(der::kSequence);
    writer.oid(oid::kMgf1);
    write_sha256();
    writer.close(mgf1);
    writer.close(mask);
    writer.close(parameters);
  }
  writer.close(identifier);
  return writer.take();
}

std::optional<Bytes> wrap(const PublicKey& key, const Transport& transport, ByteView content_key) {
  const bool for_sm2 = transport.kind == Transport::Kind::kSm2;
  if (key.kind().type != (for_sm2 ? KeyType::kSm2 : KeyType::kRsa)) return std::nullopt;
  const auto context = context_of(key.impl().key.get());
  if (!context || EVP_PKEY_encrypt_init(context.get()) != 1) return std::nullopt;
  if (transport.kind == Transport::Kind::kRsaOaep && !set_oaep(context.get(), transport)) return std::nullopt;
  std::size_t size = 0;
  if (EVP_PKEY_encrypt(context.get(), nullptr, &size, content_key.data(), content_key.size()) != 1) {
    return std::nullopt;
  }
  Bytes out(size);
  if (EVP_PKEY_encrypt(context.get(), out.data(), &size, content_key.data(), content_key.size()) != 1) {
    return std::nullopt;
  }
  out.resize(size);
  return out;
}

std::optional<Secret> unwrap(const PrivateKey& key, const Transport& transport, ByteView encrypted_key,
                             std::size_t octets) {
  const bool for_sm2 = transport.kind == Transport::Kind::kSm2;
  if (key.public_key().kind().type != (for_sm2 ? KeyType::kSm2 : KeyType::kRsa)) return std::nullopt;
  if (transport.kind == Transport::Kind::kRsaPkcs1) return unwrap_pkcs1(key, encrypted_key, octets);
  const auto context = context_of(key.impl().key.get());
  if (!context || EVP_PKEY_decrypt_init(context.get()) != 1) return std::nullopt;
  if (!for_sm2 && !set_oaep(context.get(), transport)) return std::nullopt;
  auto content_key = decrypt(context.get(), encrypted_key);
  if (!content_key || content_key->size() != octets) return std::nullopt;
  return content_key;
}

}  // namespace yuxin::x509::cms
