#include "cms/signing_certificate.hpp"

#include "cms/algorithms.hpp"
#include "digest_context.hpp"
#include "yuxin/x509/der.hpp"

namespace yuxin::x509::cms {

namespace {

using base::Bytes;
using base::ByteView;

// A GeneralName that is a directoryName: [4] EXPLICIT Name.
constexpr std::uint8_t kDirectoryName = der::constructed_tag(4);

// IssuerSerial ::= SEQUENCE { issuer GeneralNames, serialNumber INTEGER }
bool read_issuer_serial(der::Reader& fields, SigningCertificate& reference) {
  if (fields.at_end()) return true;
  auto pair = fields.nested(der::kSequence);
  const auto issuer = pair ? pair->content(der::kSequence) : std::nullopt;
  const auto serial = issuer ? pair->content(der::kInteger) : std::nullopt;
  if (!serial || issuer->empty() || !pair->at_end() || !fields.at_end()) return false;
  reference.issuer = *issuer;
  reference.serial = *serial;
  return true;
}

}  // namespace

std::optional<SigningCertificate> read_signing_certificate(ByteView value, SigningCertificateVersion version) {
  // SigningCertificateV2 ::= SEQUENCE { certs SEQUENCE OF ESSCertIDv2, policies SEQUENCE OF PolicyInformation
  // OPTIONAL }
  const auto whole = der::single(value, der::kSequence);
  if (!whole) return std::nullopt;
  der::Reader attribute(whole->content);
  auto list = attribute.nested(der::kSequence);
  auto fields = list ? list->nested(der::kSequence) : std::nullopt;
  if (!fields || !attribute.skip_optional(der::kSequence) || !attribute.at_end()) return std::nullopt;
  SigningCertificate reference;
  reference.digest = DigestAlgorithm::kSha1;
  if (version == SigningCertificateVersion::kV2) {
    reference.digest = DigestAlgorithm::kSha256;  // DEFAULT; some write it out all the same
    if (fields->next_is(der::kSequence)) {
      const auto identifier = fields->element();
      if (!identifier) return std::nullopt;
      reference.digest = read_digest(identifier->whole);
    }
  }
  const auto hash = fields->content(der::kOctetString);
  if (!hash || !read_issuer_serial(*fields, reference)) return std::nullopt;
  reference.hash = *hash;
  return reference;
}

bool names(const SigningCertificate& reference, const Certificate& certificate) {
  if (!reference.digest) return false;
  if (!base::equal(digest_parts(*reference.digest, {certificate.der()}).view(), reference.hash)) return false;
  if (reference.issuer.empty()) return true;
  const auto name = der::single(reference.issuer, kDirectoryName);
  return name && base::equal(name->content, certificate.tbs().issuer) &&
         base::equal(reference.serial, certificate.tbs().serial);
}

Bytes write_signing_certificate(const Certificate& certificate, DigestAlgorithm digest) {
  der::Writer writer;
  const auto attribute = writer.open(der::kSequence);
  const auto list = writer.open(der::kSequence);
  const auto reference = writer.open(der::kSequence);
  if (digest != DigestAlgorithm::kSha256) write_digest(writer, digest);  // X.690 section 11.5: a default is left out
  writer.octet_string(digest_parts(digest, {certificate.der()}).view());
  const auto issuer_serial = writer.open(der::kSequence);
  const auto names = writer.open(der::kSequence);
  writer.element(kDirectoryName, certificate.tbs().issuer);
  writer.close(names);
  writer.element(der::kInteger, certificate.tbs().serial);
  writer.close(issuer_serial);
  writer.close(reference);
  writer.close(list);
  writer.close(attribute);
  return writer.take();
}

}  // namespace yuxin::x509::cms
