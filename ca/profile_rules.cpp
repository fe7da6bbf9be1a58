#include "profile_rules.hpp"

#include <algorithm>
#include <charconv>

namespace yuxin::ca {
namespace {

// RFC 5755 section 6: an attribute authority signs the list of what it revoked, and is no certification authority.
bool signs_roles(const Profile& profile) {
  return std::ranges::any_of(profile.extended_key_usage, [](const base::Bytes& usage) {
    return base::equal(usage, x509::oid::kAttributeAuthority);
  });
}

using base::ConfigTable;
using base::Result;
using x509::Critical;
using x509::GeneralNameKind;
using x509::KeyType;

constexpr std::uint32_t kEncipherment = x509::kKeyEncipherment | x509::kDataEncipherment;

bool has_purpose(const Profile& profile, x509::Oid oid) {
  return std::ranges::any_of(profile.extended_key_usage, [&](const base::Bytes& p) { return base::equal(p, oid); });
}

std::uint32_t all_usages(const Profile& profile) {
  return profile.key_usage | profile.key_usage_for_rsa | profile.key_usage_for_ec | profile.key_usage_for_sm2;
}

Result<> check_authority(const ConfigTable& table, const Profile& profile) {
  const auto usage = all_usages(profile);
  if (profile.basic_constraints && profile.basic_constraints->path_length.value_or(0) < 0) {
    return table.error("extensions", "path_length is a number from 0 (RFC 5280 section 4.2.1.9)");
  }
  if (profile.is_ca()) {
    if (profile.basic_constraints_critical == Critical::kNo) {
      return table.error("extensions",
                         "basic_constraints of an authority must be critical (RFC 5280 section 4.2.1.9)");
    }
    if ((profile.key_usage & x509::kKeyCertSign) == 0) {
      return table.error("extensions", "an authority needs the key usage keyCertSign (RFC 5280 section 4.2.1.3)");
    }
    return {};
  }
  if ((usage & x509::kKeyCertSign) != 0) {
    return table.error("extensions",
                       "keyCertSign is only for authorities: basic_constraints = {{ ca = true }} is missing (RFC "
                       "5280 section 4.2.1.9)");
  }
  if ((usage & x509::kCrlSign) != 0 && !signs_roles(profile)) {
    return table.error("extensions",
                       "cRLSign is only for authorities, and for attribute authorities (extended_key_usage = "
                       "[\"yuxinAttributeAuthority\"]), whose list is of roles");
  }
  if (profile.basic_constraints && profile.basic_constraints->path_length) {
    return table.error("extensions", "path_length stands only beside ca = true (RFC 5280 section 4.2.1.9)");
  }
  if (profile.name_constraints) {
    return table.error("extensions",
                       "name_constraints stand only in certificates of authorities (RFC 5280 section 4.2.1.10)");
  }
  return {};
}

// What a key of each type can do: RFC 3279 section 2.3, RFC 5480 section 3, RFC 8410 section 5; SM2 keys may encipher
// directly (GM/T 0015).
Result<> check_usage_for_keys(const ConfigTable& table, const Profile& profile) {
  for (const auto& rule : profile.keys) {
    const auto usage = profile.key_usage_of(rule.type);
    if (usage == 0)
      return table.error("extensions", "key_usage has no value for a key {} (RFC 5280 section 4.2.1.3)", rule.text);
    if ((usage & (x509::kEncipherOnly | x509::kDecipherOnly)) != 0 && (usage & x509::kKeyAgreement) == 0) {
      return table.error(
          "extensions", "encipherOnly and decipherOnly mean nothing without keyAgreement (RFC 5280 section 4.2.1.3)");
    }
    const bool curve = rule.type == KeyType::kP256 || rule.type == KeyType::kP384 || rule.type == KeyType::kP521;
    const bool signs_only =
        rule.type == KeyType::kEd25519 || rule.type == KeyType::kEd448 || rule.type == KeyType::kRsaPss;
    if (curve && (usage & kEncipherment) != 0) {
      return table.error("extensions",
                         "a key {} cannot encipher (RFC 5480 section 3); put keyEncipherment into add_for_rsa",
                         rule.text);
    }
    if (signs_only && (usage & (kEncipherment | x509::kKeyAgreement)) != 0) {
      return table.error("extensions", "a key {} can only sign (RFC 8410 section 5, RFC 4055 section 1.2)",
                         rule.text);
    }
    if (rule.type == KeyType::kRsa && (usage & x509::kKeyAgreement) != 0) {
      return table.error("extensions", "an RSA key cannot do keyAgreement (RFC 3279 section 2.3.1)");
    }
  }
  return {};
}

Result<> check_purposes(const ConfigTable& table, const Profile& profile) {
  const auto& purposes = profile.extended_key_usage;
  for (auto purpose = purposes.begin(); purpose != purposes.end(); ++purpose) {
    if (std::find(purposes.begin(), purpose, *purpose) == purpose) continue;
    return table.error("extensions", "the extended key usage {} stands twice", x509::oid_name(*purpose));
  }
  const bool stamps = has_purpose(profile, x509::oid::kTimeStamping);
  if (stamps && (profile.extended_key_usage.size() != 1 || profile.extended_key_usage_critical == Critical::kNo)) {
    return table.error("extensions",
                       "timeStamping must be the only extended key usage, and critical (RFC 3161 section 2.3)");
  }
  if (has_purpose(profile, x509::oid::kOcspSigning) && profile.is_ca()) {
    return table.error("extensions", "an OCSP signer must not be an authority (RFC 6960 section 4.2.2.2)");
  }
  if (profile.ocsp_no_check && !has_purpose(profile, x509::oid::kOcspSigning)) {
    return table.error("extensions", "ocsp_no_check is only for OCSP signers (RFC 6960 section 4.2.2.2.1)");
  }
  if (has_purpose(profile, x509::oid::kAnyExtendedKeyUsage) &&
      profile.extended_key_usage_critical == Critical::kYes) {
    return table.error("extensions", "anyExtendedKeyUsage should not be critical (RFC 5280 section 4.2.1.12)");
  }
  const auto signing = x509::kDigitalSignature | x509::kNonRepudiation;
  const bool needs_signing =
      stamps || has_purpose(profile, x509::oid::kOcspSigning) || has_purpose(profile, x509::oid::kCodeSigning);
  if (needs_signing && (profile.key_usage & signing) == 0) {
    return table.error("extensions", "this extended key usage needs digitalSignature (RFC 5280 section 4.2.1.12)");
  }
  const bool tls = has_purpose(profile, x509::oid::kServerAuth) || has_purpose(profile, x509::oid::kClientAuth);
  if (tls && (all_usages(profile) & (signing | x509::kKeyEncipherment | x509::kKeyAgreement)) == 0) {
    return table.error("extensions",
                       "TLS needs digitalSignature, keyEncipherment or keyAgreement (RFC 5280 section 4.2.1.12)");
  }
  return {};
}

Result<> check_subject_rules(const ConfigTable& table, const Profile& profile) {
  for (std::size_t i = 0; i < profile.subject.size(); ++i) {
    const auto& rule = profile.subject[i];
    for (std::size_t j = 0; j < i; ++j) {
      if (profile.subject[j].type == rule.type)
        return table.error("subject", "{} stands twice in order", rule.keyword);
    }
    if (!rule.must_be_in_san) continue;
    if (std::ranges::find(profile.san, *rule.must_be_in_san, &SanRule::kind) == profile.san.end()) {
      return table.error("subject", "{} must be in a kind of name that san does not take", rule.keyword);
    }
  }
  return {};
}

Result<> check_names(const ConfigTable& table, const Profile& profile) {
  const bool names_required = std::ranges::any_of(profile.san, [](const SanRule& rule) { return rule.min > 0; });
  if (profile.subject_may_be_empty && !names_required) {
    return table.error("subject", "may_be_empty needs a name in san with min = 1 (RFC 5280 section 4.1.2.6)");
  }
  if (profile.is_ca() && profile.subject_may_be_empty) {
    return table.error("subject", "an authority must have a subject (RFC 5280 section 4.1.2.6)");
  }
  if (profile.subject.empty() && !profile.subject_may_be_empty) {
    return table.error("subject", "order lists no attribute, so no certificate could be issued");
  }
  for (std::size_t i = 0; i < profile.policies.size(); ++i) {
    for (std::size_t j = i + 1; j < profile.policies.size(); ++j) {
      if (profile.policies[i].policy == profile.policies[j].policy) {
        return table.error("extensions", "a policy stands twice (RFC 5280 section 4.2.1.4)");
      }
    }
  }
  return {};
}

}  // namespace

std::optional<Network> parse_network(const std::string& text) {
  const auto slash = text.find('/');
  auto address = x509::parse_general_name("ip:" + text.substr(0, slash));
  if (!address) return std::nullopt;
  Network network{address->content, static_cast<unsigned>(address->content.size() * 8)};
  if (slash != std::string::npos) {
    unsigned prefix = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data() + slash + 1, end, prefix);
    if (error != std::errc{} || stop != end || prefix > network.prefix) return std::nullopt;
    network.prefix = prefix;
  }
  return network;
}

