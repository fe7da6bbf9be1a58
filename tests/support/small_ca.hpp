// A certification authority that issues, in memory or in a folder: the scene of the tests of `ca`.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "command.hpp"
#include "fake_clock.hpp"
#include "small_authority.hpp"
#include "yuxin/ca/crl_publication.hpp"
#include "yuxin/ca/issuer.hpp"
#include "yuxin/ca/revocation.hpp"
#include "yuxin/evidence/ledger.hpp"

namespace yuxin::test {

// 2026-11-22T10:00:00Z
inline constexpr base::UnixTime kMorning{1795341600};
inline const ca::Authorisation kAlice{"local:alice"};

// shipped gives a profile that comes with the program; profile_of reads one from its text.
inline std::shared_ptr<const ca::Profile> profile_of(std::string_view text) {
  return std::make_shared<const ca::Profile>(need(ca::parse_profile(text, "test.toml")));
}
inline std::shared_ptr<const ca::Profile> shipped(std::string_view name) {
  for (const auto& profile : ca::shipped_profiles()) {
    if (profile.name == name) return profile_of(profile.text);
  }
  throw std::logic_error("no such profile: " + std::string(name));
}

// Applicant has a key and asks for certificates.
class Applicant {
 public:
  explicit Applicant(const x509::KeyKind& kind)
      : key_(need(x509::PrivateKey::generate(kind))), signer_(need(key_.signer(x509::default_signature(kind)))) {}

  [[nodiscard]] ca::Enrolment ask(const std::string& subject, const std::vector<std::string>& names = {}) const {
    const auto der = need(x509::make_request(need(x509::Name::parse(subject)), {}, *signer_));
    ca::Enrolment enrolment{
        .request = need(x509::CertificateRequest::from_der(der)), .subject = {}, .alt_names = {}, .validity = {}};
    if (names.empty()) return enrolment;
    enrolment.alt_names.emplace();
    for (const auto& name : names) enrolment.alt_names->push_back(need(x509::parse_general_name(name)));
    return enrolment;
  }
  [[nodiscard]] const x509::PublicKey& public_key() const { return key_.public_key(); }

 private:
  x509::PrivateKey key_;
  std::shared_ptr<const x509::Signer> signer_;
};

inline std::shared_ptr<store::Database> migrated(std::shared_ptr<store::Database> database) {
  need(store::migrate(*database, store::migrations()));
  need(store::migrate(*database, evidence::migrations()));
  need(store::migrate(*database, ca::migrations()));
  return database;
}

// SmallCa is a root named "issuing" with its own key, made by the same steps as a real one. The time stands at
// kMorning until `clock` is moved.
class SmallCa {
 public:
  explicit SmallCa(const x509::KeyKind& kind = {x509::KeyType::kP256, 256})
      : SmallCa(kind, need(store::open_memory())) {}
  SmallCa(const x509::KeyKind& kind, std::shared_ptr<store::Database> database)
      : clock(kMorning),
        store(need(store::Store::over(migrated(std::move(database)), ""))),
        owner(need(ca::IntentOwner::enter(folder.file("intents.lock")))),
        key(need(x509::PrivateKey::generate(kind))),
        signer(need(key.signer(x509::default_signature(kind)))) {
    std::filesystem::create_directories(folder.path() / "published/crl");
    const auto row = add_authority("issuing");
    certificate = need(ca::issue_root(
        {"issuing", need(x509::Name::parse("C=CN, O=Test City, CN=Test City Root")), shipped("root-ca"), signer},
        store, owner, clock, kAlice));
    authority = row;
    authority.certificate = base::to_bytes(certificate->der());
    issuer = need(ca::Issuer::open(parts()));
  }

  [[nodiscard]] store::AuthorityRow add_authority(const std::string& name) const {
    store::AuthorityRow row;
    row.name = name;
    row.key_name = name;
    row.created_at = clock.now();
    need(store->write([&](store::Writer& writer) -> base::Result<> {
      TRY(row.id, writer.insert_authority(row));
      return {};
    }));
    return row;
  }
  [[nodiscard]] ca::IssuerParts parts() const {
    return {authority, *certificate, signer, addresses, store, owner, &clock};
  }
  [[nodiscard]] ca::Issued issue(const std::shared_ptr<const ca::Profile>& profile,
                                 const ca::Enrolment& enrolment) const {
    return need(issuer->issue(need(issuer->prepare(profile, enrolment, kAlice))));
  }
  [[nodiscard]] ca::StatusOrder order(const x509::Certificate& of, x509::RevocationReason reason) const {
    return {authority.id, authority.name, *of.serial(), reason, std::nullopt};
  }
  [[nodiscard]] ca::CrlOrder crl_order() const {
    return {authority, *certificate, signer, base::Period{.seconds = 7 * 86400}, folder.path().string()};
  }
  [[nodiscard]] store::CertificateRow row_of(const x509::Serial& serial) const {
    store::CertificateRow row;
    need(store->read([&](store::Reader& reader) -> base::Result<> {
      TRY(row, reader.find(authority.id, serial.content(), store::Reader::With::kDer));
      return {};
    }));
    return row;
  }
  [[nodiscard]] std::int64_t count(std::optional<store::CertificateState> state = {}) const {
    std::int64_t count = 0;
    need(store->read([&](store::Reader& reader) -> base::Result<> {
      store::CertificateFilter filter;
      filter.state = state;
      TRY(count, reader.count(filter));
      return {};
    }));
    return count;
  }
  // records gives the ledger's records of a kind, as JSON texts.
  [[nodiscard]] std::vector<std::string> records(std::string_view kind) const {
    std::vector<std::string> found;
    need(store->read([&](store::Reader& reader) -> base::Result<> {
      found.clear();
      TRY(const auto size, evidence::size(reader));
      return evidence::for_each(reader, 0, size, [&](const evidence::StoredRecord& record) -> base::Result<> {
        if (record.text.find("\"kind\":\"" + std::string(kind) + "\"") != std::string::npos)
          found.push_back(record.text);
        return {};
      });
    }));
    return found;
  }
  [[nodiscard]] evidence::VerifyReport audit() const {
    evidence::VerifyReport report;
    need(store->read([&](store::Reader& reader) -> base::Result<> {
      TRY(report, evidence::verify(reader));
      return {};
    }));
    return report;
  }

  TemporaryFolder folder;
  FakeClock clock;
  std::shared_ptr<store::Store> store;
  std::shared_ptr<ca::IntentOwner> owner;
  x509::PrivateKey key;
  std::shared_ptr<const x509::Signer> signer;
  ca::PublicAddresses addresses;
  store::AuthorityRow authority;
  std::optional<x509::Certificate> certificate;
  std::shared_ptr<ca::Issuer> issuer;
};

}  // namespace yuxin::test
