// Reading a profile file into a Profile that cannot be wrong.
#include <algorithm>
#include <array>
#include <charconv>

#include "profile_rules.hpp"
#include "yuxin/base/config.hpp"
#include "yuxin/ca/profile.hpp"
#include "yuxin/x509/der.hpp"

namespace yuxin::ca {
namespace {

using base::ConfigTable;
using base::Result;
using x509::Critical;
using x509::GeneralNameKind;
using x509::KeyType;

// RSA sizes that a rule without numbers admits, and the most that any rule may ask for.
constexpr unsigned kDefaultRsaMin = 2048;
constexpr unsigned kRsaMax = 8192;

std::optional<unsigned> number(std::string_view text) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// "rsa:2048-4096", "rsa-pss:3072", "ec:P-256", "ed25519", "sm2"
std::optional<KeyRule> parse_key_rule(const std::string& text) {
  for (const auto& [prefix, type] : {std::pair<std::string_view, KeyType>{"rsa:", KeyType::kRsa},
                                     std::pair<std::string_view, KeyType>{"rsa-pss:", KeyType::kRsaPss}}) {
    if (!text.starts_with(prefix)) continue;
    const std::string_view sizes = std::string_view(text).substr(prefix.size());
    const auto dash = sizes.find('-');
    const auto low = number(sizes.substr(0, dash));
    const auto high = dash == std::string_view::npos ? low : number(sizes.substr(dash + 1));
    if (!low || !high || *low > *high || *low < kDefaultRsaMin || *high > kRsaMax) return std::nullopt;
    return KeyRule{type, *low, *high, text};
  }
  const auto kind = x509::parse_key_kind(text);
  if (!kind || kind->type == KeyType::kRsa || kind->type == KeyType::kRsaPss) return std::nullopt;
  return KeyRule{kind->type, kind->bits, kind->bits, text};
}

Result<Critical> read_critical(ConfigTable& table, std::string_view key, Critical otherwise) {
  TRY(auto value, table.boolean(key));
  if (!value) return otherwise;
  return *value ? Critical::kYes : Critical::kNo;
}

Result<> read_head(ConfigTable& file, Profile& profile) {
  TRY(profile.name, file.required_string("name"));
  const bool well_formed = profile.name.size() <= 64 && std::ranges::all_of(profile.name, [](char c) {
                             return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
                           });
  if (!well_formed) return file.error("name", "a profile's name has lower-case letters, digits and hyphens only");
  TRY(auto title, file.table("title"));
  if (title) {
    TRY(auto english, title->string("en"));
    TRY(auto chinese, title->string("zh"));
    profile.title_en = english.value_or("");
    profile.title_zh = chinese.value_or("");
  }
  TRY(profile.issued_by, file.strings("issued_by"));
  TRY(auto keys, file.strings("keys"));
  if (keys.empty())
    return file.missing("keys", "say which subject keys are taken, for example keys = [\"ec:P-256\"]");
  for (const auto& text : keys) {
    auto rule = parse_key_rule(text);
    if (!rule) {
      return file.error(
          "keys",
          "\"{}\" is no kind of key; take rsa:2048-4096 (2048 to 8192 bits), rsa-pss:2048-4096, ec:P-256, "
          "ec:P-384, ec:P-521, ed25519, ed448 or sm2",
          text);
    }
    profile.keys.push_back(std::move(*rule));
  }
  TRY(auto validity, file.period("validity"));
  if (!validity) {
    return file.missing("validity", "say how long certificates are valid, for example validity = \"P1Y\"");
  }
  if (base::add({0}, *validity) - base::UnixTime{0} < kShortestValidity) {
    return file.error(
        "validity",
        "certificates must be valid for ten minutes at least (\"PT10M\"): they begin a minute before they are "
        "signed, for clocks that are behind");
  }
  profile.validity = *validity;
  TRY(auto approval, file.string("approval"));
  profile.approval = approval.value_or("none");
  return {};
}

Result<AttributeRule> read_attribute(ConfigTable& subject, const std::string& keyword) {
  AttributeRule rule;
  rule.keyword = keyword;
  auto type = x509::attribute_by_keyword(keyword);
  if (!type)
    return subject.error("order", "\"{}\" is no attribute of a name; known are C, ST, L, O, OU, CN ...", keyword);
  rule.type = std::move(*type);
  TRY(auto details, subject.table(keyword));
  if (!details) return rule;
  TRY(rule.one_of, details->strings("one_of"));
  TRY(auto max, details->integer("max"));
  rule.max = max.value_or(1);
  if (rule.max < 1 || rule.max > 16) return details->error("max", "an attribute may stand 1 to 16 times");
  TRY(auto within, details->string("must_be_in"));
  if (within) {
    if (*within == "san.dns") {
      rule.must_be_in_san = GeneralNameKind::kDns;
    } else if (*within == "san.email") {
      rule.must_be_in_san = GeneralNameKind::kEmail;
    } else {
      return details->error("must_be_in", "must_be_in takes \"san.dns\" or \"san.email\"");
    }
  }
  return rule;
}

Result<> read_subject(ConfigTable& file, Profile& profile) {
  TRY(auto subject, file.table("subject"));
  if (!subject) return file.missing("subject", "the table [subject] is missing");
  TRY(auto order, subject->strings("order"));
  for (const auto& keyword : order) {
    TRY(auto rule, read_attribute(*subject, keyword));
    profile.subject.push_back(std::move(rule));
  }
  const auto find = [&](const std::string& keyword) {
    return std::ranges::find(profile.subject, keyword, &AttributeRule::keyword);
  };
  TRY(auto required, subject->strings("require"));
  for (const auto& keyword : required) {
    auto rule = find(keyword);
    if (rule == profile.subject.end()) return subject->error("require", "\"{}\" is not listed in order", keyword);
    rule->required = true;
  }
  TRY(auto fixed, subject->table("fixed"));
  if (fixed) {
    for (const auto& keyword : fixed->keys()) {
      auto rule = find(keyword);
      if (rule == profile.subject.end()) return fixed->error(keyword, "\"{}\" is not listed in order", keyword);
      TRY(rule->fixed, fixed->string(keyword));
    }
  }
  TRY(auto may_be_empty, subject->boolean("may_be_empty"));
  profile.subject_may_be_empty = may_be_empty.value_or(false);
  return {};
}

Result<> read_san(ConfigTable& file, Profile& profile) {
  TRY(auto san, file.table("san"));
  if (!san) return {};
  constexpr std::array kKinds = {std::pair{"dns", GeneralNameKind::kDns}, std::pair{"ip", GeneralNameKind::kIp},
                                 std::pair{"email", GeneralNameKind::kEmail},
                                 std::pair{"uri", GeneralNameKind::kUri}};
  for (const auto& [key, kind] : kKinds) {
    TRY(auto table, san->table(key));
    if (!table) continue;
    SanRule rule;
    rule.kind = kind;
    TRY(auto min, table->integer("min"));
    TRY(auto max, table->integer("max"));
    rule.min = min.value_or(0);
    rule.max = max.value_or(1);
    if (rule.min < 0 || rule.max < 1 || rule.min > rule.max || rule.max > 1000) {
      return table->error("max", "min and max must be 0 <= min <= max and 1 <= max <= 1000");
    }
    TRY(rule.under, table->strings("under"));
    TRY(auto wildcard, table->string("wildcard"));
    if (wildcard && *wildcard != "none") {
      if (kind != GeneralNameKind::kDns || *wildcard != "left-most label") {
        return table->error("wildcard", "wildcard takes \"none\" or, for dns, \"left-most label\"");
      }
      rule.wildcard = x509::Wildcard::kAllowed;
    }
    TRY(check_under(*table, rule));
    TRY(rule.single_labels, table->strings("single_labels"));
    TRY(check_single_labels(*table, rule));
    profile.san.push_back(std::move(rule));
  }
  TRY(profile.san_critical, read_critical(*san, "critical", Critical::kNo));
  return {};
}

Result<std::uint32_t> read_usages(ConfigTable& table, std::string_view key) {
  TRY(auto names, table.strings(key));
  std::uint32_t bits = 0;
  for (const auto& name : names) {
    const auto bit = x509::key_usage_by_name(name);
    if (!bit) return table.error(key, "\"{}\" is no key usage (RFC 5280 section 4.2.1.3)", name);
    bits |= *bit;
  }
  return bits;
}

Result<> read_usage_extensions(ConfigTable& extensions, Profile& profile) {
  TRY(auto usage, extensions.table("key_usage"));
  if (usage) {
    TRY(profile.key_usage_critical, read_critical(*usage, "critical", Critical::kYes));
    TRY(profile.key_usage, read_usages(*usage, "values"));
    TRY(profile.key_usage_for_rsa, read_usages(*usage, "add_for_rsa"));
    TRY(profile.key_usage_for_ec, read_usages(*usage, "add_for_ec"));
    TRY(profile.key_usage_for_sm2, read_usages(*usage, "add_for_sm2"));
  }
  TRY(auto purposes, extensions.strings("extended_key_usage"));
  for (const auto& name : purposes) {
    auto oid = x509::oid_by_name(name);
    if (!oid) return extensions.error("extended_key_usage", "\"{}\" is no extended key usage and no OID", name);
    profile.extended_key_usage.push_back(std::move(*oid));
  }
  TRY(profile.extended_key_usage_critical, read_critical(extensions, "extended_key_usage_critical", Critical::kNo));
  return {};
}

Result<> read_constraints(ConfigTable& extensions, Profile& profile) {
  TRY(auto constraints, extensions.table("basic_constraints"));
  if (constraints) {
    x509::BasicConstraints value;
    TRY(auto ca, constraints->boolean("ca"));
    value.ca = ca.value_or(false);
    TRY(value.path_length, constraints->integer("path_length"));
    TRY(profile.basic_constraints_critical, read_critical(*constraints, "critical", Critical::kYes));
    profile.basic_constraints = value;
  }
  TRY(auto names, extensions.table("name_constraints"));
  if (names) {
    x509::NameConstraints value;
    for (const auto& [key, list] :
         {std::pair{"permitted", &value.permitted}, std::pair{"excluded", &value.excluded}}) {
      TRY(auto texts, names->strings(key));
      for (const auto& text : texts) {
        auto name = parse_constraint(text);
        if (!name)
          return names->error(
              key, "\"{}\" is no constraint; write dns:city.example, email:city.example or ip:192.0.2.0/24", text);
        list->push_back(std::move(*name));
      }
    }
    profile.name_constraints = std::move(value);
  }
  return {};
}

Result<> read_other_extensions(ConfigTable& extensions, Profile& profile) {
  TRY(auto policies, extensions.tables("policies"));
  for (auto& table : policies) {
    x509::PolicyInformation policy;
    TRY(auto oid, table.required_string("oid"));
    auto encoded = x509::oid_from_dotted(oid);
    if (!encoded) return table.error("oid", "\"{}\" is no object identifier", oid);
    policy.policy = std::move(*encoded);
    TRY(auto cps, table.string("cps"));
    if (cps) policy.cps.push_back(*cps);
    profile.policies.push_back(std::move(policy));
  }
  TRY(profile.policies_critical, read_critical(extensions, "policies_critical", Critical::kNo));
  for (const auto& [key, member] : {std::pair{"ocsp_no_check", &profile.ocsp_no_check},
                                    std::pair{"authority_info_access", &profile.authority_info_access},
                                    std::pair{"crl_distribution_points", &profile.crl_distribution_points}}) {
    TRY(auto value, extensions.boolean(key));
    if (value) *member = *value;
  }
  TRY(auto extra, extensions.tables("extra"));
  for (auto& table : extra) {
    ExtraExtension more;
    TRY(auto oid, table.required_string("oid"));
    TRY(auto value, table.required_string("der"));
    auto encoded = x509::oid_from_dotted(oid);
    auto octets = base::from_hex(value);
    if (!encoded) return table.error("oid", "\"{}\" is no object identifier", oid);
    if (!octets || !x509::der::is_der_tree(*octets)) {
      return table.error(
          "der", "the value must be one DER element in hexadecimal, with nothing in it that is not DER (X.690)");
    }
    more.oid = std::move(*encoded);
    more.value = std::move(*octets);
    TRY(more.critical, read_critical(table, "critical", Critical::kNo));
    profile.extra.push_back(std::move(more));
  }
  return {};
}

}  // namespace

Result<Profile> parse_profile(std::string_view text, const std::string& file) {
  TRY(auto table, ConfigTable::parse(text, file));
  Profile profile;
  profile.text = std::string(text);
  TRY(read_head(table, profile));
  TRY(read_subject(table, profile));
  TRY(read_san(table, profile));
  TRY(auto extensions, table.table("extensions"));
  if (extensions) {
    TRY(read_usage_extensions(*extensions, profile));
    TRY(read_constraints(*extensions, profile));
    TRY(read_other_extensions(*extensions, profile));
  }
  TRY(table.finish());
  TRY(check_profile(table, profile));
  return profile;
}

bool Profile::admits(const x509::KeyKind& kind) const {
  return std::ranges::any_of(keys, [&](const KeyRule& rule) {
    return rule.type == kind.type && kind.bits >= rule.min_bits && kind.bits <= rule.max_bits;
  });
}

std::uint32_t Profile::key_usage_of(x509::KeyType type) const {
  switch (type) {
    case KeyType::kRsa:
      return key_usage | key_usage_for_rsa;
    case KeyType::kP256:
    case KeyType::kP384:
    case KeyType::kP521:
      return key_usage | key_usage_for_ec;
    case KeyType::kSm2:
      return key_usage | key_usage_for_sm2;
    case KeyType::kRsaPss:
    case KeyType::kEd25519:
    case KeyType::kEd448:
      break;
  }
  return key_usage;
}

std::string Profile::keys_text() const {
  std::string list;
  for (const auto& rule : keys) {
    if (!list.empty()) list += ", ";
    list += rule.text;
  }
  return list;
}

}  // namespace yuxin::ca
