#include "reach.hpp"

#include <algorithm>

#include "matter.hpp"
#include "yuxin/ca/approval.hpp"

namespace yuxin::ra {

using base::Code;
using base::fail;
using base::Result;
using evidence::OrgCode;

namespace {

std::string serial_text(const store::CertificateRow& row) {
  const auto serial = x509::Serial::from_der_content(row.serial);
  return serial ? serial->shortened() : base::hex_upper(row.serial);
}

bool is_holder(const store::CertificateRow& row, const Viewer& signer) {
  if (row.der.empty() || !signer.key) return false;
  const auto certificate = x509::Certificate::from_der(row.der);
  return certificate && x509::sha256(certificate->tbs().spki) == *signer.key;
}

bool is_limited_to_no_point(const DeskParts& parts, const store::CertificateRow& row, const Viewer& signer) {
  evidence::Place anywhere;
  anywhere.profile = row.profile;
  return std::ranges::any_of(signer.roles, [&](const evidence::HeldRole& held) {
    return evidence::covers(held.scope, anywhere, *parts.organisation);
  });
}

}  // namespace

Result<evidence::Place> place_for(const DeskParts& parts, const std::optional<OrgCode>& organisation) {
  evidence::Place place;
  place.organisation = organisation;
  const auto& units = parts.organisation->units();
  if (!place.organisation && units.size() == 1) place.organisation = units.front().code;
  if (!place.organisation)
    return fail(Code::kUsage,
                "Say at which registration point this is applied for: --org CODE. All of them: yuxin org list");
  const auto* unit = parts.organisation->find(*place.organisation);
  if (unit == nullptr)
    return fail(Code::kNotFound, "There is no organisation {} in organisation.toml.", place.organisation->text());
  place.district = unit->district;
  return place;
}

Result<store::CertificateRow> find_certificate(const DeskParts& parts, const x509::Serial& serial,
                                               std::string& authority) {
  std::vector<store::CertificateRow> rows;
  TRY(parts.store->read([&](store::Reader& reader) -> Result<> {
    TRY(rows, reader.find_all(serial.content(), store::Reader::With::kDer));
    return {};
  }));
  std::erase_if(rows, [](const store::CertificateRow& row) { return row.der.empty(); });
  if (rows.size() != 1)
    return fail(Code::kNotFound, "No certificate with serial {} in any authority of this home. Nothing was changed.",
                serial.hex());
  TRY(const auto authorities, parts.store->status().authorities());
  for (const auto& one : authorities) {
    if (one.id == rows.front().authority) authority = one.name;
  }
  return std::move(rows.front());
}

Result<std::optional<OrgCode>> origin_of(const DeskParts& parts, workflow::Cases& cases,
                                         const store::CertificateRow& row) {
  std::string organisation;
  TRY(parts.store->read([&](store::Reader& reader) -> Result<> {
    TRY(organisation, ca::organisation_behind(reader, row.authority, row.serial));
    return {};
  }));
  if (!organisation.empty()) {
    TRY(auto code, OrgCode::parse(organisation));
    return std::optional(std::move(code));
  }
  // on another host than the authority's, and of what was issued before approvals were kept with it
  const auto serial = x509::Serial::from_der_content(row.serial);
  if (!serial) return std::optional<OrgCode>();
  TRY(const auto standings, cases.issued_as(serial->hex()));
  for (const auto& standing : standings) {
    const auto& of = standing.of;
    if (is_about_request(of.about) && of.place.profile == row.profile && of.place.organisation)
      return of.place.organisation;
  }
  return std::optional<OrgCode>();
}

Viewer signer_of(const evidence::VerifiedAct& act) {
  Viewer signer;
  signer.key = x509::sha256(act.actor().tbs().spki);
  if (act.role()) signer.roles.push_back({act.role()->role, act.role()->scope});
  return signer;
}

Result<> check_reach(const DeskParts& parts, workflow::Cases& cases, const base::JsonObject& about,
                     const evidence::Place& place, const Viewer& signer) {
  std::vector<store::CertificateRow> rows;
  TRY(parts.store->read([&](store::Reader& reader) -> Result<> {
    TRY(rows, certificates_of(reader, about));
    return {};
  }));
  const bool about_one = about.contains("serial");
  for (const auto& row : rows) {
    if (parts.admit_change) TRY(parts.admit_change(row));
    if (is_holder(row, signer)) continue;
    TRY(const auto origin, origin_of(parts, cases, row));
    if (origin && origin == place.organisation) continue;
    // one certificate goes to its own point whoever applies; what somebody has of several points, to one that is
    // limited to none
    if (is_limited_to_no_point(parts, row, signer) && (!origin || !about_one)) continue;
    if (origin)
      return fail(Code::kRefused, "Certificate {} came by way of {}. Apply there: --org {}", serial_text(row),
                  origin->text(), origin->text());
    return fail(Code::kNotAuthorised,
                "Nobody knows by way of which registration point certificate {} came. Its holder may apply for this, "
                "or an officer whose role is limited to no registration point.",
                serial_text(row));
  }
  return {};
}

}  // namespace yuxin::ra
