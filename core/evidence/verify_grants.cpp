#include "verify_grants.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "grant_repository.hpp"

namespace yuxin::evidence {

using base::message;
using base::Result;
using repository::Fact;
using repository::FactSorter;

namespace {

constexpr std::string_view kRecordObject = "roles/";
constexpr std::string_view kInForce = "granted";

std::string status_said(std::string_view at, std::string_view reason) {
  return fmt::format("revoked {} {}", at, reason);
}

std::string status_of(const GrantRow& row) {
  if (!row.revoked_at) return std::string(kInForce);
  return status_said(base::rfc3339(*row.revoked_at),
                     x509::reason_name(static_cast<x509::RevocationReason>(row.reason)));
}

std::string list_object(std::int64_t number) { return fmt::format("{}{:019}", kRoleListPrefix, number); }

// A row that says other than its certificate hides a grant from a search, from the exclusions, or from the list.
bool says_the_same(const GrantRow& row) {
  const auto certificate = x509::AttributeCertificate::from_der(row.der);
  const auto grant =
      certificate ? read_role_grant(*certificate) : Result<RoleGrant>(base::Failure(certificate.error()));
  if (!grant) return false;
  const auto& holder = certificate->holder();
  return base::equal(certificate->serial().content(), row.serial) && grant->role.text() == row.role &&
         print_scope(grant->scope) == row.scope && holder.subject->text() == row.holder &&
         base::equal(holder.public_key_digest, row.holder_key) && certificate->not_before() == row.not_before &&
         certificate->not_after() == row.not_after;
}

Result<> add_row(const GrantRow& row, FactSorter& facts, Findings& problems) {
  const auto serial = x509::Serial::from_der_content(row.serial);
  if (!serial) {
    problems.add(message("Row {} of the granted roles has no serial number.", row.id));
    return {};
  }
  if (!says_the_same(row)) {
    problems.add(
        message("The row of grant {} says another role, scope, holder or validity than the attribute "
                "certificate.",
                serial->hex()));
  }
  return facts.add({std::string(kGrantPrefix) + serial->hex(), Fact::Source::kTable, 0, Fact::What::kGrant,
                    base::hex(x509::sha256(row.der)), status_of(row)});
}

}  // namespace

Result<> add_grant_fact(FactSorter& facts, std::int64_t sequence, const base::JsonObject& record) {
  const auto kind = base::json_string(record, "kind");
  auto object = base::json_string(record, "object");
  const auto* value = record.if_contains("data");
  if (!kind.starts_with("role.") || value == nullptr || !value->is_object()) return {};
  const auto& data = value->get_object();
  if (kind == "role.list") {
    return facts.add({list_object(base::json_int(data, "number", -1)), Fact::Source::kRecord, sequence,
                      Fact::What::kList, base::json_string(data, "crl"), base::json_string(data, "next_update")});
  }
  if (!object.starts_with(kRecordObject)) return {};
  object.replace(0, kRecordObject.size(), kGrantPrefix);
  if (kind == "role.granted") {
    return facts.add({object, Fact::Source::kRecord, sequence, Fact::What::kGrant,
                      base::json_string(data, "certificate"), std::string(kInForce)});
  }
  if (kind != "role.revoked") return {};
  return facts.add({object,
                    Fact::Source::kRecord,
                    sequence,
                    Fact::What::kStatus,
                    {},
                    status_said(base::json_string(data, "at"), base::json_string(data, "reason"))});
}

Result<> add_grant_rows(store::Reader& reader, FactSorter& facts, Findings& problems) {
  TRY(grants::for_each(reader.session(), [&](const GrantRow& row) { return add_row(row, facts, problems); }));
  return grants::for_each_list(reader.session(), [&](const grants::ListRow& row) {
    return facts.add({list_object(row.number), Fact::Source::kTable, 0, Fact::What::kList,
                      base::hex(x509::sha256(row.der)), base::rfc3339(row.next_update)});
  });
}

void compare_grant(const std::vector<Fact>& facts, Findings& problems) {
  const auto name = facts.front().object.substr(kGrantPrefix.size());
  const Fact* row = facts.front().source == Fact::Source::kTable ? &facts.front() : nullptr;
  const Fact* granted = nullptr;
  std::string_view last_status = kInForce;
  for (const auto& fact : facts) {
    if (fact.source == Fact::Source::kTable) continue;
    if (fact.what == Fact::What::kStatus) {
      last_status = fact.status;
    } else if (granted == nullptr) {
      granted = &fact;
    } else {
      problems.add(message("Record {} says once more that grant {} was made.", fact.sequence, name));
    }
  }
  if (row == nullptr) {
    problems.add(
        message("Record {} is about grant {}, which is missing from the table.", facts.front().sequence, name));
  } else if (granted == nullptr) {
    problems.add(message("Grant {} is in the table, but no record says that it was made.", name));
  } else if (granted->says != row->says) {
    problems.add(message("Grant {} in the table is not the one that record {} stands for.", name, granted->sequence));
  } else if (row->status != last_status) {
    problems.add(message("The status of grant {} in the table is \"{}\", its last record says \"{}\".", name,
                         row->status, last_status));
  }
}

// Lists are forgotten after a while, so a record without a list is as it should be.
void compare_role_list(const std::vector<Fact>& facts, Findings& problems) {
  const auto& first = facts.front();
  if (first.source == Fact::Source::kRecord) return;
  std::string_view number = std::string_view(first.object).substr(kRoleListPrefix.size());
  number.remove_prefix(std::min(number.find_first_not_of('0'), number.size() - 1));
  const bool recorded = std::ranges::any_of(facts, [&](const Fact& fact) {
    return fact.source == Fact::Source::kRecord && fact.says == first.says && fact.status == first.status;
  });
  if (!recorded)
    problems.add(message("List {} of revoked roles in the table is not one that a record stands for.", number));
}

}  // namespace yuxin::evidence
