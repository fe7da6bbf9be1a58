#include "app/doctor/doctor.hpp"

#include <algorithm>

#include "app/ledger_audit.hpp"
#include "app/shell_word.hpp"
#include "yuxin/base/file.hpp"

namespace yuxin::cli {

using base::Code;
using base::message;
using base::Result;

void Checklist::warn(std::string detail, std::string remedy) {
  checks_.push_back({name_, Severity::kWarning, std::move(detail), std::move(remedy)});
}

void Checklist::fail(std::string detail, std::string remedy) {
  checks_.push_back({name_, Severity::kFailure, std::move(detail), std::move(remedy)});
}

void Checklist::note(std::string detail) { checks_.push_back({name_, Severity::kOk, std::move(detail), {}}); }

std::vector<Check> Checklist::finish(std::string good) && {
  const bool well = std::ranges::all_of(checks_, [](const Check& check) { return check.severity == Severity::kOk; });
  if (well) checks_.insert(checks_.begin(), {name_, Severity::kOk, std::move(good), {}});
  return std::move(checks_);
}

namespace {

void add(std::vector<Check>& all, std::vector<Check> more) {
  for (auto& check : more) all.push_back(std::move(check));
}

std::vector<Check> check_config(const std::string& home) {
  Checklist list("config");
  const std::string file = home + "/yuxin.toml";
  auto text = base::read_file(file, 1U << 20U);
  auto config = text ? parse_home_config(base::as_text(*text), file)
                     : Result<HomeConfig>(tl::unexpected(std::move(text).error()));
  if (!config) {
    list.fail(config.error().detail, message("correct {}", file));
  } else if (config->public_url.empty() && config->kind == HomeKind::kOnline) {
    list.warn(message("public_url is empty: certificates do not say where their status is"),
              message("set public_url in {} before you issue", file));
  }
  return std::move(list).finish(config ? config->organisation : std::string());
}

Result<Patient> patient_of(Home& home, const base::Clock& clock, const base::Secret* passphrase) {
  Patient patient{home, clock.now(), {}, {}, {}, passphrase};
  TRY(home.store().read([&](store::Reader& reader) -> Result<> {
    TRY(auto rows, reader.authorities());
    patient.authorities.clear();
    for (auto& row : rows) {
      auto certificate = x509::Certificate::from_der(row.certificate);
      patient.authorities.push_back({std::move(row), certificate ? std::optional(*certificate) : std::nullopt});
    }
    TRY(patient.signers, reader.service_certificates("ocsp"));
    TRY(patient.stampers, reader.service_certificates("tsa"));
    return {};
  }));
  return patient;
}

// What to do where the home does not open. What the owner of the machine can mend is in the sentence itself, and
// nothing is to be restored for it.
std::string remedy_of(const base::Error& error, const std::string& home) {
  switch (error.code) {
    case Code::kConflict:
      return message("use the version of yuxin that the home was last used with");
    case Code::kNotAuthorised:
    case Code::kUnavailable:
      return message("do that, then look again: yuxin --home {} doctor", shell_word(home));
    default:
      return message("restore the home from its latest backup");
  }
}

}  // namespace

std::vector<Check> check_profiles(const Patient& patient) {
  Checklist list("profiles");
  const auto profiles = patient.home.profiles();
  const auto remedy = message("correct the file, then: yuxin profile check FILE");
  if (!profiles)
    list.fail(profiles.error().detail, message("restore {}/profiles from the latest backup", patient.home.path()));
  if (profiles) {
    for (const auto& one : profiles->broken()) list.fail(one.error.detail, remedy);
  }
  const bool certifies = std::ranges::any_of(patient.authorities,
                                             [](const KnownAuthority& known) { return !known.row.key_name.empty(); });
  if (profiles && certifies && patient.home.config().kind == HomeKind::kOnline) {
    for (const auto* name : {"ocsp-responder", "timestamp"}) {
      const auto found = profiles->find(name);
      if (found || found.error().code != Code::kNotFound) continue;
      list.warn(
          message("profile {} is missing; the server renews its own certificates by the one that comes with the "
                  "program",
                  name),
          message("put {}/profiles/{}.toml back from a backup, or from a new home: yuxin init DIR",
                  patient.home.path(), name));
    }
  }
  return std::move(list).finish(profiles ? message("{} profiles", profiles->all().size()) : std::string());
}

std::vector<Check> check_ledger(const Patient& patient) {
  Checklist list("ledger");
  Checklist intents("intents");
  const auto remedy = message("keep this home as it is, look with yuxin audit verify, and find out who had access");
  auto source = ledger_of(patient.home);
  LedgerAuditOrder order;
  order.lists = LedgerAuditOrder::Lists::kLeftOut;  // they have a check of their own
  auto findings =
      source ? audit_ledger(*source, order) : Result<LedgerFindings>(tl::unexpected(std::move(source).error()));
  if (!findings) {
    list.fail(findings.error().detail, remedy);
    return std::move(list).finish({});
  }
  for (const auto& problem : findings->report.problems) list.fail(problem, remedy);
  const auto open = findings->report.remarks.size();
  if (open > 0) {
    intents.warn(message("{} issuances were begun and have no outcome yet", open),
                 message("a running server, or the next command with the passphrase, ends them as void"));
  }
  const auto checkpoints = findings->checkpoints == 1 ? message("{} signed checkpoint", findings->checkpoints)
                                                      : message("{} signed checkpoints", findings->checkpoints);
  auto checks = std::move(list).finish(message("{} entries, head {}…, consistent with {}", findings->report.records,
                                               base::hex(findings->report.head.root).substr(0, 8), checkpoints));
  add(checks, std::move(intents).finish(message("no issuance was interrupted")));
  return checks;
}

std::vector<Check> examine(const std::string& home, const base::Clock& clock, const Openers& openers) {
  std::vector<Check> all = check_config(home);
  add(all, check_permissions(home, openers.files));
  add(all, check_disk(home));
  if (all.front().severity == Severity::kFailure) return all;
  Checklist database("database");
  auto opened = Home::open(home, Home::Access::kRead, clock);
  if (opened) (*opened)->keys().set_pins(openers.pin_file, {});
  auto patient = opened ? patient_of(**opened, clock, openers.passphrase)
                        : Result<Patient>(tl::unexpected(std::move(opened).error()));
  if (!patient) {
    database.fail(patient.error().detail, remedy_of(patient.error(), home));
    add(all, std::move(database).finish({}));
    return all;
  }
  add(all, std::move(database).finish(message("opens; its tables are those of this version")));
  if (patient->home.config().kind == HomeKind::kRegistration) {
    // authorities, lists, signers and roles are its authority's
    for (auto check : {check_clock, check_keys, check_authority_elsewhere, check_profiles, check_desk,
                       check_notifications, check_ledger}) {
      add(all, check(*patient));
    }
    return all;
  }
  for (auto check :
       {check_clock, check_keys, check_authorities, check_chains, check_lists, check_signers, check_time_stamps,
        check_leaked_keys, check_profiles, check_roles, check_desk, check_notifications, check_ledger}) {
    add(all, check(*patient));
  }
  return all;
}

}  // namespace yuxin::cli
