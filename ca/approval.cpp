// Judging approvals: the issuer believes no one who says that others have agreed.
#include "yuxin/ca/approval.hpp"
#include "yuxin/base/period_words.hpp"

#include <algorithm>

#include "certificate_rules.hpp"
#include "yuxin/base/language.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/ca/invitation.hpp"
#include "yuxin/ca/key_use.hpp"
#include "yuxin/ca/order_use.hpp"
#include "yuxin/evidence/canonical.hpp"
#include "yuxin/x509/oid.hpp"

namespace yuxin::ca {

using base::Code;
using base::fail;
using base::message;
using base::Result;
using evidence::VerifiedAct;

namespace {

constexpr std::size_t kMostActs = 64;
constexpr std::int64_t kSecondsOfDay = 86'400;
// How old the act of a service may be where no rule says it.
constexpr base::Period kServiceActFor{.seconds = kSecondsOfDay};

// difference names the first member in which what was signed is not what is to be issued.
std::optional<std::string> difference(const VerifiedAct& act, const base::JsonObject& binding) {
  const auto* about = act.act().body.if_contains("about");
  const auto* signed_binding = about == nullptr ? nullptr : about->if_object();
  if (signed_binding == nullptr) return message("it approves no certificate");
  for (const auto& [name, value] : binding) {
    const auto* stands = signed_binding->if_contains(name);
    if (stands == nullptr || *stands != value)
      return message("it approves another request: \"{}\" differs", std::string(name));
  }
  if (signed_binding->size() != binding.size()) return message("it approves more than this request");
  return std::nullopt;
}

// invites says whether an act invited somebody to bring the request for exactly this certificate.
bool invites(const VerifiedAct& act, const base::JsonObject& binding) {
  const auto* about = act.act().body.if_contains("about");
  const auto* invitation = about == nullptr ? nullptr : about->if_object();
  return invitation != nullptr && is_about_invitation(*invitation) && check_answers(*invitation, binding).has_value();
}

// The code of an invitation has signed this request, by the word of the act that confirms it.
bool has_code_proof(const VerifiedAct& confirming, const VerifiedAct& inviting, base::ByteView request) {
  const auto* form = confirming.act().body.if_contains("form");
  if (form == nullptr || !form->is_object()) return false;
  const auto proof = base::from_base64(base::json_string(form->get_object(), kProofField));
  const auto key = base::from_hex(base::json_string(inviting.act().body.at("about").get_object(), "invitation"));
  return proof && key && check_code_proof(*key, request, *proof).has_value();
}

class Judgement {
 public:
  Judgement(const ApprovalCourt& court, store::Store& store, const ApprovalQuestion& question,
            const ApprovalRule* rule)
      : court_(court), store_(store), question_(question), rule_(rule) {}

  Result<Approval> run() {
    if (court_.petitioner) TRY(check_organisation(court_.petitioner->within));
    TRY(verify());
    TRY(const auto service, by_service());
    if (service) return *service;
    return by_persons();
  }

 private:
  Result<> verify() {
    const auto& signed_acts = question_.authorisation.acts;
    if (signed_acts.size() > kMostActs)
      return fail(Code::kRefused, "An authorisation has {} acts at most.", kMostActs);
    for (const auto& der : signed_acts) {
      auto act = evidence::verify_act(der, court_.trust);
      if (!act) return tl::unexpected(evidence::act_error(act.error()));
      if (!evidence::says_act(*act))
        return fail(Code::kBadSignature,
                    "What {} signed is a document: its signature does not say that an act is meant.",
                    act->actor().subject().text());
      TRY(refuse_withdrawn(store_, *act));
      acts_.push_back(std::move(*act));
    }
    binding_ = approval_binding(question_.profile.name, question_.enrolment);
    return {};
  }

  // reason_against says why an act is no approval of this request; nothing for one that may count.
  [[nodiscard]] std::optional<std::string> reason_against(const VerifiedAct& act) const {
    if (auto other = difference(act, binding_)) return other;
    return reason_of_time(act);
  }
  [[nodiscard]] std::optional<std::string> reason_of_time(const VerifiedAct& act) const {
    const auto valid_for = rule_ == nullptr ? kServiceActFor : rule_->valid_for;
    if (base::add(act.moment(), valid_for) < question_.now) {
      return message("it is older than {}", base::period_in_words(valid_for));
    }
    if (act.moment() > question_.now + court_.trust.skew) return message("it lies in the future");
    return std::nullopt;
  }

