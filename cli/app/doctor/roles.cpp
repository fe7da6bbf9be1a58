// What the doctor looks at of roles: organisation.toml, the attribute authority, and its list.
#include "app/doctor/doctor.hpp"
#include "yuxin/base/file.hpp"
#include "yuxin/evidence/authority.hpp"

namespace yuxin::cli {

using base::message;
using base::Result;

namespace {

struct Facts {
  std::vector<store::ServiceCertificateRow> authorities;
  std::size_t in_force = 0;
  std::optional<x509::Crl> list;
};

Result<Facts> facts_of(const Patient& patient) {
  Facts facts;
  TRY(patient.home.store().read([&](store::Reader& reader) -> Result<> {
    TRY(facts.authorities, reader.service_certificates("attribute-authority"));
    TRY(const auto grants, evidence::list_grants(reader, {"", "", patient.now}));
    facts.in_force = grants.size();
    TRY(facts.list, evidence::latest_role_list(reader));
    return {};
  }));
  return facts;
}

void check_authority(const Patient& patient, const store::ServiceCertificateRow& row, Checklist& list) {
  const std::string key = patient.home.keys_folder() + "/" + row.key_name + ".key";
  if (keymgmt::is_token_name(row.key_name)) {
    check_token_key(patient, {row.key_name, message("the attribute authority"), row.certificate}, list);
  } else if (!base::file_exists(key)) {
    list.fail(message("the key of the attribute authority is missing: {}", key),
              message("restore {} from the latest backup", patient.home.keys_folder()));
  }
  if (row.not_after <= patient.now) {
    list.fail(message("the attribute authority's certificate ran out at {}", base::local_time(row.not_after)),
              message("renew the authority that certifies it; the next grant then makes a new one"));
  }
}

// A list that is out of date matters to those who hold a role: nothing proves it any more.
void check_list(const Patient& patient, const Facts& facts, Checklist& list) {
  if (facts.in_force == 0) return;
  const auto next = facts.list ? facts.list->next_update() : std::nullopt;
  if (next && *next > patient.now) return;
  list.warn(next ? message("the list of revoked roles ran out at {}", base::local_time(*next))
                 : message("there is no list of revoked roles"),
            message("let the server run, which makes a new one by itself: yuxin serve"));
}

}  // namespace

std::vector<Check> check_roles(const Patient& patient) {
  Checklist list("roles");
  if (patient.home.config().kind == HomeKind::kOfflineRoot)
    return std::move(list).finish(message("none; an offline root grants nothing"));
  const auto organisation = patient.home.organisation();
  if (!organisation)
    list.fail(organisation.error().detail, message("correct the file; docs/authority.md has every key"));
  const auto facts = facts_of(patient);
  if (!facts) {
    list.fail(facts.error().detail, message("restore the home from its latest backup"));
    return std::move(list).finish({});
  }
  for (const auto& row : facts->authorities) check_authority(patient, row, list);
  check_list(patient, *facts, list);
  if (!organisation) return std::move(list).finish({});
  return std::move(list).finish(message("organisations: {}; rules of roles: {}; roles in force: {}",
                                        (*organisation)->units().size(), (*organisation)->roles().size(),
                                        facts->in_force));
}

}  // namespace yuxin::cli
