#include "lint/facts.hpp"

#include <algorithm>
#include <array>

#include "lint/fact_readers.hpp"

namespace yuxin::x509 {

namespace {

using Store = Shape (*)(const ExtensionView& extension, LintFacts& facts);

// Keep is the Store of one member of LintFacts.
template <auto Member, auto Read>
Shape keep(const ExtensionView& extension, LintFacts& facts) {
  auto& reading = facts.*Member;
  if (reading.extension != nullptr) return Shape::kGood;
  reading.extension = &extension;
  reading.value.emplace();
  const Shape shape = Read(extension.value, *reading.value);
  if (shape == Shape::kMalformed) reading.value.reset();
  return shape;
}

template <auto Read>
Shape only_check(const ExtensionView& extension, LintFacts& /*facts*/) {
  Nothing nothing;
  return Read(extension.value, nothing);
}

struct Known {
  Oid oid;
  Store store;
};

constexpr std::array<std::uint8_t, 3> kPrivateKeyUsagePeriod{0x55, 0x1d, 0x10};
constexpr std::array<std::uint8_t, 3> kNoRevocationAvailable{0x55, 0x1d, 0x38};
constexpr std::array<std::uint8_t, 8> kQcStatements{0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x01, 0x03};
constexpr std::array<std::uint8_t, 9> kNetscapeCertType{0x60, 0x86, 0x48, 0x01, 0x86, 0xf8, 0x42, 0x01, 0x01};

using F = LintFacts;

// The extensions that this program understands, the frequent ones first.
const auto& known_extensions() {
  static const std::array kKnown{
      Known{oid::kAuthorityKeyIdentifier, keep<&F::authority_key_identifier, read_authority_key>},
      Known{oid::kSubjectKeyIdentifier, keep<&F::subject_key_identifier, read_octets>},
      Known{oid::kKeyUsage, keep<&F::key_usage, read_usage_bits>},
      Known{oid::kBasicConstraints, keep<&F::basic_constraints, read_constraints>},
      Known{oid::kExtKeyUsage, keep<&F::extended_key_usage, read_oids>},
      Known{oid::kSubjectAltName, keep<&F::subject_alt_name, read_names>},
      Known{oid::kCrlDistributionPoints, keep<&F::crl_distribution_points, read_points>},
      Known{oid::kAuthorityInfoAccess, keep<&F::authority_info_access, read_access>},
      Known{oid::kCertificatePolicies, keep<&F::certificate_policies, read_policies>},
      Known{oid::kOcspNoCheck, keep<&F::ocsp_no_check, read_null>},
      Known{oid::kNameConstraints, keep<&F::name_constraints, read_subtrees>},
      Known{oid::kIssuerAltName, keep<&F::issuer_alt_name, read_names>},
      Known{oid::kPolicyMappings, keep<&F::policy_mappings, read_mappings>},
      Known{oid::kPolicyConstraints, keep<&F::policy_constraints, read_policy_limits>},
      Known{oid::kInhibitAnyPolicy, keep<&F::inhibit_any_policy, read_skip_certs>},
      Known{oid::kFreshestCrl, keep<&F::freshest_crl, read_points>},
      Known{oid::kSubjectInfoAccess, keep<&F::subject_info_access, read_access>},
      Known{oid::kSubjectDirectoryAttributes, keep<&F::subject_directory_attributes, read_attributes>},
      Known{oid::kTlsFeature, keep<&F::tls_feature, read_integers>},
      Known{oid::kPrecertificatePoison, keep<&F::precertificate_poison, read_null>},
      Known{oid::kSctList, keep<&F::sct_list, read_sct_list>},
      Known{kNoRevocationAvailable, keep<&F::no_revocation_available, read_null>},
      Known{kPrivateKeyUsagePeriod, only_check<read_sequence>},
      Known{kQcStatements, only_check<read_sequence>},
      Known{kNetscapeCertType, only_check<read_bits>},
      Known{oid::kExtensionRequest, only_check<read_sequence>},
  };
  return kKnown;
}

void read_extension(const ExtensionView& extension, LintFacts& facts) {
  const auto& known = known_extensions();
  const auto found =
      std::ranges::find_if(known, [&](const Known& row) { return base::equal(row.oid, extension.oid); });
  if (found == known.end()) {
    if (extension.critical) facts.unknown_critical.push_back(&extension);
    return;
  }
  const Shape shape = found->store(extension, facts);
  if (shape == Shape::kMalformed) facts.malformed.push_back(&extension);
  if (shape == Shape::kEmpty) facts.empty.push_back(&extension);
}

// SubjectPublicKeyInfo ::= SEQUENCE { algorithm SEQUENCE { OID, parameters ANY OPTIONAL }, subjectPublicKey BIT
// STRING }
void read_key_algorithm(base::ByteView spki, LintFacts& facts) {
  der::Reader reader(spki);
  auto info = reader.nested(der::kSequence);
  auto algorithm = info ? info->nested(der::kSequence) : std::nullopt;
  const auto oid = algorithm ? algorithm->oid() : std::nullopt;
  if (!oid) return;
  facts.key_algorithm = *oid;
  facts.key_parameters = algorithm->rest();
}

}  // namespace

bool LintFacts::has_usage(Oid usage) const {
  return extended_key_usage &&
         std::ranges::any_of(*extended_key_usage.value, [&](Oid listed) { return base::equal(listed, usage); });
}

LintFacts read_facts(const TbsCertificate& tbs) {
  LintFacts facts;
  for (const auto& extension : tbs.extensions) read_extension(extension, facts);
  read_key_algorithm(tbs.spki, facts);
  facts.is_ca = facts.basic_constraints && facts.basic_constraints->ca;
  facts.self_issued = base::equal(tbs.subject, tbs.issuer);
  facts.for_tls_server = facts.has_usage(oid::kServerAuth);
  facts.for_ocsp_signing = facts.has_usage(oid::kOcspSigning);
  facts.for_time_stamping = facts.has_usage(oid::kTimeStamping);
  return facts;
}

}  // namespace yuxin::x509
