#include "signature_check.hpp"

#include <algorithm>
#include <array>

#include "yuxin/x509/ocsp_response.hpp"

namespace yuxin::cli {

using base::Code;
using base::message;
using base::Result;
using x509::Certificate;

namespace {

constexpr std::uint32_t kSigningUsages = x509::kDigitalSignature | x509::kNonRepudiation;

// JudgeSigner carries one signer through: signature, moment, path and status, purpose.
class JudgeSigner {
 public:
  JudgeSigner(const SignatureQuestion& question, std::size_t signer, const base::Clock& clock)
      : question_(question), signer_(signer), clock_(clock) {}

  SignerAnswer run() && {
    answer_.judged_at = question_.at.value_or(question_.now);
    if (check_signature() && find_moment() && check_path() && check_usage()) {
      answer_.valid = true;
      answer_.reason = "ok";
    }
    return std::move(answer_);
  }

 private:
  bool refuse(std::string_view reason, std::string detail) {
    answer_.reason = reason;
    answer_.detail = std::move(detail);
    return false;
  }

  bool check_signature() {
    std::optional<base::ByteView> detached;
    if (question_.content) detached = *question_.content;
    auto signature = x509::verify_signer(question_.message, signer_, detached, question_.material.untrusted);
    if (!signature) {
      const bool unknown = signature.error().code == Code::kNotFound;
      return refuse(unknown ? "signer-unknown" : "signature", signature.error().detail);
    }
    answer_.certificate = signature->certificate;
    answer_.claimed = signature->signing_time;
    signature_value_ = std::move(signature->signature_value);
    return true;
  }

  // A time stamp over the signature proves that it was there; without one only now counts, or the time asked for.
  bool find_moment() {
    const auto& info = question_.message.signers()[signer_];
    const auto stamps = info.unsigned_attribute(x509::oid::kTimeStampToken);
    if (!stamps) return true;
    const auto paths = x509::PathVerifier::prepare(material());
    if (!paths) return refuse("time-stamp", paths.error().detail);
    for (const auto& value : stamps->values) {
      auto evidence = judge_stamp(value, *paths);
      if (!evidence)
        return refuse("time-stamp", message("The time stamp does not hold: {}", evidence.error().detail));
      // of several the oldest says most
      if (!answer_.time_stamp || evidence->time < answer_.time_stamp->time) answer_.time_stamp = std::move(*evidence);
    }
    if (answer_.time_stamp) answer_.judged_at = answer_.time_stamp->time;
    return true;
  }

  [[nodiscard]] Result<x509::TimeStampEvidence> judge_stamp(base::ByteView der,
                                                            const x509::PathVerifier& paths) const {
    TRY(const auto token, x509::TimeStampToken::from_der(der));
    return x509::verify_time_stamp(token, signature_value_, paths);
  }

  // Lists are asked one by one: one that was made after the moment knows what was revoked before it, and what was
  // revoked after it does no harm.
  bool check_path() {
    PathQuestion path{*answer_.certificate, material(), answer_.judged_at, {}, question_.status, false};
    path.options.revocation = x509::RevocationMode::kNone;
    answer_.path = answer_question(path, clock_);
    if (!answer_.path.report.valid) return refuse(answer_.path.report.reason, answer_.path.report.detail);
    return check_lists(path.material.crls) && check_embedded_answers();
  }

  bool check_lists(const std::vector<x509::Crl>& lists) {
    const auto& chain = answer_.path.report.chain;
    for (std::size_t i = 0; i + 1 < chain.size(); ++i) {
      for (const auto& list : lists) {
        const auto at = std::max(answer_.judged_at, list.this_update());
        const auto verdict = x509::check_crl(chain[i], chain[i + 1], list, at);
        if (verdict.status == x509::CrlStatus::kUnknown) continue;
        StatusSaid said{i,
                        chain[i].subject().text(),
                        message("the list of {}", list.issuer().text()),
                        "good",
                        {},
                        verdict.revoked_at,
                        {}};
        if (verdict.status == x509::CrlStatus::kRevoked) {
          said.status = "revoked";
          said.reason = x509::reason_name(verdict.reason);
          said.invalidity_date = verdict.invalidity_date;
        }
        if (!take(said)) return false;
      }
    }
    return true;
  }

  // OCSP answers that came with the message, about the moment of signing.
  bool check_embedded_answers() {
    const auto& chain = answer_.path.report.chain;
    for (std::size_t i = 0; i + 1 < chain.size(); ++i) {
      for (const auto der : question_.message.ocsp_responses()) {
        const auto response = x509::OcspResponse::from_der(der);
        if (!response) continue;
        const auto evidence = x509::verify_ocsp(*response, x509::ocsp_question(chain[i], chain[i + 1]),
                                                {.at = answer_.judged_at, .nonce = {}});
        if (evidence && !take_answer(i, *evidence)) return false;
      }
    }
    return true;
  }

