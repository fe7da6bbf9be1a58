#include "yuxin/x509/request.hpp"

#include "directory_string.hpp"
#include "other_object.hpp"
#include "repeated.hpp"
#include "request_impl.hpp"
#include "signed_object.hpp"
#include "yuxin/x509/certificate.hpp"
#include "yuxin/x509/der.hpp"

namespace yuxin::x509 {

namespace {

base::Failure malformed_request() {
  return base::fail(base::Code::kMalformed,
                    "This is no certification request: it does not parse as PKCS#10 in DER. Check that the file is "
                    "complete.");
}

// RequestInfo is CertificationRequestInfo of RFC 2986 section 4.1.
struct RequestInfo {
  base::ByteView subject;
  base::ByteView spki;
  base::ByteView attributes;  // content of SET OF Attribute
};

std::optional<RequestInfo> parse_info(base::ByteView der) {
  const auto whole = der::single(der, der::kSequence);
  if (!whole) return std::nullopt;
  der::Reader fields(whole->content);
  const auto version = fields.small_integer();
  const auto subject = version == 0 ? fields.element(der::kSequence) : std::nullopt;
  const auto spki = subject ? fields.element(der::kSequence) : std::nullopt;
  if (!spki) return std::nullopt;
  RequestInfo info{subject->whole, spki->whole, {}};
  // attributes [0] is not optional, but OpenSSL and older Java can leave it out when it is empty.
  if (!fields.at_end()) {
    const auto attributes = fields.content(der::constructed_tag(0));
    if (!attributes || !fields.at_end()) return std::nullopt;
    info.attributes = *attributes;
  }
  return info;
}

// Requested is what the attributes ask for.
struct Requested {
  std::optional<std::vector<ExtensionView>> extensions;
  bool has_two_lists = false;  // of extensions: which one is asked for is open
  std::optional<base::Secret> challenge;
};

// ChallengePassword ::= DirectoryString, one value (RFC 2985 section 5.4.1).
bool read_challenge(der::Reader values, std::optional<base::Secret>& challenge) {
  const auto value = values.element();
  const auto text = value ? decode_string(value->tag, value->content) : std::nullopt;
  if (!text || !values.at_end() || challenge) return false;
  challenge.emplace(*text);
  return true;
}

// Attribute ::= SEQUENCE { type OBJECT IDENTIFIER, values SET OF ANY }. extensionRequest holds one Extensions.
bool read_attribute(der::Reader& attributes, Requested& requested) {
  auto attribute = attributes.nested(der::kSequence);
  const auto type = attribute ? attribute->oid() : std::nullopt;
  auto values = type ? attribute->nested(der::kSet) : std::nullopt;
  if (!values || !attribute->at_end()) return false;
  if (base::equal(*type, oid::kChallengePassword)) return read_challenge(*values, requested.challenge);
  if (!base::equal(*type, oid::kExtensionRequest)) {
    while (!values->at_end()) {
      if (!values->element()) return false;
    }
    return true;
  }
  const auto list = values->content(der::kSequence);
  if (!list || !values->at_end()) return false;
  requested.has_two_lists = requested.extensions.has_value();
  requested.extensions = read_extensions(*list);
  return requested.extensions.has_value();
}

std::optional<Requested> read_requested(base::ByteView attributes) {
  der::Reader reader(attributes);
  Requested requested;
  while (!reader.at_end()) {
    if (!read_attribute(reader, requested)) return std::nullopt;
  }
  return requested;
}

// Whoever takes a request in sends it back, so what is wrong with it is said together with how it is made right.
base::Failure unproven(const CertificateRequest::Impl& request, base::Error why) {
  const auto algorithm = scheme_by_identifier(request.signature_algorithm);
  if (!algorithm) return base::Failure(std::move(why));  // it names the algorithm
  const auto& row = scheme(*algorithm);
  if (row.digest == DigestAlgorithm::kSha1) {
    return base::fail_with(
        why.code, std::move(why.diagnostic),
        "The request is signed with {}, which proves nothing: SHA-1 is broken. Have it signed with "
        "SHA-256 or better: openssl req -new -sha256 -key KEY -out NEW",
        row.name);
  }
  if (!fits(request.key->kind(), *algorithm)) return base::Failure(std::move(why));
  if (algorithm == SignatureAlgorithm::kSm2Sm3 && request.form == RequestForm::kPkcs10) {
    // verify_cmp_tbs also takes the empty identifier, which is what OpenSSL signs with when none is named
    const bool by_empty =
        verify_cmp_tbs(*request.key, request.signature_algorithm, request.signed_part, request.signature).has_value();
    constexpr const char* kRemedy = "openssl req -new -sm3 -sigopt distid:1234567812345678 -key KEY -out NEW";
    if (by_empty) {
      return base::fail_with(why.code, std::move(why.diagnostic),
                             "The request is signed with an empty SM2 identifier; GM/T 0009 wants 1234567812345678. "
                             "Have it signed anew: {}",
                             kRemedy);
    }
    return base::fail_with(
        why.code, std::move(why.diagnostic),
        "The request's own signature does not verify with the key in it: it was changed on the "
        "way, or signed with another SM2 identifier than 1234567812345678. Have it signed anew: {}",
        kRemedy);
  }
  return base::fail_with(why.code, std::move(why.diagnostic),
                         "The request's own signature does not verify with the key in it: it was changed on the way, "
                         "or signed with another key. Ask the applicant for a new one.");
}

}  // namespace

base::Result<> refuse_repeated(const std::vector<ExtensionView>& extensions) {
  const auto twice = repeated(extensions, &ExtensionView::oid);
  if (!twice) return {};
  return base::fail(
      base::Code::kRefused,
      "The request asks for the extension {} twice, and which one is meant is not said (RFC 5280 section "
      "4.2). Make a new request.",
      dotted(*twice));
}

base::Result<CertificateRequest> CertificateRequest::from_der(base::ByteView der) {
  auto impl = std::make_shared<Impl>();
  impl->der = base::to_bytes(der);
  const auto parts = parse_signed_object(impl->der);
  const auto info = parts ? parse_info(parts->tbs) : std::nullopt;
  auto requested = info ? read_requested(info->attributes) : std::nullopt;
  if (!requested) return malformed_request();
  impl->signed_part = parts->tbs;
  impl->signature_algorithm = parts->algorithm;
  impl->signature = parts->signature;
  if (requested->has_two_lists)
    return base::fail(
        base::Code::kRefused,
        "The request bears two lists of extensions, and which one is meant is not said (PKCS #9 section "
        "5.4.2). Make a new request.");
  if (requested->extensions) {
    TRY(refuse_repeated(*requested->extensions));
    impl->extensions = std::move(*requested->extensions);
  }
  impl->challenge = std::move(requested->challenge);
  TRY(impl->subject, Name::from_der(info->subject));
  TRY(impl->key, PublicKey::from_spki(info->spki));
  return CertificateRequest(std::move(impl));
}

base::Result<CertificateRequest> CertificateRequest::from_bytes(base::ByteView pem_or_der) {
  const auto only = only_object(pem_or_der, {"CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST"});
  if (only.count == 0) {
    return other_object(
        pem_or_der, AskedObject::kRequest,
        base::fail(base::Code::kMalformed,
                   "There is no certification request in this PEM file: no block BEGIN CERTIFICATE REQUEST."));
  }
  if (only.count > 1) {
    return base::fail(
        base::Code::kMalformed,
        "This PEM file holds {} certification requests, and which one is meant is not said. Give each in "
        "a file of its own.",
        only.count);
  }
  auto request = from_der(only.der);
  if (request || request.error().code != base::Code::kMalformed) return request;
  return other_object(pem_or_der, AskedObject::kRequest, base::Failure(std::move(request).error()));
}

base::Result<CertificateRequest> CertificateRequest::from_either(base::ByteView der) {
  // CertReqMsg has the proof of possession, with a tag of its own, where a CertificationRequest has an
  // AlgorithmIdentifier.
  const auto whole = der::single(der, der::kSequence);
  der::Reader fields(whole ? whole->content : base::ByteView());
  const bool pkcs10 = fields.element(der::kSequence).has_value() && fields.next_is(der::kSequence);
  return pkcs10 ? from_der(der) : from_crmf(der);
}

RequestForm CertificateRequest::form() const { return impl_->form; }
base::ByteView CertificateRequest::der() const { return impl_->der; }
base::ByteView CertificateRequest::signed_part() const { return impl_->signed_part; }
const Name& CertificateRequest::subject() const { return impl_->subject; }
const PublicKey& CertificateRequest::public_key() const { return *impl_->key; }
const std::vector<ExtensionView>& CertificateRequest::extensions() const { return impl_->extensions; }
const std::optional<base::Secret>& CertificateRequest::challenge_password() const { return impl_->challenge; }
base::ByteView CertificateRequest::signature_algorithm() const { return impl_->signature_algorithm; }

std::vector<GeneralName> CertificateRequest::subject_alt_names() const {
  const ExtensionView* view = find_extension(impl_->extensions, oid::kSubjectAltName);
  auto names = view != nullptr ? read_alternative_names(view->value) : std::nullopt;
  return names ? std::move(*names) : std::vector<GeneralName>{};
}

base::Result<> CertificateRequest::verify_possession() const {
  const auto verify = impl_->form == RequestForm::kCrmf ? verify_cmp_tbs : verify_tbs;
  auto verified = verify(*impl_->key, impl_->signature_algorithm, impl_->signed_part, impl_->signature);
  if (verified || verified.error().code != base::Code::kBadSignature) return verified;
  return unproven(*impl_, std::move(verified).error());
}

base::Result<base::Bytes> make_request(const Name& subject, const std::vector<base::Bytes>& extensions,
                                       const Signer& signer) {
  der::Writer writer;
  const auto info = writer.open(der::kSequence);
  writer.integer(0);
  writer.raw(subject.der());
  writer.raw(signer.public_key().spki());
  const auto attributes = writer.open(der::constructed_tag(0));
  if (!extensions.empty()) {
    const auto attribute = writer.open(der::kSequence);
    writer.oid(oid::kExtensionRequest);
    const auto values = writer.open(der::kSet);
    const auto list = writer.open(der::kSequence);
    for (const auto& extension : extensions) writer.raw(extension);
    writer.close(list);
    writer.close(values);
    writer.close(attribute);
  }
  writer.close(attributes);
  writer.close(info);
  TRY(const base::Bytes signature, signer.sign(writer.view()));
  return join_signature(writer.view(), scheme(signer.algorithm()).identifier, signature);
}

}  // namespace yuxin::x509
