#include <algorithm>
#include <array>

#include "algorithm_table.hpp"
#include "digest_context.hpp"
#include "oid_table.hpp"
#include "yuxin/x509/der.hpp"
#include "yuxin/x509/time_stamp.hpp"

namespace yuxin::x509 {

namespace {

using base::Bytes;
using base::ByteView;
using base::Code;
using base::fail;
using base::Result;

constexpr std::int64_t kMostAccuracy = 1'000'000'000'000'000;
constexpr std::uint32_t kMicroseconds = 1'000'000;

Bytes algorithm_identifier(Oid algorithm) {
  der::Writer out;
  const auto sequence = out.open(der::kSequence);
  out.oid(algorithm);
  out.close(sequence);
  return out.take();
}

// The digest of the content follows the scheme; Ed25519 goes with SHA-512 (RFC 8419 section 2.3).
DigestAlgorithm content_digest(SignatureAlgorithm algorithm) {
  return scheme(algorithm).digest.value_or(DigestAlgorithm::kSha512);
}

// The first of Accuracy's three parts that are not zero stand; the others are left out.
void write_accuracy(der::Writer& out, std::int64_t microseconds) {
  const auto accuracy = out.open(der::kSequence);
  const auto part = [&out](unsigned number, std::int64_t value) {
    if (value == 0) return;
    der::Writer integer;
    integer.integer(value);
    out.element(der::context_tag(number), integer.view().subspan(2));
  };
  const std::int64_t seconds = microseconds / kMicroseconds;
  if (seconds != 0) out.integer(seconds);
  part(0, microseconds / 1000 % 1000);
  part(1, microseconds % 1000);
  out.close(accuracy);
}

Bytes attribute(Oid type, ByteView value) {
  der::Writer out;
  const auto whole = out.open(der::kSequence);
  out.oid(type);
  out.element(der::kSet, value);
  out.close(whole);
  return out.take();
}

// SigningCertificateV2 ::= SEQUENCE { certs SEQUENCE OF ESSCertIDv2 }, ESSCertIDv2 ::= SEQUENCE { hashAlgorithm
// DEFAULT SHA-256, certHash OCTET STRING, issuerSerial OPTIONAL } (RFC 5035 section 3). The signer identifier of the
// SignerInfo has issuer and serial already.
Bytes signing_certificate(const Certificate& certificate, DigestAlgorithm algorithm) {
  der::Writer out;
  const auto whole = out.open(der::kSequence);
  const auto list = out.open(der::kSequence);
  const auto id = out.open(der::kSequence);
  if (algorithm != DigestAlgorithm::kSha256) out.raw(algorithm_identifier(digest_oid(algorithm)));
  out.octet_string(digest(algorithm, certificate.der()));
  out.close(id);
  out.close(list);
  out.close(whole);
  return out.take();
}

// SignedAttributes are the octets that are signed: SET OF Attribute, with room for what differs from token to token.
struct SignedAttributes {
  Bytes set;
  std::size_t time_at = 0;    // content of signingTime's value
  std::size_t digest_at = 0;  // content of messageDigest's value
};

// lay_out_attributes sorts the attributes by their octets, as DER wants (X.690 section 11.6). Their order does not
// depend on what is filled in: each differs from the others before that.
SignedAttributes lay_out_attributes(Bytes certificate_identifier, std::size_t digest_octets, ByteView sample_time) {
  der::Writer content_type;
  content_type.oid(oid::kTstInfo);
  der::Writer message_digest;
  message_digest.octet_string(Bytes(digest_octets));
  const Bytes time = attribute(oid::kSigningTime, sample_time);
  const Bytes digest = attribute(oid::kMessageDigest, message_digest.view());
  std::array<Bytes, 4> all{attribute(oid::kContentType, content_type.view()), time, digest,
                           attribute(oid::kSigningCertificateV2, certificate_identifier)};
  std::ranges::sort(all);
  SignedAttributes attributes;
  Bytes content;
  for (const Bytes& one : all) {
    base::append(content, one);
    // the value is the last thing in its attribute
    if (one == time) attributes.time_at = content.size() - (sample_time.size() - 2);
    if (one == digest) attributes.digest_at = content.size() - digest_octets;
  }
  der::Writer set;
  set.element(der::kSet, content);
  attributes.set = set.take();
  const std::size_t header = attributes.set.size() - content.size();
  attributes.time_at += header;
  attributes.digest_at += header;
  return attributes;
}

Bytes certificate_set(const Certificate& own, const std::vector<Certificate>& chain) {
  std::vector<Bytes> all{base::to_bytes(own.der())};
  for (const Certificate& certificate : chain) all.push_back(base::to_bytes(certificate.der()));
  std::ranges::sort(all);
  const auto doubles = std::ranges::unique(all);
  all.erase(doubles.begin(), doubles.end());
  Bytes content;
  for (const Bytes& one : all) base::append(content, one);
  der::Writer out;
  out.element(der::constructed_tag(0), content);
  return out.take();
}

// fraction prints ".25" for 250000 microseconds, and nothing for none.
std::string_view fraction(std::uint32_t microseconds, std::array<char, 7>& room) {
  if (microseconds == 0) return {};
  room[0] = '.';
  for (std::size_t i = 6; i > 0; --i, microseconds /= 10) room[i] = static_cast<char>('0' + microseconds % 10);
  std::size_t size = room.size();
  while (room[size - 1] == '0') --size;
  return {room.data(), size};
}

void write_time(der::Writer& out, const TimeStamper::Stamp& stamp) {
  std::array<char, 7> room{};
  const auto part = fraction(stamp.microseconds, room);
  if (part.empty()) return out.generalized_time(stamp.time);
  der::Writer whole;
  whole.generalized_time(stamp.time);
  ByteView seconds = whole.view().subspan(2);
  seconds = seconds.first(seconds.size() - 1);  // without Z
  const auto time = out.open(der::kGeneralizedTime);
  out.raw(seconds);
  out.raw(base::as_bytes(part));
  out.raw(base::as_bytes("Z"));
  out.close(time);
}

class TemplateStamper final : public TimeStamper {
 public:
  TemplateStamper(CmsSigner signer, const TimeStamperOptions& options);