  bool take_answer(std::size_t place, const x509::OcspEvidence& evidence) {
    const auto subject = answer_.path.report.chain[place].subject().text();
    StatusSaid said{place, subject, message("the answer in the message"), "good", {}, std::nullopt, {}};
    if (evidence.status == x509::OcspStatus::kUnknown) said.status = "unknown";
    if (evidence.status == x509::OcspStatus::kRevoked) {
      said.status = "revoked";
      said.revoked_at = evidence.revoked_at;
      said.reason = x509::reason_name(evidence.reason.value_or(x509::RevocationReason::kUnspecified));
      said.invalidity_date = evidence.invalidity_date;
    }
    return take(said);
  }

  bool take(const StatusSaid& said) {
    answer_.path.status.push_back(said);
    if (said.status != "revoked" || !said.counts_at(answer_.judged_at)) return true;
    const auto when = said.when();
    if (answer_.time_stamp) {
      return refuse(
          "revoked",
          message("{} was revoked {} ({}), and the time stamp proves only that this was signed by "
                  "{}, which is later. Do not rely on it.",
                  said.subject, when, base::tr(said.reason.c_str()), base::local_time(answer_.time_stamp->time)));
    }
    return refuse("revoked", message("{} was revoked {} ({}), and no time stamp proves that this was signed before "
                                     "that. Do not rely on it.",
                                     said.subject, when, base::tr(said.reason.c_str())));
  }

  bool check_usage() {
    const auto& certificate = *answer_.certificate;
    if (!can_sign(certificate)) {
      return refuse("key-usage", message("The certificate of {} is not for signing: its key usage has neither "
                                         "digitalSignature nor nonRepudiation.",
                                         certificate.subject().text()));
    }
    if (question_.purpose == SignatureQuestion::Purpose::kAny || is_for_documents(certificate)) return true;
    return refuse("purpose", message("The certificate of {} is not for signing documents: its extended key usage is "
                                     "for something else. Where that is as it should be: --purpose any",
                                     certificate.subject().text()));
  }

  // What the message carries helps to build paths and says what was revoked; whom to trust it cannot say.
  [[nodiscard]] x509::PathMaterial material() const {
    auto all = question_.material;
    const auto& more = question_.message.certificates();
    all.untrusted.insert(all.untrusted.end(), more.begin(), more.end());
    for (const auto der : question_.message.crls()) {
      if (auto list = x509::Crl::from_der(der)) all.crls.push_back(std::move(*list));
    }
    return all;
  }

  const SignatureQuestion& question_;
  const std::size_t signer_;
  const base::Clock& clock_;
  base::Bytes signature_value_;
  SignerAnswer answer_;
};

}  // namespace

bool can_sign(const Certificate& certificate) {
  const auto* extension = certificate.tbs().find(x509::oid::kKeyUsage);
  if (extension == nullptr) return true;
  const auto usage = x509::read_key_usage(extension->value);
  return usage && (*usage & kSigningUsages) != 0;
}

bool is_for_documents(const Certificate& certificate) {
  const auto* extension = certificate.tbs().find(x509::oid::kExtKeyUsage);
  if (extension == nullptr) return true;
  const auto purposes = x509::read_extended_key_usage(extension->value);
  const std::array<x509::Oid, 5> fitting = {x509::oid::kClientAuth, x509::oid::kEmailProtection,
                                            x509::oid::kCodeSigning, x509::oid::kDocumentSigning,
                                            x509::oid::kAnyExtendedKeyUsage};
  return purposes && std::ranges::any_of(*purposes, [&](const base::Bytes& purpose) {
           return std::ranges::any_of(fitting, [&](x509::Oid one) { return base::equal(one, purpose); });
         });
}

std::vector<SignerAnswer> judge_signers(const SignatureQuestion& question, const base::Clock& clock) {
  std::vector<SignerAnswer> answers;
  for (std::size_t i = 0; i < question.message.signers().size(); ++i)
    answers.push_back(JudgeSigner(question, i, clock).run());
  return answers;
}

base::JsonObject signer_json(const SignerAnswer& answer) {
  base::JsonObject object = path_answer_json(answer.path);
  object["valid"] = answer.valid;
  object["reason"] = answer.reason;
  object["detail"] = answer.detail;
  object["judged_at"] = base::rfc3339(answer.judged_at);
  if (answer.certificate) {
    const auto serial = answer.certificate->serial();
    object["signer"] = answer.certificate->subject().text();
    object["serial"] = serial ? serial->hex() : base::hex_upper(answer.certificate->tbs().serial);
  }
  if (answer.claimed) object["signing_time"] = base::rfc3339(*answer.claimed);
  if (answer.time_stamp) {
    object["time_stamp"] = base::JsonObject{{"time", base::rfc3339(answer.time_stamp->time)},
                                            {"authority", answer.time_stamp->authority.subject().text()}};
  }
  return object;
}

}  // namespace yuxin::cli
