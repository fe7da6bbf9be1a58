#include "contents.hpp"

#include <array>

#include "yuxin/x509/der.hpp"
#include "yuxin/x509/extension.hpp"

namespace yuxin::ra::cmp {

using base::ByteView;
using x509::CertificateRequest;
using x509::RevocationReason;
namespace der = x509::der;

namespace {

constexpr std::size_t kMostInfos = 16;
constexpr std::int64_t kNoRequestId = -1;

// id-regCtrl-oldCertID, 1.3.6.1.5.5.7.5.1.5.
constexpr std::array<std::uint8_t, 9> kOldCertificateId = {0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x05, 0x01, 0x05};

tl::unexpected<Refusal> malformed() {
  return deny(FailInfo::kBadDataFormat, "The body of the message does not parse (RFC 4210 section 5.3).");
}

// only_element gives the one element of a SEQUENCE OF.
Outcome<ByteView> only_element(ByteView sequence) {
  const auto list = der::single(sequence, der::kSequence);
  der::Reader elements(list ? list->content : ByteView());
  const auto one = elements.element(der::kSequence);
  if (!one) return malformed();
  if (!elements.at_end()) return deny(FailInfo::kBadRequest, "Send one request in a message, not several.");
  return one->whole;
}

// CertId ::= SEQUENCE { issuer GeneralName, serialNumber INTEGER }
bool read_old_certificate(ByteView value, CertificateWanted& wanted) {
  constexpr unsigned kDirectoryName = 4;
  const auto whole = der::single(value, der::kSequence);
  der::Reader fields(whole ? whole->content : ByteView());
  const auto issuer = fields.content(der::constructed_tag(kDirectoryName));
  const auto serial = issuer ? fields.integer() : std::nullopt;
  auto name = serial ? x509::Name::from_der(*issuer) : base::Result<x509::Name>(x509::Name());
  if (!serial || !name || !fields.at_end()) return false;
  wanted.old_issuer = std::move(*name);
  wanted.old_serial = base::to_bytes(*serial);
  return true;
}

// Controls ::= SEQUENCE OF AttributeTypeAndValue
bool read_controls(ByteView content, CertificateWanted& wanted) {
  der::Reader controls(content);
  while (!controls.at_end()) {
    auto control = controls.nested(der::kSequence);
    const auto type = control ? control->oid() : std::nullopt;
    const auto value = type ? control->element() : std::nullopt;
    if (!value || !control->at_end()) return false;
    if (base::equal(*type, kOldCertificateId) && !read_old_certificate(value->whole, wanted)) return false;
  }
  return true;
}

// What CertificateRequest does not keep of a CertReqMsg, whose form it has checked.
bool read_beside(CertificateWanted& wanted) {
  constexpr unsigned kValidity = 4;
  der::Reader fields(der::single(wanted.request.signed_part(), der::kSequence)->content);
  const auto id = fields.small_integer();
  const auto wish = id ? fields.content(der::kSequence) : std::nullopt;
  if (!wish) return false;
  wanted.id = *id;
  der::Reader inside(*wish);
  while (!inside.at_end()) {
    const auto element = inside.element();
    if (!element) return false;
    if (element->tag == der::constructed_tag(kValidity)) wanted.asks_validity = true;
  }
  const auto controls = fields.content(der::kSequence);
  return !controls || read_controls(*controls, wanted);
}

Outcome<CertificateRequest> read_request(const Message& message) {
  if (message.type == Body::kPkcs10) {
    auto request = CertificateRequest::from_der(message.body);
    const bool refused = !request && request.error().code == base::Code::kRefused;
    return as(refused ? FailInfo::kBadCertificateTemplate : FailInfo::kBadDataFormat, std::move(request));
  }
  TRY(const auto one, only_element(message.body));
  auto request = CertificateRequest::from_crmf(one);
  if (!request && request.error().code == base::Code::kBadSignature)
    return as(FailInfo::kBadProofOfPossession, std::move(request));
  return as(request || request.error().code == base::Code::kMalformed ? FailInfo::kBadDataFormat
                                                                      : FailInfo::kBadCertificateTemplate,
            std::move(request));
}

}  // namespace

Outcome<CertificateWanted> read_wanted(const Message& message) {
  TRY(auto request, read_request(message));
  if (auto possessed = request.verify_possession(); !possessed)
    return deny(FailInfo::kBadProofOfPossession,
                "The request is not signed with the key that it is for, so that nothing shows that you hold it: {}",
                possessed.error().detail);
  CertificateWanted wanted{kNoRequestId, std::move(request)};
  if (message.type != Body::kPkcs10 && !read_beside(wanted)) return malformed();
  if (message.type != Body::kPkcs10 && wanted.id < 0) return malformed();
  return wanted;
}

std::int64_t request_id(const Message& message) {
  if (message.type == Body::kPkcs10) return kNoRequestId;
  const auto one = only_element(message.body);
  der::Reader fields(one ? der::single(*one, der::kSequence)->content : ByteView());
  auto request = fields.nested(der::kSequence);
  return request ? request->small_integer().value_or(0) : 0;
}

namespace {

// CertTemplate of a revocation: issuer [3] and serialNumber [1], and no more that counts.
bool read_certificate_named(ByteView content, RevocationWanted& wanted) {
  constexpr unsigned kSerial = 1;
  constexpr unsigned kIssuer = 3;
  der::Reader fields(content);
  bool issuer = false;
  while (!fields.at_end()) {
    const auto field = fields.element();
    if (!field) return false;
    if (field->tag == der::context_tag(kSerial) && der::is_minimal_integer(field->content))
      wanted.serial = base::to_bytes(field->content);
    if (field->tag != der::constructed_tag(kIssuer)) continue;
    auto name = x509::Name::from_der(field->content);
    if (!name) return false;
    wanted.issuer = std::move(*name);
    issuer = true;
  }
  return issuer && !wanted.serial.empty();
}

Outcome<RevocationReason> read_reason(ByteView extensions) {
  const auto list = x509::read_extensions(extensions);
  if (!list) return malformed();
  const auto* extension = x509::find_extension(*list, x509::oid::kReasonCode);
  if (extension == nullptr) return RevocationReason::kUnspecified;
  const auto value = der::single(extension->value, der::kEnumerated);
  const auto number = value ? der::parse_small_integer(value->content) : std::nullopt;
  if (!number) return malformed();
  // What the holder of a certificate can know: not that the authority or a privilege is gone, and no hold.
  for (const auto reason :
       {RevocationReason::kUnspecified, RevocationReason::kKeyCompromise, RevocationReason::kAffiliationChanged,
        RevocationReason::kSuperseded, RevocationReason::kCessationOfOperation}) {
    if (*number == static_cast<std::int64_t>(reason)) return reason;
  }
  return deny(FailInfo::kBadRequest, "A certificate is revoked here for the reasons 0, 1, 3, 4 or 5.");
}

}  // namespace

Outcome<RevocationWanted> read_revocation(const Message& message) {
  TRY(const auto one, only_element(message.body));
  der::Reader fields(der::single(one, der::kSequence)->content);
  const auto named = fields.content(der::kSequence);
  RevocationWanted wanted;
  if (!named || !read_certificate_named(*named, wanted)) return malformed();
  if (fields.at_end()) return wanted;
  const auto extensions = fields.content(der::kSequence);
  if (!extensions || !fields.at_end()) return malformed();
  TRY(wanted.reason, read_reason(*extensions));
  return wanted;
}

Outcome<Confirmation> read_confirmation(const Message& message) {
  Confirmation found;
  const auto list = der::single(message.body, der::kSequence);
  if (!list) return malformed();
  if (list->content.empty()) {
    found.accepted = false;
    found.names_certificate = false;
    return found;
  }
  TRY(const auto one, only_element(message.body));
  der::Reader fields(der::single(one, der::kSequence)->content);
  const auto hash = fields.content(der::kOctetString);
  const auto id = hash ? fields.small_integer() : std::nullopt;
  if (!id) return malformed();
  found.hash = base::to_bytes(*hash);
  found.id = *id;
  if (fields.next_is(der::kSequence)) {
    auto status = fields.nested(der::kSequence);
    const auto number = status ? status->small_integer() : std::nullopt;
    if (!number) return malformed();
    found.accepted = *number == 0;  // accepted; a client that wants it otherwise rejects it
  }
  if (fields.next_is(der::constructed_tag(0))) {
    const auto algorithm = fields.content(der::constructed_tag(0));
    if (!algorithm || !der::single(*algorithm, der::kSequence)) return malformed();
    found.hash_algorithm = base::to_bytes(*algorithm);
  }
  if (!fields.at_end()) return malformed();
  return found;
}

Outcome<std::int64_t> read_poll(const Message& message) {
  TRY(const auto one, only_element(message.body));
  der::Reader fields(der::single(one, der::kSequence)->content);
  const auto id = fields.small_integer();
  if (!id || !fields.at_end()) return malformed();
  return *id;
}

Outcome<std::vector<Info>> read_general(const Message& message) {
  const auto list = der::single(message.body, der::kSequence);
  if (!list) return malformed();
  std::vector<Info> infos;
  der::Reader reader(list->content);
  while (!reader.at_end()) {
    auto info = reader.nested(der::kSequence);
    const auto type = info ? info->oid() : std::nullopt;
    if (!type || infos.size() == kMostInfos) return malformed();
    Info found{*type, {}};
    if (!info->at_end()) {
      const auto value = info->element();
      if (!value || !info->at_end()) return malformed();
      found.value = value->whole;
    }
    infos.push_back(found);
  }
  return infos;
}

}  // namespace yuxin::ra::cmp
