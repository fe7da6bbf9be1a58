// RFC 3279 section 2.3.1 (RSA), RFC 4055 section 1.2 (RSA-PSS), RFC 5480 section 3 with RFC 8813 section 3 (EC) and
// RFC 8410 section 5 (EdDSA) list the bits that a key of a kind can serve. SM2 encrypts too (GB/T 32918.4).
#include "lint/rules.hpp"
#include "yuxin/base/text.hpp"

namespace yuxin::x509 {

namespace {

constexpr std::uint32_t kSigning = kDigitalSignature | kNonRepudiation | kKeyCertSign | kCrlSign;
constexpr std::uint32_t kAgreeing = kKeyAgreement | kEncipherOnly | kDecipherOnly;
constexpr std::uint32_t kEnciphering = kKeyEncipherment | kDataEncipherment;

std::uint32_t bits_of(KeyType type) {
  switch (type) {
    case KeyType::kRsa:
      return kSigning | kEnciphering;
    case KeyType::kP256:
    case KeyType::kP384:
    case KeyType::kP521:
      return kSigning | kAgreeing;
    case KeyType::kSm2:
      return kSigning | kEnciphering | kAgreeing;
    case KeyType::kRsaPss:
    case KeyType::kEd25519:
    case KeyType::kEd448:
      break;
  }
  return kSigning;
}

LintFault check(const LintContext& context) {
  if (context.key == nullptr || !context.facts.key_usage) return kHolds;
  const std::uint32_t wrong = context.facts.key_usage->bits & 0x1ffU & ~bits_of(context.key->kind().type);
  if (wrong == 0) return kHolds;
  return message("A key of the kind {} cannot serve for {}.", print_key_kind(context.key->kind()),
                 base::join(key_usage_names(wrong), base::message(", ")));
}

}  // namespace

const LintRule lint_rule::kKeyUsageFitsKey{"key_usage_fits_key", "RFC 3279 2.3, RFC 8813 3, RFC 8410 5",
                                           LintSeverity::kError, check};

}  // namespace yuxin::x509
