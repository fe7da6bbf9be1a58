#include "path_check.hpp"

#include <algorithm>
#include <functional>

#include "certificate_view.hpp"
#include "command.hpp"
#include "list_client.hpp"
#include "ocsp_client.hpp"
#include "trust.hpp"
#include "yuxin/x509/crl.hpp"

namespace yuxin::cli {

using base::Code;
using base::fail;
using base::message;
using base::Result;
using x509::Certificate;

namespace {

Result<> read_policies(const PathWords& words, x509::PathOptions& options) {
  for (const auto& text : words.policies) {
    auto policy = x509::oid_by_name(text);
    if (!policy) return fail(Code::kUsage, "\"{}\" is no policy. Write its number, such as 1.2.156.1.1.", text);
    options.policies.push_back(std::move(*policy));
  }
  options.require_explicit_policy = words.explicit_policy;
  options.inhibit_policy_mapping = words.inhibit_mapping;
  options.inhibit_any_policy = words.inhibit_any_policy;
  return {};
}

Result<> read_names(const PathWords& words, x509::PathOptions& options) {
  using enum x509::GeneralNameKind;
  for (const auto& text : words.names) {
    TRY(auto name, as_typed(x509::parse_general_name(text)));
    if (name.kind != kDns && name.kind != kIp && name.kind != kEmail)
      return fail(Code::kUsage,
                  "\"{}\" is of a kind that no certificate is checked for. There are dns, ip and email.", text);
    options.names.push_back(std::move(name));
  }
  return {};
}

Result<x509::PathOptions> read_options(const PathWords& words) {
  x509::PathOptions options;
  if (words.purpose) {
    const auto purpose = x509::purpose_by_name(*words.purpose);
    if (!purpose)
      return fail(Code::kUsage,
                  "No purpose \"{}\". There are any, tls-server, tls-client, email, code-signing, ocsp-signing, "
                  "time-stamping, crl-sign, attribute-authority and ledger.",
                  *words.purpose);
    options.purpose = *purpose;
  }
  if (words.max_depth) options.max_depth = static_cast<unsigned>(std::min<std::int64_t>(*words.max_depth, 1000));
  TRY(read_policies(words, options));
  TRY(read_names(words, options));
  return options;
}

// Judge carries one question through: the path first, then the status of every certificate below the anchor.
class Judge {
 public:
  Judge(const PathQuestion& question, const base::Clock& clock) : question_(question), clock_(clock) {}

  PathAnswer run() && {
    answer_.report = x509::verify_path(question_.certificate, question_.material, question_.at, question_.options);
    if (answer_.report.reason == "revoked") explain_by_lists();
    if (answer_.report.valid && question_.status == PathQuestion::Status::kAsk) ask_all();
    if (answer_.report.valid && question_.status == PathQuestion::Status::kLists) tell_lists();
    return std::move(answer_);
  }

 private:
  void refuse(std::string_view reason, std::string detail) {
    answer_.report.valid = false;
    answer_.report.reason = reason;
    answer_.report.detail = std::move(detail);
  }

  // Link is a certificate of the path, where it stands there, and its issuer.
  struct Link {
    std::size_t place;
    const Certificate& certificate;
    const Certificate& issuer;
    [[nodiscard]] std::string subject() const { return certificate.subject().text(); }
  };

  void each_link(const std::function<void(const Link&)>& visit) const {
    const auto chain = answer_.report.chain;
    for (std::size_t i = 0; i + 1 < chain.size(); ++i) visit({i, chain[i], chain[i + 1]});
  }

  void ask_all() {
    each_link([&](const Link& link) {
      if (answer_.report.valid) ask(link);
    });
  }

