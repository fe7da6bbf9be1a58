#include "scep/message.hpp"

#include <algorithm>
#include <array>

#include "yuxin/base/text.hpp"
#include "yuxin/x509/der.hpp"
#include "yuxin/x509/oid.hpp"

namespace yuxin::ra::scep {

using base::Bytes;
using base::ByteView;
using base::Code;
using base::fail;
using base::Result;
using base::Secret;
namespace der = x509::der;

namespace {

// 2.16.840.1.113733.1.9.N (section 3.2.1), content octets.
constexpr std::array<std::uint8_t, 9> kArc = {0x60, 0x86, 0x48, 0x01, 0x86, 0xf8, 0x45, 0x01, 0x09};
enum class Attribute : std::uint8_t {
  kMessageType = 2,
  kPkiStatus = 3,
  kFailInfo = 4,
  kSenderNonce = 5,
  kRecipientNonce = 6,
  kTransactionId = 7,
};
Bytes type_of(Attribute attribute) {
  auto type = base::to_bytes(kArc);
  type.push_back(static_cast<std::uint8_t>(attribute));
  return type;
}
// id-scep-failInfoText, 1.3.6.1.5.5.7.24.1.
constexpr std::array<std::uint8_t, 8> kFailInfoText = {0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x18, 0x01};

constexpr std::size_t kLongestTransaction = 128;
constexpr std::size_t kLongestNonce = 64;
constexpr std::size_t kNonce = 16;
constexpr std::size_t kReadInstead = 1024;

template <typename Enum>
std::string number_of(Enum value) {
  return std::to_string(static_cast<int>(value));
}

enum class Status { kSuccess = 0, kFailure = 2, kPending = 3 };

// value_of gives the content of a signed attribute that has one value of a type.
std::optional<Bytes> value_of(const x509::CmsSignerInfo& signer, Attribute type, std::uint8_t tag) {
  const auto attribute = signer.signed_attribute(type_of(type));
  if (!attribute || attribute->values.size() != 1) return std::nullopt;
  const auto element = der::single(attribute->values.front(), tag);
  return element ? std::optional(base::to_bytes(element->content)) : std::nullopt;
}

bool is_printable(ByteView text) {
  return std::ranges::all_of(text, [](std::uint8_t c) { return c > 0x20 && c < 0x7f; });
}

MessageType type_from(std::string_view digits) {
  for (const auto type : {MessageType::kRenewalRequest, MessageType::kRequest, MessageType::kPoll}) {
    if (digits == number_of(type)) return type;
  }
  return MessageType::kOther;
}

x509::CmsAttribute printable(Attribute type, std::string_view text) {
  der::Writer out;
  out.text(der::kPrintableString, text);
  return {type_of(type), {out.take()}};
}
x509::CmsAttribute octets(Attribute type, ByteView value) {
  der::Writer out;
  out.octet_string(value);
  return {type_of(type), {out.take()}};
}

std::vector<x509::CmsAttribute> attributes_of(const Envelope& to, Status status) {
  constexpr std::string_view kCertRep = "3";
  Bytes nonce(kNonce);
  base::random_bytes(nonce);
  return {printable(Attribute::kMessageType, kCertRep), printable(Attribute::kPkiStatus, number_of(status)),
          printable(Attribute::kTransactionId, to.transaction), octets(Attribute::kSenderNonce, nonce),
          octets(Attribute::kRecipientNonce, to.sender_nonce)};
}

// Without a content there is none at all: section 3.2.2.
Result<Bytes> sign(const ScepIdentity& identity, std::optional<ByteView> content,
                   std::vector<x509::CmsAttribute> attributes) {
  x509::CmsSignOptions options;
  options.content = content ? x509::CmsContent::kAttached : x509::CmsContent::kDetached;
  options.signed_attributes = std::move(attributes);
  options.rsa_name = x509::CmsSignOptions::RsaName::kPlain;
  return x509::sign_message(content.value_or(ByteView()), {identity.signer}, options);
}

}  // namespace

Result<Envelope> read_envelope(ByteView message) {
  TRY(auto parsed, x509::SignedData::from_bytes(message));
  if (parsed.signers().size() != 1)
    return fail(Code::kMalformed, "A SCEP message has one signer (RFC 8894 section 3).");
  const auto& signer = parsed.signers().front();
  const auto type = value_of(signer, Attribute::kMessageType, der::kPrintableString);
  const auto transaction = value_of(signer, Attribute::kTransactionId, der::kPrintableString);
  auto nonce = value_of(signer, Attribute::kSenderNonce, der::kOctetString);
  if (!type || !transaction || !nonce || transaction->empty() || transaction->size() > kLongestTransaction ||
      !is_printable(*transaction) || nonce->empty() || nonce->size() > kLongestNonce)
    return fail(
        Code::kMalformed,
        "A SCEP message has messageType, transactionID and senderNonce as signed attributes (RFC 8894 section "
        "3.2.1).");
  return Envelope{std::move(parsed), type_from(base::as_text(*type)), std::string(base::as_text(*transaction)),
                  std::move(*nonce)};
}

Result<x509::Certificate> signer_of(const Envelope& envelope) {
  const auto& digest = envelope.message.signers().front().digest;
  if (!digest || *digest == x509::DigestAlgorithm::kSha1)
    return fail(Code::kRefused, "Messages are signed with SHA-256, SHA-384 or SHA-512; older digests are refused.");
  TRY(auto signature, x509::verify_signer(envelope.message, 0));
  return std::move(signature.certificate);
}

Result<Sealed> read_sealed(const Envelope& envelope, const x509::Certificate& signer, const ScepIdentity& identity) {
  const auto content = envelope.message.content();
  if (!content) return fail(Code::kMalformed, "The message has no content.");
  // Section 3.2: what is signed is of type data, and holds the EnvelopedData.
  if (!base::equal(envelope.message.content_type(), x509::oid::kData))
    return fail(Code::kMalformed, "What a SCEP message signs is of type data (RFC 8894 section 3.2).");
  TRY(auto message, x509::EnvelopedData::from_bytes(*content));
  const auto& own = identity.signer.certificate;
  for (const auto& one : message.recipients()) {
    const bool named = one.key_identifier.empty()
                           ? base::equal(one.serial, own.tbs().serial) && base::equal(one.issuer, own.tbs().issuer)
                           : base::equal(one.key_identifier, own.subject_key_identifier());
    if (!named) continue;
    // zeros in front do not make it another number
    ByteView number = one.encrypted_key;
    while (!number.empty() && number.front() == 0) number = number.subspan(1);
    return Sealed{std::move(message), x509::sha256(number), x509::sha256(signer.tbs().spki, *content)};
  }
  return fail(Code::kMalformed,
              "The message is not encrypted to the certificate of this service. Fetch it again (GetCACert).");
}

Result<x509::CertificateRequest> open_request(const Sealed& sealed, const x509::Certificate& signer, KeyOf whose,
                                              const ScepIdentity& identity) {
  auto content = x509::open_message(sealed.message, identity.signer.certificate, *identity.decrypter);
  if (!content && content.error().code != Code::kBadSignature) return tl::unexpected(std::move(content).error());
  // What does not open is read all the same, as octets of chance, so that it takes the time of what opens to
  // nonsense.
  if (!content) {
    content = Secret(kReadInstead);
    base::random_bytes({content->data(), content->size()});
  }
  auto request = x509::CertificateRequest::from_der(content->view());
  const bool is_whole = request && request->verify_possession() &&
                        (whose == KeyOf::kAny || base::equal(request->public_key().spki(), signer.tbs().spki));
  if (is_whole) return std::move(*request);
  return fail(Code::kBadSignature,
              "The message cannot be opened, or holds no certification request that the key of its signer made.");
}

Result<Bytes> success(const Envelope& to, const ScepIdentity& identity, const x509::Certificate& recipient,
                      const x509::Certificate& issued) {
  x509::SealOptions options;
  options.rsa = x509::KeyEncryption::Kind::kRsaPkcs1;
  options.key_usage = x509::SealOptions::KeyUsage::kIgnored;
  TRY(const auto sealed, x509::seal_message(x509::certs_only({issued.der()}), {recipient}, options));
  return sign(identity, sealed, attributes_of(to, Status::kSuccess));
}

Result<Bytes> pending(const Envelope& to, const ScepIdentity& identity) {
  return sign(identity, std::nullopt, attributes_of(to, Status::kPending));
}

Result<Bytes> failure(const Envelope& to, const ScepIdentity& identity, FailInfo info, std::string_view text) {
  auto attributes = attributes_of(to, Status::kFailure);
  attributes.push_back(printable(Attribute::kFailInfo, number_of(info)));
  der::Writer out;
  out.text(der::kUtf8String, base::show_unseen(text));
  attributes.push_back({base::to_bytes(kFailInfoText), {out.take()}});
  return sign(identity, std::nullopt, std::move(attributes));
}

}  // namespace yuxin::ra::scep