  [[nodiscard]] evidence::Place place() const {
    evidence::Place place;
    place.profile = question_.profile.name;
    place.organisation = question_.enrolment.organisation;
    if (place.organisation) {
      if (const auto* unit = court_.organisation->find(*place.organisation)) place.district = unit->district;
    }
    return place;
  }

  // `top` is where the request must come by way of; nothing: from anywhere.
  Result<> check_organisation(const std::optional<evidence::OrgCode>& top) const {
    if (!top) return {};
    const auto& organisation = question_.enrolment.organisation;
    if (organisation && court_.organisation->is_within(*organisation, *top)) return {};
    return fail(Code::kNotAuthorised,
                "Profile {} is issued for requests that come by way of {} or what lies below it, not by {}.",
                question_.profile.name, top->text(), organisation ? organisation->text() : "-");
  }

  Result<Approval> by_persons() {
    if (rule_ == nullptr) {
      return fail(Code::kNotAuthorised,
                  "Profile {} has no [[approval]] in approvals.toml, and for another host nothing is issued without "
                  "one. Describe there who approves it.",
                  question_.profile.name);
    }
    if (!acts_.empty()) TRY(check_organisation(rule_->within));
    std::vector<VerifiedAct> counting;
    std::vector<std::string> reasons;
    for (const auto& act : acts_) {
      if (const auto reason = invites(act, binding_) ? reason_of_time(act) : reason_against(act)) {
        add_reason(reasons, act, *reason);
      } else {
        counting.push_back(act);
      }
    }
    const std::string object = counting.empty() ? std::string() : counting.front().act().object;
    const auto decision = evidence::decide(rule_->gate, {object, place(), counting}, *court_.organisation);
    if (!decision.allowed) {
      for (const auto& missing : decision.missing) {
        for (const auto& passed : missing.passed_over) add_reason(reasons, counting[passed.act], passed.reason);
      }
      return refuse(decision, reasons);
    }
    TRY(check_invitations(counting, decision.used));
    Approval approval;
    for (const auto used : decision.used) {
      approval.acts.push_back(counting[used].digest());
      approval.actor = counting[used].actor().subject().text();
    }
    return approval;
  }

  // Who invites has not seen the request. Their word counts only beside that of somebody who has, and for the request
  // that the code of the invitation has signed.
  Result<> check_invitations(const std::vector<VerifiedAct>& acts, const std::vector<std::size_t>& used) const {
    const auto is_invitation = [&](std::size_t at) { return invites(acts[at], binding_); };
    for (const auto inviting : used) {
      if (!is_invitation(inviting)) continue;
      const bool answered = std::ranges::any_of(used, [&](std::size_t at) {
        return !is_invitation(at) && has_code_proof(acts[at], acts[inviting], question_.enrolment.request.der());
      });
      if (!answered)
        return fail(
            Code::kNotAuthorised,
            "{} has invited somebody, and nobody has confirmed that this request came from them: the one-time "
            "code has not signed it.",
            acts[inviting].actor().subject().text());
    }
    return {};
  }

  static void add_reason(std::vector<std::string>& reasons, const VerifiedAct& act, const std::string& reason) {
    auto line = message("{} by {}: {}", act.act().type, act.actor().subject().text(), reason);
    if (std::ranges::find(reasons, line) == reasons.end()) reasons.push_back(std::move(line));
  }

  [[nodiscard]] base::Failure refuse(const evidence::GateDecision& decision,
                                     const std::vector<std::string>& reasons) const {
    std::vector<std::string> missing;
    for (const auto& one : decision.missing) {
      missing.push_back(
          message("{} ({} of {}, role {})", one.requirement, one.have, one.need, base::join(one.roles, " / ")));
    }
    if (acts_.empty()) {
      return fail(Code::kNotAuthorised,
                  "Profile {} demands the approval \"{}\", and nobody has given it. It is applied for at the desk: "
                  "yuxin request submit",
                  question_.profile.name, rule_->name);
    }
    return fail(Code::kNotAuthorised, "Profile {} demands the approval \"{}\". Missing: {}. {}",
                question_.profile.name, rule_->name, base::join(missing, "; "), base::join(reasons, "; "));
  }

