#include "yuxin/ocsp/response.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "yuxin/x509/der.hpp"
#include "yuxin/x509/oid.hpp"

namespace yuxin::ocsp {

namespace {

using base::Bytes;
using base::ByteView;
namespace der = x509::der;

// id-pkix-ocsp-extended-revoke 1.3.6.1.5.5.7.48.1.9 with a NULL value: a complete Extension.
constexpr std::array<std::uint8_t, 17> kExtendedRevoke = {0x30, 0x0f, 0x06, 0x09, 0x2b, 0x06, 0x01, 0x05, 0x05,
                                                          0x07, 0x30, 0x01, 0x09, 0x04, 0x02, 0x05, 0x00};
// responseType id-pkix-ocsp-basic 1.3.6.1.5.5.7.48.1.1.
constexpr std::array<std::uint8_t, 11> kBasicType = {0x06, 0x09, 0x2b, 0x06, 0x01, 0x05,
                                                     0x05, 0x07, 0x30, 0x01, 0x01};
constexpr std::array<std::uint8_t, 3> kSuccessful = {0x0a, 0x01, 0x00};
constexpr std::size_t kTimeSize = 17;  // GeneralizedTime "YYYYMMDDHHMMSSZ" with its header

std::size_t header_size(std::size_t content) {
  std::array<std::uint8_t, 9> length{};
  return 1 + der::length_octets(content, length.data());
}
std::size_t element_size(std::size_t content) { return header_size(content) + content; }

// Output writes an answer front to back; all lengths are known before, so nothing is moved.
class Output {
 public:
  explicit Output(std::size_t size) { out_.reserve(size); }
  void header(std::uint8_t tag, std::size_t content) {
    std::array<std::uint8_t, 10> octets{};
    octets[0] = tag;
    const std::size_t length = der::length_octets(content, octets.data() + 1);
    out_.insert(out_.end(), octets.begin(), octets.begin() + static_cast<std::ptrdiff_t>(1 + length));
  }
  void raw(ByteView bytes) { out_.insert(out_.end(), bytes.begin(), bytes.end()); }
  [[nodiscard]] ByteView view() const { return out_; }
  [[nodiscard]] Bytes take() { return std::move(out_); }

