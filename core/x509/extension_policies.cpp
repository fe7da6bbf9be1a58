// The policy extensions (RFC 5280 sections 4.2.1.4, 4.2.1.5, 4.2.1.11 and 4.2.1.14).
#include "extension_der.hpp"
#include "yuxin/x509/extension.hpp"

namespace yuxin::x509 {

namespace {

// PolicyQualifierInfo ::= SEQUENCE { policyQualifierId, qualifier ANY }
bool read_qualifier(der::Reader& qualifiers, PolicyInformation& policy) {
  auto fields = qualifiers.nested(der::kSequence);
  const auto id = fields ? fields->oid() : std::nullopt;
  const auto qualifier = id ? fields->element() : std::nullopt;
  if (!qualifier || !fields->at_end()) return false;
  if (base::equal(*id, oid::kCpsQualifier) && qualifier->tag == der::kIa5String) {
    policy.cps.emplace_back(base::as_text(qualifier->content));
  } else {
    policy.has_other_qualifiers = true;
  }
  return true;
}

std::optional<PolicyInformation> read_policy(der::Reader& reader) {
  auto fields = reader.nested(der::kSequence);
  const auto id = fields ? fields->oid() : std::nullopt;
  if (!id) return std::nullopt;
  PolicyInformation policy;
  policy.policy = base::to_bytes(*id);
  if (fields->at_end()) return policy;
  auto qualifiers = fields->nested(der::kSequence);
  if (!qualifiers || qualifiers->at_end() || !fields->at_end()) return std::nullopt;
  while (!qualifiers->at_end()) {
    if (!read_qualifier(*qualifiers, policy)) return std::nullopt;
  }
  return policy;
}

std::optional<PolicyMapping> read_mapping(der::Reader& reader) {
  auto fields = reader.nested(der::kSequence);
  const auto issuer = fields ? fields->oid() : std::nullopt;
  const auto subject = issuer ? fields->oid() : std::nullopt;
  if (!subject || !fields->at_end()) return std::nullopt;
  return PolicyMapping{base::to_bytes(*issuer), base::to_bytes(*subject)};
}

// SkipCerts ::= INTEGER (0..MAX), under an IMPLICIT tag
bool read_skip_certs(der::Reader& fields, unsigned tag, std::optional<std::int64_t>& skip) {
  if (!fields.next_is(der::context_tag(tag))) return true;
  const auto content = fields.content(der::context_tag(tag));
  skip = content ? der::parse_small_integer(*content) : std::nullopt;
  return skip && *skip >= 0;
}

}  // namespace

std::optional<std::vector<PolicyInformation>> read_certificate_policies(base::ByteView value) {
  return read_list<PolicyInformation>(value, read_policy);
}

std::optional<std::vector<PolicyMapping>> read_policy_mappings(base::ByteView value) {
  return read_list<PolicyMapping>(value, read_mapping);
}

std::optional<PolicyConstraints> read_policy_constraints(base::ByteView value) {
  auto fields = whole_sequence(value);
  // RFC 5280 section 4.2.1.11: one of the two must be there.
  if (!fields || fields->at_end()) return std::nullopt;
  PolicyConstraints constraints;
  if (!read_skip_certs(*fields, 0, constraints.require_explicit_policy)) return std::nullopt;
  if (!read_skip_certs(*fields, 1, constraints.inhibit_policy_mapping)) return std::nullopt;
  if (!fields->at_end()) return std::nullopt;
  return constraints;
}

std::optional<std::int64_t> read_inhibit_any_policy(base::ByteView value) {
  der::Reader reader(value);
  const auto skip = reader.small_integer();
  if (!skip || *skip < 0 || !reader.at_end()) return std::nullopt;
  return skip;
}

}  // namespace yuxin::x509
