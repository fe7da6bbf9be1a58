// Every extension decoded by its name.
#include <algorithm>
#include <array>

#include "inspect/parts.hpp"
#include "yuxin/base/language.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/x509/crl.hpp"

namespace yuxin::x509::inspect_detail {

namespace {

// Decoded is what an extension says: for the screen, and the member "value".
struct Decoded {
  std::vector<std::string> lines;
  base::Json json;
};
using Decode = std::optional<Decoded> (*)(base::ByteView value);

base::JsonArray json_array(const std::vector<std::string>& items) {
  base::JsonArray array;
  for (const auto& item : items) array.push_back(json_text(visible(item)));
  return array;
}

Decoded lines_of(const std::vector<std::string>& items) {
  Decoded decoded{{}, json_array(items)};
  for (const auto& item : items) decoded.lines.push_back(visible(item));
  return decoded;
}

Decoded line_of(std::string_view line) { return Decoded{{visible(line)}, json_text(visible(line))}; }

std::string comma_list(const std::vector<std::string>& items) { return base::join(items, base::message(", ")); }

std::optional<Decoded> decode_basic_constraints(base::ByteView value) {
  const auto constraints = read_basic_constraints(value);
  if (!constraints) return std::nullopt;
  Decoded decoded{{std::string(constraints->ca ? base::tr("certificate authority") : base::tr("end entity"))},
                  base::JsonObject{{"ca", constraints->ca}}};
  if (constraints->path_length) {
    decoded.lines[0] = base::message("{}, path length {}", decoded.lines[0], *constraints->path_length);
    decoded.json.as_object()["path_length"] = *constraints->path_length;
  }
  return decoded;
}

std::optional<Decoded> decode_key_usage(base::ByteView value) {
  const auto bits = read_key_usage(value);
  if (!bits) return std::nullopt;
  const auto names = key_usage_names(*bits);
  return Decoded{{names.empty() ? std::string(base::tr("(none)")) : comma_list(names)}, json_array(names)};
}

std::optional<Decoded> decode_extended_key_usage(base::ByteView value) {
  const auto usages = read_extended_key_usage(value);
  if (!usages) return std::nullopt;
  std::vector<std::string> names;
  for (const auto& usage : *usages) names.push_back(oid_name(usage));
  return Decoded{{comma_list(names)}, json_array(names)};
}

std::optional<Decoded> decode_alternative_names(base::ByteView value) {
  const auto names = read_alternative_names(value);
  if (!names) return std::nullopt;
  return lines_of(general_name_texts(*names));
}

std::optional<Decoded> decode_key_identifier(base::ByteView value) {
  const auto identifier = read_subject_key_identifier(value);
  if (!identifier) return std::nullopt;
  return line_of(base::hex(*identifier));
}

std::optional<Decoded> decode_authority_key_identifier(base::ByteView value) {
  const auto identifier = read_authority_key_identifier(value);
  if (!identifier) return std::nullopt;
  Decoded decoded{{}, base::JsonObject{}};
  auto& json = decoded.json.as_object();
  if (identifier->key_identifier) {
    decoded.lines.push_back(base::hex(*identifier->key_identifier));
    json["key_identifier"] = decoded.lines.back();
  }
  if (identifier->issuer) {
    const auto names = general_name_texts(*identifier->issuer);
    json["issuer"] = json_array(names);
    for (const auto& name : names) decoded.lines.push_back(base::message("issuer {}", visible(name)));
  }
  if (identifier->serial) {
    json["serial"] = hex_serial(*identifier->serial);
    decoded.lines.push_back(base::message("serial {}", hex_serial(*identifier->serial)));
  }
  if (decoded.lines.empty()) decoded.lines.emplace_back(base::tr("(empty)"));
  return decoded;
}

std::optional<Decoded> decode_information_access(base::ByteView value) {
  const auto access = read_authority_info_access(value);
  if (!access) return std::nullopt;
  Decoded decoded{{}, base::JsonArray{}};
  for (const auto& description : *access) {
    const std::string method = oid_name(description.method);
    const std::string location = visible(general_name_text(description.location));
    decoded.lines.push_back(method + " " + location);
    decoded.json.as_array().push_back(base::JsonObject{{"method", method}, {"location", location}});
  }
  return decoded;
}

// The names of ReasonFlags (RFC 5280 section 4.2.1.13) by their bit.
std::vector<std::string> reason_flag_names(std::uint32_t bits) {
  static constexpr std::array<std::string_view, 9> kNames{
      "unused",      "keyCompromise",        "cACompromise",    "affiliationChanged",
      "superseded",  "cessationOfOperation", "certificateHold", "privilegeWithdrawn",
      "aACompromise"};
  std::vector<std::string> names;
  for (std::size_t bit = 0; bit < kNames.size(); ++bit) {
    if ((bits >> bit & 1U) != 0) names.emplace_back(kNames.at(bit));
  }
  return names;
}

void add_names(Decoded& decoded, base::JsonObject& json, const char* key, const std::vector<GeneralName>& names) {
  if (names.empty()) return;
  const auto texts = general_name_texts(names);
  json[key] = json_array(texts);
  for (const auto& text : texts) decoded.lines.push_back(visible(text));
}

void add_relative_name(Decoded& decoded, base::JsonObject& json, const base::Bytes& relative_name) {
  json["relative_name"] = base::hex(relative_name);
  decoded.lines.push_back(base::message("name relative to the issuer: {}", base::hex(relative_name)));
}

std::optional<Decoded> decode_distribution_points(base::ByteView value) {
  const auto points = read_crl_distribution_points(value);
  if (!points) return std::nullopt;
  Decoded decoded{{}, base::JsonArray{}};
  for (const auto& point : *points) {
    base::JsonObject json;
    add_names(decoded, json, "names", point.full_name);
    if (point.has_relative_name) add_relative_name(decoded, json, point.relative_name);
    if (point.has_reasons) {
      const auto names = reason_flag_names(point.reasons);
      json["reasons"] = json_array(names);
      decoded.lines.push_back(base::message("for the reasons {}", comma_list(names)));
    }
    if (!point.crl_issuer.empty()) {
      const auto issuers = general_name_texts(point.crl_issuer);
      json["crl_issuer"] = json_array(issuers);
      for (const auto& issuer : issuers) decoded.lines.push_back(base::message("signed by {}", visible(issuer)));
    }
    decoded.json.as_array().emplace_back(std::move(json));
  }
  return decoded;
}

std::optional<Decoded> decode_issuing_distribution_point(base::ByteView value) {
  const auto point = read_issuing_distribution_point(value);
  if (!point) return std::nullopt;
  Decoded decoded{{}, {}};
  base::JsonObject json;
  add_names(decoded, json, "names", point->full_name);
  if (point->has_relative_name) add_relative_name(decoded, json, point->relative_name);
  const auto flag = [&](const char* key, bool set, std::string_view text) {
    json[key] = set;
    if (set) decoded.lines.emplace_back(text);
  };
  flag("only_user_certificates", point->only_user_certificates, base::tr("only end-entity certificates"));
  flag("only_ca_certificates", point->only_ca_certificates, base::tr("only certificates of authorities"));
  flag("only_attribute_certificates", point->only_attribute_certificates, base::tr("only attribute certificates"));
  flag("indirect_crl", point->indirect_crl, base::tr("also certificates of other issuers"));
  if (point->only_some_reasons) {
    const auto names = reason_flag_names(*point->only_some_reasons);
    json["only_some_reasons"] = json_array(names);
    decoded.lines.push_back(base::message("for the reasons {}", comma_list(names)));
  }
  decoded.json = std::move(json);
  return decoded;
}

std::optional<Decoded> decode_policies(base::ByteView value) {
  const auto policies = read_certificate_policies(value);
  if (!policies) return std::nullopt;
  Decoded decoded{{}, base::JsonArray{}};
  for (const auto& policy : *policies) {
    const std::string oid = dotted(policy.policy);
    const std::string name = oid_name(policy.policy);
    base::JsonObject json{{"oid", oid}};
    if (!policy.cps.empty()) json["cps"] = json_array(policy.cps);
    decoded.lines.push_back(name == oid ? oid : name + " (" + oid + ")");
    for (const auto& uri : policy.cps) decoded.lines.push_back("  " + visible(uri));
    if (policy.has_other_qualifiers) decoded.lines.push_back("  " + std::string(base::tr("with a user notice")));
    decoded.json.as_array().emplace_back(std::move(json));
  }
  return decoded;
}

std::optional<Decoded> decode_policy_mappings(base::ByteView value) {
  const auto mappings = read_policy_mappings(value);
  if (!mappings) return std::nullopt;
  Decoded decoded{{}, base::JsonArray{}};
  for (const auto& mapping : *mappings) {
    const std::string issuer = dotted(mapping.issuer_domain);
    const std::string subject = dotted(mapping.subject_domain);
    decoded.lines.push_back(issuer + " = " + subject);
    decoded.json.as_array().push_back(base::JsonObject{{"issuer_domain", issuer}, {"subject_domain", subject}});
  }
  return decoded;
}

std::optional<Decoded> decode_policy_constraints(base::ByteView value) {
  const auto constraints = read_policy_constraints(value);
  if (!constraints) return std::nullopt;
  Decoded decoded{{}, {}};
  base::JsonObject json;
  if (constraints->require_explicit_policy) {
    json["require_explicit_policy"] = *constraints->require_explicit_policy;
    decoded.lines.push_back(
        base::message("a policy is required after {} certificates", *constraints->require_explicit_policy));
  }
  if (constraints->inhibit_policy_mapping) {
    json["inhibit_policy_mapping"] = *constraints->inhibit_policy_mapping;
    decoded.lines.push_back(
        base::message("no mapping of policies after {} certificates", *constraints->inhibit_policy_mapping));
  }
  decoded.json = std::move(json);
  return decoded;
}

std::optional<Decoded> decode_inhibit_any_policy(base::ByteView value) {
  const auto skip = read_inhibit_any_policy(value);
  if (!skip) return std::nullopt;
  return Decoded{{base::message("anyPolicy does not count after {} certificates", *skip)}, *skip};
}

std::optional<Decoded> decode_name_constraints(base::ByteView value) {
  const auto constraints = read_name_constraints(value);
  if (!constraints) return std::nullopt;
  Decoded decoded{{}, {}};
  const auto permitted = general_name_texts(constraints->permitted);
  const auto excluded = general_name_texts(constraints->excluded);
  for (const auto& name : permitted) decoded.lines.push_back(base::message("permitted {}", visible(name)));
  for (const auto& name : excluded) decoded.lines.push_back(base::message("excluded {}", visible(name)));
  decoded.json = base::JsonObject{{"permitted", json_array(permitted)}, {"excluded", json_array(excluded)}};
  return decoded;
}

std::optional<Decoded> decode_number(base::ByteView value) {
  const auto number = read_crl_number(value);
  if (!number) return std::nullopt;
  if (const auto small = der::parse_small_integer(*number)) return Decoded{{std::to_string(*small)}, *small};
  return line_of("0x" + base::hex(*number));
}

std::optional<Decoded> decode_null(base::ByteView value) {
  if (value.size() != 2 || value[0] != der::kNull || value[1] != 0) return std::nullopt;
  return Decoded{{std::string(base::tr("(no value)"))}, {}};
}

std::optional<Decoded> decode_reason(base::ByteView value) {
  const auto code = der::single(value, der::kEnumerated);
  const auto number = code ? der::parse_small_integer(code->content) : std::nullopt;
  if (!number || *number < 0 || *number > 10) return std::nullopt;
  return line_of(std::string(reason_name(static_cast<RevocationReason>(*number))));
}

// TLS features (RFC 7633): the numbers of TLS extensions.
std::optional<Decoded> decode_tls_feature(base::ByteView value) {
  const auto sequence = der::single(value, der::kSequence);
  if (!sequence) return std::nullopt;
  constexpr std::int64_t kStatusRequest = 5;
  std::vector<std::string> features;
  der::Reader reader(sequence->content);
  while (!reader.at_end()) {
    const auto number = reader.small_integer();
    if (!number) return std::nullopt;
    features.push_back(*number == kStatusRequest ? "status_request" : std::to_string(*number));
  }
  return lines_of(features);
}

// SignedCertificateTimestampList (RFC 6962 section 3.3), in the presentation language of TLS.
std::optional<std::string> read_sct(base::ByteView sct) {
  constexpr std::size_t kLogAt = 1;
  constexpr std::size_t kTimeAt = 33;
  constexpr std::size_t kHeadSize = 43;
  if (sct.size() < kHeadSize || sct[0] != 0) return std::nullopt;
  std::uint64_t milliseconds = 0;
  for (std::size_t i = kTimeAt; i < kTimeAt + 8; ++i) milliseconds = milliseconds << 8U | sct[i];
  const base::UnixTime time{static_cast<std::int64_t>(milliseconds / 1000)};
  constexpr std::int64_t kYear10000 = 253402300800;
  if (time.seconds >= kYear10000) return std::nullopt;
  return base::message("log {} at {}", base::base64(sct.subspan(kLogAt, 32)), base::rfc3339(time));
}

std::optional<Decoded> decode_sct_list(base::ByteView value) {
  const auto octets = der::single(value, der::kOctetString);
  if (!octets || octets->content.size() < 2) return std::nullopt;
  const auto length = [](base::ByteView at) { return static_cast<std::size_t>(at[0]) << 8U | at[1]; };
  base::ByteView rest = octets->content.subspan(2);
  if (length(octets->content) != rest.size()) return std::nullopt;
  std::vector<std::string> scts;
  while (!rest.empty()) {
    if (rest.size() < 2 || length(rest) > rest.size() - 2) return std::nullopt;
    const auto sct = read_sct(rest.subspan(2, length(rest)));
    if (!sct) return std::nullopt;
    scts.push_back(*sct);
    rest = rest.subspan(2 + length(rest));
  }
  return lines_of(scts);
}

struct Known {
  const Oid& oid;
  const char* label;
  Decode decode;
};

const std::vector<Known>& known_extensions() {
  using base::translatable;
  static const std::vector<Known> kKnown{
      {oid::kBasicConstraints, translatable("basic constraints"), decode_basic_constraints},
      {oid::kKeyUsage, translatable("key usage"), decode_key_usage},
      {oid::kExtKeyUsage, translatable("extended key usage"), decode_extended_key_usage},
      {oid::kSubjectAltName, translatable("subject alternative names"), decode_alternative_names},
      {oid::kIssuerAltName, translatable("issuer alternative names"), decode_alternative_names},
      {oid::kSubjectKeyIdentifier, translatable("subject key identifier"), decode_key_identifier},
      {oid::kAuthorityKeyIdentifier, translatable("authority key identifier"), decode_authority_key_identifier},
      {oid::kAuthorityInfoAccess, translatable("authority information access"), decode_information_access},
      {oid::kSubjectInfoAccess, translatable("subject information access"), decode_information_access},
      {oid::kCrlDistributionPoints, translatable("CRL distribution points"), decode_distribution_points},
      {oid::kFreshestCrl, translatable("delta CRL distribution points"), decode_distribution_points},
      {oid::kIssuingDistributionPoint, translatable("issuing distribution point"), decode_issuing_distribution_point},
      {oid::kCertificatePolicies, translatable("certificate policies"), decode_policies},
      {oid::kPolicyMappings, translatable("policy mappings"), decode_policy_mappings},
      {oid::kPolicyConstraints, translatable("policy constraints"), decode_policy_constraints},
      {oid::kInhibitAnyPolicy, translatable("inhibit anyPolicy"), decode_inhibit_any_policy},
      {oid::kNameConstraints, translatable("name constraints"), decode_name_constraints},
      {oid::kCrlNumber, translatable("CRL number"), decode_number},
      {oid::kDeltaCrlIndicator, translatable("delta CRL, based on CRL number"), decode_number},
      {oid::kReasonCode, translatable("reason"), decode_reason},
      {oid::kCertificateIssuer, translatable("certificate issuer"), decode_alternative_names},
      {oid::kInvalidityDate, translatable("invalid since"), nullptr},
      {oid::kOcspNoCheck, translatable("no revocation check of this OCSP signer"), decode_null},
      {oid::kOcspNonce, translatable("nonce"), decode_key_identifier},
      {oid::kTlsFeature, translatable("TLS features"), decode_tls_feature},
      {oid::kPrecertificatePoison, translatable("precertificate, not for use"), decode_null},
      {oid::kSctList, translatable("signed certificate timestamps"), decode_sct_list},
  };
  return kKnown;
}

Decoded undecoded(base::ByteView value) {
  if (auto nothing = decode_null(value)) return std::move(*nothing);
  const std::string text = any_value(value);
  if (text != base::hex(value)) return line_of(text);
  return {hex_lines(value), {}};
}

Node extension_node(const ExtensionView& extension) {
  const auto& all = known_extensions();
  const auto known = std::ranges::find_if(all, [&](const Known& row) { return base::equal(row.oid, extension.oid); });
  std::string label(known != all.end() ? std::string(base::tr(known->label)) : oid_name(extension.oid));
  if (extension.critical) label = base::message("{}, critical", label);
  const bool can_decode = known != all.end() && known->decode != nullptr;
  auto decoded = can_decode ? known->decode(extension.value) : undecoded(extension.value);
  const bool malformed = !decoded.has_value();
  if (malformed) {
    decoded = Decoded{hex_lines(extension.value), {}};
    decoded->lines.insert(decoded->lines.begin(), std::string(base::tr("malformed:")));
  }
  base::JsonObject json{{"oid", dotted(extension.oid)},
                        {"name", oid_name(extension.oid)},
                        {"critical", extension.critical},
                        {"der", base::hex(extension.value)}};
  if (!decoded->json.is_null()) json["value"] = std::move(decoded->json);
  if (malformed) json["malformed"] = true;
  return {"extension", std::move(label), std::move(decoded->lines), std::move(json), {}};
}

}  // namespace

Node extensions_node(const std::vector<ExtensionView>& extensions) {
  std::vector<Node> nodes;
  std::ranges::transform(extensions, std::back_inserter(nodes), extension_node);
  return array("extensions", base::tr("extensions"), std::move(nodes));
}

}  // namespace yuxin::x509::inspect_detail
