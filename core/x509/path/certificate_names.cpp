// Whether a certificate is for a name (RFC 9525, RFC 5280 section 7).
#include <algorithm>

#include "yuxin/base/text.hpp"
#include "yuxin/x509/path.hpp"

namespace yuxin::x509 {

namespace {

std::vector<GeneralName> alternative_names(const Certificate& certificate) {
  const ExtensionView* extension = certificate.tbs().find(oid::kSubjectAltName);
  auto names = extension != nullptr ? read_alternative_names(extension->value) : std::nullopt;
  return names ? std::move(*names) : std::vector<GeneralName>{};
}

// matches_dns: RFC 9525 section 6.3: case does not matter; "*" is a complete left-most label and stands for one
// label.
bool matches_dns(std::string_view pattern, std::string_view host) {
  if (!is_dns_name(pattern, Wildcard::kAllowed)) return false;
  if (!pattern.starts_with("*.")) return base::lower(pattern) == base::lower(host);
  const std::size_t dot = host.find('.');
  if (dot == std::string_view::npos || dot == 0) return false;
  pattern.remove_prefix(2);
  return pattern.find('.') != std::string_view::npos && base::lower(pattern) == base::lower(host.substr(dot + 1));
}

// matches_email: RFC 5280 section 7.5: the local part is compared exactly, the host without regard to case.
bool matches_email(std::string_view a, std::string_view b) {
  const std::size_t at = a.rfind('@');
  if (at == std::string_view::npos || at != b.rfind('@')) return false;
  return a.substr(0, at) == b.substr(0, at) && base::lower(a.substr(at)) == base::lower(b.substr(at));
}

bool has_attribute(const Name& subject, Oid type, auto matches) {
  return std::ranges::any_of(subject.attributes(), [&](const NameAttribute& attribute) {
    return base::equal(attribute.type, type) && matches(attribute.value);
  });
}

}  // namespace

bool has_name(const Certificate& certificate, const GeneralName& name, CommonNames common_names) {
  const auto names = alternative_names(certificate);
  bool has_kind = false;
  for (const GeneralName& own : names) {
    if (own.kind != name.kind) continue;
    has_kind = true;
    if (name.kind == GeneralNameKind::kDns && matches_dns(own.value, name.value)) return true;
    if (name.kind == GeneralNameKind::kEmail && matches_email(own.value, name.value)) return true;
    if (name.kind == GeneralNameKind::kIp && base::equal(own.content, name.content)) return true;
  }
  if (has_kind) return false;
  if (name.kind == GeneralNameKind::kDns && common_names == CommonNames::kWhenNoDnsNames) {
    return has_attribute(certificate.subject(), oid::kCommonName,
                         [&](std::string_view own) { return matches_dns(own, name.value); });
  }
  // RFC 8550 section 3: addresses in the subject of older certificates are still recognised.
  return name.kind == GeneralNameKind::kEmail &&
         has_attribute(certificate.subject(), oid::kEmailAddress,
                       [&](std::string_view own) { return matches_email(own, name.value); });
}

}  // namespace yuxin::x509
