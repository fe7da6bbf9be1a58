// What a profile writes into every certificate, judged before there is one.
#include <algorithm>
#include <array>
#include <memory>

#include "profile_rules.hpp"
#include "tbs_template.hpp"
#include "yuxin/x509/lint.hpp"

namespace yuxin::ca {
namespace {

using base::ConfigTable;
using base::Result;

constexpr std::array<std::uint8_t, 3> kPrivateKeyUsagePeriod{0x55, 0x1d, 0x10};
constexpr std::array<std::uint8_t, 2> kEmptySequence{0x30, 0x00};

// What the program writes itself must not stand among the extensions that a profile adds.
bool is_written_by_program(base::ByteView oid) {
  const x509::Oid written[] = {
      x509::oid::kSubjectKeyIdentifier, x509::oid::kKeyUsage,        x509::oid::kSubjectAltName,
      x509::oid::kBasicConstraints,     x509::oid::kNameConstraints, x509::oid::kCrlDistributionPoints,
      x509::oid::kCertificatePolicies,  x509::oid::kExtKeyUsage,     x509::oid::kAuthorityKeyIdentifier,
      x509::oid::kAuthorityInfoAccess,  x509::oid::kOcspNoCheck};
  return std::ranges::any_of(written, [&](x509::Oid known) { return base::equal(known, oid); });
}

Result<> check_extra(const ConfigTable& table, const Profile& profile) {
  for (std::size_t i = 0; i < profile.extra.size(); ++i) {
    const auto& oid = profile.extra[i].oid;
    const bool twice = std::any_of(profile.extra.begin(), profile.extra.begin() + static_cast<std::ptrdiff_t>(i),
                                   [&](const ExtraExtension& other) { return other.oid == oid; });
    if (twice || is_written_by_program(oid)) {
      return table.error("extensions", "the extension {} would stand twice (RFC 5280 section 4.2)",
                         x509::oid_name(oid));
    }
  }
  if (profile.name_constraints && profile.name_constraints->permitted.empty() &&
      profile.name_constraints->excluded.empty()) {
    return table.error("extensions", "name_constraints must permit or exclude something (RFC 5280 section 4.2.1.10)");
  }
  for (const auto& policy : profile.policies) {
    for (const auto& uri : policy.cps) {
      const bool ascii = std::ranges::all_of(uri, [](char c) { return c > 0x20 && c < 0x7f; });
      if (!ascii) return table.error("extensions", "the address {} must be ASCII (RFC 5280 section 4.2.1.4)", uri);
    }
  }
  return {};
}

// What would make no certificate, or is one certificate's own.
Result<> check_meaning(const ConfigTable& table, const ExtraExtension& extra) {
  if (base::equal(extra.oid, x509::oid::kPrecertificatePoison)) {
    return table.error(
        "extensions",
        "the extension {} marks precertificates, which nobody accepts as certificates (RFC 6962 section "
        "3.1)",
        x509::oid_name(extra.oid));
  }
  if (base::equal(extra.oid, x509::oid::kSctList)) {
    return table.error(
        "extensions",
        "the extension {} is what logs promise of one certificate, so it cannot stand in a profile (RFC "
        "6962 section 3.3)",
        x509::oid_name(extra.oid));
  }
  if (base::equal(extra.oid, kPrivateKeyUsagePeriod) && base::equal(extra.value, kEmptySequence)) {
    return table.error("extensions", "privateKeyUsagePeriod needs a beginning or an end (RFC 3280 section 4.2.1.4)");
  }
  return {};
}

// The lints that hold or fail whatever the key and the names are, as in a home with public addresses.
Result<> check_by_lints(const ConfigTable& table, const Profile& profile) {
  const std::string home = "http://city.example/";
  const TbsTemplate written(std::shared_ptr<const Profile>(std::shared_ptr<const Profile>(), &profile), {},
                            {{home + "ocsp"}, {home + "ca.cer"}, {home + "ca.crl"}});
  const auto octets = written.extensions();
  auto extensions = x509::read_extensions(octets);
  if (!extensions) return table.error("extensions", "the extensions cannot be read back");
  for (const auto& finding : x509::lint_extensions(std::move(*extensions))) {
    if (finding.severity != x509::LintSeverity::kError) continue;
    return table.error("extensions", "{} ({})", finding.message, finding.source);
  }
  return {};
}

}  // namespace

Result<> check_extensions(const ConfigTable& table, const Profile& profile) {
  TRY(check_extra(table, profile));
  for (const auto& extra : profile.extra) TRY(check_meaning(table, extra));
  return check_by_lints(table, profile);
}

}  // namespace yuxin::ca
