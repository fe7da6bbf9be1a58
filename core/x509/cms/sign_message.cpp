#include <algorithm>

#include "cms/algorithms.hpp"
#include "cms/attributes.hpp"
#include "cms/signed_data.hpp"
#include "cms/signing_certificate.hpp"
#include "digest_context.hpp"

namespace yuxin::x509 {

namespace {

using base::Bytes;
using base::ByteView;
using base::Code;
using base::fail;
using base::Result;

// Whoever signs says these by the options; a second one would make the message void.
bool is_written_here(Oid type) {
  const auto own = {oid::kContentType, oid::kMessageDigest, oid::kSigningTime, oid::kSigningCertificate,
                    oid::kSigningCertificateV2};
  return std::ranges::any_of(own, [&](Oid one) { return base::equal(one, type); });
}

Result<> check_further_attributes(const std::vector<CmsAttribute>& attributes) {
  for (std::size_t i = 0; i < attributes.size(); ++i) {
    const auto twice = std::find_if(attributes.begin(), attributes.begin() + static_cast<std::ptrdiff_t>(i),
                                    [&](const auto& other) { return other.type == attributes[i].type; });
    if (is_written_here(attributes[i].type) || twice != attributes.begin() + static_cast<std::ptrdiff_t>(i)) {
      return fail(Code::kUsage, "The signed attribute {} would stand there twice.", oid_name(attributes[i].type));
    }
  }
  return {};
}

Result<> check_signer(const CmsSigner& signer, CmsForm form) {
  if (form == CmsForm::kGm && signer.signer->algorithm() != SignatureAlgorithm::kSm2Sm3) {
    return fail(Code::kUsage, "Messages in the form of GM/T 0010 are signed by SM2 keys only: the key of {} is {}.",
                signer.certificate.subject().text(), print_key_kind(signer.signer->public_key().kind()));
  }
  if (!base::equal(signer.certificate.tbs().spki, signer.signer->public_key().spki())) {
    return fail(Code::kUsage, "The certificate {} is not of the key that signs.",
                signer.certificate.subject().text());
  }
  return {};
}

// ess_digest is what the signing certificate is named by: as strong as the signature's own digest.
DigestAlgorithm ess_digest(DigestAlgorithm digest) {
  return digest == DigestAlgorithm::kShake256 ? DigestAlgorithm::kSha512 : digest;
}

// Common is the same for every signer of a message.
struct Common {
  ByteView content;
  Oid content_type;
  const CmsSignOptions* options;
};

Bytes signed_attributes(const Common& common, const Certificate& certificate, DigestAlgorithm digest) {
  der::Writer type;
  type.oid(common.content_type);
  der::Writer value;
  value.octet_string(digest_parts(digest, {common.content}).view());
  const Bytes signing_certificate = cms::write_signing_certificate(certificate, ess_digest(digest));
  std::vector<Bytes> attributes{
      cms::write_attribute(oid::kContentType, {type.view()}),
      cms::write_attribute(oid::kMessageDigest, {value.view()}),
      cms::write_attribute(oid::kSigningCertificateV2, {signing_certificate}),
  };
  if (common.options->signing_time) {
    der::Writer time;
    time.time(*common.options->signing_time);  // RFC 5652 section 11.3: UTCTime to 2049
    attributes.push_back(cms::write_attribute(oid::kSigningTime, {time.view()}));
  }
  for (const CmsAttribute& more : common.options->signed_attributes) {
    attributes.push_back(cms::write_attribute(more.type, cms::views_of(more.values)));
  }
  return cms::write_set_of(der::kSet, cms::views_of(attributes));
}

Result<Bytes> sign(const Common& common, const CmsSigner& signer, DigestAlgorithm digest) {
  Bytes attributes = signed_attributes(common, signer.certificate, digest);
  TRY(const Bytes signature, signer.signer->sign(attributes));
  attributes.front() = der::constructed_tag(0);  // RFC 5652 section 5.4: signed as SET OF, sent as [0] IMPLICIT
  der::Writer writer;
  const auto info = writer.open(der::kSequence);
  writer.integer(1);
  const auto identifier = writer.open(der::kSequence);
  writer.raw(signer.certificate.tbs().issuer);
  writer.element(der::kInteger, signer.certificate.tbs().serial);
  writer.close(identifier);
  cms::write_digest(writer, digest);
  writer.raw(attributes);
  const bool plain = common.options->rsa_name == CmsSignOptions::RsaName::kPlain &&
                     signer.signer->public_key().kind().type == KeyType::kRsa;
  writer.raw(plain ? cms::plain_rsa() : cms::identifier_of(signer.signer->algorithm(), common.options->form));
  writer.octet_string(signature);
  writer.close(info);
  return writer.take();
}

Bytes digest_identifier(DigestAlgorithm digest) {
  der::Writer writer;
  cms::write_digest(writer, digest);
  return writer.take();
}

Bytes encapsulated(const Common& common) {
  der::Writer writer;
  const auto encapsulated = writer.open(der::kSequence);
  writer.oid(common.content_type);
  if (common.options->content == CmsContent::kAttached) {
    const auto wrapper = writer.open(der::constructed_tag(0));
    writer.octet_string(common.content);
    writer.close(wrapper);
  }
  writer.close(encapsulated);
  return writer.take();
}

template <typename Octets>
void add_once(std::vector<Octets>& to, ByteView octets) {
  if (std::ranges::any_of(to, [&](const auto& one) { return base::equal(one, octets); })) return;
  to.emplace_back(octets.begin(), octets.end());
}

std::vector<ByteView> certificates(const std::vector<CmsSigner>& signers, const CmsSignOptions& options) {
  std::vector<ByteView> certificates;
  if (options.signer_certificate == CmsSignOptions::SignerCertificate::kIncluded) {
    for (const CmsSigner& signer : signers) add_once(certificates, signer.certificate.der());
  }
  for (const Certificate& certificate : options.chain) add_once(certificates, certificate.der());
  return certificates;
}

}  // namespace

Result<Bytes> sign_message(ByteView content, const std::vector<CmsSigner>& signers, const CmsSignOptions& options) {
  if (signers.empty()) return fail(Code::kUsage, "A message needs at least one signer.");
  for (const CmsSigner& signer : signers) TRY(check_signer(signer, options.form));
  TRY(check_further_attributes(options.signed_attributes));
  const Oid data = options.form == CmsForm::kGm ? oid::kGmData : oid::kData;
  const Common common{content, options.content_type.empty() ? data : Oid(options.content_type), &options};
  std::vector<Bytes> digests;
  std::vector<Bytes> infos;
  for (const CmsSigner& signer : signers) {
    const DigestAlgorithm digest = cms::digest_of(signer.signer->algorithm());
    add_once(digests, digest_identifier(digest));
    TRY(Bytes info, sign(common, signer, digest));
    infos.push_back(std::move(info));
  }
  const Bytes digest_set = cms::write_set_of(der::kSet, cms::views_of(digests));
  const Bytes content_info = encapsulated(common);
  return cms::write_signed_data({options.form,
                                 digest_set,
                                 content_info,
                                 common.content_type,
                                 certificates(signers, options),
                                 {},
                                 cms::views_of(infos)});
}

}  // namespace yuxin::x509