  // by_service gives the approval that a machine-enrolment service has by itself; nothing where the acts are not a
  // service's. What it may not have is refused here, because no person will look at it.
  Result<std::optional<Approval>> by_service() {
    if (acts_.size() != 1 || !acts_.front().role()) return std::optional<Approval>();
    const auto& act = acts_.front();
    std::optional<Approval> approval;
    std::optional<std::string> reason;
    for (const auto& service : court_.policy->services()) {
      if (act.role()->role != service.role || std::ranges::find(service.acts, act.act().type) == service.acts.end())
        continue;
      auto against = reason_against_service(service, act);
      if (!against) {
        approval = Approval{{act.digest()}, key_of(act), service.per_day, act.actor().subject().text()};
        TRY(refuse_service(act, *approval));
        return approval;
      }
      reason = std::move(against);
    }
    if (!reason) return std::optional<Approval>();
    return fail(Code::kNotAuthorised, "{} may not have this without a person: {}. See [[service]] of approvals.toml.",
                act.actor().subject().text(), *reason);
  }

  static std::string key_of(const VerifiedAct& act) { return base::hex(x509::sha256(act.actor().tbs().spki)); }

  // What only the store can say against a service: its number for the day is had, or the key is somebody else's.
  Result<> refuse_service(const VerifiedAct& act, const Approval& approval) const {
    return store_.read([&](store::Reader& reader) -> Result<> {
      TRY(const auto spent_before, used_for(reader, act.digest()));
      if (!spent_before) TRY(refuse_spent(reader, approval, question_.now));
      TRY(const auto other,
          other_use_of_key(reader, question_.enrolment.request.public_key(), question_.subject.text()));
      if (!other) return {};
      TRY(const bool own, was_enrolled_by(reader, other->authority, other->serial, approval.service));
      if (own) return {};
      return fail(Code::kNotAuthorised,
                  "{} may not have this without a person: the key is that of {}, which another has enrolled. Make a "
                  "new key.",
                  act.actor().subject().text(), other->subject);
    });
  }

  [[nodiscard]] std::optional<std::string> reason_against_service(const ServiceRule& service,
                                                                  const VerifiedAct& act) const {
    if (auto reason = reason_against(act)) return reason;
    if (court_.petitioner && key_of(act) != court_.petitioner->service)
      return message("it is not the service of registration authority {}", court_.petitioner->name);
    if (std::ranges::find(service.profiles, question_.profile.name) == service.profiles.end())
      return message("profile {} is not among its profiles", question_.profile.name);
    if (!evidence::covers(act.role()->scope, place(), *court_.organisation))
      return message("role {} is limited to {}", service.role.text(), evidence::print_scope(act.role()->scope));
    if (question_.alt_names.empty()) return message("the certificate would have no name");
    for (const auto& name : question_.alt_names) {
      const bool under = name.kind == x509::GeneralNameKind::kDns &&
                         std::ranges::any_of(service.names_under,
                                             [&](const std::string& domain) { return is_under(name.value, domain); });
      if (!under) return message("the name {} lies under none of its domains", name.value);
    }
    return reason_against_subject();
  }

  // Whoever reads the certificate reads the subject, too: it may say nothing but one of the names.
  [[nodiscard]] std::optional<std::string> reason_against_subject() const {
    for (const auto& attribute : question_.subject.attributes()) {
      const bool is_name =
          base::equal(attribute.type, x509::oid::kCommonName) &&
          std::ranges::any_of(question_.alt_names, [&](const auto& name) { return name.value == attribute.value; });
      if (!is_name) return message("its subject says more than one of its names: {}", attribute.value);
    }
    return std::nullopt;
  }

