// The shared tables of a home: authorities, certificates and their status, published lists, service certificates.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "yuxin/base/bytes.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/base/time.hpp"
#include "yuxin/store/database.hpp"

namespace yuxin::store {

// AuthorityRow is a certification authority known to this home. `key_name` is empty where the key is elsewhere.
struct AuthorityRow {
  std::int64_t id = 0;
  std::string name;         // "issuing": lower-case letters, digits and hyphens
  std::string key_name;     // name of the key in the home's key store
  std::string parent;       // name of the authority that certified it; empty for a root
  base::Bytes certificate;  // DER; empty between the request and the certificate
  base::UnixTime created_at;
};

enum class CertificateState : std::int64_t {
  kGood = 0,
  kRevoked = 1,
  kOnHold = 2,
  kVoid = 3,  // the intent to sign was stored, the result was not: treated as revoked, has no DER
};

// CertificateStatus is what OCSP and CRLs say of a serial.
struct CertificateStatus {
  CertificateState state = CertificateState::kGood;
  base::UnixTime revoked_at;  // meaningful unless good
  int reason = 0;             // CRLReason of RFC 5280 section 5.3.1
  std::optional<base::UnixTime> invalidity_date;
};

struct CertificateRow {
  std::int64_t id = 0;
  std::int64_t authority = 0;  // AuthorityRow::id
  base::Bytes serial;          // INTEGER content
  std::string profile;
  std::string subject;  // text form, for lists and search
  std::string names;    // subject alternative names, "dns:a.test ip:192.0.2.1", for search
  base::UnixTime not_before;
  base::UnixTime not_after;
  base::UnixTime issued_at;
  CertificateStatus status;
  std::int64_t status_sequence = 0;
  std::optional<std::int64_t>
      key_tag;      // x509::key_tag, 0 where there is no certificate; read by for_each_certificate
  base::Bytes der;  // filled only where asked for
};

// CertificateFilter selects rows of a list. All conditions must hold; empty ones hold always.
struct CertificateFilter {
  std::optional<std::int64_t> authority;
  std::optional<CertificateState> state;
  std::string profile;
  std::string text;                              // found in subject, names or the start of the hex serial
  std::optional<base::UnixTime> expires_before;  // and still valid at `expires_after`
  std::optional<base::UnixTime> expires_after;
  std::int64_t after_id = 0;  // page: ids above this one, ascending
  std::int64_t limit = 100;
};

// StatusChange is one step of the status history that responders follow.
struct StatusChange {
  std::int64_t sequence = 0;
  std::int64_t authority = 0;
  base::ByteView serial;  // valid during the visit
  CertificateStatus status;
  base::UnixTime not_after;
};

// CrlRow is a published list. The octets are in a file of the home, named relative to it.
struct CrlRow {
  std::int64_t authority = 0;
  std::int64_t number = 0;
  base::UnixTime this_update;
  base::UnixTime next_update;
  std::string file;
  base::Bytes sha256;
  std::int64_t status_sequence = 0;  // of the last change that it can tell; 0 for lists signed elsewhere
};

// ServiceCertificateRow is a certificate with a key of this home that serves an authority ("ocsp").
struct ServiceCertificateRow {
  std::int64_t authority = 0;
  std::string purpose;
  std::string key_name;
  base::Bytes certificate;  // DER
  base::UnixTime not_after;
};

// StatusReader is all that a responder may see. Thread-safe.
class StatusReader {
 public:
  virtual ~StatusReader() = default;
  // revision moves whenever the status of an issued certificate changes, in this process or another, at the latest
  // when the command that changed it reports success. One atomic load from shared memory: cheap enough for every
  // answer. New certificates do not move it. A process that is killed between its commit and its signal leaves the
  // revision behind until the next one opens the store; responders therefore also call `changes` on a slow timer
  // (every few seconds: it is one index look-up), which bounds that gap.
  [[nodiscard]] virtual std::uint64_t revision() const = 0;
  [[nodiscard]] virtual base::Result<std::vector<AuthorityRow>> authorities() = 0;
  // changes visits every certificate whose status_sequence is above `after`, in the order of the sequence: the
  // present state of each, once. Gives the highest sequence seen (or `after`).
  [[nodiscard]] virtual base::Result<std::int64_t> changes(
      std::int64_t after, const std::function<void(const StatusChange&)>& visitor) = 0;
  [[nodiscard]] virtual base::Result<std::vector<ServiceCertificateRow>> service_certificates(
      std::string_view purpose) = 0;
  // latest_crl: kNotFound when none was published.
  [[nodiscard]] virtual base::Result<CrlRow> latest_crl(std::int64_t authority) = 0;
};

// Reader is a consistent view of the tables inside one transaction. Not thread-safe.
class Reader {
 public:
  explicit Reader(Session& session) : session_(session) {}
  [[nodiscard]] Session& session() { return session_; }  // for the repositories of modules

