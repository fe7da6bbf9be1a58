// One certificate against one CRL (RFC 5280 section 6.3.3).
#include <algorithm>

#include "path/list_fault.hpp"
#include "path/openssl_objects.hpp"
#include "yuxin/base/language.hpp"
#include "yuxin/x509/attribute_certificate.hpp"
#include "yuxin/x509/path.hpp"

namespace yuxin::x509 {

namespace {

using base::message;
using Doubt = std::optional<std::string>;  // why the list says nothing about the certificate

CrlVerdict unknown(std::string detail) { return {.status = CrlStatus::kUnknown, .detail = std::move(detail)}; }

Doubt doubt_about_issuer(const Name& wanted, const Certificate& issuer, const Crl& crl) {
  if (!same_name(crl.issuer(), wanted) || !same_name(crl.issuer(), issuer.subject())) {
    return message("The revocation list is one of {}, not of the certificate's issuer.", crl.issuer().text());
  }
  const ExtensionView* usage = issuer.tbs().find(oid::kKeyUsage);
  const auto bits = usage != nullptr ? read_key_usage(usage->value) : std::uint32_t{kCrlSign};
  if (bits && (*bits & kCrlSign) != 0) return std::nullopt;
  return message("The key usage of {} does not let it sign revocation lists.", issuer.subject().text());
}

Doubt doubt_about_time(const Crl& crl, base::UnixTime at, std::optional<base::Seconds> max_age) {
  if (crl.this_update() > at) {
    return message("The revocation list is from {}, after the time asked about.",
                   base::local_time(crl.this_update()));
  }
  if (crl.next_update() && *crl.next_update() < at) {
    return message("The revocation list is out of date since {}. Fetch a new one.",
                   base::local_time(*crl.next_update()));
  }
  if (!max_age && !crl.next_update())
    return message("The revocation list does not say when the next one comes, so that it would count for ever.");
  if (!max_age || at - crl.this_update() <= *max_age) return std::nullopt;
  return message("The revocation list is from {}, which is too long ago. Fetch a new one.",
                 base::local_time(crl.this_update()));
}

bool is_understood(Oid extension) {
  return base::equal(extension, oid::kIssuingDistributionPoint) || base::equal(extension, oid::kCrlNumber) ||
         base::equal(extension, oid::kAuthorityKeyIdentifier) || base::equal(extension, oid::kIssuerAltName) ||
         base::equal(extension, oid::kFreshestCrl) || base::equal(extension, oid::kAuthorityInfoAccess);
}

Doubt doubt_about_extensions(const Crl& crl) {
  const auto& extensions = crl.extensions();
  if (const auto fault = fault_of_fields(crl)) return message("The revocation list proves nothing: {}", *fault);
  if (find_extension(extensions, oid::kDeltaCrlIndicator) != nullptr) {
    return message("The revocation list is a delta; the full list is needed.");
  }
  const auto strange = std::ranges::find_if(
      extensions, [](const ExtensionView& one) { return one.critical && !is_understood(one.oid); });
  if (strange == extensions.end()) return std::nullopt;
  return message("The revocation list has the critical extension {}, which is not understood.",
                 oid_name(strange->oid));
}

bool shares_name(const std::vector<GeneralName>& a, const std::vector<GeneralName>& b) {
  return std::ranges::any_of(a, [&](const GeneralName& one) {
    return std::ranges::any_of(
        b, [&](const GeneralName& other) { return one.kind == other.kind && one.content == other.content; });
  });
}

// RFC 5280 section 6.3.3 (b)(2)(i): the list's distribution point is one of the certificate's, and one that this
// issuer serves itself. A certificate without the extension is served by a list without a distribution point.
bool serves_point(const std::vector<ExtensionView>& of_certificate, const IssuingDistributionPoint* scope) {
  const bool scope_has_name = scope != nullptr && (!scope->full_name.empty() || scope->has_relative_name);
  const ExtensionView* extension = find_extension(of_certificate, oid::kCrlDistributionPoints);
  if (extension == nullptr) return !scope_has_name;
  const auto points = read_crl_distribution_points(extension->value);
  return points && std::ranges::any_of(*points, [&](const DistributionPoint& point) {
           return point.crl_issuer.empty() && (!scope_has_name || shares_name(point.full_name, scope->full_name));
         });
}

// RFC 5280 section 5.2.5 and 6.3.3 (b)(2)(ii) to (iv)
bool covers_attributes(const IssuingDistributionPoint& scope) {
  return !scope.indirect_crl && !scope.only_some_reasons && !scope.only_user_certificates &&
         !scope.only_ca_certificates;
}

bool covers(const IssuingDistributionPoint& scope, const Certificate& certificate) {
  if (scope.indirect_crl || scope.only_attribute_certificates || scope.only_some_reasons) return false;
  if (scope.only_user_certificates && scope.only_ca_certificates) return false;
  if (!scope.only_user_certificates && !scope.only_ca_certificates) return true;
  // Before version 3 a certificate cannot say whether it is an authority's.
  return certificate.tbs().version == 2 && certificate.is_ca() == scope.only_ca_certificates;
}

template <typename Covers>
Doubt doubt_about_scope(const std::vector<ExtensionView>& of_certificate, const Crl& crl, const Covers& covers_it) {
  const ExtensionView* extension = find_extension(crl.extensions(), oid::kIssuingDistributionPoint);
  const auto scope = extension != nullptr ? read_issuing_distribution_point(extension->value) : std::nullopt;
  const bool readable = extension == nullptr || scope;
  if (readable && (!scope || covers_it(*scope)) && serves_point(of_certificate, scope ? &*scope : nullptr)) {
    return std::nullopt;
  }
  return message("The revocation list is not the one for this certificate: it covers other certificates.");
}

Doubt doubt_about_signature(const Certificate& issuer, const Crl& crl) {
  const auto key = issuer.public_key();
  if (!key) return key.error().detail;
  const auto verified = crl.verify_signature(*key);
  if (!verified) return verified.error().detail;
  return std::nullopt;
}

// look_up walks the whole list, because an entry that does not parse makes it worthless wherever it stands.
CrlVerdict look_up(base::ByteView serial, const Crl& crl) {
  CrlVerdict verdict{.status = CrlStatus::kGood};
  bool strange = false;
  const auto walked = crl.for_each_view([&](const RevokedEntryView& entry) {
    strange =
        strange || entry.has_unknown_critical || !entry.certificate_issuer.empty() || is_out_of_place(entry, crl);
    if (base::equal(entry.serial, serial)) {
      verdict.status = CrlStatus::kRevoked;
      verdict.reason = entry.reason;
      verdict.revoked_at = entry.revoked_at;
      verdict.invalidity_date = entry.invalidity_date;
    }
    return Crl::Visit::kGoOn;
  });
  if (!walked) return unknown(walked.error().detail);
  if (strange) return unknown(message("The revocation list has entries that are not understood."));
  return verdict;
}

}  // namespace

base::UnixTime CrlVerdict::untrusted_since() const {
  const auto revoked = revoked_at.value_or(base::UnixTime{0});
  return std::min(revoked, invalidity_date.value_or(revoked));
}

CrlVerdict check_crl(const Certificate& certificate, const Certificate& issuer, const Crl& crl, base::UnixTime at,
                     std::optional<base::Seconds> max_age) {
  const auto covers_it = [&](const IssuingDistributionPoint& scope) { return covers(scope, certificate); };
  if (auto doubt = doubt_about_issuer(certificate.issuer(), issuer, crl)) return unknown(std::move(*doubt));
  if (auto doubt = doubt_about_time(crl, at, max_age)) return unknown(std::move(*doubt));
  if (auto doubt = doubt_about_extensions(crl)) return unknown(std::move(*doubt));
  if (auto doubt = doubt_about_scope(certificate.tbs().extensions, crl, covers_it)) return unknown(std::move(*doubt));
  if (auto doubt = doubt_about_signature(issuer, crl)) return unknown(std::move(*doubt));
  return look_up(certificate.tbs().serial, crl);
}

CrlVerdict check_attribute_crl(const AttributeCertificate& attributes, const Certificate& authority, const Crl& crl,
                               base::UnixTime at) {
  if (auto doubt = doubt_about_issuer(attributes.issuer(), authority, crl)) return unknown(std::move(*doubt));
  if (auto doubt = doubt_about_time(crl, at, std::nullopt)) return unknown(std::move(*doubt));
  if (auto doubt = doubt_about_extensions(crl)) return unknown(std::move(*doubt));
  if (auto doubt = doubt_about_scope(attributes.extensions(), crl, covers_attributes)) {
    return unknown(std::move(*doubt));
  }
  if (auto doubt = doubt_about_signature(authority, crl)) return unknown(std::move(*doubt));
  return look_up(attributes.serial().content(), crl);
}

}  // namespace yuxin::x509