  const ApprovalCourt& court_;
  store::Store& store_;
  const ApprovalQuestion& question_;
  const ApprovalRule* rule_;  // nothing: none describes the profile
  std::vector<VerifiedAct> acts_;
  base::JsonObject binding_;
};

Result<> refuse_ended(const VerifiedAct& act, std::optional<base::UnixTime> ended, const std::string& what) {
  if (!ended || *ended > act.moment()) return {};
  return fail(Code::kNotAuthorised, "What {} signed at {} counts for nothing: {} had ended at {}.",
              act.actor().subject().text(), base::local_time(act.moment()), what, base::local_time(*ended));
}

// Whoever has the key could have signed at any time; what the time stamp says is worth nothing then.
Result<> refuse_leaked(store::Reader& reader, const VerifiedAct& act) {
  auto known = refuse_compromised_key(reader, act.actor().tbs().spki);
  if (known || known.error().code != Code::kRefused) return known;
  return fail(Code::kNotAuthorised, "What {} signed approves nothing any more, because the key has leaked: {}",
              act.actor().subject().text(), known.error().detail);
}

}  // namespace

Result<> refuse_withdrawn(store::Store& store, const VerifiedAct& act) {
  return store.read([&](store::Reader& reader) -> Result<> {
    TRY(refuse_leaked(reader, act));
    TRY(const auto rows, reader.find_all(act.actor().tbs().serial, store::Reader::With::kDer));
    for (const auto& row : rows) {
      if (!base::equal(row.der, act.actor().der()) || row.status.state == store::CertificateState::kGood) continue;
      const auto since = std::min(row.status.revoked_at, row.status.invalidity_date.value_or(row.status.revoked_at));
      TRY(refuse_ended(act, since, message("the certificate")));
    }
    if (!act.role()) return {};
    const auto grant = evidence::find_grant(reader, act.role()->certificate.serial().content());
    if (!grant && grant.error().code != Code::kNotFound) return tl::unexpected(grant.error());
    return grant ? refuse_ended(act, grant->revoked_at, message("role {}", grant->role)) : Result<>();
  });
}

base::JsonObject approval_binding(const std::string& profile, const Enrolment& enrolment) {
  base::JsonObject binding{{"profile", profile},
                           {"request", base::hex(x509::sha256(enrolment.request.der()))},
                           {"organisation", enrolment.organisation ? enrolment.organisation->text() : ""},
                           {"days", nullptr},
                           {"names", nullptr},
                           {"subject", nullptr}};
  // Days that have begun: who agreed to one did not agree to a second more.
  if (enrolment.validity) binding["days"] = (enrolment.validity->count + kSecondsOfDay - 1) / kSecondsOfDay;
  if (enrolment.alt_names) binding["names"] = alt_names_text(*enrolment.alt_names);
  if (enrolment.subject) binding["subject"] = enrolment.subject->text();
  return binding;
}

namespace {

// Where nothing is demanded, the act that a certificate is ordered by is noted all the same, so that one order makes
// one certificate, whoever carries it out and however often.
Result<Approval> noted(const ApprovalCourt& court, store::Store& store, const ApprovalQuestion& question) {
  const auto& acts = question.authorisation.acts;
  if (acts.empty()) return Approval{};
  const auto act = evidence::verify_act(acts.back(), court.trust);
  if (!act) return tl::unexpected(evidence::act_error(act.error()));
  // a service has what a [[service]] lets it have, and is nobody who orders; one of another host least of all
  if (act->role() && act->role()->role.text() == "RA.SERVICE")
    return Judgement(court, store, question, nullptr).run();
  if (const auto other = difference(*act, approval_binding(question.profile.name, question.enrolment)))
    return fail(Code::kNotAuthorised, "What {} signed does not order this certificate: {}.",
                act->actor().subject().text(), *other);
  return Approval{{act->digest()}, {}, 0, act->actor().subject().text()};
}

}  // namespace

namespace {

Result<Approval> judged(const ApprovalCourt* court, store::Store& store, const ApprovalQuestion& question) {
  if (court == nullptr || court->policy == nullptr) {
    if (question.profile.approval == "none") return Approval{};
    return fail(Code::kNotAuthorised, "Profile {} demands the approval \"{}\", which nobody here can judge.",
                question.profile.name, question.profile.approval);
  }
  TRY(const auto* rule, court->policy->demand_of(question.profile));
  if (rule == nullptr && !court->petitioner) return noted(*court, store, question);
  return Judgement(*court, store, question, rule).run();
}

}  // namespace

Result<Approval> judge_approval(const ApprovalCourt* court, store::Store& store, const ApprovalQuestion& question) {
  TRY(auto approval, judged(court, store, question));
  if (question.enrolment.organisation) approval.organisation = question.enrolment.organisation->text();
  return approval;
}

}  // namespace yuxin::ca
