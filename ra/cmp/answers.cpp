#include "answers.hpp"

#include "yuxin/x509/der.hpp"

namespace yuxin::ra::cmp {

using base::Bytes;
namespace der = x509::der;

namespace {

// PKIStatus of section 5.2.3.
enum class Status { kAccepted = 0, kGrantedWithMods = 1, kRejection = 2, kWaiting = 3 };

// PKIFreeText ::= SEQUENCE OF UTF8String
void free_text(der::Writer& out, const std::string& text) {
  const auto list = out.open(der::kSequence);
  out.text(der::kUtf8String, text);
  out.close(list);
}

void status_info(der::Writer& out, Status status, const std::string& text, std::optional<FailInfo> info = {}) {
  const auto sequence = out.open(der::kSequence);
  out.integer(static_cast<std::int64_t>(status));
  if (!text.empty()) free_text(out, text);
  if (info) out.named_bits(1U << static_cast<unsigned>(*info), kFailInfoBits);
  out.close(sequence);
}
void status_info(der::Writer& out, const Refusal& refusal) {
  status_info(out, Status::kRejection, refusal.text, refusal.info);
}

// CertRepMessage ::= SEQUENCE { caPubs [1] SEQUENCE OF CMPCertificate OPTIONAL, response SEQUENCE OF CertResponse },
// CertResponse ::= SEQUENCE { certReqId, status, certifiedKeyPair OPTIONAL, ... }
template <typename Fill>
Bytes one_response(std::int64_t id, const std::vector<x509::Certificate>& trusted, const Fill& fill) {
  der::Writer out;
  const auto whole = out.open(der::kSequence);
  if (!trusted.empty()) {
    const auto tag = out.open(der::constructed_tag(1));
    const auto list = out.open(der::kSequence);
    for (const auto& one : trusted) out.raw(one.der());
    out.close(list);
    out.close(tag);
  }
  const auto responses = out.open(der::kSequence);
  const auto response = out.open(der::kSequence);
  out.integer(id);
  fill(out);
  out.close(response);
  out.close(responses);
  out.close(whole);
  return out.take();
}

}  // namespace

Bytes certificate_answer(const CertificateAnswer& answer) {
  return one_response(answer.id, answer.trusted, [&](der::Writer& out) {
    const bool changed = answer.as == CertificateAnswer::As::kWithChanges;
    status_info(out, changed ? Status::kGrantedWithMods : Status::kAccepted,
                changed ? base::message("The profile decides how long the certificate is valid.") : std::string());
    // CertifiedKeyPair ::= SEQUENCE { certOrEncCert CHOICE { certificate [0] CMPCertificate, ... }, ... }
    const auto pair = out.open(der::kSequence);
    const auto certificate = out.open(der::constructed_tag(0));
    out.raw(answer.certificate.der());
    out.close(certificate);
    out.close(pair);
  });
}

Bytes waiting_answer(std::int64_t id, const std::string& text) {
  return one_response(id, {}, [&](der::Writer& out) { status_info(out, Status::kWaiting, text); });
}

Bytes rejected_answer(std::int64_t id, const Refusal& refusal) {
  return one_response(id, {}, [&](der::Writer& out) { status_info(out, refusal); });
}

// PollRepContent ::= SEQUENCE OF SEQUENCE { certReqId, checkAfter INTEGER, reason PKIFreeText OPTIONAL }
Bytes poll_answer(std::int64_t id, base::Seconds check_after, const std::string& reason) {
  der::Writer out;
  const auto list = out.open(der::kSequence);
  const auto one = out.open(der::kSequence);
  out.integer(id);
  out.integer(check_after.count);
  free_text(out, reason);
  out.close(one);
  out.close(list);
  return out.take();
}

// RevRepContent ::= SEQUENCE { status SEQUENCE OF PKIStatusInfo, ... }
Bytes revocation_answer(const Refusal* refusal) {
  der::Writer out;
  const auto whole = out.open(der::kSequence);
  const auto list = out.open(der::kSequence);
  if (refusal == nullptr) {
    status_info(out, Status::kAccepted, {});
  } else {
    status_info(out, *refusal);
  }
  out.close(list);
  out.close(whole);
  return out.take();
}

Bytes confirmation_answer() {
  der::Writer out;
  out.null();
  return out.take();
}

// ErrorMsgContent ::= SEQUENCE { pKIStatusInfo, errorCode OPTIONAL, errorDetails OPTIONAL }
Bytes error_answer(const Refusal& refusal) {
  der::Writer out;
  const auto whole = out.open(der::kSequence);
  status_info(out, refusal);
  out.close(whole);
  return out.take();
}

}  // namespace yuxin::ra::cmp
