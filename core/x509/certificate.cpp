#include "yuxin/x509/certificate.hpp"

#include <mutex>

#include "other_object.hpp"
#include "signed_object.hpp"
#include "yuxin/x509/der.hpp"
#include "yuxin/x509/digest.hpp"

namespace yuxin::x509 {

struct Certificate::Impl {
  base::Bytes der;
  TbsCertificate tbs;
  base::ByteView signature_algorithm;
  base::ByteView signature;
  Name subject;
  Name issuer;
  mutable std::once_flag key_once;
  mutable std::optional<base::Result<PublicKey>> key;
};

namespace {

base::Failure malformed_certificate() {
  return base::fail(base::Code::kMalformed,
                    "This is no certificate: it does not parse as X.509 in DER. Check that the file is complete.");
}

base::Failure no_certificate(base::ByteView octets) {
  return other_object(
      octets, AskedObject::kCertificate,
      base::fail(base::Code::kMalformed, "There is no certificate in this PEM file: no block BEGIN CERTIFICATE."));
}

bool read_version(der::Reader& fields, TbsCertificate& tbs) {
  if (!fields.next_is(der::constructed_tag(0))) return true;
  auto version = fields.nested(der::constructed_tag(0));
  const auto number = version ? version->small_integer() : std::nullopt;
  if (!number || !version->at_end()) return false;
  tbs.version = *number;
  tbs.version_was_encoded_default = *number == 0;
  return true;
}

bool read_validity(der::Reader& fields, TbsCertificate& tbs) {
  auto validity = fields.nested(der::kSequence);
  const auto from = validity ? validity->element() : std::nullopt;
  const auto to = from ? validity->element() : std::nullopt;
  if (!to || !validity->at_end()) return false;
  const auto not_before = der::parse_time(*from);
  const auto not_after = der::parse_time(*to);
  if (!not_before || !not_after) return false;
  tbs.not_before = *not_before;
  tbs.not_after = *not_after;
  tbs.not_before_der = from->whole;
  tbs.not_after_der = to->whole;
  return true;
}

bool read_whole(der::Reader& fields, base::ByteView& to) {
  const auto element = fields.element(der::kSequence);
  if (element) to = element->whole;
  return element.has_value();
}

// issuerUniqueID [1] and subjectUniqueID [2], then extensions [3] EXPLICIT.
bool read_optional_fields(der::Reader& fields, TbsCertificate& tbs) {
  tbs.has_unique_identifiers = fields.next_is(der::context_tag(1)) || fields.next_is(der::context_tag(2));
  if (!fields.skip_optional(der::context_tag(1)) || !fields.skip_optional(der::context_tag(2))) return false;
  if (!fields.next_is(der::constructed_tag(3))) return fields.at_end();
  auto wrapper = fields.nested(der::constructed_tag(3));
  const auto list = wrapper ? wrapper->content(der::kSequence) : std::nullopt;
  if (!list || list->empty() || !wrapper->at_end()) return false;  // Extensions ::= SEQUENCE SIZE (1..MAX)
  auto extensions = read_extensions(*list);
  if (!extensions) return false;
  tbs.has_extensions = true;
  tbs.extensions = std::move(*extensions);
  return fields.at_end();
}

}  // namespace

std::optional<TbsCertificate> parse_tbs_certificate(base::ByteView der) {
  const auto whole = der::single(der, der::kSequence);
  if (!whole) return std::nullopt;
  der::Reader fields(whole->content);
  TbsCertificate tbs;
  tbs.der = whole->whole;
  if (!read_version(fields, tbs)) return std::nullopt;
  const auto serial = fields.integer();
  if (!serial) return std::nullopt;
  tbs.serial = *serial;
  if (!read_whole(fields, tbs.signature_algorithm) || !read_whole(fields, tbs.issuer) ||
      !read_validity(fields, tbs) || !read_whole(fields, tbs.subject) || !read_whole(fields, tbs.spki) ||
      !read_optional_fields(fields, tbs)) {
    return std::nullopt;
  }
  return tbs;
}

base::Result<Certificate> Certificate::from_der(base::ByteView der) {
  auto impl = std::make_shared<Impl>();
  impl->der = base::to_bytes(der);
  const auto parts = parse_signed_object(impl->der);
  auto tbs = parts ? parse_tbs_certificate(parts->tbs) : std::nullopt;
  if (!tbs) return malformed_certificate();
  impl->tbs = std::move(*tbs);
  impl->signature_algorithm = parts->algorithm;
  impl->signature = parts->signature;
  TRY(impl->subject, Name::from_der(impl->tbs.subject));
  TRY(impl->issuer, Name::from_der(impl->tbs.issuer));
  return Certificate(std::move(impl));
}

base::Result<Certificate> Certificate::from_bytes(base::ByteView pem_or_der) {
  const auto only = only_object(pem_or_der, {"CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE"});
  if (only.count == 0) return no_certificate(pem_or_der);
  if (only.count > 1) {
    return base::fail(base::Code::kMalformed,
                      "This PEM file holds {} certificates, and which one is meant is not said. Give the one that is "
                      "meant in a file of its own.",
                      only.count);
  }
  auto certificate = from_der(only.der);
  if (certificate || certificate.error().code != base::Code::kMalformed) return certificate;
  return other_object(pem_or_der, AskedObject::kCertificate, base::Failure(std::move(certificate).error()));
}

base::ByteView Certificate::der() const { return impl_->der; }
const TbsCertificate& Certificate::tbs() const { return impl_->tbs; }
base::ByteView Certificate::signature_algorithm() const { return impl_->signature_algorithm; }
base::ByteView Certificate::signature() const { return impl_->signature; }
const Name& Certificate::subject() const { return impl_->subject; }
const Name& Certificate::issuer() const { return impl_->issuer; }
std::optional<Serial> Certificate::serial() const { return Serial::from_der_content(impl_->tbs.serial); }
std::string Certificate::pem() const { return base::pem("CERTIFICATE", impl_->der); }

base::Result<PublicKey> Certificate::public_key() const {
  std::call_once(impl_->key_once, [this] { impl_->key = PublicKey::from_spki(impl_->tbs.spki); });
  return *impl_->key;
}

bool Certificate::is_ca() const {
  const ExtensionView* view = tbs().find(oid::kBasicConstraints);
  const auto constraints = view != nullptr ? read_basic_constraints(view->value) : std::nullopt;
  return constraints && constraints->ca;
}

base::Bytes Certificate::subject_key_identifier() const {
  const ExtensionView* view = tbs().find(oid::kSubjectKeyIdentifier);
  const auto identifier = view != nullptr ? read_subject_key_identifier(view->value) : std::nullopt;
  return identifier ? base::to_bytes(*identifier) : base::Bytes{};
}

base::Bytes Certificate::sha256_fingerprint() const {
  const Digest256 digest = sha256(impl_->der);
  return {digest.begin(), digest.end()};
}

base::Result<std::vector<Certificate>> certificates_from_bytes(base::ByteView pem_or_der) {
  std::vector<Certificate> certificates;
  if (!looks_like_pem(pem_or_der)) {
    TRY(auto certificate, Certificate::from_bytes(pem_or_der));
    certificates.push_back(std::move(certificate));
    return certificates;
  }
  for (const auto& block : base::parse_pem(base::as_text(pem_or_der))) {
    if (block.label != "CERTIFICATE" && block.label != "X509 CERTIFICATE") continue;
    TRY(auto certificate, Certificate::from_der(block.der));
    certificates.push_back(std::move(certificate));
  }
  if (certificates.empty()) return no_certificate(pem_or_der);
  return certificates;
}

base::Result<> verify_signature(const Certificate& certificate, const PublicKey& issuer_key) {
  // RFC 5280 section 4.1.1.2: the signed algorithm is the same as the one beside the signature.
  if (!base::equal(certificate.tbs().signature_algorithm, certificate.signature_algorithm())) {
    return base::fail(base::Code::kBadSignature,
                      "The certificate {} names two different signature algorithms, so its signature proves nothing.",
                      certificate.subject().text());
  }
  return verify_tbs(issuer_key, certificate.signature_algorithm(), certificate.tbs().der, certificate.signature());
}

base::Bytes make_tbs_certificate(const TbsFields& fields) {
  der::Writer writer;
  const auto tbs = writer.open(der::kSequence);
  const auto version = writer.open(der::constructed_tag(0));
  writer.integer(2);
  writer.close(version);
  writer.element(der::kInteger, fields.serial.content());
  writer.raw(fields.signature_algorithm);
  writer.raw(fields.issuer);
  const auto validity = writer.open(der::kSequence);
  writer.time(fields.not_before);
  writer.time(fields.not_after);
  writer.close(validity);
  writer.raw(fields.subject);
  writer.raw(fields.spki);
  if (!fields.extensions.empty()) {
    const auto wrapper = writer.open(der::constructed_tag(3));
    const auto list = writer.open(der::kSequence);
    for (const auto& extension : fields.extensions) writer.raw(extension);
    writer.close(list);
    writer.close(wrapper);
  }
  writer.close(tbs);
  return writer.take();
}

}  // namespace yuxin::x509
