#include "status_proofs.hpp"

#include <algorithm>

#include "yuxin/base/language.hpp"

namespace yuxin::evidence {

using base::message;
using base::Result;
using x509::Certificate;
using Verdict = StatusProofs::Verdict;
using Kind = Verdict::Kind;

namespace {

// What is revoked later than the moment was good then (RFC 5280 section 5.3.1, RFC 6960 section 4.4.4), unless its
// issuer says that it was invalid before (section 5.3.2).
Verdict verdict_of_revocation(const Certificate& certificate, base::UnixTime since,
                              std::optional<x509::RevocationReason> reason, base::UnixTime at) {
  if (since > at) return {Kind::kGood, {}};
  if (reason == x509::RevocationReason::kCertificateHold) {
    return {Kind::kRevoked, message("The certificate of {} was on hold at {}, since {}.",
                                    certificate.subject().text(), base::local_time(at), base::local_time(since))};
  }
  return {Kind::kRevoked, message("The certificate of {} was revoked at {}, before {}.", certificate.subject().text(),
                                  base::local_time(since), base::local_time(at))};
}

// counts_at: in force at the moment, or made soon after it; one that does not say how long it is good must be recent.
bool counts_at(base::UnixTime at, base::UnixTime this_update, std::optional<base::UnixTime> next_update,
               base::Seconds age) {
  if (this_update > at) return this_update <= at + age;
  return next_update ? at <= *next_update : at <= this_update + age;
}

// stricter lets revoked win over good, and good over nothing known; of two that know nothing the one that says why.
Verdict stricter(Verdict a, Verdict b) {
  const auto weight = [](const Verdict& verdict) {
    if (verdict.kind == Kind::kRevoked) return 3;
    if (verdict.kind == Kind::kGood) return 2;
    return verdict.detail.empty() ? 0 : 1;
  };
  return std::move(weight(a) < weight(b) ? b : a);
}

}  // namespace

Result<StatusProofs> StatusProofs::from_message(const x509::SignedData& message) {
  StatusProofs proofs;
  for (const auto der : message.ocsp_responses()) {
    TRY(auto response, x509::OcspResponse::from_der(der));
    proofs.responses_.push_back(std::move(response));
  }
  for (const auto der : message.crls()) {
    TRY(auto crl, x509::Crl::from_der(der));
    proofs.crls_.push_back(std::move(crl));
  }
  return proofs;
}

Verdict StatusProofs::chain_at(const std::vector<Certificate>& chain, base::UnixTime at, base::Seconds age) const {
  for (std::size_t i = 0; i + 1 < chain.size(); ++i) {
    auto verdict = certificate_at(chain[i], chain[i + 1], at, age);
    if (verdict.kind != Kind::kGood) return verdict;
  }
  return {Kind::kGood, {}};
}

Verdict StatusProofs::certificate_at(const Certificate& certificate, const Certificate& issuer, base::UnixTime at,
                                     base::Seconds age) const {
  Verdict verdict = by_lists(certificate, issuer, at, age);
  for (const auto& response : responses_) {
    verdict = stricter(std::move(verdict), by_response(response, certificate, issuer, at, age));
  }
  if (verdict.kind == Kind::kMissing) {
    verdict.detail = message("Nothing that was brought says whether the certificate of {} was revoked at {}.",
                             certificate.subject().text(), base::local_time(at)) +
                     (verdict.detail.empty() ? "" : ' ' + verdict.detail);
  }
  return verdict;
}

// A response made after the moment is judged at the time when it was made: it still says when something was revoked.
Verdict StatusProofs::by_response(const x509::OcspResponse& response, const Certificate& certificate,
                                  const Certificate& issuer, base::UnixTime at, base::Seconds age) const {
  x509::OcspVerifyOptions options;
  options.at = std::max(at, response.produced_at());
  const auto evidence = x509::verify_ocsp(response, x509::ocsp_question(certificate, issuer), options);
  if (!evidence) {
    if (evidence.error() == x509::OcspProblem::kNoMatchingAnswer) return {};
    return {Kind::kMissing, x509::ocsp_problem_text(evidence.error())};
  }
  if (!is_good_responder(*evidence, issuer, at, age)) {
    return {Kind::kMissing, message("Nothing says whether the OCSP responder's own certificate was revoked.")};
  }
  if (evidence->status == x509::OcspStatus::kRevoked) {
    auto verdict = verdict_of_revocation(certificate, evidence->untrusted_since(), evidence->reason, at);
    if (verdict.kind == Kind::kRevoked || counts_at(at, evidence->this_update, evidence->next_update, age))
      return verdict;
  }
  if (evidence->status == x509::OcspStatus::kGood && counts_at(at, evidence->this_update, evidence->next_update, age))
    return {Kind::kGood, {}};
  if (evidence->status == x509::OcspStatus::kUnknown) {
    return {Kind::kMissing, message("The OCSP responder does not know the certificate.")};
  }
  return {Kind::kMissing,
          message("The OCSP response is from {}, too far from that time.", base::local_time(evidence->this_update))};
}

// RFC 6960 section 4.2.2.2.1: a responder's certificate with id-pkix-ocsp-nocheck is believed for its short life; any
// other needs a list of the issuer.
bool StatusProofs::is_good_responder(const x509::OcspEvidence& evidence, const Certificate& issuer, base::UnixTime at,
                                     base::Seconds age) const {
  if (!evidence.responder || evidence.responder->tbs().find(x509::oid::kOcspNoCheck) != nullptr) return true;
  return by_lists(*evidence.responder, issuer, at, age).kind == Kind::kGood;
}

Verdict StatusProofs::by_lists(const Certificate& certificate, const Certificate& issuer, base::UnixTime at,
                               base::Seconds age) const {
  Verdict verdict;
  for (const auto& crl : crls_) {
    if (!base::equal(crl.issuer().der(), certificate.tbs().issuer)) continue;
    const auto said = x509::check_crl(certificate, issuer, crl, std::max(at, crl.this_update()));
    const bool counts = counts_at(at, crl.this_update(), crl.next_update(), age);
    if (said.status == x509::CrlStatus::kUnknown) {
      verdict = stricter(std::move(verdict), {Kind::kMissing, said.detail});
    } else if (said.status == x509::CrlStatus::kRevoked) {
      auto found = verdict_of_revocation(certificate, said.untrusted_since(), said.reason, at);
      if (found.kind == Kind::kRevoked || counts) verdict = stricter(std::move(verdict), std::move(found));
    } else if (counts) {
      verdict = stricter(std::move(verdict), {Kind::kGood, {}});
    } else {
      verdict = stricter(std::move(verdict),
                         {Kind::kMissing, message("The revocation list is from {}, too far from that time.",
                                                  base::local_time(crl.this_update()))});
    }
  }
  return verdict;
}

}  // namespace yuxin::evidence
