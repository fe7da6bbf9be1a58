#include "certificate_rules.hpp"

#include <algorithm>
#include <cstdint>
#include <set>
#include <utility>

#include "profile_rules.hpp"
#include "yuxin/base/period_words.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/ca/name_rules.hpp"

namespace yuxin::ca {
namespace {

using base::Code;
using base::fail;
using base::Result;
using x509::GeneralName;
using x509::GeneralNameKind;
using x509::NameAttribute;

bool same_text(std::string_view a, std::string_view b) { return base::lower(a) == base::lower(b); }

// DNS names are the same in either case; the path of a URI and the mailbox of an address need not be.
std::string as_compared(const GeneralName& name) {
  return name.kind == GeneralNameKind::kDns ? base::lower(name.value) : name.value;
}

std::string_view host_of_uri(std::string_view uri) {
  const auto scheme = uri.find("://");
  if (scheme == std::string_view::npos) return {};
  auto host = uri.substr(scheme + 3);
  host = host.substr(0, host.find_first_of("/?#"));
  if (const auto at = host.rfind('@'); at != std::string_view::npos) host = host.substr(at + 1);
  return host.substr(0, host.find(':'));
}

bool in_network(base::ByteView address, const Network& network) {
  if (address.size() != network.address.size()) return false;
  for (unsigned bit = 0; bit < network.prefix; ++bit) {
    const auto mask = static_cast<std::uint8_t>(0x80U >> (bit % 8));
    if (((address[bit / 8] ^ network.address[bit / 8]) & mask) != 0) return false;
  }
  return true;
}

bool is_inside(const SanRule& rule, const GeneralName& name) {
  if (rule.under.empty()) return true;
  return std::ranges::any_of(rule.under, [&](const std::string& limit) {
    switch (rule.kind) {
      case GeneralNameKind::kDns:
        return is_under(name.value, limit);
      case GeneralNameKind::kEmail:
        return is_under(std::string_view(name.value).substr(name.value.rfind('@') + 1), limit);
      case GeneralNameKind::kUri:
        return is_under(host_of_uri(name.value), limit);
      case GeneralNameKind::kIp: {
        const auto network = parse_network(limit);
        return network && in_network(name.content, *network);
      }
      default:
        return false;
    }
  });
}

// What clients connect to: a wildcard stands for one label, so what follows it is a host's name too.
Result<> check_host(const Profile& profile, const SanRule& rule, std::string_view name) {
  const bool wildcard = name.starts_with("*.");
  const auto host = wildcard ? name.substr(2) : name;
  if (!x509::is_host_name(host)) {
    return fail(
        Code::kRefused,
        "The name dns:{} is no name of a host: letters, digits and hyphens only, labels xn-- that decode, and no "
        "number at the end, which would be read as an address (those are written ip:…).",
        name);
  }
  if (host.find('.') != std::string_view::npos) return {};
  const bool listed = std::ranges::any_of(
      rule.single_labels, [&](const std::string& label) { return label == "*" || same_text(label, host); });
  if (wildcard) {
    return fail(
        Code::kRefused,
        "The wildcard dns:{} stands for every name below a top-level domain. Give the names, or one below a domain "
        "of your own.",
        name);
  }
  if (listed) return {};
  return fail(
      Code::kRefused,
      "The name dns:{} has no domain, so it means another host in every network. Give the whole name, or list it "
      "in profile {}: san.dns.single_labels",
      name, profile.name);
}

Result<> check_alt_name(const Profile& profile, const GeneralName& name) {
  const auto rule = std::ranges::find(profile.san, name.kind, &SanRule::kind);
  const auto kind = x509::general_name_prefix(name.kind);
  if (rule == profile.san.end()) {
    return fail(Code::kRefused, "The name {}:{} is of a kind that profile {} does not take.", kind, name.value,
                profile.name);
  }
  if (name.kind == GeneralNameKind::kDns && !x509::is_dns_name(name.value, rule->wildcard)) {
    return fail(Code::kRefused, "The name dns:{} is no DNS name, or a wildcard that profile {} does not take.",
                name.value, profile.name);
  }
  if (name.kind == GeneralNameKind::kDns) TRY(check_host(profile, *rule, name.value));
  if (!is_inside(*rule, name)) {
    return fail(Code::kRefused, "The name {}:{} lies outside {}, to which profile {} is limited.", kind, name.value,
                base::join(rule->under, base::message(", ")), profile.name);
  }
  return {};
}

Result<> check_attribute(const Profile& profile, const AttributeRule& rule, const std::vector<NameAttribute>& values,
                         const std::vector<GeneralName>& alt_names) {
  if (values.empty() && rule.required) {
    return fail(Code::kRefused, "The subject has no {}, which profile {} requires. Give one with --subject.",
                rule.keyword, profile.name);
  }
  if (std::cmp_greater(values.size(), rule.max)) {
    return fail(Code::kRefused, "The subject has {} times {}; profile {} takes {} at the most.", values.size(),
                rule.keyword, profile.name, rule.max);
  }
  for (const auto& value : values) {
    if (rule.fixed && value.value != *rule.fixed) {
      return fail(Code::kRefused, "The subject has {}={}; profile {} fixes {}={}.", rule.keyword, value.value,
                  profile.name, rule.keyword, *rule.fixed);
    }
    if (!rule.one_of.empty() && std::ranges::find(rule.one_of, value.value) == rule.one_of.end()) {
      return fail(Code::kRefused, "The subject has {}={}; profile {} takes {}.", rule.keyword, value.value,
                  profile.name, base::join(rule.one_of, base::message(", ")));
    }
    if (!rule.must_be_in_san) continue;
    const bool found = std::ranges::any_of(alt_names, [&](const GeneralName& name) {
      return name.kind == *rule.must_be_in_san && same_text(name.value, value.value);
    });
    if (!found) {
      return fail(Code::kRefused,
                  "{}={} does not stand among the names of kind {}, as profile {} demands. Add --san {}:{}.",
                  rule.keyword, value.value, x509::general_name_prefix(*rule.must_be_in_san), profile.name,
                  x509::general_name_prefix(*rule.must_be_in_san), value.value);
    }
  }
  return {};
}

}  // namespace

bool is_under(std::string_view name, std::string_view domain) {
  const std::string low = base::lower(name);
  const std::string limit = base::lower(domain);
  return low == limit || low.ends_with("." + limit);
}

Result<x509::Name> apply_subject(const Profile& profile, const x509::Name& wanted,
                                 const std::vector<GeneralName>& alt_names) {
  for (const auto& attribute : wanted.attributes()) {
    if (base::has_stray_blank(attribute.value)) {
      return fail(
          Code::kRefused,
          "The subject's {} has a blank at its beginning, at its end or twice in a row, which nobody sees. Give "
          "another with --subject.",
          x509::attribute_keyword(attribute.type));
    }
    const bool known =
        std::ranges::any_of(profile.subject, [&](const AttributeRule& rule) { return rule.type == attribute.type; });
    if (known) continue;
    return fail(Code::kRefused, "The subject has {}, which profile {} does not take. Give another with --subject.",
                x509::attribute_keyword(attribute.type), profile.name);
  }
  std::vector<NameAttribute> result;
  result.reserve(profile.subject.size());
  for (const auto& rule : profile.subject) {
    std::vector<NameAttribute> values;
    for (const auto& attribute : wanted.attributes()) {
      if (attribute.type == rule.type) values.push_back(attribute);
    }
    if (values.empty() && rule.fixed && !wanted.empty()) values.push_back({rule.type, 0, *rule.fixed, true});
    TRY(check_attribute(profile, rule, values, alt_names));
    for (auto& value : values) {
      value.starts_rdn = true;  // the profile's order replaces the request's, so sets of attributes are taken apart
      result.push_back(std::move(value));
    }
  }
  if (result.empty() && !profile.subject_may_be_empty) {
    return fail(Code::kRefused, "The request has an empty subject; profile {} needs one. Give it with --subject.",
                profile.name);
  }
  return x509::Name::from_attributes(std::move(result));
}

Result<> check_names(const Profile& profile, const x509::Name& subject, const std::vector<GeneralName>& alt_names) {
  for (const auto& name : alt_names) TRY(check_alt_name(profile, name));
  TRY(apply_subject(profile, subject, alt_names));
  return {};
}

Result<std::vector<GeneralName>> apply_alt_names(const Profile& profile, const Enrolment& enrolment) {
  const auto* asked = x509::find_extension(enrolment.request.extensions(), x509::oid::kSubjectAltName);
  if (!enrolment.alt_names && asked != nullptr && !x509::read_alternative_names(asked->value)) {
    return fail(
        Code::kMalformed,
        "The names that the request asks for cannot be read. Give them with --san, or ask for a new request.");
  }
  std::vector<GeneralName> wanted =
      enrolment.alt_names ? *enrolment.alt_names : enrolment.request.subject_alt_names();
  std::vector<GeneralName> names;
  std::set<std::pair<GeneralNameKind, std::string>> known;
  for (auto& name : wanted) {
    TRY(check_alt_name(profile, name));
    if (known.emplace(name.kind, as_compared(name)).second) names.push_back(std::move(name));
  }
  for (const auto& rule : profile.san) {
    const auto count = std::ranges::count(names, rule.kind, &GeneralName::kind);
    if (count >= rule.min && count <= rule.max) continue;
    return fail(Code::kRefused, "{} names of kind {}; profile {} takes {} to {}. Names are given with --san {}:…",
                count, x509::general_name_prefix(rule.kind), profile.name, rule.min, rule.max,
                x509::general_name_prefix(rule.kind));
  }
  return names;
}

Result<Validity> apply_validity(const Profile& profile, std::optional<base::Seconds> wanted, base::UnixTime now,
                                const Validity* issuer) {
  Validity validity;
  validity.not_before = now - kBackDate;
  if (issuer != nullptr) {
    if (now > issuer->not_after || now < issuer->not_before) {
      return fail(Code::kRefused, "The authority's own certificate is valid from {} to {} only.",
                  base::rfc3339(issuer->not_before), base::rfc3339(issuer->not_after));
    }
    validity.not_before = std::max(validity.not_before, issuer->not_before);
  }
  // RFC 5280 section 4.1.2.5: notAfter is the last second that still belongs to the period
  const base::UnixTime longest = base::add(validity.not_before, profile.validity) - base::Seconds{1};
  validity.not_after = longest;
  if (wanted) {
    validity.not_after = validity.not_before + *wanted - base::Seconds{1};
    if (*wanted < kShortestValidity) return fail(Code::kUsage, "A certificate must be valid for a day at least.");
    if (validity.not_after > longest) {
      return fail(Code::kRefused, "Profile {} is valid for {} at the most.", profile.name,
                  base::period_in_words(profile.validity));
    }
    if (issuer != nullptr && validity.not_after > issuer->not_after) {
      return fail(Code::kRefused,
                  "The certificate would outlive its authority, which is valid until {}. Ask for fewer days.",
                  base::rfc3339(issuer->not_after));
    }
  }
  if (issuer != nullptr) validity.not_after = std::min(validity.not_after, issuer->not_after);
  if (validity.not_after < now) {
    return fail(Code::kRefused, "The certificate would be over when it is signed: its last second is {}.",
                base::rfc3339(validity.not_after));
  }
  return validity;
}

std::string alt_names_text(const std::vector<GeneralName>& names) {
  std::string text;
  for (const auto& name : names) {
    if (!text.empty()) text += ' ';
    text += x509::general_name_prefix(name.kind);
    text += ':';
    text += name.value;
  }
  return text;
}

}  // namespace yuxin::ca
