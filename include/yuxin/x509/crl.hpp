// Certificate revocation lists: reading, and writing lists of any size in constant memory.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "yuxin/base/result.hpp"
#include "yuxin/base/time.hpp"
#include "yuxin/x509/extension.hpp"
#include "yuxin/x509/key.hpp"
#include "yuxin/x509/name.hpp"
#include "yuxin/x509/serial.hpp"

namespace yuxin::x509 {

// RevocationReason is CRLReason of RFC 5280 section 5.3.1. 7 is not used.
enum class RevocationReason : std::uint8_t {
  kUnspecified = 0,
  kKeyCompromise = 1,
  kCaCompromise = 2,
  kAffiliationChanged = 3,
  kSuperseded = 4,
  kCessationOfOperation = 5,
  kCertificateHold = 6,
  kRemoveFromCrl = 8,
  kPrivilegeWithdrawn = 9,
  kAaCompromise = 10,
};
// reason_name gives "keyCompromise"; reason_by_name reads it in any case; reason_text is it in the reader's language.
[[nodiscard]] std::string_view reason_name(RevocationReason reason);
[[nodiscard]] std::optional<RevocationReason> reason_by_name(std::string_view name);
[[nodiscard]] std::string reason_text(RevocationReason reason);

// RevokedEntry is one revoked certificate.
struct RevokedEntry {
  Serial serial;
  base::UnixTime revoked_at;
  RevocationReason reason = RevocationReason::kUnspecified;  // kUnspecified is not written (RFC 5280 5.3.1)
  std::optional<base::UnixTime> invalidity_date;
};

// RevokedEntryView is one entry as it stands in a list, whatever its serial number: views into the list.
struct RevokedEntryView {
  base::ByteView serial;  // INTEGER content
  base::UnixTime revoked_at;
  RevocationReason reason = RevocationReason::kUnspecified;  // also for a reason code that RFC 5280 does not name
  std::optional<base::UnixTime> invalidity_date;
  base::ByteView certificate_issuer;  // value of the certificateIssuer extension; empty when there is none
  bool has_unknown_critical = false;  // a critical extension other than these three
};

// Crl is a CertificateList (RFC 5280 section 5) that keeps its exact DER. Immutable; copies share one body.
class Crl {
 public:
  // from_bytes takes PEM with one X509 CRL block, or DER. kMalformed for anything else.
  [[nodiscard]] static base::Result<Crl> from_der(base::ByteView der);
  [[nodiscard]] static base::Result<Crl> from_bytes(base::ByteView pem_or_der);

  [[nodiscard]] base::ByteView der() const;
  [[nodiscard]] const Name& issuer() const;
  [[nodiscard]] base::UnixTime this_update() const;
  [[nodiscard]] std::optional<base::UnixTime> next_update() const;
  [[nodiscard]] std::int64_t version() const;  // 0 is v1, 1 is v2
  [[nodiscard]] base::Bytes number() const;    // content of cRLNumber, empty when there is none
  [[nodiscard]] const std::vector<ExtensionView>& extensions() const;
  [[nodiscard]] base::ByteView signature_algorithm() const;
  [[nodiscard]] base::Bytes authority_key_identifier() const;  // empty when there is none
  // for_each visits the entries in order until the visitor says stop; kMalformed if an entry does not parse or its
  // number is none that RFC 5280 allows. for_each_view takes any number. Neither holds more than one entry in memory.
  enum class Visit { kGoOn, kStop };
  [[nodiscard]] base::Result<> for_each(const std::function<Visit(const RevokedEntry&)>& visitor) const;
  [[nodiscard]] base::Result<> for_each_view(const std::function<Visit(const RevokedEntryView&)>& visitor) const;
  // find looks for a serial in a list of one issuer; entries of indirect lists also name the issuer: for_each_view.
  [[nodiscard]] base::Result<std::optional<RevokedEntry>> find(const Serial& serial) const;
  // verify_signature checks that `issuer_key` signed the list, and that inner and outer algorithm agree.
  [[nodiscard]] base::Result<> verify_signature(const PublicKey& issuer_key) const;
  [[nodiscard]] std::string pem() const;

  struct Impl;
  explicit Crl(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}

 private:
  std::shared_ptr<const Impl> impl_;
};

// CrlFields is everything of a version 2 CRL but its entries.
struct CrlFields {
  base::ByteView issuer;  // DER Name
  base::UnixTime this_update;
  base::UnixTime next_update;
  std::int64_t number = 1;                  // cRLNumber, positive
  base::ByteView authority_key_identifier;  // key identifier octets
  std::optional<std::int64_t> delta_base;   // cRLNumber of the base: makes a delta CRL
  std::vector<base::Bytes> extensions;      // further complete DER extensions (issuingDistributionPoint ...)
};

// EntrySource calls the sink once for every entry, in any order but the same at every call, each serial once.
using EntrySource = std::function<base::Result<>(const std::function<base::Result<>(const RevokedEntry&)>& sink)>;
// ByteSink takes the CRL in pieces, in order.
using ByteSink = std::function<base::Result<>(base::ByteView)>;

// write_crl streams a signed CRL to a sink in constant memory. It walks the entries three times: for the length, for
// the digest that is signed, and for the octets, because the header that comes first depends on the length of the
// signature. Nothing reaches the sink before the signature is made. Lists below a MiB are kept in memory and walked
// twice; so is any list for signature algorithms that need the whole message at once (EdDSA). After an error the
// sink may hold an incomplete CRL that must be discarded. Errors: those of the source and the sink; kSigner; kUsage
// for a negative number or a time outside the years 0 to 9999; kIntegrity if the walks differ.
[[nodiscard]] base::Result<> write_crl(const CrlFields& fields, const EntrySource& entries, const Signer& signer,
                                       const ByteSink& sink);

}  // namespace yuxin::x509
