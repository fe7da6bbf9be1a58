#include "path/list_fault.hpp"

#include "yuxin/base/language.hpp"
#include "yuxin/x509/der.hpp"
#include "yuxin/x509/extension.hpp"

namespace yuxin::x509 {

namespace {

using base::message;

bool is_delta(const Crl& crl) { return find_extension(crl.extensions(), oid::kDeltaCrlIndicator) != nullptr; }

bool is_indirect(const Crl& crl) {
  const ExtensionView* extension = find_extension(crl.extensions(), oid::kIssuingDistributionPoint);
  const auto scope = extension == nullptr ? std::nullopt : read_issuing_distribution_point(extension->value);
  return scope && scope->indirect_crl;
}

bool parses(const ExtensionView& extension) {
  if (base::equal(extension.oid, oid::kIssuingDistributionPoint))
    return read_issuing_distribution_point(extension.value).has_value();
  if (base::equal(extension.oid, oid::kDeltaCrlIndicator) || base::equal(extension.oid, oid::kCrlNumber))
    return read_crl_number(extension.value).has_value();
  return true;
}

}  // namespace

std::optional<std::string> fault_of_fields(const Crl& crl) {
  const auto& extensions = crl.extensions();
  for (auto at = extensions.begin(); at != extensions.end(); ++at) {
    if (find_extension(extensions, at->oid) != &*at)
      return message("It has the extension {} twice.", oid_name(at->oid));
    if (!parses(*at)) return message("Its extension {} does not parse.", oid_name(at->oid));
  }
  return std::nullopt;
}

bool is_out_of_place(const RevokedEntryView& entry, const Crl& crl) {
  if (entry.reason == RevocationReason::kRemoveFromCrl && !is_delta(crl)) return true;
  return !entry.certificate_issuer.empty() && !is_indirect(crl);
}

std::optional<std::string> fault_of(const Crl& crl) {
  if (auto fault = fault_of_fields(crl)) return fault;
  if (!crl.next_update()) return message("It does not say when the next one comes.");
  bool misplaced = false;
  const auto walked = crl.for_each_view([&](const RevokedEntryView& entry) {
    misplaced = is_out_of_place(entry, crl);
    return misplaced ? Crl::Visit::kStop : Crl::Visit::kGoOn;
  });
  if (!walked) return walked.error().detail;
  if (misplaced) return message("It has entries that do not belong into a list of its kind.");
  return std::nullopt;
}

}  // namespace yuxin::x509
