// Certification paths: building them and validating them (RFC 5280 section 6), and one certificate against one CRL.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "yuxin/base/result.hpp"
#include "yuxin/base/time.hpp"
#include "yuxin/x509/certificate.hpp"
#include "yuxin/x509/crl.hpp"

namespace yuxin::x509 {

class AttributeCertificate;

// PathPurpose is what the certificate at the end of the path is to be good for: its extended key usage, the extended
// key usages of the authorities above it, and its key usage must allow it. kAny asks nothing.
enum class PathPurpose {
  kAny,
  kTlsServer,
  kTlsClient,
  kEmail,
  kCodeSigning,
  kOcspSigning,   // the authorities' extended key usages are not asked: RFC 6960 delegates for one authority only
  kTimeStamping,  // the extended key usage must be critical and alone (RFC 3161 section 2.3)
  kCrlSign,
  kAttributeAuthority,  // no certification authority, and the extended key usage says so (RFC 5755 section 4.5)
  kLedger,              // the extended key usage says so, and nothing else
};
// purpose_name is "any", "tls-server", "tls-client", "email", "code-signing", "ocsp-signing", "time-stamping",
// "crl-sign", "attribute-authority", "ledger".
[[nodiscard]] std::string_view purpose_name(PathPurpose purpose);
[[nodiscard]] std::optional<PathPurpose> purpose_by_name(std::string_view name);

// RevocationMode says what the lack of a CRL means. What a CRL says counts in both modes that look at CRLs; an
// expired CRL is like none under kCrlIfPresent. The trust anchor itself is never asked about.
enum class RevocationMode { kNone, kCrlIfPresent, kCrlRequired };

// CommonNames says whether a host may be looked for in the common name of a certificate that has no DNS names.
enum class CommonNames { kIgnored, kWhenNoDnsNames };

// PathOptions are the inputs of RFC 5280 section 6.1.1 but the path and the trust anchors.
struct PathOptions {
  PathPurpose purpose = PathPurpose::kAny;
  std::vector<GeneralName> names = {};  // DNS, IP and e-mail names that the certificate must all have
  CommonNames common_names = CommonNames::kIgnored;
  std::vector<base::Bytes> policies = {};  // user-initial-policy-set; empty: any policy
  bool require_explicit_policy = false;
  bool inhibit_policy_mapping = false;
  bool inhibit_any_policy = false;
  std::optional<unsigned> max_depth =
      std::nullopt;  // certificates between the one verified and the anchor; default 32
  RevocationMode revocation = RevocationMode::kCrlIfPresent;
  // Keys and signatures below this strength are refused (NIST SP 800-57): 112 refuses SHA-1 and RSA below 2048.
  // 0 takes whatever OpenSSL can still verify, for evidence from former times. Known steps: 0, 80, 112, 128, 192,
  // 256.
  unsigned minimum_security_bits = 112;
};

// PathReport says whether the path is good, or what is wrong with which certificate.
struct PathReport {
  bool valid = false;
  // reason is a stable word: "ok", or of path_reasons ("expired", "revoked", "no-trusted-issuer" ...).
  std::string_view reason;
  // detail is a sentence for people that names the certificate and what to do; empty when valid.
  std::string detail;
  // chain begins with the certificate that was verified and ends with the trust anchor; as far as it was built.
  std::vector<Certificate> chain;
  // policies is the user-constrained policy set of RFC 5280 section 6.1.6; anyPolicy stands for all. For valid paths.
  std::vector<base::Bytes> policies;
  std::string diagnostic;  // the library's own words, for the log
};
[[nodiscard]] std::vector<std::string_view> path_reasons();

// PathMaterial is what paths are built from. Anchors are trusted as they are, also when another authority issued
// them.
struct PathMaterial {
  std::vector<Certificate> anchors;
  std::vector<Certificate> untrusted;
  std::vector<Crl> crls;
};

// PathVerifier holds material that was prepared once. Immutable; copies share one body; `verify` is safe from every
// thread at once. Where neither lists nor names nor policies are asked about, it remembers good paths: the same
// certificate is quick the second time, at any moment at which its whole path is valid and with the same help.
class PathVerifier {
 public:
  // prepare: kMalformed for an object that the library beneath cannot read; names it.
  [[nodiscard]] static base::Result<PathVerifier> prepare(const PathMaterial& material);
  // verify decides about one certificate at one moment. `untrusted` is further help for this certificate only.
  // A certificate that cannot be judged at all is a report too ("malformed").
  [[nodiscard]] PathReport verify(const Certificate& certificate, base::UnixTime at, const PathOptions& options,
                                  const std::vector<Certificate>& untrusted = {}) const;

  struct Impl;
  explicit PathVerifier(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}

 private:
  std::shared_ptr<const Impl> impl_;
};

// verify_path is prepare and verify in one; an error of prepare becomes a report.
[[nodiscard]] PathReport verify_path(const Certificate& certificate, const PathMaterial& material, base::UnixTime at,
                                     const PathOptions& options);

// CrlStatus is what one CRL says about one certificate.
enum class CrlStatus { kGood, kRevoked, kUnknown };
struct CrlVerdict {
  CrlStatus status = CrlStatus::kUnknown;
  RevocationReason reason = RevocationReason::kUnspecified;  // of kRevoked
  std::optional<base::UnixTime> revoked_at = std::nullopt;
  std::optional<base::UnixTime> invalidity_date = std::nullopt;  // RFC 5280 section 5.3.2
  std::string detail = {};                                       // why nothing is known, for people
  // untrusted_since is from when on nothing is to be believed: the earlier of the two; the first moment of all where
  // a revoked one has neither.
  [[nodiscard]] base::UnixTime untrusted_since() const;
};
// check_crl asks a full CRL of the certificate's own issuer about the certificate (RFC 5280 section 6.3.3). The list
// counts when its signature, times, issuer and scope (issuingDistributionPoint) fit and nothing critical in it is
// unknown; indirect lists, deltas and lists for some reasons only are not known here. `max_age` bounds the age of
// thisUpdate. `issuer` must be trusted already; that it issued the certificate is not checked again.
[[nodiscard]] CrlVerdict check_crl(const Certificate& certificate, const Certificate& issuer, const Crl& crl,
                                   base::UnixTime at, std::optional<base::Seconds> max_age = std::nullopt);
// check_attribute_crl asks a full list of an attribute authority (an ACRL, RFC 5755 section 6) about an attribute
// certificate, by the same rules. A list that covers certificates only says nothing.
[[nodiscard]] CrlVerdict check_attribute_crl(const AttributeCertificate& attributes, const Certificate& authority,
                                             const Crl& crl, base::UnixTime at);

// has_name says whether a certificate is for a DNS name (wildcards as in RFC 9525 section 6.3), an IP address or an
// e-mail address. Names of other kinds never match.
[[nodiscard]] bool has_name(const Certificate& certificate, const GeneralName& name, CommonNames common_names);

}  // namespace yuxin::x509
