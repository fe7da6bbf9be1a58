#include "ceremony/verify_outputs.hpp"

#include "yuxin/x509/crl.hpp"
#include "yuxin/x509/oid.hpp"

namespace yuxin::keymgmt {

using base::json_string;
using base::message;

namespace {

// What a step agreed to and did, of its last attempt.
struct Deed {
  base::JsonObject prepared;
  base::JsonObject result;
};

class OutputJudge {
 public:
  OutputJudge(const CeremonyPlan& plan, CeremonyMode mode,
              const std::map<std::string, base::Bytes, std::less<>>& outputs)
      : plan_(plan), mode_(mode), outputs_(outputs) {}

  std::vector<RecordProblem> run(const std::vector<CeremonyEvent>& events) {
    std::map<std::size_t, Deed> deeds;
    for (const auto& event : events) {
      if (!event.step) continue;
      if (event.kind == EventKind::kPrepared) deeds[*event.step].prepared = event.data;
      if (event.kind == EventKind::kActed) deeds[*event.step].result = event.data;
    }
    for (const auto& [number, deed] : deeds) {
      const auto& step = plan_.steps[number];
      if (deed.result.empty()) continue;
      if (step.action == CeremonyAction::kCreateRoot || step.action == CeremonyAction::kSignRequest)
        judge_certificate(step, deed);
      if (step.action == CeremonyAction::kSignList) judge_list(step, deed);
    }
    return std::move(problems_);
  }

 private:
  void wrong(std::string name, std::string detail) { problems_.push_back({std::move(name), std::move(detail)}); }

  void judge_certificate(const CeremonyStep& step, const Deed& deed) {
    const auto name = step.value("output");
    const auto file = outputs_.find(name);
    if (file == outputs_.end()) return;  // said already
    const auto certificate = x509::Certificate::from_bytes(file->second);
    if (!certificate)
      return wrong("certificate", message("{} is no certificate: {}", name, certificate.error().detail));
    const auto tbs = base::hex(x509::sha256(certificate->tbs().der));
    if (tbs != json_string(deed.prepared, "tbs")) {
      wrong("tbs", message("{} holds another TBSCertificate ({}) than the witnesses agreed to ({}).", name, tbs,
                           json_string(deed.prepared, "tbs")));
    }
    const auto common = certificate->subject().first(x509::oid::kCommonName);
    if (common.starts_with(kPracticeMark) != (mode_ == CeremonyMode::kPractice)) {
      wrong("practice-name",
            message("{} is for \"{}\": a rehearsal's certificates, and no others, begin with \"{}\".", name, common,
                    kPracticeMark));
    }
    if (step.action == CeremonyAction::kCreateRoot) {
      judge_root(step, name, *certificate);
    } else {
      judge_issued(name, *certificate, deed);
    }
  }

  void judge_root(const CeremonyStep& step, const std::string& name, const x509::Certificate& certificate) {
    const auto wanted = x509::Name::parse(step.value("subject"));
    if (mode_ == CeremonyMode::kReal && (!wanted || !wanted->same(certificate.subject()))) {
      wrong("subject", message("{} is for {}, and the plan says {}.", name, certificate.subject().text(),
                               step.value("subject")));
    }
    const auto key = certificate.public_key();
    if (!key || key->kind() != x509::parse_key_kind(step.value("key"))) {
      wrong("key-kind", message("{} has a key {}, and the plan says {}.", name,
                                key ? x509::print_key_kind(key->kind()) : "?", step.value("key")));
      return;
    }
    if (!x509::verify_signature(certificate, *key))
      wrong("certificate-signature", message("{} is not signed by its own key.", name));
  }

  void judge_issued(const std::string& name, const x509::Certificate& certificate, const Deed& deed) {
    const auto issuer = issuer_of(deed);
    if (!issuer) return wrong("issuer", message("The transcript does not say who issued {}.", name));
    const auto key = issuer->public_key();
    if (!key || !x509::verify_signature(certificate, *key))
      wrong("certificate-signature", message("{} is not signed by the issuer that the transcript names.", name));
  }

  void judge_list(const CeremonyStep& step, const Deed& deed) {
    const auto name = step.value("output");
    const auto file = outputs_.find(name);
    if (file == outputs_.end()) return;
    const auto list = x509::Crl::from_bytes(file->second);
    if (!list) return wrong("list", message("{} is no revocation list: {}", name, list.error().detail));
    const auto issuer = issuer_of(deed);
    if (!issuer) return wrong("issuer", message("The transcript does not say who issued {}.", name));
    const auto key = issuer->public_key();
    if (!key || !list->verify_signature(*key))
      wrong("list-signature", message("{} is not signed by the issuer that the transcript names.", name));
  }

  static std::optional<x509::Certificate> issuer_of(const Deed& deed) {
    const auto der = base::from_base64(json_string(deed.result, "issuer"));
    if (!der || der->empty()) return std::nullopt;
    auto issuer = x509::Certificate::from_der(*der);
    if (!issuer) return std::nullopt;
    return std::move(*issuer);
  }

  const CeremonyPlan& plan_;
  CeremonyMode mode_;
  const std::map<std::string, base::Bytes, std::less<>>& outputs_;
  std::vector<RecordProblem> problems_;
};

}  // namespace

std::vector<RecordProblem> verify_outputs(const CeremonyPlan& plan, const std::vector<CeremonyEvent>& events,
                                          CeremonyMode mode,
                                          const std::map<std::string, base::Bytes, std::less<>>& outputs) {
  return OutputJudge(plan, mode, outputs).run(events);
}

}  // namespace yuxin::keymgmt
