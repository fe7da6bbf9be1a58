// What the lint rules look at: every known extension of a certificate read once, without copies.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "yuxin/x509/certificate.hpp"
#include "yuxin/x509/der.hpp"

namespace yuxin::x509 {

// NameView is one GeneralName: its kind and its exact content octets.
struct NameView {
  GeneralNameKind kind = GeneralNameKind::kDns;
  base::ByteView content;
};

struct BasicConstraintsView {
  bool ca = false;
  bool default_was_encoded = false;  // cA FALSE written out: not DER
  std::optional<std::int64_t> path_length;
};
struct KeyUsageView {
  std::uint32_t bits = 0;  // KeyUsage
  bool minimal = true;     // named-bit list without trailing zero bits (X.690 section 11.2.2)
};
struct AuthorityKeyView {
  std::optional<base::ByteView> key_identifier;
  bool has_issuer = false;
  bool has_serial = false;
};
struct AccessView {
  Oid method;
  NameView location;
};
struct PointView {
  std::vector<NameView> full_name;
  bool has_name = false;
  bool has_relative_name = false;
  bool has_reasons = false;
  std::vector<NameView> crl_issuer;
};
struct QualifierView {
  Oid id;
  der::Element value;
  bool has_notice_reference = false;
  der::Element explicit_text;  // tag 0: there is none
};
struct PolicyView {
  Oid policy;
  std::vector<QualifierView> qualifiers;
};
struct MappingView {
  Oid issuer_domain;
  Oid subject_domain;
};
struct SubtreeView {
  NameView base;
  bool has_minimum = false;
  bool has_maximum = false;
};
struct NameConstraintsView {
  std::vector<SubtreeView> permitted;
  std::vector<SubtreeView> excluded;
};
struct PolicyConstraintsView {
  std::optional<std::int64_t> require_explicit_policy;
  std::optional<std::int64_t> inhibit_policy_mapping;
};
struct Nothing {};

// Reading is an extension and what its value says. `extension` is null when the certificate does not have it;
// `value` is empty then, and when the value does not parse.
template <typename T>
struct Reading {
  const ExtensionView* extension = nullptr;
  std::optional<T> value;

  [[nodiscard]] bool present() const { return extension != nullptr; }
  [[nodiscard]] bool critical() const { return extension != nullptr && extension->critical; }
  explicit operator bool() const { return value.has_value(); }
  const T* operator->() const { return &*value; }
  const T& operator*() const { return *value; }
};

// LintFacts holds views into the TbsCertificate that it was read from. Of an extension that stands twice the first
// counts.
struct LintFacts {
  Reading<BasicConstraintsView> basic_constraints;
  Reading<KeyUsageView> key_usage;
  Reading<std::vector<Oid>> extended_key_usage;
  Reading<std::vector<NameView>> subject_alt_name;
  Reading<std::vector<NameView>> issuer_alt_name;
  Reading<base::ByteView> subject_key_identifier;
  Reading<AuthorityKeyView> authority_key_identifier;
  Reading<std::vector<AccessView>> authority_info_access;
  Reading<std::vector<AccessView>> subject_info_access;
  Reading<std::vector<PointView>> crl_distribution_points;
  Reading<std::vector<PointView>> freshest_crl;
  Reading<std::vector<PolicyView>> certificate_policies;
  Reading<std::vector<MappingView>> policy_mappings;
  Reading<NameConstraintsView> name_constraints;
  Reading<PolicyConstraintsView> policy_constraints;
  Reading<std::int64_t> inhibit_any_policy;
  Reading<Nothing> subject_directory_attributes;
  Reading<Nothing> ocsp_no_check;
  Reading<Nothing> no_revocation_available;
  Reading<Nothing> tls_feature;
  Reading<Nothing> precertificate_poison;
  Reading<Nothing> sct_list;

  std::vector<const ExtensionView*> malformed;         // known, but the value does not parse
  std::vector<const ExtensionView*> empty;             // a list that must have a member has none
  std::vector<const ExtensionView*> unknown_critical;  // critical, and this program does not know it

  // The AlgorithmIdentifier of the subject's key; `key_parameters` is the whole element, empty when absent.
  Oid key_algorithm;
  base::ByteView key_parameters;

  bool is_ca = false;        // basicConstraints cA
  bool self_issued = false;  // subject and issuer are the same name
  bool for_tls_server = false;
  bool for_ocsp_signing = false;
  bool for_time_stamping = false;

  [[nodiscard]] bool has_usage(Oid usage) const;
  [[nodiscard]] std::uint32_t usage_bits() const { return key_usage ? key_usage->bits : 0; }
};
[[nodiscard]] LintFacts read_facts(const TbsCertificate& tbs);

}  // namespace yuxin::x509
