#include <algorithm>

#include "yuxin/x509/der.hpp"
#include "yuxin/x509/time_stamp.hpp"

namespace yuxin::x509 {

namespace {

using base::ByteView;
using base::Code;
using base::fail;
using base::Result;

// is_same_name compares types and values: the name in a token is often written with other string types than the one
// in the certificate.
bool is_same_name(const Name& a, const Name& b) {
  return std::ranges::equal(a.attributes(), b.attributes(), [](const NameAttribute& x, const NameAttribute& y) {
    return base::equal(x.type, y.type) && x.value == y.value && x.starts_rdn == y.starts_rdn;
  });
}

// RFC 3161 section 2.4.2: the name of the authority "MUST correspond to one of the subject names included in the
// certificate that is to be used to verify the token".
bool names(const Certificate& certificate, const GeneralName& tsa) {
  if (tsa.kind == GeneralNameKind::kDirectory) {
    const auto name = Name::from_der(tsa.content);
    if (name && is_same_name(*name, certificate.subject())) return true;
  }
  const ExtensionView* extension = certificate.tbs().find(oid::kSubjectAltName);
  const auto list = extension == nullptr ? std::nullopt : der::single(extension->value, der::kSequence);
  const auto others = list ? read_general_names(list->content) : std::nullopt;
  return others && std::ranges::any_of(*others, [&](const GeneralName& other) {
           return other.kind == tsa.kind && base::equal(other.content, tsa.content);
         });
}

Result<> check_imprint(const TimeStampInfo& info, DigestAlgorithm digest, ByteView imprint) {
  if (info.digest != digest || !base::equal(info.imprint, imprint))
    return fail(Code::kBadSignature, "The time stamp is about other octets than these.");
  return {};
}

Result<> check_digest(const TimeStampInfo& info) {
  if (!info.digest)
    return fail(Code::kBadSignature,
                "The time stamp was made over a digest that is unknown here; it proves nothing.");
  if (*info.digest == DigestAlgorithm::kSha1) {
    return fail(Code::kBadSignature,
                "The time stamp was made over a SHA-1 digest, which others can be made to fit; it proves nothing.");
  }
  return {};
}

// RFC 3161 section 2.4.2: without the certificate identifier among what is signed, the token could be taken for one
// of another certificate with the same key.
Result<> check_certificate_identifier(const TimeStampToken& token) {
  const CmsSignerInfo& signer = token.message().signers().front();
  if (signer.signed_attribute(oid::kSigningCertificateV2) || signer.signed_attribute(oid::kSigningCertificate))
    return {};
  return fail(Code::kBadSignature,
              "The time stamp does not say whose certificate signed it (signingCertificate is missing).");
}

}  // namespace

Result<TimeStampToken> TimeStampToken::from_der(ByteView der) {
  TRY(SignedData message, SignedData::from_bytes(der));
  const auto content = message.content();
  if (!base::equal(message.content_type(), oid::kTstInfo) || !content)
    return fail(Code::kMalformed, "This is a signed message, and no time stamp.");
  if (message.signers().size() != 1)
    return fail(Code::kMalformed, "A time stamp has one signature; this one has {}.", message.signers().size());
  auto info = parse_time_stamp_info(*content);
  if (!info) return fail(Code::kMalformed, "The content of the time stamp is malformed (TSTInfo of RFC 3161).");
  return TimeStampToken(std::move(message), std::make_shared<const TimeStampInfo>(std::move(*info)));
}

Result<TimeStampEvidence> verify_time_stamp(const TimeStampToken& token, ByteView imprint_of,
                                            const PathVerifier& paths, const std::vector<Certificate>& help) {
  TRY(check_digest(token.info()));
  return verify_time_stamp_imprint(token, *token.info().digest, digest(*token.info().digest, imprint_of), paths,
                                   help);
}

Result<TimeStampEvidence> verify_time_stamp_imprint(const TimeStampToken& token, DigestAlgorithm digest,
                                                    ByteView imprint, const PathVerifier& paths,
                                                    const std::vector<Certificate>& help) {
  const TimeStampInfo& info = token.info();
  TRY(check_digest(info));
  TRY(check_imprint(info, digest, imprint));
  if (info.has_critical_extension)
    return fail(Code::kBadSignature, "The time stamp has a critical extension that is unknown here.");
  TRY(CmsSignature signature, verify_signer(token.message(), 0, std::nullopt, help));
  TRY(check_certificate_identifier(token));
  if (info.tsa && !names(signature.certificate, *info.tsa)) {
    return fail(Code::kBadSignature, "The time stamp names another authority than its certificate {}.",
                signature.certificate.subject().text());
  }
  std::vector<Certificate> untrusted = token.message().certificates();
  untrusted.insert(untrusted.end(), help.begin(), help.end());
  PathOptions options;
  options.purpose = PathPurpose::kTimeStamping;
  PathReport path = paths.verify(signature.certificate, info.time, options, untrusted);
  if (!path.valid) {
    return base::fail_with(Code::kBadSignature, path.diagnostic,
                           "The certificate of the time stamp authority, {}, does not hold at the time stamped: {}",
                           signature.certificate.subject().text(), path.detail);
  }
  return TimeStampEvidence{std::move(signature.certificate), info.time, std::move(path)};
}

Result<> check_answer(const TimeStampToken& token, const TimeStampRequest& request) {
  const TimeStampInfo& info = token.info();
  if (!request.digest || info.digest != request.digest || !base::equal(info.imprint, request.imprint))
    return fail(Code::kBadSignature, "The time stamp is about another digest than the one that was asked about.");
  if (!request.policy.empty() && !base::equal(info.policy, request.policy)) {
    return fail(Code::kBadSignature, "The time stamp was made under the policy {}; asked for was {}.",
                dotted(info.policy), dotted(request.policy));
  }
  if (!request.nonce.empty() && !base::equal(info.nonce, request.nonce)) {
    return fail(Code::kBadSignature,
                "The time stamp does not repeat the nonce of the request: it may be an old one played again.");
  }
  if (request.certificates == TimeStampRequest::Certificates::kIncluded && token.message().certificates().empty())
    return fail(Code::kBadSignature, "The time stamp lacks the certificate that was asked for.");
  return {};
}

}  // namespace yuxin::x509
