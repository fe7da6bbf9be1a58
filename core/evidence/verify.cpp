// The audit of the whole ledger, and of the tables against it.
#include <fmt/format.h>

#include <map>

#include "clock_floor_memory.hpp"
#include "findings.hpp"
#include "milestones.hpp"
#include "repository.hpp"
#include "verify_acts.hpp"
#include "verify_grants.hpp"
#include "verify_published.hpp"
#include "yuxin/base/json.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/evidence/canonical.hpp"
#include "yuxin/x509/certificate.hpp"
#include "yuxin/x509/crl.hpp"

namespace yuxin::evidence {

using base::message;
using base::Result;
using repository::Fact;
using repository::FactSorter;
using store::CertificateRow;
using store::CertificateState;

namespace {

// The two sides of a status, the table's and the record's, in one form that can be compared.
std::string status_said(std::string_view kind, std::string_view at, std::string_view reason,
                        std::string_view invalidity) {
  return fmt::format("{} {} {} {}", kind, at, reason, invalidity);
}

constexpr std::string_view kGoodStatus = "good";

std::string status_of(const CertificateRow& row) {
  if (row.status.state == CertificateState::kGood) return std::string(kGoodStatus);
  if (row.status.state == CertificateState::kVoid) return "void";
  const bool held = row.status.state == CertificateState::kOnHold;
  const auto reason = x509::reason_name(static_cast<x509::RevocationReason>(row.status.reason));
  const auto& invalidity = row.status.invalidity_date;
  return status_said(held ? "held" : "revoked", base::rfc3339(row.status.revoked_at), reason,
                     invalidity ? base::rfc3339(*invalidity) : "");
}

// Issuance is what a record, or a row, says beside the digest of a certificate; it travels in Fact::says. A row's
// `change` is its place among all changes of status, which responders and lists follow; a record's is the place that
// it gave.
struct Issuance {
  std::string certificate;  // of one that only a list names, how long it is named
  std::string profile;
  std::string time;
  std::string change;
};
std::string print(const Issuance& said) {
  return said.certificate + '\n' + said.profile + '\n' + said.time + '\n' + said.change;
}
Issuance read_issuance(std::string_view says) {
  const auto parts = base::split(says, '\n');
  if (parts.size() != 4) return {};
  return {std::string(parts[0]), std::string(parts[1]), std::string(parts[2]), std::string(parts[3])};
}

// The names of a certificate as its row has them.
std::string names_of(const x509::Certificate& certificate) {
  const auto* extension = certificate.tbs().find(x509::oid::kSubjectAltName);
  const auto names = extension == nullptr
                         ? std::vector<x509::GeneralName>()
                         : x509::read_alternative_names(extension->value).value_or(std::vector<x509::GeneralName>());
  std::string text;
  for (const auto& name : names) {
    if (!text.empty()) text += ' ';
    text += std::string(x509::general_name_prefix(name.kind)) + ':' + name.value;
  }
  return text;
}

// Audit walks the ledger once, then the certificates, and then compares what both said about each object.
class Audit {
 public:
  Audit(store::Reader& reader, FactSorter sorter) : reader_(reader), facts_(std::move(sorter)) {}
  [[nodiscard]] Result<VerifyReport> run();

 private:
  [[nodiscard]] Result<> read_ledger();
  [[nodiscard]] Result<> read_record(const StoredRecord& record);
  [[nodiscard]] Result<> add_facts(std::int64_t sequence, const base::JsonObject& record);
  [[nodiscard]] Result<> add_outcome(std::int64_t sequence, const std::string& object, const base::JsonObject& data);
  [[nodiscard]] Result<> check_schema();
  [[nodiscard]] Result<> read_certificates();
  [[nodiscard]] Result<> read_certificate(const CertificateRow& row);
  void check_entered(const std::string& object, const CertificateRow& row);
  void check_body(const std::string& object, const CertificateRow& row);
  void note_role_list(const std::vector<Fact>& facts);
  void check_newest_role_list();
  void compare_object(const std::vector<Fact>& facts);
  void compare_certificate(const std::vector<Fact>& facts);
  void compare_row(const Fact& row, const std::vector<const Fact*>& origins, std::string_view last_status);
  void compare_intent(const std::vector<Fact>& facts);

