#include "cms/signed_data.hpp"

#include <algorithm>

#include "ber.hpp"
#include "cms/algorithms.hpp"
#include "cms/attributes.hpp"
#include "signed_object.hpp"

namespace yuxin::x509 {

namespace {

using base::Bytes;
using base::ByteView;
using Excess = SignedData::Impl::Excess;

// Each signer costs its verifier a path; a message of a few megabytes could ask for tens of thousands of them.
bool too_many(SignedData::Impl& impl, Excess what) {
  impl.excess = what;
  return false;
}

base::Failure refused_for(Excess what) {
  using base::Code;
  if (what == Excess::kSigners) {
    return base::fail(Code::kMalformed, "The message has more than {} signers; so many are not looked at.",
                      SignedData::kMostSigners);
  }
  if (what == Excess::kCertificates) {
    return base::fail(Code::kMalformed, "The message carries more than {} certificates; so many are not looked at.",
                      SignedData::kMostCertificates);
  }
  return base::fail(Code::kMalformed,
                    "The message carries more than {} lists and responses; so many are not looked at.",
                    SignedData::kMostRevocations);
}

// OtherRevocationInfoFormat ::= SEQUENCE { otherRevInfoFormat OBJECT IDENTIFIER, otherRevInfo ANY }
void read_other_revocation(ByteView content, SignedData::Impl& impl) {
  der::Reader fields(content);
  const auto format = fields.oid();
  if (!format || !base::equal(*format, oid::kRiOcspResponse)) return;
  const auto response = fields.element(der::kSequence);
  if (response && fields.at_end()) impl.ocsp_responses.push_back(response->whole);
}

bool read_revocation(der::Reader& fields, SignedData::Impl& impl) {
  if (!fields.next_is(der::constructed_tag(1))) return true;
  auto set = fields.nested(der::constructed_tag(1));
  if (!set) return false;
  while (!set->at_end()) {
    const auto choice = set->element();
    if (!choice) return false;
    impl.revocation_choices.push_back(choice->whole);
    if (impl.revocation_choices.size() > SignedData::kMostRevocations) return too_many(impl, Excess::kRevocations);
    if (choice->tag == der::kSequence) impl.crls.push_back(choice->whole);
    if (choice->tag == cms::kOtherRevocation) read_other_revocation(choice->content, impl);
  }
  return true;
}

// A certificate that does not parse is kept and not shown: it may be somebody else's, and cannot be the signer's.
bool read_certificates(der::Reader& fields, SignedData::Impl& impl) {
  if (!fields.next_is(der::constructed_tag(0))) return true;
  auto set = fields.nested(der::constructed_tag(0));
  if (!set) return false;
  while (!set->at_end()) {
    const auto choice = set->element();
    if (!choice) return false;
    impl.certificate_choices.push_back(choice->whole);
    if (impl.certificate_choices.size() > SignedData::kMostCertificates) return too_many(impl, Excess::kCertificates);
    if (choice->tag == der::kSequence) {
      if (auto certificate = Certificate::from_der(choice->whole)) impl.certificates.push_back(*certificate);
    } else if (choice->tag == cms::kAttributeCertificateV2) {
      Bytes der = base::to_bytes(choice->whole);
      der.front() = der::kSequence;
      impl.attribute_certificate_der.push_back(std::move(der));
      impl.attribute_certificates.emplace_back(impl.attribute_certificate_der.back());
    }
  }
  return true;
}

// SignerIdentifier ::= CHOICE { issuerAndSerialNumber, subjectKeyIdentifier [0] IMPLICIT OCTET STRING }
bool read_signer_identifier(der::Reader& fields, CmsSignerInfo& signer) {
  if (fields.next_is(der::context_tag(0))) {
    const auto identifier = fields.content(der::context_tag(0));
    if (!identifier || identifier->empty()) return false;
    signer.key_identifier = *identifier;
    return true;
  }
  auto pair = fields.nested(der::kSequence);
  const auto issuer = pair ? pair->element(der::kSequence) : std::nullopt;
  const auto serial = issuer ? pair->content(der::kInteger) : std::nullopt;
  if (!serial || serial->empty() || !pair->at_end()) return false;
  signer.issuer = issuer->whole;
  signer.serial = *serial;
  return true;
}

bool read_attribute_set(der::Reader& fields, std::uint8_t tag, ByteView& to) {
  if (!fields.next_is(tag)) return true;
  const auto set = fields.element();
  if (!set || !cms::read_attributes(set->content)) return false;
  to = set->whole;
  return true;
}

std::optional<CmsSignerInfo> read_signer(ByteView content) {
  der::Reader fields(content);
  CmsSignerInfo signer;
  const auto version = fields.small_integer();
  // RFC 5652 section 5.3: 1 with issuer and serial, 3 with a key identifier; which is which some do not heed.
  if (!version || (*version != 1 && *version != 3)) return std::nullopt;
  signer.version = *version;
  if (!read_signer_identifier(fields, signer)) return std::nullopt;
  const auto digest = fields.element(der::kSequence);
  if (!digest) return std::nullopt;
  signer.digest_algorithm = digest->whole;
  signer.digest = cms::read_digest(digest->whole);
  if (!read_attribute_set(fields, der::constructed_tag(0), signer.signed_attributes)) return std::nullopt;
  const auto algorithm = fields.element(der::kSequence);
  const auto signature = algorithm ? fields.content(der::kOctetString) : std::nullopt;
  if (!signature) return std::nullopt;
  signer.signature_algorithm = algorithm->whole;
  signer.signature = *signature;
  if (!read_attribute_set(fields, der::constructed_tag(1), signer.unsigned_attributes)) return std::nullopt;
  return fields.at_end() ? std::optional(signer) : std::nullopt;
}

bool read_signers(der::Reader& fields, SignedData::Impl& impl) {
  auto set = fields.nested(der::kSet);
  if (!set) return false;
  while (!set->at_end()) {
    const auto element = set->element(der::kSequence);
    auto signer = element ? read_signer(element->content) : std::nullopt;
    if (!signer) return false;
    impl.signer_elements.push_back(element->whole);
    impl.signers.push_back(*signer);
    if (impl.signers.size() > SignedData::kMostSigners) return too_many(impl, Excess::kSigners);
  }
  return true;
}

// EncapsulatedContentInfo ::= SEQUENCE { eContentType, eContent [0] EXPLICIT OCTET STRING OPTIONAL }; of GM/T 0010 it
// is a ContentInfo, whose content is an OCTET STRING for the type data.
bool read_encapsulated(der::Reader& fields, SignedData::Impl& impl) {
  const auto element = fields.element(der::kSequence);
  if (!element) return false;
  impl.encapsulated = element->whole;
  der::Reader parts(element->content);
  const auto type = parts.oid();
  if (!type) return false;
  impl.content_type = *type;
  if (parts.at_end()) return true;
  auto wrapper = parts.nested(der::constructed_tag(0));
  impl.content = wrapper ? wrapper->content(der::kOctetString) : std::nullopt;
  return impl.content && wrapper->at_end() && parts.at_end();
}

bool read_signed_data(ByteView content, SignedData::Impl& impl) {
  der::Reader fields(content);
  const auto version = fields.small_integer();
  if (!version || *version < 1 || *version > 5) return false;
  const auto digests = fields.element(der::kSet);
  if (!digests) return false;
  impl.digest_algorithms = digests->whole;
  return read_encapsulated(fields, impl) && read_certificates(fields, impl) && read_revocation(fields, impl) &&
         read_signers(fields, impl) && fields.at_end();
}

bool read_message(SignedData::Impl& impl) {
  const auto whole = der::single(impl.der, der::kSequence);
  if (!whole) return false;
  der::Reader fields(whole->content);
  const auto type = fields.oid();
  if (!type) return false;
  if (base::equal(*type, oid::kGmSignedData)) {
    impl.form = CmsForm::kGm;
  } else if (!base::equal(*type, oid::kSignedData)) {
    return false;
  }
  auto wrapper = fields.nested(der::constructed_tag(0));
  const auto content = wrapper ? wrapper->content(der::kSequence) : std::nullopt;
  return content && wrapper->at_end() && fields.at_end() && read_signed_data(*content, impl);
}

// version_of follows RFC 5652 section 5.1.
std::int64_t version_of(const cms::SignedDataParts& parts) {
  if (parts.form == CmsForm::kGm) return 1;
  const auto has = [](const std::vector<ByteView>& choices, std::uint8_t tag) {
    return std::ranges::any_of(choices, [&](ByteView choice) { return choice.front() == tag; });
  };
  if (has(parts.certificate_choices, cms::kOtherCertificate) ||
      has(parts.revocation_choices, cms::kOtherRevocation)) {
    return 5;
  }
  if (has(parts.certificate_choices, cms::kAttributeCertificateV2)) return 4;
  const bool third_signer = std::ranges::any_of(parts.signer_infos, [](ByteView element) {
    der::Reader reader(element);
    auto fields = reader.nested(der::kSequence);
    return fields && fields->small_integer() == 3;
  });
  const bool third = third_signer || has(parts.certificate_choices, cms::kAttributeCertificateV1) ||
                     !cms::is_data(parts.content_type);
  return third ? 3 : 1;
}

}  // namespace

namespace cms {

bool is_data(Oid content_type) {
  return base::equal(content_type, oid::kData) || base::equal(content_type, oid::kGmData);
}

Bytes write_signed_data(const SignedDataParts& parts) {
  der::Writer writer;
  const auto message = writer.open(der::kSequence);
  writer.oid(parts.form == CmsForm::kGm ? oid::kGmSignedData : oid::kSignedData);
  const auto wrapper = writer.open(der::constructed_tag(0));
  const auto signed_data = writer.open(der::kSequence);
  writer.integer(version_of(parts));
  writer.raw(parts.digest_algorithms);
  writer.raw(parts.encapsulated);
  if (!parts.certificate_choices.empty()) {
    writer.raw(write_set_of(der::constructed_tag(0), parts.certificate_choices));
  }
  if (!parts.revocation_choices.empty()) {
    writer.raw(write_set_of(der::constructed_tag(1), parts.revocation_choices));
  }
  writer.raw(write_set_of(der::kSet, parts.signer_infos));
  writer.close(signed_data);
  writer.close(wrapper);
  writer.close(message);
  return writer.take();
}

}  // namespace cms

base::Result<SignedData> SignedData::from_bytes(ByteView pem_or_der) {
  auto only = only_object(pem_or_der, {"CMS", "PKCS7"});
  if (only.count == 0) {
    return base::fail(base::Code::kMalformed,
                      "There is no signed message in this PEM file: no block BEGIN CMS or BEGIN PKCS7.");
  }
  if (only.count > 1) {
    return base::fail(
        base::Code::kMalformed,
        "This PEM file holds {} messages, and which one is meant is not said. Give each in a file of its "
        "own.",
        only.count);
  }
  auto impl = std::make_shared<Impl>();
  impl->der = std::move(only.der);
  if (read_message(*impl)) return SignedData(std::move(impl));
  if (impl->excess != Excess::kNone) return refused_for(impl->excess);
  if (auto der = ber_to_der(impl->der)) {
    auto again = std::make_shared<Impl>();
    again->der = std::move(*der);
    if (read_message(*again)) return SignedData(std::move(again));
    if (again->excess != Excess::kNone) return refused_for(again->excess);
  }
  return base::fail(
      base::Code::kMalformed,
      "This is no signed message: it does not parse as CMS SignedData. Check that the file is complete.");
}

ByteView SignedData::der() const { return impl_->der; }
CmsForm SignedData::form() const { return impl_->form; }
Oid SignedData::content_type() const { return impl_->content_type; }
std::optional<ByteView> SignedData::content() const { return impl_->content; }
const std::vector<Certificate>& SignedData::certificates() const { return impl_->certificates; }
const std::vector<ByteView>& SignedData::attribute_certificates() const { return impl_->attribute_certificates; }
const std::vector<ByteView>& SignedData::crls() const { return impl_->crls; }
const std::vector<ByteView>& SignedData::ocsp_responses() const { return impl_->ocsp_responses; }
const std::vector<CmsSignerInfo>& SignedData::signers() const { return impl_->signers; }

}  // namespace yuxin::x509