  [[nodiscard]] Result<Bytes> token(const TimeStampRequest& request, const Stamp& stamp) const override;
  [[nodiscard]] const Certificate& certificate() const override { return signer_.certificate; }

 private:
  [[nodiscard]] Bytes info(const TimeStampRequest& request, const Stamp& stamp) const;
  [[nodiscard]] Bytes attributes(ByteView info, base::UnixTime time) const;
  void write_signer(der::Writer& out, ByteView attributes, ByteView signature) const;

  CmsSigner signer_;
  DigestAlgorithm digest_;
  Bytes info_head_;            // version and policy of TSTInfo
  Bytes info_middle_;          // accuracy and ordering
  SignedAttributes utc_;       // signingTime as UTCTime, to 2049 (RFC 5652 section 11.3)
  SignedAttributes general_;   // and as GeneralizedTime
  Bytes content_type_;         // id-signedData as OID
  Bytes message_head_;         // version and digestAlgorithms of SignedData
  Bytes tst_info_;             // id-ct-TSTInfo as OID
  Bytes certificates_;         // certificates [0]
  Bytes signer_head_;          // version, sid and digestAlgorithm of SignerInfo
  Bytes signature_algorithm_;  // DER AlgorithmIdentifier
};

TemplateStamper::TemplateStamper(CmsSigner signer, const TimeStamperOptions& options)
    : signer_(std::move(signer)), digest_(content_digest(signer_.signer->algorithm())) {
  const bool gm = options.form == CmsForm::kGm;
  const bool sm2 = family(signer_.signer->algorithm()) == SignatureFamily::kSm2;
  const Certificate& certificate = signer_.certificate;
  der::Writer out;
  out.integer(1);
  out.oid(options.policy);
  info_head_ = out.take();
  if (options.accuracy_microseconds) write_accuracy(out, *options.accuracy_microseconds);
  if (options.ordering == TimeStampInfo::Ordering::kYes) out.boolean(0xff);
  info_middle_ = out.take();

  const Bytes identifier = signing_certificate(certificate, sm2 ? DigestAlgorithm::kSm3 : DigestAlgorithm::kSha256);
  out.time({0});
  utc_ = lay_out_attributes(identifier, digest_size(digest_), out.view());
  out.clear();
  out.generalized_time({0});
  general_ = lay_out_attributes(identifier, digest_size(digest_), out.view());
  out.clear();

  const Bytes digest_algorithm = algorithm_identifier(digest_oid(digest_));
  out.oid(gm ? oid::kGmSignedData : oid::kSignedData);
  content_type_ = out.take();
  // RFC 5652 section 5.1: version 3, because the content is no id-data; GM/T 0010 knows version 1 only
  out.integer(gm ? 1 : 3);
  out.element(der::kSet, digest_algorithm);
  message_head_ = out.take();
  out.oid(oid::kTstInfo);
  tst_info_ = out.take();
  certificates_ = certificate_set(certificate, options.chain);

  out.integer(1);
  const auto sid = out.open(der::kSequence);
  out.raw(certificate.tbs().issuer);
  out.element(der::kInteger, certificate.tbs().serial);
  out.close(sid);
  out.raw(digest_algorithm);
  signer_head_ = out.take();
  signature_algorithm_ =
      gm ? algorithm_identifier(oid::kSm2Sign) : base::to_bytes(scheme(signer_.signer->algorithm()).identifier);
}

// TSTInfo ::= SEQUENCE { version, policy, messageImprint, serialNumber, genTime, accuracy, ordering, nonce, tsa,
// extensions }
Bytes TemplateStamper::info(const TimeStampRequest& request, const Stamp& stamp) const {
  der::Writer out;
  const auto whole = out.open(der::kSequence);
  out.raw(info_head_);
  const auto imprint = out.open(der::kSequence);
  out.raw(request.digest_algorithm);
  out.octet_string(request.imprint);
  out.close(imprint);
  out.element(der::kInteger, stamp.serial);
  write_time(out, stamp);
  out.raw(info_middle_);
  if (!request.nonce.empty()) out.element(der::kInteger, request.nonce);
  out.close(whole);
  return out.take();
}

Bytes TemplateStamper::attributes(ByteView info, base::UnixTime time) const {
  der::Writer when;
  when.time(time);
  const SignedAttributes& layout = when.view()[0] == der::kUtcTime ? utc_ : general_;
  Bytes set = layout.set;
  std::ranges::copy(when.view().subspan(2), set.begin() + static_cast<std::ptrdiff_t>(layout.time_at));
  std::ranges::copy(digest_parts(digest_, {info}).view(),
                    set.begin() + static_cast<std::ptrdiff_t>(layout.digest_at));
  return set;
}

void TemplateStamper::write_signer(der::Writer& out, ByteView attributes, ByteView signature) const {
  const auto signers = out.open(der::kSet);
  const auto signer = out.open(der::kSequence);
  out.raw(signer_head_);
  // RFC 5652 section 5.4: what was signed has the tag of SET OF, what stands here has [0]
  const std::array<std::uint8_t, 1> tag{der::constructed_tag(0)};
  out.raw(tag);
  out.raw(attributes.subspan(1));
  out.raw(signature_algorithm_);
  out.octet_string(signature);
  out.close(signer);
  out.close(signers);
}

Result<Bytes> TemplateStamper::token(const TimeStampRequest& request, const Stamp& stamp) const {
  const Bytes content = info(request, stamp);
  const Bytes signed_attributes = attributes(content, stamp.time);
  TRY(const Bytes signature, signer_.signer->sign(signed_attributes));

  der::Writer out;
  const auto whole = out.open(der::kSequence);
  out.raw(content_type_);
  const auto wrapper = out.open(der::constructed_tag(0));
  const auto message = out.open(der::kSequence);
  out.raw(message_head_);
  const auto encapsulated = out.open(der::kSequence);
  out.raw(tst_info_);
  const auto explicit_tag = out.open(der::constructed_tag(0));
  out.octet_string(content);
  out.close(explicit_tag);
  out.close(encapsulated);
  // RFC 3161 section 2.4.1: without certReq "the certificates field ... MUST not be present in the response"
  if (request.certificates == TimeStampRequest::Certificates::kIncluded) out.raw(certificates_);
  write_signer(out, signed_attributes, signature);
  out.close(message);
  out.close(wrapper);
  out.close(whole);
  return out.take();
}

// RFC 3161 section 2.3: the key is for this purpose alone, and the certificate says so in one critical extended key
// usage.
bool is_for_time_stamping_alone(const Certificate& certificate) {
  const ExtensionView* extension = certificate.tbs().find(oid::kExtKeyUsage);
  if (extension == nullptr || !extension->critical) return false;
  const auto usages = read_extended_key_usage(extension->value);
  return usages && usages->size() == 1 && base::equal(usages->front(), oid::kTimeStamping);
}

Result<> check(const CmsSigner& signer, const TimeStamperOptions& options) {
  const std::string subject = signer.certificate.subject().text();
  if (!base::equal(signer.certificate.tbs().spki, signer.signer->public_key().spki()))
    return fail(Code::kUsage, "The certificate {} is for another key than the one that would stamp.", subject);
  if (!is_for_time_stamping_alone(signer.certificate)) {
    return fail(Code::kUsage,
                "The certificate {} is not for time stamping alone; issue one with the profile timestamp.", subject);
  }
  const auto algorithm = signer.signer->algorithm();
  if (options.form == CmsForm::kGm && family(algorithm) != SignatureFamily::kSm2)
    return fail(Code::kUsage, "Time stamps in the form of GM/T 0010 need an SM2 key; that of {} is another.",
                subject);
  if (algorithm == SignatureAlgorithm::kEd448)
    return fail(Code::kUsage, "Keys on Ed448 make no time stamps that others can read. Take another kind of key.");
  if (!der::is_oid(options.policy)) return fail(Code::kUsage, "A time stamp authority needs a policy OID.");
  if (options.accuracy_microseconds &&
      (*options.accuracy_microseconds < 1 || *options.accuracy_microseconds > kMostAccuracy))
    return fail(Code::kUsage, "The accuracy of time stamps is out of bounds.");
  return {};
}

}  // namespace

Result<std::shared_ptr<const TimeStamper>> TimeStamper::make(const CmsSigner& signer,
                                                             const TimeStamperOptions& options) {
  TRY(check(signer, options));
  return std::make_shared<const TemplateStamper>(signer, options);
}

}  // namespace yuxin::x509
