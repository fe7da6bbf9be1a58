// Certificate and CRL extensions: reading the standard ones, and writing them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "yuxin/base/bytes.hpp"
#include "yuxin/x509/name.hpp"
#include "yuxin/x509/oid.hpp"
#include "yuxin/x509/serial.hpp"

namespace yuxin::x509 {

// ExtensionView is one Extension of RFC 5280 section 4.1; views into the certificate that it was read from.
struct ExtensionView {
  Oid oid;
  bool critical = false;
  bool critical_was_encoded_false = false;  // DEFAULT FALSE written out: not DER
  base::ByteView value;                     // content of extnValue
};
// read_extensions reads the content of a SEQUENCE OF Extension; nothing if malformed. Duplicates are kept.
[[nodiscard]] std::optional<std::vector<ExtensionView>> read_extensions(base::ByteView sequence_content);
[[nodiscard]] const ExtensionView* find_extension(const std::vector<ExtensionView>& extensions, Oid oid);

// KeyUsage bits of RFC 5280 section 4.2.1.3; bit n of the BIT STRING is 1 << n.
enum KeyUsage : std::uint32_t {
  kDigitalSignature = 1U << 0U,
  kNonRepudiation = 1U << 1U,
  kKeyEncipherment = 1U << 2U,
  kDataEncipherment = 1U << 3U,
  kKeyAgreement = 1U << 4U,
  kKeyCertSign = 1U << 5U,
  kCrlSign = 1U << 6U,
  kEncipherOnly = 1U << 7U,
  kDecipherOnly = 1U << 8U,
};
// key_usage_name gives "digitalSignature" ...; key_usage_by_name reads it ("contentCommitment" is bit 1 too).
[[nodiscard]] std::vector<std::string> key_usage_names(std::uint32_t bits);
[[nodiscard]] std::optional<std::uint32_t> key_usage_by_name(std::string_view name);

struct BasicConstraints {
  bool ca = false;
  std::optional<std::int64_t> path_length;
};
struct AuthorityKeyIdentifier {
  std::optional<base::Bytes> key_identifier;
  std::optional<std::vector<GeneralName>> issuer;
  std::optional<base::Bytes> serial;  // INTEGER content
};
struct AccessDescription {
  base::Bytes method;
  GeneralName location;
};
struct DistributionPoint {
  std::vector<GeneralName> full_name;
  bool has_relative_name = false;
  base::Bytes relative_name;  // content of nameRelativeToCRLIssuer: the AttributeTypeAndValues of one RDN
  bool has_reasons = false;
  std::uint32_t reasons = 0;  // ReasonFlags: bit n of the BIT STRING is 1 << n
  std::vector<GeneralName> crl_issuer;
};
// IssuingDistributionPoint of RFC 5280 section 5.2.5, a CRL extension.
struct IssuingDistributionPoint {
  std::vector<GeneralName> full_name;
  bool has_relative_name = false;
  base::Bytes relative_name;
  bool only_user_certificates = false;
  bool only_ca_certificates = false;
  std::optional<std::uint32_t> only_some_reasons;
  bool indirect_crl = false;
  bool only_attribute_certificates = false;
};
struct PolicyInformation {
  base::Bytes policy;
  std::vector<std::string> cps;  // CPS URIs
  bool has_other_qualifiers = false;
};
struct PolicyMapping {
  base::Bytes issuer_domain;
  base::Bytes subject_domain;
};
struct PolicyConstraints {
  std::optional<std::int64_t> require_explicit_policy;
  std::optional<std::int64_t> inhibit_policy_mapping;
};
struct NameConstraints {
  std::vector<GeneralName> permitted;
  std::vector<GeneralName> excluded;
  bool has_minimum_or_maximum = false;
};

// Each reads the value of the extension of its name; nothing if it is malformed or has trailing octets.
[[nodiscard]] std::optional<BasicConstraints> read_basic_constraints(base::ByteView value);
[[nodiscard]] std::optional<std::uint32_t> read_key_usage(base::ByteView value);
[[nodiscard]] std::optional<std::vector<base::Bytes>> read_extended_key_usage(base::ByteView value);
[[nodiscard]] std::optional<std::vector<GeneralName>> read_alternative_names(base::ByteView value);
[[nodiscard]] std::optional<base::ByteView> read_subject_key_identifier(base::ByteView value);
[[nodiscard]] std::optional<AuthorityKeyIdentifier> read_authority_key_identifier(base::ByteView value);
[[nodiscard]] std::optional<std::vector<AccessDescription>> read_authority_info_access(base::ByteView value);
[[nodiscard]] std::optional<std::vector<DistributionPoint>> read_crl_distribution_points(base::ByteView value);
[[nodiscard]] std::optional<std::vector<PolicyInformation>> read_certificate_policies(base::ByteView value);
[[nodiscard]] std::optional<NameConstraints> read_name_constraints(base::ByteView value);
[[nodiscard]] std::optional<std::vector<PolicyMapping>> read_policy_mappings(base::ByteView value);
[[nodiscard]] std::optional<PolicyConstraints> read_policy_constraints(base::ByteView value);
[[nodiscard]] std::optional<std::int64_t> read_inhibit_any_policy(base::ByteView value);
[[nodiscard]] std::optional<IssuingDistributionPoint> read_issuing_distribution_point(base::ByteView value);
[[nodiscard]] std::optional<base::Bytes> read_crl_number(base::ByteView value);  // INTEGER content

// Writers give a complete DER Extension, ready to be spliced into a TBSCertificate or TBSCertList.
enum class Critical { kNo, kYes };
[[nodiscard]] base::Bytes extension(Oid oid, Critical critical, base::ByteView value);
[[nodiscard]] base::Bytes make_basic_constraints(Critical critical, const BasicConstraints& constraints);
[[nodiscard]] base::Bytes make_key_usage(Critical critical, std::uint32_t bits);
[[nodiscard]] base::Bytes make_extended_key_usage(Critical critical, const std::vector<base::Bytes>& usages);
[[nodiscard]] base::Bytes make_subject_alt_name(Critical critical, const std::vector<GeneralName>& names);
[[nodiscard]] base::Bytes make_subject_key_identifier(base::ByteView identifier);
[[nodiscard]] base::Bytes make_authority_key_identifier(base::ByteView identifier);
[[nodiscard]] base::Bytes make_authority_info_access(const std::vector<std::string>& ocsp_uris,
                                                     const std::vector<std::string>& issuer_uris);
[[nodiscard]] base::Bytes make_crl_distribution_points(const std::vector<std::string>& uris);
[[nodiscard]] base::Bytes make_certificate_policies(Critical critical,
                                                    const std::vector<PolicyInformation>& policies);
[[nodiscard]] base::Bytes make_name_constraints(const NameConstraints& constraints);
[[nodiscard]] base::Bytes make_ocsp_no_check();
// make_issuing_distribution_point writes everything but a relative name; critical (RFC 5280 section 5.2.5).
[[nodiscard]] base::Bytes make_issuing_distribution_point(const IssuingDistributionPoint& point);

}  // namespace yuxin::x509
