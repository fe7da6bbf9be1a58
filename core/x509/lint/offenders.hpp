// Looking for the part of a certificate that breaks a rule, and showing it safely.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "lint/facts.hpp"
#include "yuxin/x509/lint.hpp"

namespace yuxin::x509 {

// shown is text from a certificate for a screen: what could lie there, or is no text, comes as hexadecimal digits.
[[nodiscard]] std::string shown(base::ByteView text);

// is_text says whether a general name is an IA5String; is_clean_ascii whether such a string has printing characters
// only.
[[nodiscard]] bool is_text(const NameView& name);
[[nodiscard]] bool is_clean_ascii(std::string_view text);

// AttributePlace is an attribute and the name in which it stands.
struct AttributePlace {
  const NameAttribute* attribute;
  bool in_subject;

  [[nodiscard]] std::string keyword() const { return attribute_keyword(attribute->type); }
  [[nodiscard]] std::string_view whose() const;  // "subject" or "issuer", translated
};

// Each gives the first part that is bad, or null.
template <typename IsBad>
[[nodiscard]] std::optional<AttributePlace> find_attribute(const LintContext& context, IsBad is_bad) {
  for (const Name* name : {context.subject, context.issuer_name}) {
    if (name == nullptr) continue;
    for (const auto& attribute : name->attributes()) {
      if (is_bad(attribute)) return AttributePlace{&attribute, name == context.subject};
    }
  }
  return std::nullopt;
}

// find_alternative_name looks through subjectAltName and issuerAltName.
template <typename IsBad>
[[nodiscard]] const NameView* find_alternative_name(const LintContext& context, IsBad is_bad) {
  for (const auto* names : {&context.facts.subject_alt_name, &context.facts.issuer_alt_name}) {
    if (!*names) continue;
    for (const NameView& name : **names) {
      if (is_bad(name)) return &name;
    }
  }
  return nullptr;
}

template <typename IsBad>
[[nodiscard]] const QualifierView* find_qualifier(const LintContext& context, IsBad is_bad) {
  if (!context.facts.certificate_policies) return nullptr;
  for (const PolicyView& policy : *context.facts.certificate_policies) {
    for (const QualifierView& qualifier : policy.qualifiers) {
      if (is_bad(policy, qualifier)) return &qualifier;
    }
  }
  return nullptr;
}

template <typename IsBad>
[[nodiscard]] const SubtreeView* find_subtree(const LintContext& context, IsBad is_bad) {
  if (!context.facts.name_constraints) return nullptr;
  for (const auto* subtrees :
       {&context.facts.name_constraints->permitted, &context.facts.name_constraints->excluded}) {
    for (const SubtreeView& subtree : *subtrees) {
      if (is_bad(subtree)) return &subtree;
    }
  }
  return nullptr;
}

// find_point looks through cRLDistributionPoints and freshestCRL.
template <typename IsBad>
[[nodiscard]] const PointView* find_point(const LintContext& context, IsBad is_bad) {
  for (const auto* points : {&context.facts.crl_distribution_points, &context.facts.freshest_crl}) {
    if (!*points) continue;
    for (const PointView& point : **points) {
      if (is_bad(point)) return &point;
    }
  }
  return nullptr;
}

// find_retrieval_name looks through the names from which CRLs, issuers, status and other things are fetched.
template <typename IsBad>
[[nodiscard]] const NameView* find_retrieval_name(const LintContext& context, IsBad is_bad) {
  const NameView* found = nullptr;
  const auto look = [&](const NameView& name) {
    if (found == nullptr && is_bad(name)) found = &name;
  };
  for (const auto* points : {&context.facts.crl_distribution_points, &context.facts.freshest_crl}) {
    if (!*points) continue;
    for (const PointView& point : **points) {
      for (const NameView& name : point.full_name) look(name);
    }
  }
  for (const auto* accesses : {&context.facts.authority_info_access, &context.facts.subject_info_access}) {
    if (!*accesses) continue;
    for (const AccessView& access : **accesses) look(access.location);
  }
  return found;
}

}  // namespace yuxin::x509
