// A root authority: the certificate that its own key signs.
#include "issuer_impl.hpp"
#include "yuxin/x509/lint.hpp"

namespace yuxin::ca {

using base::Code;
using base::fail;
using base::Result;

namespace {

Result<> refuse_broken(const std::vector<x509::LintFinding>& findings) {
  for (const auto& finding : findings) {
    if (finding.severity != x509::LintSeverity::kError) continue;
    return fail(Code::kRefused, "The certificate would break the rule {} ({}): {}", finding.rule, finding.source,
                finding.message);
  }
  return {};
}

Result<std::int64_t> ensure_authority(store::Writer& writer, const RootRequest& request, base::UnixTime now) {
  auto known = writer.authority(request.authority);
  if (!known && known.error().code != Code::kNotFound) return tl::unexpected(std::move(known).error());
  if (known && !known->certificate.empty()) {
    return fail(Code::kConflict, "Authority {} has a certificate already. Nothing was changed.", request.authority);
  }
  const auto& key_name = request.key_name.empty() ? request.authority : request.key_name;
  if (known && known->key_name != key_name) {
    return fail(Code::kConflict, "Authority {} was begun with the key {}, not {}. Go on with that one.",
                request.authority, known->key_name, key_name);
  }
  if (known) return known->id;
  store::AuthorityRow row;
  row.name = request.authority;
  row.key_name = key_name;
  row.created_at = now;
  return writer.insert_authority(row);
}

}  // namespace

Result<x509::Certificate> issue_root(const RootRequest& request, const std::shared_ptr<store::Store>& store,
                                     const std::shared_ptr<IntentOwner>& owner, const base::Clock& clock,
                                     const Authorisation& authorisation) {
  const auto& profile = *request.profile;
  const auto& key = request.signer->public_key();
  if (!profile.is_ca()) return fail(Code::kRefused, "Profile {} is not one of an authority.", profile.name);
  if (profile.approval != "none") {
    return fail(Code::kNotAuthorised, "Profile {} demands the approval \"{}\", which nobody here can judge.",
                profile.name, profile.approval);
  }
  if (!profile.admits(key.kind())) {
    return fail(Code::kRefused, "Profile {} does not take a key {}; it takes {}.", profile.name,
                x509::print_key_kind(key.kind()), profile.keys_text());
  }
  TRY(auto subject, apply_subject(profile, request.subject, {}));
  TRY(auto validity, apply_validity(profile, std::nullopt, clock.now(), nullptr));
  const auto serial = x509::Serial::random();
  const auto& algorithm = x509::scheme(request.signer->algorithm());
  const TbsTemplate extensions(request.profile, key.identifier(), {});
  const auto tbs = extensions.make(
      {serial, algorithm.identifier, subject.der(), validity.not_before, validity.not_after, subject, key, {}});
  const auto parsed = x509::parse_tbs_certificate(tbs);
  if (!parsed) return fail(Code::kInternal, "The certificate that was prepared does not parse.");
  TRY(refuse_broken(x509::lint_tbs(*parsed, nullptr)));
  if (request.agree) TRY(request.agree(tbs));

  const std::string subject_text = subject.text();
  IssuanceFacts facts{.authority = 0,
                      .authority_name = request.authority,
                      .owner = owner->id(),
                      .serial = serial,
                      .profile = profile.name,
                      .subject = subject_text,
                      .alt_names = {},
                      .not_before = validity.not_before,
                      .not_after = validity.not_after,
                      .actor = authorisation.actor,
                      .tbs = tbs,
                      .spki = key.spki()};
  std::int64_t intent = 0;
  TRY(store->write([&](store::Writer& writer) -> Result<> {
    TRY(facts.authority, ensure_authority(writer, request, clock.now()));
    TRY(intent, record_intent(writer, facts, clock.now()));
    return {};
  }));
  TRY(auto signature, request.signer->sign(tbs));
  TRY(auto certificate, x509::Certificate::from_der(x509::join_signature(tbs, algorithm.identifier, signature)));
  if (!base::equal(certificate.tbs().der, tbs)) {
    return fail(Code::kInternal, "The signed certificate differs from the one that was checked.");
  }
  TRY(x509::verify_signature(certificate, key));
  TRY(store->write([&](store::Writer& writer) -> Result<> {
    TRY(record_issued(writer, facts, certificate.der(), intent, clock.now()));
    return writer.set_authority_certificate(facts.authority, certificate.der());
  }));
  return certificate;
}

}  // namespace yuxin::ca
