#include "yuxin/x509/crl.hpp"

#include <algorithm>
#include <array>
#include <mutex>
#include <utility>

#include "other_object.hpp"
#include "signed_object.hpp"
#include "yuxin/base/language.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/x509/der.hpp"

namespace yuxin::x509 {

struct Crl::Impl {
  base::Bytes der;
  base::ByteView tbs;
  base::ByteView inner_algorithm;
  base::ByteView signature_algorithm;
  base::ByteView signature;
  std::int64_t version = 0;
  Name issuer;
  base::UnixTime this_update;
  std::optional<base::UnixTime> next_update;
  base::ByteView revoked;  // content of revokedCertificates
  std::vector<ExtensionView> extensions;
  // The key whose signature was found good last: a list is asked about one certificate after the other.
  mutable std::mutex signed_by_mutex;
  mutable base::Bytes signed_by;  // SubjectPublicKeyInfo
};

namespace {

using ReasonName = std::pair<RevocationReason, std::string_view>;
constexpr std::array<ReasonName, 10> kReasonNames{{
    {RevocationReason::kUnspecified, base::translatable("unspecified")},
    {RevocationReason::kKeyCompromise, base::translatable("keyCompromise")},
    {RevocationReason::kCaCompromise, base::translatable("cACompromise")},
    {RevocationReason::kAffiliationChanged, base::translatable("affiliationChanged")},
    {RevocationReason::kSuperseded, base::translatable("superseded")},
    {RevocationReason::kCessationOfOperation, base::translatable("cessationOfOperation")},
    {RevocationReason::kCertificateHold, base::translatable("certificateHold")},
    {RevocationReason::kRemoveFromCrl, base::translatable("removeFromCRL")},
    {RevocationReason::kPrivilegeWithdrawn, base::translatable("privilegeWithdrawn")},
    {RevocationReason::kAaCompromise, base::translatable("aACompromise")},
}};

base::Failure malformed_crl() {
  return base::fail(
      base::Code::kMalformed,
      "This is no certificate revocation list: it does not parse as X.509 in DER. Check that the file is "
      "complete.");
}

base::Failure malformed_entry() {
  return base::fail(base::Code::kMalformed, "The certificate revocation list has an entry that does not parse.");
}

bool is_time(const der::Reader& reader) {
  return reader.next_is(der::kUtcTime) || reader.next_is(der::kGeneralizedTime);
}

// crlExtensions [0] EXPLICIT Extensions, version 2 only (RFC 5280 section 5.1.2.7)
bool read_list_extensions(der::Reader& fields, Crl::Impl& impl) {
  if (fields.at_end()) return true;
  auto wrapper = fields.nested(der::constructed_tag(0));
  const auto list = wrapper ? wrapper->content(der::kSequence) : std::nullopt;
  if (!list || list->empty() || !wrapper->at_end() || !fields.at_end() || impl.version != 1) return false;
  auto extensions = read_extensions(*list);
  if (!extensions) return false;
  impl.extensions = std::move(*extensions);
  return true;
}

bool read_times(der::Reader& fields, Crl::Impl& impl) {
  const auto this_update = fields.time();
  if (!this_update) return false;
  impl.this_update = *this_update;
  if (!is_time(fields)) return true;
  impl.next_update = fields.time();
  return impl.next_update.has_value();
}

bool read_version(der::Reader& fields, Crl::Impl& impl) {
  if (!fields.next_is(der::kInteger)) return true;
  impl.version = fields.small_integer().value_or(-1);
  return impl.version == 1;  // RFC 5280 section 5.1.2.1: if present, version 2
}

// parse_tbs reads everything but the entries; gives the issuer's DER.
std::optional<base::ByteView> parse_tbs(Crl::Impl& impl) {
  der::Reader outer(impl.tbs);
  auto fields = outer.nested(der::kSequence);
  if (!fields || !read_version(*fields, impl)) return std::nullopt;
  const auto algorithm = fields->element(der::kSequence);
  const auto issuer = algorithm ? fields->element(der::kSequence) : std::nullopt;
  if (!issuer || !read_times(*fields, impl)) return std::nullopt;
  impl.inner_algorithm = algorithm->whole;
  if (fields->next_is(der::kSequence)) {
    const auto revoked = fields->content(der::kSequence);
    // RFC 5280 section 5.1.2.6: the list is absent when nothing is revoked.
    if (!revoked || revoked->empty()) return std::nullopt;
    impl.revoked = *revoked;
  }
  if (!read_list_extensions(*fields, impl)) return std::nullopt;
  return issuer->whole;
}

std::optional<RevocationReason> read_reason(base::ByteView value) {
  const auto code = der::single(value, der::kEnumerated);
  const auto number = code ? der::parse_small_integer(code->content) : std::nullopt;
  if (!number) return std::nullopt;
  for (const auto& [reason, name] : kReasonNames) {
    if (static_cast<std::int64_t>(reason) == *number) return reason;
  }
  return RevocationReason::kUnspecified;
}

bool read_entry_extension(const ExtensionView& extension, RevokedEntryView& entry) {
  if (base::equal(extension.oid, oid::kReasonCode)) {
    const auto reason = read_reason(extension.value);
    entry.reason = reason.value_or(RevocationReason::kUnspecified);
    return reason.has_value();
  }
  if (base::equal(extension.oid, oid::kInvalidityDate)) {
    const auto date = der::single(extension.value, der::kGeneralizedTime);
    entry.invalidity_date = date ? der::parse_time(*date) : std::nullopt;
    return entry.invalidity_date.has_value();
  }
  if (base::equal(extension.oid, oid::kCertificateIssuer)) {
    entry.certificate_issuer = extension.value;
  } else {
    entry.has_unknown_critical = entry.has_unknown_critical || extension.critical;
  }
  return true;
}

// RevokedEntry ::= SEQUENCE { userCertificate INTEGER, revocationDate Time, crlEntryExtensions Extensions OPTIONAL }
std::optional<RevokedEntryView> read_entry(der::Reader& list, std::int64_t version) {
  auto fields = list.nested(der::kSequence);
  const auto serial = fields ? fields->integer() : std::nullopt;
  const auto revoked_at = serial ? fields->time() : std::nullopt;
  if (!revoked_at) return std::nullopt;
  RevokedEntryView entry;
  entry.serial = *serial;
  entry.revoked_at = *revoked_at;
  if (fields->at_end()) return entry;
  if (version != 1) return std::nullopt;  // RFC 5280 section 5.3: only in version 2
  const auto content = fields->content(der::kSequence);
  if (!content || content->empty() || !fields->at_end()) return std::nullopt;
  const auto extensions = read_extensions(*content);
  if (!extensions) return std::nullopt;
  for (const auto& extension : *extensions) {
    if (!read_entry_extension(extension, entry)) return std::nullopt;
  }
  return entry;
}

std::optional<RevokedEntry> with_serial(const RevokedEntryView& view) {
  const auto serial = Serial::from_der_content(view.serial);
  if (!serial) return std::nullopt;
  return RevokedEntry{*serial, view.revoked_at, view.reason, view.invalidity_date};
}

}  // namespace

std::string_view reason_name(RevocationReason reason) {
  const auto* const found = std::ranges::find(kReasonNames, reason, &ReasonName::first);
  return found == kReasonNames.end() ? "unspecified" : found->second;
}

std::optional<RevocationReason> reason_by_name(std::string_view name) {
  const std::string wanted = base::lower(name);
  for (const auto& [reason, text] : kReasonNames) {
    if (base::lower(text) == wanted) return reason;
  }
  return std::nullopt;
}

std::string reason_text(RevocationReason reason) { return std::string(base::tr(reason_name(reason).data())); }

base::Result<Crl> Crl::from_der(base::ByteView der) {
  auto impl = std::make_shared<Impl>();
  impl->der = base::to_bytes(der);
  const auto parts = parse_signed_object(impl->der);
  if (!parts) return malformed_crl();
  impl->tbs = parts->tbs;
  impl->signature_algorithm = parts->algorithm;
  impl->signature = parts->signature;
  const auto issuer = parse_tbs(*impl);
  if (!issuer) return malformed_crl();
  TRY(impl->issuer, Name::from_der(*issuer));
  return Crl(std::move(impl));
}

base::Result<Crl> Crl::from_bytes(base::ByteView pem_or_der) {
  const auto only = only_object(pem_or_der, {"X509 CRL", "CRL"});
  if (only.count == 0) {
    return other_object(
        pem_or_der, AskedObject::kRevocationList,
        base::fail(base::Code::kMalformed,
                   "There is no certificate revocation list in this PEM file: no block BEGIN X509 CRL."));
  }
  if (only.count > 1) {
    return base::fail(
        base::Code::kMalformed,
        "This PEM file holds {} revocation lists, and which one is meant is not said. Give each in a file "
        "of its own.",
        only.count);
  }
  auto list = from_der(only.der);
  if (list || list.error().code != base::Code::kMalformed) return list;
  return other_object(pem_or_der, AskedObject::kRevocationList, base::Failure(std::move(list).error()));
}

base::ByteView Crl::der() const { return impl_->der; }
const Name& Crl::issuer() const { return impl_->issuer; }
base::UnixTime Crl::this_update() const { return impl_->this_update; }
std::optional<base::UnixTime> Crl::next_update() const { return impl_->next_update; }
std::int64_t Crl::version() const { return impl_->version; }
const std::vector<ExtensionView>& Crl::extensions() const { return impl_->extensions; }
base::ByteView Crl::signature_algorithm() const { return impl_->signature_algorithm; }
std::string Crl::pem() const { return base::pem("X509 CRL", impl_->der); }

base::Bytes Crl::number() const {
  const ExtensionView* view = find_extension(impl_->extensions, oid::kCrlNumber);
  auto number = view != nullptr ? read_crl_number(view->value) : std::nullopt;
  return number ? std::move(*number) : base::Bytes{};
}

base::Bytes Crl::authority_key_identifier() const {
  const ExtensionView* view = find_extension(impl_->extensions, oid::kAuthorityKeyIdentifier);
  auto identifier = view != nullptr ? read_authority_key_identifier(view->value) : std::nullopt;
  return identifier && identifier->key_identifier ? std::move(*identifier->key_identifier) : base::Bytes{};
}

base::Result<> Crl::for_each_view(const std::function<Visit(const RevokedEntryView&)>& visitor) const {
  der::Reader list(impl_->revoked);
  while (!list.at_end()) {
    const auto entry = read_entry(list, impl_->version);
    if (!entry) return malformed_entry();
    if (visitor(*entry) == Visit::kStop) break;
  }
  return {};
}

base::Result<> Crl::for_each(const std::function<Visit(const RevokedEntry&)>& visitor) const {
  bool refused = false;
  TRY(for_each_view([&](const RevokedEntryView& view) {
    const auto entry = with_serial(view);
    refused = !entry;
    return refused ? Visit::kStop : visitor(*entry);
  }));
  if (refused) return malformed_entry();
  return {};
}

base::Result<std::optional<RevokedEntry>> Crl::find(const Serial& serial) const {
  std::optional<RevokedEntry> found;
  TRY(for_each_view([&](const RevokedEntryView& view) {
    if (!base::equal(view.serial, serial.content())) return Visit::kGoOn;
    found = with_serial(view);
    return Visit::kStop;
  }));
  return found;
}

base::Result<> Crl::verify_signature(const PublicKey& issuer_key) const {
  // RFC 5280 section 5.1.1.2: the signed algorithm is the same as the one beside the signature.
  if (!base::equal(impl_->inner_algorithm, impl_->signature_algorithm)) {
    return base::fail(base::Code::kBadSignature,
                      "The revocation list of {} names two different signature algorithms, so its signature proves "
                      "nothing.",
                      impl_->issuer.text());
  }
  const std::lock_guard lock(impl_->signed_by_mutex);
  if (base::equal(impl_->signed_by, issuer_key.spki())) return {};
  TRY(verify_tbs(issuer_key, impl_->signature_algorithm, impl_->tbs, impl_->signature));
  impl_->signed_by = base::to_bytes(issuer_key.spki());
  return {};
}

}  // namespace yuxin::x509
