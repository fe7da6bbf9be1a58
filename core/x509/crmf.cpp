// Certificate request messages: RFC 4211.
#include <algorithm>
#include <array>

#include "request_impl.hpp"
#include "yuxin/x509/der.hpp"

namespace yuxin::x509 {

using base::ByteView;
using base::Code;
using base::fail;

namespace {

base::Failure malformed_message() {
  return fail(Code::kMalformed,
              "This is no certificate request message: it does not parse as CertReqMsg (RFC 4211).");
}

// Template is CertTemplate of section 5 as far as it asks for something that a request can.
struct Template {
  ByteView subject;      // DER Name, or empty
  ByteView spki;         // content of SubjectPublicKeyInfo
  ByteView extensions;   // content of SEQUENCE OF Extension
  bool chooses = false;  // what is the authority's to choose
};

// Fields of CertTemplate by their tags; each may stand once, in this order.
enum Field : unsigned {
  kVersion = 0,
  kSerialNumber = 1,
  kSigningAlgorithm = 2,
  kIssuer = 3,
  kValidity = 4,
  kSubject = 5,
  kPublicKey = 6,
  kIssuerUniqueId = 7,
  kSubjectUniqueId = 8,
  kExtensions = 9,
};

bool take_field(Template& found, unsigned field, ByteView content) {
  switch (field) {
    case kVersion:
      return der::parse_small_integer(content) == 2;
    case kIssuer:
      return der::single(content, der::kSequence).has_value();
    case kValidity:
      return true;
    case kSubject:
      found.subject = content;
      return der::single(content, der::kSequence).has_value();
    case kPublicKey:
      found.spki = content;
      return true;
    case kExtensions:
      found.extensions = content;
      return true;
    default:
      found.chooses = true;
      return true;
  }
}

std::optional<Template> read_template(ByteView content) {
  // By the types of the fields: Name is a CHOICE, so that its tag is explicit (X.680 section 31.2.7).
  static constexpr std::array<bool, 10> kConstructed = {false, false, true,  true,  true,
                                                        true,  true,  false, false, true};
  Template found;
  der::Reader fields(content);
  unsigned next = 0;
  while (!fields.at_end()) {
    const auto element = fields.element();
    if (!element) return std::nullopt;
    const unsigned field = element->tag & 0x1fU;
    if (field < next || field >= kConstructed.size()) return std::nullopt;
    if (element->tag != (kConstructed[field] ? der::constructed_tag(field) : der::context_tag(field)))
      return std::nullopt;
    if (!take_field(found, field, element->content)) return std::nullopt;
    next = field + 1;
  }
  return found;
}

// Message is CertReqMsg taken apart.
struct Message {
  ByteView request;  // CertRequest, what is signed
  ByteView wanted;   // content of its CertTemplate
  std::optional<der::Element> proof;
};

std::optional<Message> read_message(ByteView der) {
  const auto whole = der::single(der, der::kSequence);
  der::Reader fields(whole ? whole->content : ByteView());
  const auto request = fields.element(der::kSequence);
  if (!request) return std::nullopt;
  Message message{request->whole, {}, {}};
  der::Reader inside(request->content);
  const auto id = inside.small_integer();
  const auto wanted = id ? inside.content(der::kSequence) : std::nullopt;
  if (!wanted || !inside.skip_optional(der::kSequence) || !inside.at_end()) return std::nullopt;  // Controls
  message.wanted = *wanted;
  if (!fields.at_end() && !fields.next_is(der::kSequence)) {
    message.proof = fields.element();
    if (!message.proof) return std::nullopt;
  }
  if (!fields.skip_optional(der::kSequence) || !fields.at_end()) return std::nullopt;  // regInfo
  return message;
}

// POPOSigningKey of section 4.1.
struct Proof {
  ByteView algorithm;
  ByteView signature;
};

base::Result<Proof> read_proof(const std::optional<der::Element>& element) {
  constexpr unsigned kSignature = 1;
  if (!element || element->tag != der::constructed_tag(kSignature))
    return fail(Code::kBadSignature,
                "Possession of the key is proven by its signature over the request (RFC 4211 section 4.1), and this "
                "request has none.");
  der::Reader fields(element->content);
  if (fields.next_is(der::constructed_tag(0)))
    return fail(Code::kBadSignature, "Name the subject in the request: a proof over another input is not taken.");
  const auto algorithm = fields.element(der::kSequence);
  const auto signature = algorithm ? fields.bit_string() : std::nullopt;
  if (!signature || !fields.at_end()) return malformed_message();
  return Proof{algorithm->whole, *signature};
}

}  // namespace

base::Result<CertificateRequest> CertificateRequest::from_crmf(ByteView der) {
  auto impl = std::make_shared<Impl>();
  impl->form = RequestForm::kCrmf;
  impl->der = base::to_bytes(der);
  const auto message = read_message(impl->der);
  const auto wanted = message ? read_template(message->wanted) : std::nullopt;
  auto extensions = wanted ? read_extensions(wanted->extensions) : std::nullopt;
  if (!extensions) return malformed_message();
  TRY(refuse_repeated(*extensions));
  if (wanted->chooses)
    return fail(Code::kRefused,
                "The request chooses a serial number, a signature algorithm or a unique identifier, which are the "
                "authority's to choose.");
  if (wanted->spki.empty())
    return fail(Code::kRefused, "The request has no public key, and none is made here for it.");
  TRY(const auto proof, read_proof(message->proof));
  impl->signed_part = message->request;
  impl->signature_algorithm = proof.algorithm;
  impl->signature = proof.signature;
  impl->extensions = std::move(*extensions);
  if (!wanted->subject.empty()) {
    TRY(impl->subject, Name::from_der(wanted->subject));
  }
  der::Writer spki;
  spki.element(der::kSequence, wanted->spki);
  TRY(impl->key, PublicKey::from_spki(spki.view()));
  return CertificateRequest(std::move(impl));
}

}  // namespace yuxin::x509