  // The responder is asked first. Where there is none or it does not answer, the lists that were given decide, then
  // the one that the certificate names.
  void ask(const Link& link) {
    std::string trouble;
    if (const auto url = ocsp_url_of(link.certificate)) {
      const OcspAsk ask{link.issuer,
                        base::to_bytes(link.certificate.tbs().serial),
                        link.certificate,
                        *url,
                        x509::DigestAlgorithm::kSha1,
                        OcspAsk::Nonce::kSent,
                        {}};
      const auto answer = ask_ocsp(ask, clock_);
      if (answer) return take(link, *url, answer->evidence);
      trouble = unreachable(link, *url, answer.error().detail);
    }
    if (heeds_given(link)) return;
    for (const auto& url : list_urls_of(link.certificate)) {
      const auto list = fetch_list(url);
      if (!list) {
        trouble = unreachable(link, url, list.error().detail);
        continue;
      }
      // one that was made after the moment knows what was revoked before it
      const auto at = std::max(question_.at, list->this_update());
      const auto verdict = x509::check_crl(link.certificate, link.issuer, *list, at);
      if (verdict.status != x509::CrlStatus::kUnknown) return take(link, url, verdict);
      trouble = unreachable(link, url, verdict.detail);
    }
    if (!trouble.empty())
      return refuse("status-unavailable",
                    message("Whether {} was revoked is not known: {}", link.subject(), trouble));
    if (question_.lists_given)
      refuse("no-revocation-data", message("Whether {} was revoked is not known: it names no responder, and none of "
                                           "the lists is for it.",
                                           link.subject()));
  }

  std::string unreachable(const Link& link, const std::string& url, const std::string& detail) {
    answer_.status.push_back({link.place, link.subject(), url, "unreachable", detail, std::nullopt, {}});
    return detail;
  }

  // heeds_given takes down what the newest of the given lists says that is for the certificate; of two that are as
  // new, the one that revokes is believed.
  bool heeds_given(const Link& link) {
    const x509::Crl* newest = nullptr;
    x509::CrlVerdict said;
    for (const auto& list : question_.material.crls) {
      if (newest != nullptr && list.this_update() < newest->this_update()) continue;
      auto verdict = x509::check_crl(link.certificate, link.issuer, list, question_.at);
      if (verdict.status == x509::CrlStatus::kUnknown) continue;
      const bool as_new = newest != nullptr && list.this_update() == newest->this_update();
      if (as_new && verdict.status != x509::CrlStatus::kRevoked) continue;
      newest = &list;
      said = std::move(verdict);
    }
    if (newest == nullptr) return false;
    take(link, source_of(*newest), said);
    return true;
  }

  static std::string source_of(const x509::Crl& list) { return message("the list of {}", list.issuer().text()); }

  void take(const Link& link, const std::string& source, const x509::CrlVerdict& verdict) {
    StatusSaid said{link.place, link.subject(), source, "good", {}, verdict.revoked_at, {}};
    if (verdict.status == x509::CrlStatus::kRevoked) {
      said.status = "revoked";
      said.reason = x509::reason_name(verdict.reason);
      said.invalidity_date = verdict.invalidity_date;
      if (said.counts_at(question_.at)) refuse_revoked(said, source);
    }
    answer_.status.push_back(std::move(said));
  }

  void take(const Link& link, const std::string& url, const x509::OcspEvidence& evidence) {
    StatusSaid said{link.place, link.subject(), url, "good", {}, std::nullopt, {}};
    if (evidence.status == x509::OcspStatus::kUnknown) {
      said.status = "unknown";
      refuse("status-unknown",
             message("{} does not know {}: its issuer says that it never issued it.", url, said.subject));
    }
    if (evidence.status == x509::OcspStatus::kRevoked) {
      said.status = "revoked";
      said.revoked_at = evidence.revoked_at;
      said.reason = x509::reason_name(evidence.reason.value_or(x509::RevocationReason::kUnspecified));
      said.invalidity_date = evidence.invalidity_date;
      // at a time before that, the certificate was good
      if (said.counts_at(question_.at)) refuse_revoked(said, url);
    }
    answer_.status.push_back(std::move(said));
  }

  void refuse_revoked(const StatusSaid& said, const std::string& source) {
    refuse("revoked", message("{} was revoked {} ({}), says {}. Do not use it.", said.subject, said.when(),
                              base::tr(said.reason.c_str()), source));
  }

  // What the lists said that the path was held against.
  void tell_lists() {
    if (question_.options.revocation == x509::RevocationMode::kNone) return;
    each_link([&](const Link& link) {
      // kinds of lists that the path understands and check_crl does not: deltas, indirect ones, some reasons
      const bool by_path = question_.options.revocation == x509::RevocationMode::kCrlRequired;
      if (!heeds_given(link) && by_path)
        answer_.status.push_back(
            {link.place, link.subject(), message("the lists that were given"), "good", {}, std::nullopt, {}});
    });
  }

