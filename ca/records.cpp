#include "records.hpp"

#include <fmt/format.h>

#include "yuxin/base/json.hpp"
#include "yuxin/ca/key_use.hpp"
#include "yuxin/evidence/ledger.hpp"
#include "yuxin/x509/digest.hpp"

namespace yuxin::ca {

using base::Result;

namespace {

store::CertificateRow row_of(const IssuanceFacts& facts, base::UnixTime now) {
  store::CertificateRow row;
  row.authority = facts.authority;
  row.serial = base::to_bytes(facts.serial.content());
  row.profile = facts.profile;
  row.subject = facts.subject;
  row.names = facts.alt_names;
  row.not_before = facts.not_before;
  row.not_after = facts.not_after;
  row.issued_at = now;
  return row;
}

std::string intent_data(const IssuanceFacts& facts) {
  if (facts.approval == nullptr || facts.approval->acts.empty()) {
    return fmt::format(R"({{"owner":"{}","profile":"{}"}})", facts.owner, facts.profile);
  }
  std::string acts;
  for (const auto& act : facts.approval->acts) {
    acts += acts.empty() ? "\"" : ",\"";
    acts += base::hex(act);
    acts += '"';
  }
  return fmt::format(R"({{"approvals":[{}],"owner":"{}","profile":"{}"}})", acts, facts.owner, facts.profile);
}

}  // namespace

std::string object_name(std::string_view authority, const x509::Serial& serial) {
  std::string name(authority);
  name += '/';
  name += serial.hex();
  return name;
}

Result<std::int64_t> record_intent(store::Writer& writer, const IssuanceFacts& facts, base::UnixTime now) {
  TRY(refuse_compromised_key(writer, facts.spki));
  if (facts.approval != nullptr) {
    TRY(use_approval(writer, *facts.approval, {facts.authority, facts.serial.content()}, now));
  }
  return evidence::append(writer, {.kind = "certificate.intent",
                                   .object = object_name(facts.authority_name, facts.serial),
                                   .actor = std::string(facts.actor),
                                   .time = now,
                                   .data = intent_data(facts),
                                   .attachment = base::to_bytes(facts.tbs)});
}

Result<std::int64_t> record_issued(store::Writer& writer, const IssuanceFacts& facts, base::ByteView der,
                                   std::int64_t intent, base::UnixTime now) {
  auto row = row_of(facts, now);
  row.der = base::to_bytes(der);
  row.key_tag = x509::key_tag(facts.spki);
  TRY(writer.insert_certificate(row));
  return evidence::append(writer, {.kind = "certificate.issued",
                                   .object = object_name(facts.authority_name, facts.serial),
                                   .actor = std::string(facts.actor),
                                   .time = now,
                                   .data = fmt::format(R"({{"certificate":"{}","intent":{},"profile":"{}"}})",
                                                       base::hex(x509::sha256(der)), intent, facts.profile),
                                   .attachment = {}});
}

Result<> record_void(store::Writer& writer, const IssuanceFacts& facts, std::int64_t intent, std::string_view reason,
                     base::UnixTime now) {
  auto row = row_of(facts, now);
  row.key_tag = 0;
  row.status.state = store::CertificateState::kVoid;
  row.status.revoked_at = now;
  TRY(writer.insert_certificate(row));
  TRY(evidence::append(writer, {.kind = "certificate.void",
                                .object = object_name(facts.authority_name, facts.serial),
                                .actor = std::string(facts.actor),
                                .time = now,
                                .data = fmt::format(R"({{"intent":{},"reason":"{}"}})", intent, reason),
                                .attachment = {}}));
  return {};
}

Result<> record_entered(store::Writer& writer, const std::string& object, const EnteredFacts& facts,
                        const std::string& actor, base::UnixTime now) {
  TRY(evidence::append(writer, {.kind = "certificate.entered",
                                .object = object,
                                .actor = actor,
                                .time = now,
                                .data = fmt::format(R"({{"list":"{}","not_after":"{}"}})", facts.list,
                                                    base::rfc3339(facts.stays_until)),
                                .attachment = {}}));
  return {};
}

}  // namespace yuxin::ca
