#include "message.hpp"

#include <array>

#include "yuxin/x509/der.hpp"

namespace yuxin::ra::cmp {

using base::ByteView;
using base::Code;
using base::fail;
namespace der = x509::der;

namespace {

// id-it-implicitConfirm, 1.3.6.1.5.5.7.4.13.
constexpr std::array<std::uint8_t, 8> kImplicitConfirm = {0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x04, 0x0d};

base::Failure malformed() {
  return fail(Code::kMalformed, "This is no CMP message: it does not parse as PKIMessage in DER (RFC 4210).");
}

// Optional fields of PKIHeader are explicitly tagged (RFC 4210 appendix F: EXPLICIT TAGS).
enum Field : unsigned {
  kTime = 0,
  kProtectionAlgorithm = 1,
  kSenderKeyId = 2,
  kRecipientKeyId = 3,
  kTransaction = 4,
  kSenderNonce = 5,
  kRecipientNonce = 6,
  kFreeText = 7,
  kGeneralInfo = 8,
};

bool take_octets(ByteView content, std::size_t most, ByteView& into) {
  const auto octets = der::single(content, der::kOctetString);
  if (!octets || octets->content.empty() || octets->content.size() > most) return false;
  into = octets->content;
  return true;
}

// InfoTypeAndValue ::= SEQUENCE { infoType OBJECT IDENTIFIER, infoValue ANY OPTIONAL }
bool take_general_info(ByteView content, Header& header) {
  const auto list = der::single(content, der::kSequence);
  if (!list) return false;
  der::Reader infos(list->content);
  while (!infos.at_end()) {
    auto info = infos.nested(der::kSequence);
    const auto type = info ? info->oid() : std::nullopt;
    if (!type) return false;
    if (!info->at_end() && (!info->element() || !info->at_end())) return false;
    if (base::equal(*type, kImplicitConfirm)) header.implicit_confirm = true;
  }
  return true;
}

bool take_field(unsigned field, ByteView content, Header& header) {
  constexpr std::size_t kLongestKeyId = 255;
  ByteView ignored;
  switch (field) {
    case kTime: {
      const auto time = der::single(content, der::kGeneralizedTime);
      header.time = time ? der::parse_time(*time) : std::nullopt;
      return header.time.has_value();
    }
    case kProtectionAlgorithm:
      header.protection_algorithm = content;
      return der::single(content, der::kSequence).has_value();
    case kSenderKeyId:
      return take_octets(content, kLongestKeyId, header.sender_key_id);
    case kRecipientKeyId:
      return take_octets(content, kLongestKeyId, ignored);
    case kTransaction:
      return take_octets(content, kLongestTransaction, header.transaction);
    case kSenderNonce:
      return take_octets(content, kLongestNonce, header.sender_nonce);
    case kRecipientNonce:
      return take_octets(content, kLongestNonce, header.recipient_nonce);
    case kFreeText:
      return der::single(content, der::kSequence).has_value();
    case kGeneralInfo:
      return take_general_info(content, header);
    default:
      return false;
  }
}

bool read_header(ByteView content, Header& header) {
  der::Reader fields(content);
  const auto version = fields.small_integer();
  const auto sender = version ? fields.element() : std::nullopt;
  const auto recipient = sender ? fields.element() : std::nullopt;
  if (!recipient) return false;
  header.version = *version;
  header.sender = sender->whole;
  header.recipient = recipient->whole;
  unsigned next = 0;
  while (!fields.at_end()) {
    const auto element = fields.element();
    if (!element) return false;
    const unsigned field = element->tag & 0x1fU;
    if (element->tag != der::constructed_tag(field) || field < next || !take_field(field, element->content, header))
      return false;
    next = field + 1;
  }
  return true;
}

bool read_extra_certificates(ByteView content, std::vector<ByteView>& into) {
  const auto list = der::single(content, der::kSequence);
  if (!list) return false;
  der::Reader certificates(list->content);
  while (!certificates.at_end()) {
    const auto one = certificates.element();
    if (!one || into.size() == kMostExtraCertificates) return false;
    into.push_back(one->whole);
  }
  return true;
}

}  // namespace

// PKIMessage ::= SEQUENCE { header, body, protection [0] BIT STRING OPTIONAL, extraCerts [1] SEQUENCE OF OPTIONAL }
base::Result<Message> read_message(ByteView octets) {
  Message message;
  if (octets.size() > kLongestMessage) return malformed();
  message.der = base::to_bytes(octets);
  const auto whole = der::single(message.der, der::kSequence);
  der::Reader fields(whole ? whole->content : ByteView());
  const auto header = fields.element(der::kSequence);
  const auto body = header ? fields.element() : std::nullopt;
  if (!body || !read_header(header->content, message.header)) return malformed();
  const unsigned type = body->tag & 0x1fU;
  if (body->tag != der::constructed_tag(type)) return malformed();
  message.type = static_cast<Body>(type);
  message.body = body->content;
  if (fields.next_is(der::constructed_tag(0))) {
    auto protection = fields.nested(der::constructed_tag(0));
    const auto bits = protection ? protection->bit_string() : std::nullopt;
    if (!bits || bits->empty() || !protection->at_end()) return malformed();
    message.protection = *bits;
  }
  if (fields.next_is(der::constructed_tag(1))) {
    const auto list = fields.content(der::constructed_tag(1));
    if (!list || !read_extra_certificates(*list, message.extra_certificates)) return malformed();
  }
  if (!fields.at_end()) return malformed();
  // ProtectedPart ::= SEQUENCE { header, body }
  der::Writer part;
  const auto sequence = part.open(der::kSequence);
  part.raw(header->whole);
  part.raw(body->whole);
  part.close(sequence);
  message.protected_part = part.take();
  return message;
}

}  // namespace yuxin::ra::cmp
