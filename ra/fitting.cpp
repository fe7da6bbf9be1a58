// A step before it is signed: whether it is open, and what it lacks that follows from who takes it.
#include <algorithm>
#include <iterator>

#include "matter.hpp"
#include "reach.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/ra/desk.hpp"

namespace yuxin::ra {

using base::Code;
using base::Result;

Result<> check_open(const Item& item, std::string_view action) {
  const auto& definition = *item.standing.workflow;
  const auto& of = item.standing.of;
  for (const auto* step : definition.steps_from(of.state)) {
    if (step->action == action) return {};
  }
  return workflow::shut(definition, of, action);
}

namespace {

// only_in leaves of somebody's roles the one in which they are going to sign.
Viewer only_in(const Viewer& viewer, const std::optional<evidence::RoleCode>& role) {
  Viewer signer{{}, viewer.key, viewer.subject};
  std::ranges::copy_if(viewer.roles, std::back_inserter(signer.roles),
                       [&](const evidence::HeldRole& held) { return held.role == role; });
  return signer;
}

std::string key_of(base::ByteView spki) { return base::hex(x509::sha256(spki)); }

}  // namespace

Result<> Desk::fit(const Viewer& viewer, Application& application) {
  TRY(const auto definition, workflow(application.workflow));
  if (!application.signer) application.signer = viewer.key;
  for (const auto& held : viewer.roles) {
    const auto& organisations = held.scope.organisations;
    if (application.organisation) break;
    if (organisations.size() == 1 && organisations.front().reach == evidence::Scope::Reach::kOnly)
      application.organisation = organisations.front().organisation;
  }
  workflow::Case opened;
  opened.form = application.form;
  std::optional<base::JsonObject> about;
  if (application.existing) {
    std::string authority;
    const auto row = find_certificate(parts_, application.existing->serial, authority);
    if (!row && row.error().code != Code::kNotFound) return tl::unexpected(row.error());
    if (row) {
      if (!application.organisation) {
        TRY(application.organisation, origin_of(parts_, cases_, *row));
      }
      TRY(const auto certificate, x509::Certificate::from_der(row->der));
      opened.form["subject_key"] = key_of(certificate.tbs().spki);
      opened.place.profile = row->profile;
      about = about_existing(*row, authority);
    }
  }
  if (application.leaver) about = about_leaver(application.leaver->subject);
  if (application.certificate) {
    opened.form["subject_key"] = key_of(application.certificate->enrolment.request.public_key().spki());
    opened.place.profile = application.certificate->profile;
  }
  if (application.invitation) opened.place.profile = application.invitation->profile;
  auto place = place_for(parts_, application.organisation);
  if (!place) {
    // nothing may be looked at for whoever names a point that is not there; who names none is asked for it first
    if (application.organisation) return tl::unexpected(std::move(place).error());
    return {};
  }
  place->profile = opened.place.profile;
  opened.place = std::move(*place);
  if (!application.role) application.role = role_for(viewer, *definition, "", application.action, opened.place);
  const auto signer = only_in(viewer, application.role);
  TRY(check_opener(viewer, signer, definition, application.action, opened));
  if (about) TRY(check_reach(parts_, cases_, *about, opened.place, signer));
  return {};
}

}  // namespace yuxin::ra
