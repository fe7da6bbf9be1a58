// The judgement of one act, in the order of ActProblem.
#include <algorithm>

#include "act/message.hpp"
#include "act/paths.hpp"
#include "status_proofs.hpp"
#include "yuxin/base/language.hpp"
#include "yuxin/x509/time_stamp.hpp"

namespace yuxin::evidence {

using Kind = StatusProofs::Verdict::Kind;

namespace {

tl::unexpected<ActFailure> failure(ActProblem problem, std::string detail) {
  return tl::unexpected(ActFailure{problem, std::move(detail)});
}

ActProblem problem_of(RoleProblem problem) {
  if (problem == RoleProblem::kRevoked) return ActProblem::kRoleRevoked;
  return problem == RoleProblem::kStatusMissing ? ActProblem::kRoleStatusMissing : ActProblem::kRole;
}

// may_sign_acts: the key signs documents or proves who somebody is, and the certificate's extended key usage, where
// it has one, is for something that persons and organisations do (RFC 5280 section 4.2.1.12, RFC 9336).
bool may_sign_acts(const x509::Certificate& certificate) {
  if (certificate.is_ca()) return false;
  const auto* usage = certificate.tbs().find(x509::oid::kKeyUsage);
  const auto bits = usage == nullptr ? std::nullopt : x509::read_key_usage(usage->value);
  if (!bits || (*bits & (x509::kDigitalSignature | x509::kNonRepudiation)) == 0) return false;
  const auto* extended = certificate.tbs().find(x509::oid::kExtKeyUsage);
  if (extended == nullptr) return true;
  const auto purposes = x509::read_extended_key_usage(extended->value);
  const std::array<x509::Oid, 4> fitting = {x509::oid::kClientAuth, x509::oid::kEmailProtection,
                                            x509::oid::kDocumentSigning, x509::oid::kAnyExtendedKeyUsage};
  return purposes && std::ranges::any_of(*purposes, [&](const base::Bytes& purpose) {
           return std::ranges::any_of(fitting, [&](x509::Oid one) { return base::equal(one, purpose); });
         });
}

}  // namespace

// ActVerification goes down the list of problems, from the time stamp on.
class ActVerification {
 public:
  ActVerification(SignedStatement signed_statement, StatusProofs proofs, const ActTrust& trust,
                  const ExpectedPrevious& previous)
      : signed_(std::move(signed_statement)), proofs_(std::move(proofs)), trust_(trust), previous_(previous) {}

  [[nodiscard]] Judged<VerifiedAct> run() && {
    TRY(const auto moment, judge_time_stamp());
    TRY(judge_certificate(moment));
    TRY(auto role, judge_acting_role(moment));
    TRY(judge_order());
    return VerifiedAct(std::move(signed_.statement.act), signed_.digest, std::move(signed_.signature.certificate),
                       moment, std::move(role), std::move(signed_.message));
  }

 private:
  using Step = tl::expected<void, ActFailure>;

  [[nodiscard]] const Act& act() const { return signed_.statement.act; }
  [[nodiscard]] const x509::Certificate& actor() const { return signed_.signature.certificate; }
  [[nodiscard]] const std::vector<x509::Certificate>& help() const { return signed_.message.certificates(); }

  [[nodiscard]] Judged<base::UnixTime> judge_time_stamp() const {
    const auto der = time_stamp_of(signed_.message);
    if (!der) return act_failure(ActProblem::kTimeStamp, "The act has several time stamps where one belongs.");
    if (der->empty()) {
      return act_failure(ActProblem::kTimeStampMissing,
                         "The act has no time stamp: nothing proves when it was signed.");
    }
    const auto token = x509::TimeStampToken::from_der(*der);
    if (!token) return failure(ActProblem::kTimeStamp, token.error().detail);
    const auto evidence = x509::verify_time_stamp(*token, signed_.signature.signature_value, trust_.paths, help());
    if (!evidence) return failure(ActProblem::kTimeStamp, evidence.error().detail);
    const auto verdict = proofs_.chain_at(evidence->path.chain, evidence->time, trust_.status_age);
    if (verdict.kind != Kind::kGood) return failure(ActProblem::kTimeStampStatus, verdict.detail);
    const auto apart = act().time > evidence->time ? act().time - evidence->time : evidence->time - act().time;
    if (apart > trust_.skew) {
      return act_failure(ActProblem::kTime,
                         "The act says that it was made at {}, its time stamp says {}. Set the clock right and sign "
                         "it again.",
                         base::local_time(act().time), base::local_time(evidence->time));
    }
    return evidence->time;
  }

  [[nodiscard]] Step judge_certificate(base::UnixTime moment) const {
    const auto path = actor_path(trust_.paths, actor(), moment, help());
    if (!path.valid) return failure(ActProblem::kChain, path.detail);
    const auto verdict = proofs_.chain_at(path.chain, moment, trust_.status_age);
    if (verdict.kind == Kind::kMissing) return failure(ActProblem::kStatusMissing, verdict.detail);
    if (verdict.kind == Kind::kRevoked) return failure(ActProblem::kStatus, verdict.detail);
    if (may_sign_acts(actor())) return {};
    return act_failure(ActProblem::kPurpose,
                       "The certificate of {} is not for signing: its key usages do not allow it.",
                       actor().subject().text());
  }

  [[nodiscard]] Judged<std::optional<RoleGrant>> judge_acting_role(base::UnixTime moment) const {
    if (!act().role) return std::optional<RoleGrant>();
    const auto& grants = signed_.message.attribute_certificates();
    if (grants.empty()) {
      return act_failure(ActProblem::kRoleMissing, "The act was made in role {}, and nothing in it proves that role.",
                         act().role->text());
    }
    if (grants.size() > 1) {
      return act_failure(ActProblem::kRole, "The act carries {} attribute certificates where one belongs.",
                         grants.size());
    }
    auto certificate = x509::AttributeCertificate::from_der(grants.front());
    if (!certificate) return failure(ActProblem::kRole, certificate.error().detail);
    auto grant = judge_role({std::move(*certificate), help(), proofs_.crls(), proofs_.responses(), trust_.status_age},
                            actor(), moment, trust_.paths);
    if (!grant) return failure(problem_of(grant.error().problem), std::move(grant.error().detail));
    if (grant->role != *act().role) {
      return act_failure(ActProblem::kRole, "The act was made in role {}, its attribute certificate grants {}.",
                         act().role->text(), grant->role.text());
    }
    return std::optional(std::move(*grant));
  }

  [[nodiscard]] Step judge_order() const {
    if (!previous_ || *previous_ == act().previous) return {};
    if (!*previous_) {
      return act_failure(ActProblem::kOrder, "The act follows another one on {}, which has none before it.",
                         act().object);
    }
    return act_failure(ActProblem::kOrder,
                       "The act does not follow the last one on {}. Read what has happened and sign it again.",
                       act().object);
  }

  SignedStatement signed_;
  StatusProofs proofs_;
  const ActTrust& trust_;
  const ExpectedPrevious& previous_;
};

tl::expected<VerifiedAct, ActFailure> verify_act(base::ByteView signed_act, const ActTrust& trust,
                                                 const ExpectedPrevious& previous) {
  TRY(auto signed_statement, judge_signature(signed_act));
  auto proofs = StatusProofs::from_message(signed_statement.message);
  if (!proofs) return failure(ActProblem::kMalformed, proofs.error().detail);
  return ActVerification(std::move(signed_statement), std::move(*proofs), trust, previous).run();
}

}  // namespace yuxin::evidence