  [[nodiscard]] base::Result<std::vector<AuthorityRow>> authorities();
  [[nodiscard]] base::Result<AuthorityRow> authority(std::string_view name);  // kNotFound
  enum class With { kRowOnly, kDer };
  // find: kNotFound when this authority never issued the serial.
  [[nodiscard]] base::Result<CertificateRow> find(std::int64_t authority, base::ByteView serial, With with);
  // find_all looks through every authority: a serial is unique only within one.
  [[nodiscard]] base::Result<std::vector<CertificateRow>> find_all(base::ByteView serial, With with);
  // compromised_with_key_tag gives the certificates that may be for a key and were revoked because it leaked, and
  // others_with_key_tag the newest few that name another subject. With their DER: compare the keys.
  [[nodiscard]] base::Result<std::vector<CertificateRow>> compromised_with_key_tag(std::int64_t tag);
  [[nodiscard]] base::Result<std::vector<CertificateRow>> others_with_key_tag(std::int64_t tag,
                                                                              std::string_view subject);
  // in_force_with_key_tag gives those that may be for a key and are neither revoked nor over, on hold or not, and
  // in_force_with_compromised_tag those that may be for a key which leaked with another one.
  [[nodiscard]] base::Result<std::vector<CertificateRow>> in_force_with_key_tag(std::int64_t tag, base::UnixTime now);
  [[nodiscard]] base::Result<std::vector<CertificateRow>> in_force_with_compromised_tag(base::UnixTime now);
  // without_key_tag gives some of the rows that have no tag yet, with their DER.
  [[nodiscard]] base::Result<std::vector<CertificateRow>> without_key_tag();
  [[nodiscard]] base::Result<std::vector<CertificateRow>> list(const CertificateFilter& filter, With with);
  [[nodiscard]] base::Result<std::int64_t> count(const CertificateFilter& filter);
  // for_each_certificate visits every certificate in the order of the ids, in constant memory.
  [[nodiscard]] base::Result<> for_each_certificate(
      With with, const std::function<base::Result<>(const CertificateRow&)>& visitor);
  // for_each_revoked visits revoked, held and void serials of an authority that have not expired before
  // `still_valid_at`, in a stable order. `kRow` to go on.
  [[nodiscard]] base::Result<> for_each_revoked(
      std::int64_t authority, base::UnixTime still_valid_at,
      const std::function<base::Result<>(base::ByteView serial, const CertificateStatus&)>& visitor);
  [[nodiscard]] base::Result<CrlRow> latest_crl(std::int64_t authority);  // kNotFound
  // for_each_crl visits every published list of an authority by its number, also those whose file is gone.
  [[nodiscard]] base::Result<> for_each_crl(std::int64_t authority,
                                            const std::function<base::Result<>(const CrlRow&)>& visitor);
  // lacks_changes says whether the status of any of its certificates changed, back to good included, after the
  // latest list of an authority was made. True without a list.
  [[nodiscard]] base::Result<bool> lacks_changes(std::int64_t authority);
  [[nodiscard]] base::Result<std::int64_t>
  status_sequence();  // the highest of all certificates; 0 when there is none
  [[nodiscard]] base::Result<std::vector<ServiceCertificateRow>> service_certificates(std::string_view purpose);
  [[nodiscard]] base::Result<std::vector<ServiceCertificateRow>> service_certificates();  // of every purpose
  // foreign_rules names triggers and views: this program makes none, so somebody else put them into the database.
  // What else of a schema can lie: schema_differences (database.hpp).
  [[nodiscard]] base::Result<std::vector<std::string>> foreign_rules();
  // setting reads a named value of the home; empty when it was never set.
  [[nodiscard]] base::Result<std::string> setting(std::string_view name);

 private:
  Session& session_;
};

// Writer changes the tables inside one write transaction. Not thread-safe.
class Writer : public Reader {
 public:
  using Reader::Reader;
  [[nodiscard]] base::Result<std::int64_t> insert_authority(const AuthorityRow& row);  // kConflict: name taken
  [[nodiscard]] base::Result<> set_authority_certificate(std::int64_t authority, base::ByteView certificate);
  // set_authority_key names the key of an authority anew: the same key in another place.
  [[nodiscard]] base::Result<> set_authority_key(std::int64_t authority, std::string_view key_name);
  // insert_certificate gives it an id and the next status sequence; both in `row` are ignored. A row that is not good
  // counts as a change of status. kConflict when the authority has used the serial before, or does not exist.
  [[nodiscard]] base::Result<std::int64_t> insert_certificate(const CertificateRow& row);
  // change_status gives the next status sequence. The caller has checked that the change is allowed.
  [[nodiscard]] base::Result<> change_status(std::int64_t id, const CertificateStatus& status);
  [[nodiscard]] base::Result<> set_key_tag(std::int64_t id, std::int64_t tag);
  [[nodiscard]] base::Result<> insert_crl(const CrlRow& row);  // kConflict: number not above the latest
  [[nodiscard]] base::Result<> set_service_certificate(const ServiceCertificateRow& row);
  [[nodiscard]] base::Result<> set_setting(std::string_view name, std::string_view value);

  // status_changed is true once a serial was made other than good: the store then moves the revision after the
  // commit.
  [[nodiscard]] bool status_changed() const { return status_changed_; }

 private:
  bool status_changed_ = false;
};

// Store is the database of a home. Thread-safe; several processes may have one open.
class Store {
 public:
  using WriteBody = std::function<base::Result<>(Writer&)>;
  using ReadBody = std::function<base::Result<>(Reader&)>;

  // over wraps a migrated database. `signal_path` names the file of shared memory through which processes tell
  // each other of status changes (made when missing); empty: this process only.
  [[nodiscard]] static base::Result<std::shared_ptr<Store>> over(std::shared_ptr<Database> database,
                                                                 const std::string& signal_path);
  ~Store();

  [[nodiscard]] base::Result<> read(const ReadBody& body);
  // write is one transaction, committed if and only if `body` succeeds, possibly run twice; durable on return.
  [[nodiscard]] base::Result<> write(WriteBody body);
  // submit is write without waiting; `done` is called once on the writer's thread (see Database::submit).
  void submit(WriteBody body, Completion done);

  [[nodiscard]] StatusReader& status();
  [[nodiscard]] Database& database();

  struct Impl;
  explicit Store(std::unique_ptr<Impl> impl);

 private:
  std::unique_ptr<Impl> impl_;
};

// migrations are the steps of the shared tables.
[[nodiscard]] std::span<const Migration> migrations();

}  // namespace yuxin::store