std::optional<x509::GeneralName> parse_constraint(const std::string& text) {
  const auto colon = text.find(':');
  if (colon == std::string::npos) return std::nullopt;
  const std::string kind = text.substr(0, colon);
  const std::string value = text.substr(colon + 1);
  x509::GeneralName name;
  name.value = value;
  if (kind == "ip") {
    const auto network = parse_network(value);
    if (!network) return std::nullopt;
    name.kind = GeneralNameKind::kIp;
    name.content = network->address;
    // RFC 5280 section 4.2.1.10: the address is followed by its mask
    for (unsigned bit = 0; bit < network->address.size() * 8; bit += 8) {
      const unsigned ones = network->prefix > bit ? std::min(8U, network->prefix - bit) : 0;
      name.content.push_back(static_cast<std::uint8_t>(0xff00U >> ones));
    }
    return name;
  }
  const std::string domain = value.starts_with('.') ? value.substr(1) : value;
  if (kind != "dns" && kind != "email" && kind != "uri") return std::nullopt;
  const auto at = domain.find('@');
  if (!x509::is_dns_name(kind == "email" && at != std::string::npos ? domain.substr(at + 1) : domain,
                         x509::Wildcard::kRefused)) {
    return std::nullopt;
  }
  name.kind = kind == "dns"     ? GeneralNameKind::kDns
              : kind == "email" ? GeneralNameKind::kEmail
                                : GeneralNameKind::kUri;
  name.content = base::to_bytes(base::as_bytes(value));
  return name;
}

