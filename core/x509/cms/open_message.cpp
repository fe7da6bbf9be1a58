#include "cms/content_cipher.hpp"
#include "cms/enveloped_data.hpp"
#include "cms/key_agreement.hpp"
#include "cms/key_transport.hpp"
#include "openssl.hpp"
#include "yuxin/x509/der.hpp"

namespace yuxin::x509 {

namespace {

using base::ByteView;
using base::Code;
using base::fail;
using base::Result;
using base::Secret;
using cms::WrappedKey;

bool is_for(const WrappedKey& key, const Certificate& certificate) {
  if (key.key_identifier.empty()) {
    return base::equal(key.serial, certificate.tbs().serial) && base::equal(key.issuer, certificate.tbs().issuer);
  }
  return base::equal(key.key_identifier, certificate.subject_key_identifier());
}

std::string algorithm_name(ByteView algorithm_identifier) {
  der::Reader reader(algorithm_identifier);
  auto fields = reader.nested(der::kSequence);
  const auto algorithm = fields ? fields->oid() : std::nullopt;
  return oid_name(algorithm.value_or(Oid{}));
}

// Opening holds all that anybody may know about the message, checked before the private key is used.
struct Opening {
  const cms::ContentCipher* cipher = nullptr;
  ByteView iv;
  std::optional<cms::Transport> transport;
  std::optional<cms::Agreement> agreement;
};

// What a message for an SM2 key says of its wrapping. There is one way only, so that gmsm's writing rsaEncryption
// (seen in 0.29) does no harm.
std::optional<cms::Transport> transport_of(const EnvelopedData::Impl& message, const WrappedKey& wrapped,
                                           KeyType type) {
  auto transport = cms::read_transport(wrapped.algorithm);
  const bool mistaken = transport && transport->kind == cms::Transport::Kind::kRsaPkcs1 && type == KeyType::kSm2;
  if (mistaken && message.form == CmsForm::kGm) transport->kind = cms::Transport::Kind::kSm2;
  return transport;
}

Result<Opening> prepare(const EnvelopedData::Impl& message, const WrappedKey& key, KeyType type) {
  Opening opening;
  opening.cipher = cms::find_cipher(message.cipher);
  if (opening.cipher == nullptr) {
    return fail(Code::kRefused,
                "The content is encrypted with {}, which is not supported: ask for AES or SM4 in CBC.",
                oid_name(message.cipher));
  }
  const auto iv = der::single(message.cipher_parameters, der::kOctetString);
  if (!iv || iv->content.size() != cms::kBlock) {
    return fail(Code::kMalformed, "The parameters of the cipher {} are not those of its standard.",
                oid_name(message.cipher));
  }
  opening.iv = iv->content;
  if (key.kind == WrappedKey::Kind::kTransport) opening.transport = transport_of(message, key, type);
  if (key.kind == WrappedKey::Kind::kAgreement) opening.agreement = cms::read_agreement(key.algorithm);
  if (opening.transport || opening.agreement) return opening;
  return fail(Code::kRefused, "The content key is wrapped by {}, which is not supported or has other parameters.",
              algorithm_name(key.algorithm));
}

Result<std::optional<Secret>> unwrap(const Opening& opening, const WrappedKey& wrapped, const Decrypter& key) {
  if (opening.transport) return key.decrypt(*opening.transport, wrapped.encrypted_key, opening.cipher->key_octets);
  if (!is_on_curve(key.public_key(), wrapped.originator_point)) return std::optional<Secret>();
  TRY(const auto z, key.agree(wrapped.originator_point));
  if (!z) return std::optional<Secret>();
  return cms::unwrap_agreed(*opening.agreement, z->view(), wrapped.user_key_material, wrapped.encrypted_key);
}

// open decrypts with a key of chance when the right one is not to be had, so that the cost is the same.
Result<std::optional<Secret>> open(const EnvelopedData::Impl& message, const Opening& opening,
                                   const WrappedKey& wrapped, const Decrypter& key) {
  Secret chance(opening.cipher->key_octets);
  base::random_bytes({chance.data(), chance.size()});
  TRY(const auto content_key, unwrap(opening, wrapped, key));
  const bool usable = content_key && content_key->size() == opening.cipher->key_octets;
  auto content =
      cms::decrypt(*opening.cipher, usable ? content_key->view() : chance.view(), opening.iv, message.encrypted);
  if (!usable) return std::optional<Secret>();
  return content;
}

}  // namespace

Result<Secret> open_message(const EnvelopedData& message, const Certificate& certificate, const PrivateKey& key) {
  return open_message(message, certificate, *key.decrypter());
}

Result<Secret> open_message(const EnvelopedData& message, const Certificate& certificate, const Decrypter& key) {
  if (!base::equal(certificate.tbs().spki, key.public_key().spki())) {
    return fail(Code::kUsage, "The certificate {} is not of the key that is to decrypt.",
                certificate.subject().text());
  }
  const EnvelopedData::Impl& impl = message.impl();
  for (const WrappedKey& wrapped : impl.keys) {
    if (!is_for(wrapped, certificate)) continue;
    TRY(const Opening opening, prepare(impl, wrapped, key.public_key().kind().type));
    auto opened = open(impl, opening, wrapped, key);
    // What the library has to say stays unsaid, and its queue empty: it would tell the cases apart.
    static_cast<void>(take_openssl_error());
    TRY(auto content, std::move(opened));
    if (content) return std::move(*content);
    return fail(Code::kBadSignature,
                "The message cannot be opened with the key of {}: it is damaged, or was not made for it.",
                certificate.subject().text());
  }
  return fail(Code::kNotFound, "The message is not encrypted to the certificate {}.", certificate.subject().text());
}

}  // namespace yuxin::x509