 private:
  Bytes out_;
};

using TimeDer = std::array<std::uint8_t, kTimeSize>;
TimeDer time_der(base::UnixTime time) {
  const base::Civil civil = base::civil(time);
  TimeDer out{der::kGeneralizedTime, 15};
  const auto digits = [&out](std::size_t at, int value, std::size_t count) {
    for (std::size_t i = count; i-- > 0; value /= 10) out[at + i] = static_cast<std::uint8_t>('0' + value % 10);
  };
  digits(2, civil.year, 4);
  digits(6, civil.month, 2);
  digits(8, civil.day, 2);
  digits(10, civil.hour, 2);
  digits(12, civil.minute, 2);
  digits(14, civil.second, 2);
  out[16] = 'Z';
  return out;
}

// RevokedInfo ::= SEQUENCE { revocationTime GeneralizedTime, revocationReason [0] EXPLICIT CRLReason OPTIONAL }
std::size_t status_content(const SingleAnswer& answer) {
  if (answer.verdict != Verdict::kRevoked) return 0;
  return kTimeSize + (answer.reason == 0 ? 0 : 5);
}
// singleExtensions [1] EXPLICIT Extensions with an invalidityDate (RFC 5280 section 5.3.2), up to its time.
constexpr std::array<std::uint8_t, 13> kInvalidityDate = {0xa1, 0x1c, 0x30, 0x1a, 0x30, 0x18, 0x06,
                                                          0x03, 0x55, 0x1d, 0x18, 0x04, 0x11};
bool has_invalidity_date(const SingleAnswer& answer) {
  return answer.verdict == Verdict::kRevoked && answer.invalidity_date.has_value();
}
std::size_t single_content(const SingleAnswer& answer) {
  return answer.cert_id.size() + element_size(status_content(answer)) + kTimeSize + element_size(kTimeSize) +
         (has_invalidity_date(answer) ? kInvalidityDate.size() + kTimeSize : 0);
}

void write_status(Output& out, const SingleAnswer& answer) {
  switch (answer.verdict) {
    case Verdict::kGood:
      out.header(der::context_tag(0), 0);
      return;
    case Verdict::kUnknown:
      out.header(der::context_tag(2), 0);
      return;
    case Verdict::kRevoked:
      break;
  }
  out.header(der::constructed_tag(1), status_content(answer));
  out.raw(time_der(answer.revoked_at));
  if (answer.reason == 0) return;
  const std::array<std::uint8_t, 5> reason = {0xa0, 0x03, der::kEnumerated, 0x01,
                                              static_cast<std::uint8_t>(answer.reason)};
  out.raw(reason);
}

void write_single(Output& out, const SingleAnswer& answer, const TimeDer& this_update, const TimeDer& next_update) {
  out.header(der::kSequence, single_content(answer));
  out.raw(answer.cert_id);
  write_status(out, answer);
  out.raw(this_update);
  out.header(der::constructed_tag(0), kTimeSize);
  out.raw(next_update);
  if (!has_invalidity_date(answer)) return;
  out.raw(kInvalidityDate);
  out.raw(time_der(*answer.invalidity_date));
}

// responseExtensions: the nonce and the mark of extended revocation, both uncritical; empty when there is neither.
Bytes response_extensions(const AnswerFrame& frame) {
  const bool extended = frame.extended_revoke == AnswerFrame::ExtendedRevoke::kYes;
  if (frame.nonce.empty() && !extended) return {};
  der::Writer writer;
  const auto explicit_tag = writer.open(der::constructed_tag(1));
  const auto sequence = writer.open(der::kSequence);
  if (!frame.nonce.empty()) {
    const auto extension = writer.open(der::kSequence);
    writer.oid(x509::oid::kOcspNonce);
    const auto value = writer.open(der::kOctetString);
    writer.octet_string(frame.nonce);
    writer.close(value);
    writer.close(extension);
  }
  if (extended) writer.raw(kExtendedRevoke);
  writer.close(sequence);
  writer.close(explicit_tag);
  return writer.take();
}

base::Result<> check_delegation(const x509::Certificate& authority, const ResponderSigner& signer) {
  const auto& certificate = signer.certificate;
  if (!base::equal(certificate.tbs().spki, signer.signer->public_key().spki())) {
    return base::fail(base::Code::kRefused,
                      "The OCSP responder's certificate {} is not for the key that signs the answers; renew it",
                      certificate.subject().text());
  }
  if (base::equal(certificate.der(), authority.der())) return {};
  TRY(const x509::PublicKey key, authority.public_key());
  if (!base::equal(certificate.tbs().issuer, authority.tbs().subject) || !x509::verify_signature(certificate, key)) {
    return base::fail(base::Code::kRefused,
                      "The OCSP responder's certificate {} was not issued by {}; clients would refuse its answers",
                      certificate.subject().text(), authority.subject().text());
  }
  const x509::ExtensionView* usage = certificate.tbs().find(x509::oid::kExtKeyUsage);
  const auto purposes = usage == nullptr ? std::nullopt : x509::read_extended_key_usage(usage->value);
  const auto is_ocsp = [](const Bytes& purpose) { return base::equal(purpose, x509::oid::kOcspSigning); };
  if (!purposes || std::ranges::none_of(*purposes, is_ocsp)) {
    return base::fail(
        base::Code::kRefused,
        "The OCSP responder's certificate {} lacks the extended key usage OCSPSigning; issue it with the "
        "profile ocsp-responder",
        certificate.subject().text());
  }
  return {};
}

}  // namespace

base::Result<std::shared_ptr<const ResponseTemplate>> ResponseTemplate::make(const x509::Certificate& authority,
                                                                             ResponderSigner signer) {
  TRY(check_delegation(authority, signer));
  const bool embedded = !base::equal(signer.certificate.der(), authority.der());
  std::shared_ptr<ResponseTemplate> made(new ResponseTemplate(std::move(signer)));

  // KeyHash: SHA-1 of the responder's public key, whatever the other algorithms are (RFC 6960 section 4.2.1).
  der::Writer id;
  const auto by_key = id.open(der::constructed_tag(2));
  id.octet_string(made->signer_.signer->public_key().identifier());
  id.close(by_key);
  made->responder_id_ = id.take();

  made->algorithm_ = base::to_bytes(x509::scheme(made->signer_.signer->algorithm()).identifier);

  if (embedded) {
    der::Writer certificates;
    const auto explicit_tag = certificates.open(der::constructed_tag(0));
    const auto sequence = certificates.open(der::kSequence);
    certificates.raw(made->signer_.certificate.der());
    certificates.close(sequence);
    certificates.close(explicit_tag);
    made->certificates_ = certificates.take();
  }
  return made;
}

base::Result<Bytes> ResponseTemplate::sign(std::span<const SingleAnswer> answers, const AnswerFrame& frame) const {
  const Bytes extensions = response_extensions(frame);
  std::size_t singles = 0;
  for (const auto& answer : answers) singles += element_size(single_content(answer));
  const std::size_t data = responder_id_.size() + kTimeSize + element_size(singles) + extensions.size();

  // ResponseData ::= SEQUENCE { responderID, producedAt, responses, responseExtensions [1] }
  Output tbs(element_size(data));
  const TimeDer produced_at = time_der(frame.produced_at);
  const TimeDer next_update = time_der(frame.next_update);
  tbs.header(der::kSequence, data);
  tbs.raw(responder_id_);
  tbs.raw(produced_at);
  tbs.header(der::kSequence, singles);
  for (const auto& answer : answers) write_single(tbs, answer, produced_at, next_update);
  tbs.raw(extensions);

  TRY(const Bytes signature, signer_.signer->sign(tbs.view()));

  // BasicOCSPResponse inside ResponseBytes inside OCSPResponse.
  const std::size_t basic =
      tbs.view().size() + algorithm_.size() + element_size(signature.size() + 1) + certificates_.size();
  const std::size_t bytes = kBasicType.size() + element_size(element_size(basic));
  const std::size_t response = kSuccessful.size() + element_size(element_size(bytes));
  Output out(element_size(response));
  out.header(der::kSequence, response);
  out.raw(kSuccessful);
  out.header(der::constructed_tag(0), element_size(bytes));
  out.header(der::kSequence, bytes);
  out.raw(kBasicType);
  out.header(der::kOctetString, element_size(basic));
  out.header(der::kSequence, basic);
  out.raw(tbs.view());
  out.raw(algorithm_);
  out.header(der::kBitString, signature.size() + 1);
  out.raw(std::array<std::uint8_t, 1>{0});  // no unused bits
  out.raw(signature);
  out.raw(certificates_);
  return out.take();
}

Bytes error_response(ResponseError error) { return {0x30, 0x03, 0x0a, 0x01, static_cast<std::uint8_t>(error)}; }

}  // namespace yuxin::ocsp