  store::Reader& reader_;
  FactSorter facts_;
  Findings problems_;
  Findings remarks_;
  Findings order_problems_;       // of the changes of status: told where nothing else is wrong, which moves them all
  std::int64_t changes_ = 0;      // of status, in the records so far
  bool lacks_role_list_ = false;  // whether the newest role list in the records is in no table
  std::string newest_role_list_;  // its object
  std::int64_t role_list_record_ = 0;
  Frontier tree_;
  std::int64_t expected_ = 0;
  bool whole_ = true;  // no record was missing so far: tree heads can be compared
  std::map<std::int64_t, std::string> authorities_;
};

// Intents are numbers among names of certificates; the blank keeps them apart, for no name has one.
std::string intent_object(std::int64_t sequence) { return fmt::format("intent {:019}", sequence); }
constexpr std::string_view kIntentPrefix = "intent ";

Result<VerifyReport> Audit::run() {
  TRY(read_ledger());
  TRY(read_certificates());
  TRY(add_published_rows(reader_, facts_, problems_));
  TRY(add_grant_rows(reader_, facts_, problems_));
  TRY(add_act_rows(reader_, facts_));
  TRY(check_schema());
  TRY(facts_.for_each_object([this](const std::vector<Fact>& facts) { compare_object(facts); }));
  check_newest_role_list();
  VerifyReport report;
  if (problems_.empty()) problems_ = std::move(order_problems_);
  report.head = tree_.head();
  report.records = tree_.size();
  report.problems = std::move(problems_).finish();
  report.remarks = std::move(remarks_).finish();
  return report;
}

Result<> Audit::read_ledger() {
  auto& session = reader_.session();
  TRY(auto milestones, Milestones::load(session, problems_));
  TRY(const auto end, repository::size(session));
  TRY(const auto lowest, repository::lowest_sequence(session));
  if (lowest && *lowest < 0)
    problems_.add(message("There is a record {}; records are numbered from 0, so this one was put in.", *lowest));
  milestones.compare(tree_, problems_);
  TRY(auto floor, FloorCheck::begin(reader_));
  TRY(repository::for_each_record(session, 0, end, [&](const StoredRecord& record) -> Result<> {
    if (record.sequence != expected_) {
      whole_ = false;
      problems_.add(record.sequence == expected_ + 1
                        ? message("Record {} is missing.", expected_)
                        : message("Records {} to {} are missing.", expected_, record.sequence - 1));
    }
    expected_ = record.sequence + 1;
    floor.take(record);
    TRY(read_record(record));
    if (whole_) milestones.compare(tree_, problems_);
    return {};
  }));
  milestones.compare_end(tree_, problems_);
  if (!floor.holds())
    problems_.add(
        message("What is kept of the latest time of the ledger is not what its records say: it was changed, so "
                "that a clock that was set back could sign."));
  return {};
}

Result<> Audit::read_record(const StoredRecord& record) {
  const auto leaf = leaf_hash(base::as_bytes(record.text));
  tree_.push(leaf);
  if (leaf != record.leaf) {
    problems_.add(message("Record {} was changed: its text does not fit its hash.", record.sequence));
  }
  const auto json = base::parse_json(record.text);
  if (!json || !json->is_object() || canonical_json(*json) != record.text) {
    problems_.add(message("Record {} is not in the form in which records are written.", record.sequence));
    return {};
  }
  const auto& object = json->get_object();
  const auto expected = base::json_string(object, "attachment");
  const auto actual = record.attachment.empty() ? std::string() : base::hex(x509::sha256(record.attachment));
  if (actual != expected) {
    problems_.add(message("What is attached to record {} was changed: it does not fit the digest in the record.",
                          record.sequence));
  }
  TRY(add_published_fact(facts_, record.sequence, object));
  TRY(add_grant_fact(facts_, record.sequence, object));
  TRY(add_act_fact(facts_, record.sequence, object));
  return add_facts(record.sequence, object);
}

Result<> Audit::add_facts(std::int64_t sequence, const base::JsonObject& record) {
  const auto kind = base::json_string(record, "kind");
  const auto object = base::json_string(record, "object");
  const auto* data_value = record.if_contains("data");
  if (!kind.starts_with("certificate.") || data_value == nullptr || !data_value->is_object()) return {};
  const auto& data = data_value->get_object();
  if (kind == "certificate.intent") {
    return facts_.add({intent_object(sequence), Fact::Source::kTable, sequence, Fact::What::kIntent, object, {}});
  }
  if (kind == "certificate.issued") {
    TRY(add_outcome(sequence, object, data));
    const Issuance said{base::json_string(data, "certificate"), base::json_string(data, "profile"),
                        base::json_string(record, "time"), std::to_string(++changes_)};
    return facts_.add({object, Fact::Source::kRecord, sequence, Fact::What::kIssued, print(said), {}});
  }
  if (kind == "certificate.void") {
    TRY(add_outcome(sequence, object, data));
    const Issuance said{{}, {}, {}, std::to_string(++changes_)};
    return facts_.add({object, Fact::Source::kRecord, sequence, Fact::What::kVoid, print(said), {}});
  }
  if (kind == "certificate.entered") {  // known by a list alone
    const Issuance said{
        base::json_string(data, "not_after"), {}, base::json_string(record, "time"), std::to_string(++changes_)};
    return facts_.add({object, Fact::Source::kRecord, sequence, Fact::What::kEntered, print(said), {}});
  }
  const auto status = kind.substr(std::string_view("certificate.").size());
  if (status != "revoked" && status != "held" && status != "released") return {};
  auto said = status == "released"
                  ? std::string(kGoodStatus)
                  : status_said(status, base::json_string(data, "at"), base::json_string(data, "reason"),
                                base::json_string(data, "invalidity_date"));
  return facts_.add({object, Fact::Source::kRecord, sequence, Fact::What::kStatus,
                     print({{}, {}, {}, std::to_string(++changes_)}), std::move(said)});
}

Result<> Audit::add_outcome(std::int64_t sequence, const std::string& object, const base::JsonObject& data) {
  const auto intent = base::json_int(data, "intent", -1);
  if (intent < 0) return {};  // a certificate taken over from elsewhere was not signed here
  return facts_.add({intent_object(intent), Fact::Source::kRecord, sequence, Fact::What::kOutcome, object, {}});
}

// A rule in the database could change what is written, or hide what is read; this program makes none.
Result<> Audit::check_schema() {
  TRY(const auto rules, reader_.foreign_rules());
  for (const auto& rule : rules)
    problems_.add(message("The database holds the rule \"{}\", which yuxin did not make.", rule));
  return {};
}

Result<> Audit::read_certificates() {
  TRY(const auto authorities, reader_.authorities());
  for (const auto& authority : authorities) authorities_[authority.id] = authority.name;
  return reader_.for_each_certificate(store::Reader::With::kDer,
                                      [this](const CertificateRow& row) { return read_certificate(row); });
}

Result<> Audit::read_certificate(const CertificateRow& row) {
  const auto serial = x509::Serial::from_der_content(row.serial);
  const auto authority = authorities_.find(row.authority);
  if (!serial || authority == authorities_.end()) {
    problems_.add(message("Row {} of the certificates names no authority of this home or no serial number.", row.id));
    return {};
  }
  if (row.id <= 0)
    problems_.add(
        message("Row {} of the certificates is out of the order in which they are numbered, and hides from "
                "lists and searches.",
                row.id));
  const std::string object = authority->second + '/' + serial->hex();
  const bool is_void = row.status.state == CertificateState::kVoid;
  const bool is_entered = row.status.state == CertificateState::kRevoked && row.der.empty();
  Issuance said{{}, row.profile, base::rfc3339(row.issued_at), std::to_string(row.status_sequence)};
  auto what = Fact::What::kVoid;
  if (is_entered) {
    what = Fact::What::kEntered;
    said.certificate = base::rfc3339(row.not_after);
    check_entered(object, row);
  } else if (!is_void) {
    what = Fact::What::kIssued;
    said.certificate = base::hex(x509::sha256(row.der));
    check_body(object, row);
  }
  return facts_.add({object, Fact::Source::kTable, 0, what, print(said), status_of(row)});
}

// check_entered: of a certificate that only a list names, nobody knows more than the list says.
void Audit::check_entered(const std::string& object, const CertificateRow& row) {
  if (row.subject.empty() && row.names.empty() && row.not_before == row.issued_at && row.key_tag.value_or(0) == 0)
    return;
  problems_.add(message("The row of certificate {} says more than the list that it was taken from.", object));
}

// check_body finds a row that says other than its certificate: one that hides from a search, from the list of what
// expires, or from the revocation list.
void Audit::check_body(const std::string& object, const CertificateRow& row) {
  const auto certificate = x509::Certificate::from_der(row.der);
  if (!certificate) {
    problems_.add(message("The stored octets of certificate {} are missing or are not a certificate.", object));
    return;
  }
  const auto& tbs = certificate->tbs();
  if (!base::equal(tbs.serial, row.serial) || tbs.not_before != row.not_before || tbs.not_after != row.not_after ||
      certificate->subject().text() != row.subject || names_of(*certificate) != row.names) {
    problems_.add(message(
        "The row of certificate {} says another serial, subject, name or validity than the certificate.", object));
  }
  if (row.key_tag && *row.key_tag != x509::key_tag(tbs.spki))
    problems_.add(message(
        "The row of certificate {} is filed under another key than the certificate has: whoever looks for the "
        "key does not find it.",
        object));
}

void Audit::compare_object(const std::vector<Fact>& facts) {
  const auto& object = facts.front().object;
  if (object.starts_with(kIntentPrefix)) return compare_intent(facts);
  if (object.starts_with(kListPrefix)) return compare_list(facts, problems_);
  if (object.starts_with(kActPrefix)) return compare_act(facts, problems_);
  if (object.starts_with(kAuthorityPrefix)) return compare_authority(facts, problems_);
  if (object.starts_with(kGrantPrefix)) return compare_grant(facts, problems_);
  if (object.starts_with(kRoleListPrefix)) {
    note_role_list(facts);
    return compare_role_list(facts, problems_);
  }
  compare_certificate(facts);
}

// Lists come by their numbers, so that the last one is the newest. Older ones are forgotten, but never that one.
void Audit::note_role_list(const std::vector<Fact>& facts) {
  newest_role_list_ = facts.front().object;
  lacks_role_list_ = facts.front().source == Fact::Source::kRecord;
  role_list_record_ = facts.front().sequence;
}
void Audit::check_newest_role_list() {
  if (!lacks_role_list_) return;
  problems_.add(
      message("Record {} says that a list of revoked roles was made, the newest one; it is missing from the "
              "table.",
              role_list_record_));
}

void Audit::compare_certificate(const std::vector<Fact>& facts) {
  const auto& object = facts.front().object;
  const Fact* row = nullptr;
  std::vector<const Fact*> origins;
  std::string_view last_status = kGoodStatus;
  std::string last_change;
  for (const auto& fact : facts) {
    if (fact.source == Fact::Source::kRecord) last_change = read_issuance(fact.says).change;
    if (fact.source == Fact::Source::kTable) {
      row = &fact;
    } else if (fact.what == Fact::What::kStatus) {
      last_status = fact.status;
      if (origins.empty())
        problems_.add(message("Record {} is about {}, which was not issued then.", fact.sequence, object));
    } else {
      origins.push_back(&fact);
    }
  }
  if (row != nullptr) {
    compare_row(*row, origins, last_status);
    const auto change = read_issuance(row->says).change;
    if (change != last_change) {
      order_problems_.add(
          message("Certificate {} stands at place {} among the changes of status; by the records it is "
                  "place {}.",
                  object, change, last_change));
    }
  } else {
    problems_.add(message("Record {} is about certificate {}, which is missing from the table.",
                          facts.front().sequence, object));
  }
  for (std::size_t i = 1; i < origins.size(); ++i) {
    problems_.add(message("Record {} says once more that {} was issued or voided.", origins[i]->sequence, object));
  }
}

void Audit::compare_row(const Fact& row, const std::vector<const Fact*>& origins, std::string_view last_status) {
  if (origins.empty()) {
    problems_.add(message("Certificate {} is in the table, but no record says that it was issued.", row.object));
    return;
  }
  const auto& origin = *origins.front();
  const auto recorded = read_issuance(origin.says);
  const auto stored = read_issuance(row.says);
  if (origin.what != row.what || recorded.certificate != stored.certificate) {
    problems_.add(message("Certificate {} in the table is not the one that record {} stands for.", row.object,
                          origin.sequence));
  } else if (row.what != Fact::What::kVoid && (recorded.profile != stored.profile || recorded.time != stored.time)) {
    problems_.add(message("The row of certificate {} says another profile or time of issuing than record {}.",
                          row.object, origin.sequence));
  }
  if (row.what == Fact::What::kVoid || row.status == last_status) return;
  problems_.add(message("The status of certificate {} in the table is \"{}\", its last record says \"{}\".",
                        row.object, row.status, last_status));
}

// The intent, if there is one, comes first: it was added as if from a table.
void Audit::compare_intent(const std::vector<Fact>& facts) {
  const auto& intent = facts.front();
  if (intent.what != Fact::What::kIntent) {
    problems_.add(message("Record {} is the outcome of an intent that is not in the ledger.", intent.sequence));
    return;
  }
  if (facts.size() == 1) {
    remarks_.add(
        message("Record {}, the intent to issue {}, has no outcome yet: it is being worked on, or was interrupted "
                "and will be voided when yuxin next starts.",
                intent.sequence, intent.says));
  }
  for (std::size_t i = 1; i < facts.size(); ++i) {
    if (facts[i].says != intent.says || facts[i].sequence < intent.sequence) {
      problems_.add(message("Record {} is about {}, but says that it is the outcome of record {} about {}.",
                            facts[i].sequence, facts[i].says, intent.sequence, intent.says));
    }
    if (i > 1)
      problems_.add(message("Record {} is a second outcome of record {}.", facts[i].sequence, intent.sequence));
  }
}

}  // namespace

Result<VerifyReport> verify(store::Reader& reader) {
  TRY(auto sorter, FactSorter::make());
  return Audit(reader, std::move(sorter)).run();
}

}  // namespace yuxin::evidence