Result<> check_under(const ConfigTable& table, const SanRule& rule) {
  for (const auto& limit : rule.under) {
    const bool fits = rule.kind == GeneralNameKind::kIp ? parse_network(limit).has_value()
                                                        : x509::is_dns_name(limit, x509::Wildcard::kRefused);
    if (!fits) return table.error("under", "\"{}\" is no domain (for ip: no network such as 192.0.2.0/24)", limit);
  }
  return {};
}

Result<> check_single_labels(const ConfigTable& table, const SanRule& rule) {
  if (!rule.single_labels.empty() && rule.kind != GeneralNameKind::kDns)
    return table.error("single_labels", "single_labels is for dns");
  for (const auto& label : rule.single_labels) {
    const bool fits = label == "*" || (x509::is_host_name(label) && label.find('.') == std::string::npos);
    if (!fits)
      return table.error(
          "single_labels",
          "single_labels takes names without a dot, which \"{}\" is not; write \"localhost\", or \"*\" for any",
          label);
  }
  return {};
}

Result<> check_profile(const ConfigTable& table, const Profile& profile) {
  TRY(check_authority(table, profile));
  TRY(check_usage_for_keys(table, profile));
  TRY(check_purposes(table, profile));
  TRY(check_extensions(table, profile));
  TRY(check_subject_rules(table, profile));
  return check_names(table, profile);
}

}  // namespace yuxin::ca
