// A home whose ledger and tables are written as the certification authority writes them.
#pragma once

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "yuxin/evidence/checkpoint.hpp"
#include "yuxin/evidence/ledger.hpp"
#include "yuxin/x509/certificate.hpp"

namespace yuxin::test {

using base::Code;
using base::Result;
using evidence::Hash;
using store::Reader;
using store::Writer;

// Issued is what a test needs to name a certificate again.
struct Issued {
  std::int64_t id = 0;
  std::int64_t intent = 0;
  std::string object;
};

class Home {
 public:
  Home() : Home(store::open_memory().value()) {}
  explicit Home(const std::shared_ptr<store::Database>& database) {
    REQUIRE(store::migrate(*database, store::migrations()));
    REQUIRE(store::migrate(*database, evidence::migrations()));
    store_ = store::Store::over(database, "").value();
    write([&](Writer& writer) -> Result<> {
      auto found = writer.authority("issuing");
      if (found) {
        authority_ = found->id;
        return {};
      }
      store::AuthorityRow row;
      row.name = "issuing";
      TRY(authority_, writer.insert_authority(row));
      return {};
    });
  }

  void write(const store::Store::WriteBody& body) {
    const auto done = store_->write(body);
    if (!done) FAIL(done.error().detail, " ", done.error().diagnostic);
  }
  [[nodiscard]] Result<> try_write(const store::Store::WriteBody& body) { return store_->write(body); }
  void read(const store::Store::ReadBody& body) {
    const auto done = store_->read(body);
    if (!done) FAIL(done.error().detail, " ", done.error().diagnostic);
  }
  // tamper runs SQL as somebody who holds the file.
  void tamper(const std::string& sql) {
    write([&](Writer& writer) -> Result<> {
      TRY(const auto changed, writer.session().execute(sql));
      CHECK(changed > 0);
      return {};
    });
  }

  [[nodiscard]] Result<std::int64_t> try_append(const std::string& kind, const std::string& object,
                                                const std::string& data, const base::Bytes& attachment = {}) {
    std::int64_t sequence = -1;
    TRY(store_->write([&](Writer& writer) -> Result<> {
      TRY(sequence, evidence::append(writer, record(kind, object, data, attachment)));
      return {};
    }));
    return sequence;
  }
  std::int64_t append(const std::string& kind, const std::string& object, const std::string& data,
                      const base::Bytes& attachment = {}) {
    const auto sequence = try_append(kind, object, data, attachment);
    if (!sequence) FAIL(sequence.error().detail, " ", sequence.error().diagnostic);
    return *sequence;
  }

  // try_issue goes through the two transactions of an issuance; `half_way` is called between them.
  [[nodiscard]] Result<Issued> try_issue(std::uint16_t number, const std::function<void()>& half_way = [] {}) {
    const auto serial = serial_of(number);
    Issued issued;
    issued.object = "issuing/" + serial.hex();
    const auto der = certificate(serial, number);
    TRY(issued.intent, try_append("certificate.intent", issued.object, R"({"owner":"1","profile":"p"})",
                                  {0x30, static_cast<std::uint8_t>(number)}));
    half_way();
    TRY(store_->write([&](Writer& writer) -> Result<> {
      auto row = row_of(serial, number);
      row.der = der;
      TRY(issued.id, writer.insert_certificate(row));
      const auto data = fmt::format(R"({{"certificate":"{}","intent":{},"profile":"{}"}})",
                                    base::hex(x509::sha256(der)), issued.intent, row.profile);
      TRY(evidence::append(writer, record("certificate.issued", issued.object, data, {})));
      return {};
    }));
    return issued;
  }
  Issued issue(std::uint16_t number) {
    auto issued = try_issue(number);
    if (!issued) FAIL(issued.error().detail, " ", issued.error().diagnostic);
    return *issued;
  }
  [[nodiscard]] bool has(std::uint16_t number) {
    bool found = false;
    read([&](Reader& reader) -> Result<> {
      found = reader.find(authority_, serial_of(number).content(), Reader::With::kRowOnly).has_value();
      return {};
    });
    return found;
  }

