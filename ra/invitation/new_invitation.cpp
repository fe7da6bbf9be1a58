#include "new_invitation.hpp"

#include <algorithm>
#include <utility>

#include "invitation_check.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/ca/name_rules.hpp"
#include "yuxin/evidence/grantable.hpp"
#include "yuxin/ra/invitation.hpp"
#include "yuxin/x509/name_match.hpp"

namespace yuxin::ra {

using base::Code;
using base::fail;
using base::Result;

namespace {

constexpr std::int64_t kPage = 500;

Result<> check_roles(const DeskParts& parts, const base::JsonObject& form) {
  const auto roles = base::json_string(form, "roles");
  const auto limits = base::json_string(form, "scope");
  if (roles.empty() && !limits.empty())
    return fail(Code::kUsage, "--scope says where a role is to be good, and no role is named. Name it: --role ROLE");
  TRY(const auto scope, evidence::parse_scope(limits));
  for (const auto text : base::split(roles, ' ')) {
    if (text.empty()) continue;
    TRY(const auto role, evidence::RoleCode::parse(text));
    TRY(evidence::check_grantable(*parts.organisation, role, scope, parts.clock->now()));
  }
  return {};
}

// Whether somebody could still become an officer by it: it has not ended, and no wrong codes have closed it.
Result<bool> is_alive(const DeskParts& parts, const workflow::Case& of) {
  if (!ca::is_about_invitation(of.about) || ended(of, parts.clock->now())) return false;
  const auto answered = answered_of(*parts.store, of.id);
  if (!answered && answered.error().code != Code::kRefused) return tl::unexpected(answered.error());
  return answered.has_value();
}

// An invitation that is confirmed stands by its certificate.
Result<> check_not_invited(const DeskParts& parts, workflow::Cases& cases, const Application& application) {
  workflow::CaseFilter filter;
  filter.workflow = application.workflow;
  filter.limit = kPage;
  for (;;) {
    TRY(const auto standings, cases.list(filter));
    for (const auto& standing : standings) {
      filter.after_row = standing.row;
      const auto subject = x509::Name::parse(base::json_string(standing.of.about, "subject"));
      if (!subject || !x509::same_attributes(*subject, application.invitation->subject)) continue;
      TRY(const bool alive, is_alive(parts, standing.of));
      if (!alive) continue;
      return fail(Code::kConflict,
                  "{} is already invited in {} ({}). Nothing was signed; --again invites all the same.",
                  application.invitation->subject.text(), standing.of.id,
                  workflow::state_title(*standing.workflow, standing.of));
    }
    if (std::cmp_less(standings.size(), kPage)) return {};
  }
}

// Two certificates of one subject cannot be told apart by whoever reads a signature.
Result<> check_no_certificate(const DeskParts& parts, const Application& application) {
  return parts.store->read([&](store::Reader& reader) -> Result<> {
    TRY(const auto rows, good_of_subject(reader, application.invitation->subject, parts.clock->now()));
    if (rows.empty()) return {};
    const auto& row = rows.front();
    const auto serial = x509::Serial::from_der_content(row.serial);
    return fail(Code::kConflict,
                "{} has a good certificate already: {} (profile {}). Nobody could tell the two apart: name the new "
                "officer otherwise, by --subject. Nothing was signed; --again invites all the same.",
                row.subject, serial ? serial->hex() : base::hex_upper(row.serial), row.profile);
  });
}

}  // namespace

Result<std::vector<store::CertificateRow>> good_of_subject(store::Reader& reader, const x509::Name& subject,
                                                           base::UnixTime now) {
  std::vector<store::CertificateRow> found;
  store::CertificateFilter filter;
  filter.state = store::CertificateState::kGood;
  filter.expires_after = now;
  filter.limit = kPage;
  for (;;) {
    TRY(const auto page, reader.list(filter, store::Reader::With::kRowOnly));
    const bool last = std::cmp_less(page.size(), kPage);
    if (!page.empty()) filter.after_id = page.back().id;
    for (const auto& row : page) {
      // a home may have very many: the octets are read of those alone that can be meant
      const auto shown = x509::Name::parse(row.subject);
      if (shown && !x509::same_attributes(*shown, subject)) continue;
      TRY(auto whole, reader.find(row.authority, row.serial, store::Reader::With::kDer));
      if (whole.der.empty()) continue;
      const auto certificate = x509::Certificate::from_der(whole.der);
      if (certificate && x509::same_attributes(certificate->subject(), subject)) found.push_back(std::move(whole));
    }
    if (last) return found;
  }
}

Result<> check_new_invitation(const DeskParts& parts, workflow::Cases& cases, const Viewer& viewer,
                              const Application& application) {
  const auto& invitation = *application.invitation;
  TRY(refuse_self(viewer.subject, invitation.subject));
  TRY(const auto profile, parts.profiles.find(invitation.profile));
  TRY(ca::check_names(*profile, invitation.subject, invitation.alt_names));
  TRY(check_roles(parts, application.form));
  if (application.again == Application::Again::kTake) return {};
  TRY(check_not_invited(parts, cases, application));
  return check_no_certificate(parts, application);
}

}  // namespace yuxin::ra
