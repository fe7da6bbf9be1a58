#include "tbs_template.hpp"

namespace yuxin::ca {

using x509::Critical;

TbsTemplate::TbsTemplate(std::shared_ptr<const Profile> profile, base::ByteView authority_key_identifier,
                         const PublicAddresses& addresses)
    : profile_(std::move(profile)) {
  const Profile& p = *profile_;
  if (!authority_key_identifier.empty()) {
    before_names_.push_back(x509::make_authority_key_identifier(authority_key_identifier));
  }
  if (p.basic_constraints)
    before_names_.push_back(x509::make_basic_constraints(p.basic_constraints_critical, *p.basic_constraints));
  if (!p.extended_key_usage.empty()) {
    before_names_.push_back(x509::make_extended_key_usage(p.extended_key_usage_critical, p.extended_key_usage));
  }
  if (!p.policies.empty()) before_names_.push_back(x509::make_certificate_policies(p.policies_critical, p.policies));
  if (p.name_constraints) before_names_.push_back(x509::make_name_constraints(*p.name_constraints));
  if (p.crl_distribution_points && !addresses.crls.empty()) {
    after_names_.push_back(x509::make_crl_distribution_points(addresses.crls));
  }
  if (p.authority_info_access && (!addresses.ocsp.empty() || !addresses.issuers.empty())) {
    after_names_.push_back(x509::make_authority_info_access(addresses.ocsp, addresses.issuers));
  }
  if (p.ocsp_no_check) after_names_.push_back(x509::make_ocsp_no_check());
  for (const auto& extra : p.extra) after_names_.push_back(x509::extension(extra.oid, extra.critical, extra.value));
}

base::Bytes TbsTemplate::extensions() const {
  base::Bytes all;
  for (const auto* part : {&before_names_, &after_names_}) {
    for (const auto& one : *part) all.insert(all.end(), one.begin(), one.end());
  }
  return all;
}

base::Bytes TbsTemplate::make(const Fields& fields) const {
  const auto key_identifier = x509::make_subject_key_identifier(fields.key.identifier());
  const auto key_usage =
      x509::make_key_usage(profile_->key_usage_critical, profile_->key_usage_of(fields.key.kind().type));
  base::Bytes alt_names;
  if (!fields.alt_names.empty()) {
    // RFC 5280 section 4.2.1.6: critical when it is all that names the subject
    const bool only_name = fields.subject.empty();
    alt_names = x509::make_subject_alt_name(only_name ? Critical::kYes : profile_->san_critical, fields.alt_names);
  }
  std::vector<base::ByteView> extensions;
  extensions.reserve(before_names_.size() + after_names_.size() + 3);
  extensions.emplace_back(key_identifier);
  extensions.emplace_back(key_usage);
  extensions.insert(extensions.end(), before_names_.begin(), before_names_.end());
  if (!alt_names.empty()) extensions.emplace_back(alt_names);
  extensions.insert(extensions.end(), after_names_.begin(), after_names_.end());
  return x509::make_tbs_certificate({fields.serial, fields.signature_algorithm, fields.issuer, fields.not_before,
                                     fields.not_after, fields.subject.der(), fields.key.spki(),
                                     std::move(extensions)});
}

}  // namespace yuxin::ca