  void set_status(const Issued& issued, store::CertificateState state) {
    store::CertificateStatus status;
    if (state != store::CertificateState::kGood) {
      status.state = state;
      status.revoked_at = {1'700'000'000};
      status.reason = state == store::CertificateState::kOnHold ? 6 : 1;
    }
    write([&](Writer& writer) { return writer.change_status(issued.id, status); });
    switch (state) {
      case store::CertificateState::kOnHold:
        append("certificate.held", issued.object, R"({"at":"2023-11-14T22:13:20Z","reason":"certificateHold"})");
        break;
      case store::CertificateState::kRevoked:
        append("certificate.revoked", issued.object, R"({"at":"2023-11-14T22:13:20Z","reason":"keyCompromise"})");
        break;
      default:
        append("certificate.released", issued.object, "{}");
    }
  }

  void make_void(std::uint16_t number) {
    const auto serial = serial_of(number);
    const auto object = "issuing/" + serial.hex();
    const auto intent = append("certificate.intent", object, "{}", {0x30});
    write([&](Writer& writer) -> Result<> {
      auto row = row_of(serial, number);
      row.status.state = store::CertificateState::kVoid;
      TRY(writer.insert_certificate(row));
      return {};
    });
    append("certificate.void", object, fmt::format(R"({{"intent":{},"reason":"interrupted"}})", intent));
  }

  // publish_list keeps revocation list `number` with its record, as one that names no file.
  void publish_list(std::int64_t number, std::uint8_t octet = 0x11) {
    const base::Bytes digest(32, octet);
    write([&](Writer& writer) -> Result<> {
      TRY(writer.insert_crl({authority_, number, {1'700'000'000}, {1'700'086'400}, "list", digest}));
      const auto data = fmt::format(R"({{"crl":"{}","next_update":"{}","number":{}}})", base::hex(digest),
                                    base::rfc3339({1'700'086'400}), number);
      TRY(evidence::append(writer, record("crl.published", "issuing", data, {})));
      return {};
    });
  }

  evidence::TreeHead head() {
    evidence::TreeHead head;
    read([&](Reader& reader) -> Result<> {
      TRY(head, evidence::tree_head(reader));
      return {};
    });
    return head;
  }
  void remember() {
    write([](Writer& writer) { return evidence::remember_frontier(writer); });
  }
  evidence::VerifyReport verify() {
    evidence::VerifyReport report;
    read([&](Reader& reader) -> Result<> {
      TRY(report, evidence::verify(reader));
      return {};
    });
    return report;
  }
  Result<> check(const evidence::Checkpoint& checkpoint) {
    return store_->read([&](Reader& reader) { return evidence::check_against(reader, checkpoint); });
  }
  [[nodiscard]] store::Store& store() { return *store_; }
  [[nodiscard]] std::int64_t authority() const { return authority_; }

 private:
  [[nodiscard]] static evidence::Record record(const std::string& kind, const std::string& object,
                                               const std::string& data, const base::Bytes& attachment) {
    return {kind, object, "local:root", {1'700'000'000}, data, attachment};
  }
  // 1 is 4001, 2 is 4002 ...
  [[nodiscard]] static x509::Serial serial_of(std::uint16_t number) {
    return *x509::Serial::from_der_content(
        base::Bytes{static_cast<std::uint8_t>(0x40 + (number >> 8U)), static_cast<std::uint8_t>(number)});
  }
  [[nodiscard]] store::CertificateRow row_of(const x509::Serial& serial, std::uint16_t number) const {
    store::CertificateRow row;
    row.authority = authority_;
    row.serial = base::to_bytes(serial.content());
    row.profile = "p";
    row.subject = fmt::format("CN=host{}", number);
    row.not_before = {1'700'000'000};
    row.not_after = {1'800'000'000};
    row.issued_at = {1'700'000'000};
    return row;
  }
  // A certificate in form; nobody looks at the signature here.
  [[nodiscard]] static base::Bytes certificate(const x509::Serial& serial, std::uint16_t number) {
    static const base::Bytes spki =
        base::to_bytes(x509::PrivateKey::generate({x509::KeyType::kEd25519, 256}).value().public_key().spki());
    const auto issuer = x509::Name::parse("CN=issuing").value();
    const auto subject = x509::Name::parse(fmt::format("CN=host{}", number)).value();
    const auto algorithm = x509::scheme(x509::SignatureAlgorithm::kEd25519).identifier;
    const auto tbs = x509::make_tbs_certificate(
        {serial, algorithm, issuer.der(), {1'700'000'000}, {1'800'000'000}, subject.der(), spki, {}});
    return x509::join_signature(tbs, algorithm, base::Bytes(64, 0x5a));
  }

  std::shared_ptr<store::Store> store_;
  std::int64_t authority_ = 0;
};

}  // namespace yuxin::test
