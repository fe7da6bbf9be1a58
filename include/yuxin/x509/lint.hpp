// Lints: rules that a certificate must keep, checked before it is signed and on any file.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "yuxin/base/result.hpp"
#include "yuxin/x509/certificate.hpp"

namespace yuxin::x509 {

// LintSeverity: an error blocks issuing; a warning is a "SHOULD" that was not followed; a notice only informs.
enum class LintSeverity { kNotice, kWarning, kError };

// LintFacts is what the known extensions say, read once for all rules (core/x509/lint/facts.hpp).
struct LintFacts;

// LintContext is what a rule may look at. Views and pointers must outlive the call.
struct LintContext {
  const TbsCertificate& tbs;
  const LintFacts& facts;
  base::ByteView outer_signature_algorithm;  // empty when only a TBSCertificate is looked at
  const Certificate* issuer = nullptr;       // null when it is not known; rules about nesting are then skipped
  const PublicKey* issuer_key = nullptr;     // null when it is not known or does not parse
  const Name* subject = nullptr;             // decoded names, null when they do not decode
  const Name* issuer_name = nullptr;
  const PublicKey* key = nullptr;  // null when the key does not parse
};

// LintRule is one rule: one file in core/x509/lint/, named after it. `check` gives nothing when the rule holds or
// does not apply, otherwise what is wrong in the language of the process. Pure and thread-safe.
struct LintRule {
  std::string_view name;    // "key_usage_of_ca": stable, printed and used in JSON
  std::string_view source;  // "RFC 5280 4.2.1.3"
  LintSeverity severity;
  std::optional<std::string> (*check)(const LintContext& context);
};
[[nodiscard]] std::span<const LintRule* const> lint_rules();

struct LintFinding {
  std::string_view rule;
  std::string_view source;
  LintSeverity severity;
  std::string message;
};

// lint runs every rule over a TBSCertificate or a certificate. An empty answer means that all hold.
[[nodiscard]] std::vector<LintFinding> lint_tbs(const TbsCertificate& tbs, const Certificate* issuer);
[[nodiscard]] std::vector<LintFinding> lint(const Certificate& certificate, const Certificate* issuer);

// lint_for_issuing runs what blocks signing and gives kRefused naming the first broken rules, or success. `key` is
// the parsed subject key and `subject`, `issuer_name` the decoded names, so that nothing is parsed twice.
[[nodiscard]] base::Result<> lint_for_issuing(const TbsCertificate& tbs, const Certificate& issuer,
                                              const PublicKey& key, const Name& subject);

// lint_subject runs what blocks signing of the rules about a subject alone, before there is a key or a certificate:
// lengths (X.520), country codes, empty values, characters that nobody sees. kRefused as lint_for_issuing.
[[nodiscard]] base::Result<> lint_subject(const Name& subject);

// lint_extensions runs what blocks signing of the rules about extensions that stand alone: those that a profile
// writes into every certificate, before there is a key, a name or an issuer.
[[nodiscard]] std::vector<LintFinding> lint_extensions(std::vector<ExtensionView> extensions);

[[nodiscard]] std::string_view lint_severity_name(LintSeverity severity);

}  // namespace yuxin::x509
