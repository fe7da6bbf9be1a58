// Completing a fresh act with what proves it, and judging it.
#include <algorithm>

#include "act/message.hpp"
#include "act/paths.hpp"
#include "yuxin/x509/time_stamp.hpp"

namespace yuxin::evidence {

using base::Result;

namespace {

// Completion asks the source for one proof after the other. What cannot be had is left out: verify_act says then
// precisely what is missing.
class Completion {
 public:
  Completion(const SignedStatement& statement, ProofSource& source, const ActTrust& trust)
      : signed_(statement), source_(source), trust_(trust), help_(statement.message.certificates()) {}

  Result<ActProofs> run() {
    TRY(const auto time, add_time_stamp());
    TRY(add_role(time));
    TRY(add_chain_status(actor_path(trust_.paths, signed_.signature.certificate, time, help_)));
    return std::move(proofs_);
  }

 private:
  Result<base::UnixTime> add_time_stamp() {
    TRY(proofs_.time_stamp, source_.time_stamp(signed_.signature.signature_value));
    TRY(const auto token, x509::TimeStampToken::from_der(proofs_.time_stamp));
    for (const auto& certificate : token.message().certificates()) add_certificate(certificate);
    const auto evidence = x509::verify_time_stamp(token, signed_.signature.signature_value, trust_.paths, help_);
    if (evidence) TRY(add_chain_status(evidence->path));
    return token.info().time;
  }

  Result<> add_role(base::UnixTime time) {
    const auto& role = signed_.statement.act.role;
    if (!role) return {};
    std::optional<x509::AttributeCertificate> brought;
    const auto& grants = signed_.message.attribute_certificates();
    if (grants.size() == 1) {
      TRY(brought, x509::AttributeCertificate::from_der(grants.front()));
    }
    TRY(const auto proof, source_.role(signed_.signature.certificate, *role, brought ? &*brought : nullptr));
    if (!brought) proofs_.role = proof.grant;
    for (const auto& certificate : proof.authorities) add_certificate(certificate);
    proofs_.crls.insert(proofs_.crls.end(), proof.crls.begin(), proof.crls.end());
    return add_chain_status(authority_path(trust_.paths, proof.grant, time, help_));
  }

  // add_chain_status puts the chain and the status of all but the anchor beside the act.
  Result<> add_chain_status(const x509::PathReport& path) {
    if (!path.valid) return {};
    for (std::size_t i = 0; i + 1 < path.chain.size(); ++i) {
      add_certificate(path.chain[i]);
      if (!ask_once(path.chain[i])) continue;
      TRY(auto status, source_.status(path.chain[i], path.chain[i + 1]));
      std::ranges::move(status.ocsp_responses, std::back_inserter(proofs_.ocsp_responses));
      std::ranges::move(status.crls, std::back_inserter(proofs_.crls));
    }
    return {};
  }

  void add_certificate(const x509::Certificate& certificate) {
    const auto is_it = [&](const auto& one) { return base::equal(one.der(), certificate.der()); };
    if (std::ranges::none_of(help_, is_it)) help_.push_back(certificate);
    if (std::ranges::none_of(proofs_.certificates, is_it)) proofs_.certificates.push_back(certificate);
  }
  bool ask_once(const x509::Certificate& certificate) {
    const auto is_it = [&](const auto& one) { return base::equal(one.der(), certificate.der()); };
    if (std::ranges::any_of(asked_, is_it)) return false;
    asked_.push_back(certificate);
    return true;
  }

  const SignedStatement& signed_;
  ProofSource& source_;
  const ActTrust& trust_;
  std::vector<x509::Certificate> help_;
  std::vector<x509::Certificate> asked_;
  ActProofs proofs_;
};

}  // namespace

Result<VerifiedAct> accept_act(base::ByteView signed_act, ProofSource& source, const ActTrust& trust,
                               const ExpectedPrevious& previous) {
  const auto judged = judge_signature(signed_act);
  if (!judged) return tl::unexpected(act_error(judged.error()));
  if (!is_marked(judged->message)) {
    return base::fail(
        base::Code::kBadSignature,
        "The act was signed as a document: its signature does not say that an act is meant. Sign it with "
        "the command that it is for.");
  }
  if (const auto there = time_stamp_of(judged->message); !there || !there->empty()) {
    return base::fail(base::Code::kConflict,
                      "The act has a time stamp already. Give the act as it was signed, without proofs.");
  }
  TRY(const auto proofs, Completion(*judged, source, trust).run());
  TRY(const auto completed, add_proofs(signed_act, proofs));
  auto act = verify_act(completed, trust, previous);
  if (!act) return tl::unexpected(act_error(act.error()));
  return std::move(*act);
}

}  // namespace yuxin::evidence
