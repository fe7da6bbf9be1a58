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

}  // namespace

Result<x509::Certificate> issue_root(const RootRequest& request, const std::shared_ptr<store::Store>& store,
                                     const std::shared_ptr<IntentOwner>& owner, const base::Clock& clock,
                                     const Authorisation& authorisation) {
  const auto& profile = *request.profile;
  const auto& key = request.signer->public_key();
  if (!profile.is_ca()) return fail(Code::kRefused, "Profile {} is not one of an authority.", profile.name);
  if (!profile.admits(key.kind())) {
    return fail(Code::kRefused, "Profile {} does not take a key {}; it takes {}.", profile.name,
                x509::print_key_kind(key.kind()), profile.keys_text());
  }
  store::AuthorityRow authority;
  TRY(store->read([&](store::Reader& reader) -> Result<> {
    TRY(authority, reader.authority(request.authority));
    return {};
  }));
  if (!authority.certificate.empty()) {
    return fail(Code::kConflict, "Authority {} has a certificate already. Nothing was changed.", authority.name);
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

  const std::string subject_text = subject.text();
  const IssuanceFacts facts{.authority = authority.id,
                            .authority_name = authority.name,
                            .owner = owner->id(),
                            .serial = serial,
                            .profile = profile.name,
                            .subject = subject_text,
                            .alt_names = {},
                            .not_before = validity.not_before,
                            .not_after = validity.not_after,
                            .actor = authorisation.actor,
                            .tbs = tbs};
  std::int64_t intent = 0;
  TRY(store->write([&](store::Writer& writer) -> Result<> {
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
    return writer.set_authority_certificate(authority.id, certificate.der());
  }));
  return certificate;
}

}  // namespace yuxin::ca
