#include "scep/message.hpp"

#include <algorithm>
#include <array>

#include "yuxin/base/text.hpp"
#include "yuxin/x509/der.hpp"
#include "yuxin/x509/enveloped.hpp"

namespace yuxin::ra::scep {

using base::Bytes;
using base::ByteView;
using base::Code;
using base::fail;
using base::Result;
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

Result<Opened> open(const Envelope& envelope, const ScepIdentity& identity) {
  TRY(auto signature, x509::verify_signer(envelope.message, 0));
  const auto content = envelope.message.content();
  if (!content) return fail(Code::kMalformed, "The message has no content.");
  TRY(const auto sealed, x509::EnvelopedData::from_bytes(*content));
  TRY(auto opened, x509::open_message(sealed, identity.signer.certificate, *identity.decrypter));
  return Opened{std::move(signature.certificate), std::move(opened)};
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
  out.text(der::kUtf8String, text);
  attributes.push_back({base::to_bytes(kFailInfoText), {out.take()}});
  return sign(identity, std::nullopt, std::move(attributes));
}

}  // namespace yuxin::ra::scep
