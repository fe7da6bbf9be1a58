// The first half of issuing: everything that can be refused is refused here.
#include <algorithm>

#include "issuer_impl.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/x509/lint.hpp"

namespace yuxin::ca {

using base::Code;
using base::fail;
using base::Result;

namespace {

Result<> check_profile_use(const Profile& profile, const std::string& authority) {
  const bool allowed =
      profile.issued_by.empty() || std::ranges::find(profile.issued_by, authority) != profile.issued_by.end();
  if (!allowed) {
    return fail(Code::kRefused, "Profile {} is issued by {}, not by {}.", profile.name,
                base::join(profile.issued_by, base::message(", ")), authority);
  }
  return {};
}

// Whoever verifies must be able to learn that an authority was revoked, and an authority without a limit may make
// others (RFC 5280 section 4.2.1.9).
Result<> check_authority_profile(const Profile& profile, const PublicAddresses& addresses) {
  if (!profile.is_ca()) return {};
  if (profile.name == "root-ca") {
    return fail(
        Code::kRefused,
        "Profile root-ca is for a certificate that its own key signs. To make one: yuxin ca create NAME --root");
  }
  if (!profile.basic_constraints->path_length) {
    return fail(Code::kRefused,
                "Profile {} makes an authority without a limit on those below it. Set path_length in its file.",
                profile.name);
  }
  if (profile.crl_distribution_points && !addresses.crls.empty()) return {};
  return fail(Code::kRefused,
              "The authority's certificate would not say where its revocation list is. Set public_url in yuxin.toml, "
              "and crl_distribution_points in profile {}.",
              profile.name);
}

Result<> check_key(const Profile& profile, const x509::PublicKey& key) {
  if (profile.admits(key.kind())) return {};
  return fail(Code::kRefused,
              "The request's key is {}; profile {} accepts {}. Ask the applicant for a new key, or see: yuxin "
              "profile show {}",
              x509::print_key_kind(key.kind()), profile.name, profile.keys_text(), profile.name);
}

}  // namespace

Result<PreparedIssuance> Issuer::prepare(const std::shared_ptr<const Profile>& profile, const Enrolment& enrolment,
                                         const Authorisation& authorisation) {
  const auto& parts = impl_->parts;
  return build(profile, enrolment, authorisation.actor, [&](const auto& subject, const auto& alt_names) {
    return judge_approval(parts.court.get(), *parts.store,
                          {*profile, enrolment, authorisation, subject, alt_names, parts.clock->now()});
  });
}

Result<> Issuer::check(const std::shared_ptr<const Profile>& profile, const Enrolment& enrolment) {
  TRY(build(profile, enrolment, {}, [](const auto&, const auto&) -> Result<Approval> { return Approval{}; }));
  return {};
}

Result<PreparedIssuance> Issuer::build(const std::shared_ptr<const Profile>& profile, const Enrolment& enrolment,
                                       const std::string& actor, const Approve& approve) {
  TRY(check_profile_use(*profile, impl_->parts.authority.name));
  TRY(check_authority_profile(*profile, impl_->parts.addresses));
  const auto& key = enrolment.request.public_key();
  TRY(check_key(*profile, key));
  TRY(enrolment.request.verify_possession());
  TRY(auto alt_names, apply_alt_names(*profile, enrolment));
  TRY(auto subject,
      apply_subject(*profile, enrolment.subject ? *enrolment.subject : enrolment.request.subject(), alt_names));
  const auto& own = impl_->parts.certificate;
  const Validity issuer_validity{own.not_before(), own.not_after()};
  TRY(auto validity, apply_validity(*profile, enrolment.validity, impl_->parts.clock->now(), &issuer_validity));
  TRY(auto approval, approve(subject, alt_names));

  auto prepared = std::make_unique<PreparedIssuance::Impl>(PreparedIssuance::Impl{
      .issuer = impl_->identity,
      .tbs = {},
      .spki = base::to_bytes(key.spki()),
      .serial = x509::Serial::random(),
      .subject = subject.text(),
      .alt_names = alt_names_text(alt_names),
      .profile = profile->name,
      .validity = validity,
      .actor = approval.actor.empty() ? actor : approval.actor,
      .approval = std::move(approval),
  });
  prepared->tbs = impl_->template_of(profile)->make(
      {prepared->serial, x509::scheme(impl_->parts.signer->algorithm()).identifier, own.tbs().subject,
       validity.not_before, validity.not_after, subject, key, alt_names});
  const auto tbs = x509::parse_tbs_certificate(prepared->tbs);
  if (!tbs) return fail(Code::kInternal, "The certificate that was prepared does not parse.");
  TRY(x509::lint_for_issuing(*tbs, own, key, subject));
  return PreparedIssuance(std::move(prepared));
}

PreparedIssuance::PreparedIssuance(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
PreparedIssuance::PreparedIssuance(PreparedIssuance&&) noexcept = default;
PreparedIssuance& PreparedIssuance::operator=(PreparedIssuance&&) noexcept = default;
PreparedIssuance::~PreparedIssuance() = default;
base::ByteView PreparedIssuance::tbs() const { return impl_->tbs; }
const x509::Serial& PreparedIssuance::serial() const { return impl_->serial; }
const std::string& PreparedIssuance::subject() const { return impl_->subject; }
const std::string& PreparedIssuance::alt_names() const { return impl_->alt_names; }
const std::string& PreparedIssuance::profile() const { return impl_->profile; }
base::UnixTime PreparedIssuance::not_before() const { return impl_->validity.not_before; }
base::UnixTime PreparedIssuance::not_after() const { return impl_->validity.not_after; }

}  // namespace yuxin::ca