  // The path names the certificate; when and why stands in the list.
  void explain_by_lists() {
    each_link([&](const Link& link) {
      for (const auto& list : question_.material.crls) {
        const auto verdict = x509::check_crl(link.certificate, link.issuer, list, question_.at);
        if (verdict.status != x509::CrlStatus::kRevoked || !verdict.revoked_at) continue;
        take(link, source_of(list), verdict);
        return;
      }
    });
  }

  const PathQuestion& question_;
  const base::Clock& clock_;
  PathAnswer answer_;
};

}  // namespace

Result<PathQuestion> read_question(const PathWords& words, base::UnixTime now) {
  TRY(auto options, read_options(words));
  TRY(const auto at, read_moment(words.at, now));
  TRY(auto certificates, read_certificates(words.certificate));
  PathQuestion question{certificates.front(), {}, at, std::move(options), {}, !words.lists.empty()};
  TRY(question.material, read_material(words.trust, words.untrusted, words.lists));
  std::ranges::move(certificates.begin() + 1, certificates.end(), std::back_inserter(question.material.untrusted));
  if (words.ocsp) question.status = PathQuestion::Status::kAsk;
  // a responder's word is enough for a certificate that no list covers
  if (question.lists_given && !words.ocsp) question.options.revocation = x509::RevocationMode::kCrlRequired;
  return question;
}

bool StatusSaid::counts_at(base::UnixTime at) const {
  const auto since = revoked_at.value_or(base::UnixTime{0});
  return std::min(since, invalidity_date.value_or(since)) <= at;
}

std::string StatusSaid::when() const {
  return revocation_time(revoked_at.value_or(base::UnixTime{0}), invalidity_date);
}

std::vector<std::string> unchecked(const PathAnswer& answer) {
  std::vector<std::string> subjects;
  for (std::size_t i = 0; i + 1 < answer.report.chain.size(); ++i) {
    const bool known = std::ranges::any_of(answer.status, [&](const StatusSaid& said) {
      return said.place == i && (said.status == "good" || said.status == "revoked");
    });
    if (!known) subjects.push_back(answer.report.chain[i].subject().text());
  }
  return subjects;
}

bool is_revocation_checked(const PathAnswer& answer) {
  if (answer.report.reason == "revoked") return true;
  return !answer.report.chain.empty() && unchecked(answer).empty();
}

PathAnswer answer_question(const PathQuestion& question, const base::Clock& clock) {
  return Judge(question, clock).run();
}

base::JsonObject path_answer_json(const PathAnswer& answer) {
  const auto& report = answer.report;
  base::JsonArray chain;
  for (const auto& certificate : report.chain) {
    const auto serial = certificate.serial();
    chain.push_back(base::JsonObject{{"subject", certificate.subject().text()},
                                     {"issuer", certificate.issuer().text()},
                                     {"serial", serial ? serial->hex() : base::hex_upper(certificate.tbs().serial)},
                                     {"sha256", base::hex(certificate.sha256_fingerprint())}});
  }
  base::JsonArray policies;
  for (const auto& policy : report.policies) policies.emplace_back(x509::dotted(policy));
  base::JsonArray status;
  for (const auto& said : answer.status) {
    base::JsonObject object{
        {"subject", said.subject}, {"source", said.source}, {"status", said.status}, {"detail", said.detail}};
    if (said.revoked_at) {
      object["revoked_at"] = base::rfc3339(*said.revoked_at);
      object["reason"] = said.reason;
      if (said.invalidity_date) object["invalidity_date"] = base::rfc3339(*said.invalidity_date);
    }
    status.push_back(std::move(object));
  }
  return {{"valid", report.valid},           {"reason", report.reason},
          {"detail", report.detail},         {"chain", std::move(chain)},
          {"policies", std::move(policies)}, {"revocation_checked", is_revocation_checked(answer)},
          {"status", std::move(status)}};
}

}  // namespace yuxin::cli
