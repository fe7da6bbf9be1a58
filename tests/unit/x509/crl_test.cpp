#include "yuxin/x509/crl.hpp"
#include "need.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>

#include "command.hpp"
#include "yuxin/x509/certificate.hpp"
#include "yuxin/x509/der.hpp"

namespace base = yuxin::base;
namespace x509 = yuxin::x509;
namespace der = yuxin::x509::der;
namespace oid = yuxin::x509::oid;
namespace test = yuxin::test;
using base::Result;
using x509::Crl;
using x509::RevocationReason;
using x509::RevokedEntry;

namespace {

bool mentions(const std::string& text, std::string_view what) { return text.find(what) != std::string::npos; }

std::size_t count(std::string_view text, std::string_view what) {
  std::size_t found = 0;
  for (auto at = text.find(what); at != std::string_view::npos; at = text.find(what, at + what.size())) ++found;
  return found;
}

base::UnixTime at(std::string_view text) {
  const auto time = base::parse_rfc3339(text);
  REQUIRE(time);
  return *time;
}

x509::Serial serial(std::string_view hex) {
  const auto parsed = x509::Serial::parse(hex);
  REQUIRE(parsed);
  return *parsed;
}

std::shared_ptr<const x509::Signer> new_signer(std::string_view kind) {
  const auto parsed = x509::parse_key_kind(kind);
  REQUIRE(parsed);
  auto key = x509::PrivateKey::generate(*parsed);
  REQUIRE(key);
  auto signer = key->signer(x509::default_signature(*parsed));
  REQUIRE(signer);
  return *signer;
}

const x509::Name& issuer_name() {
  static const x509::Name kName = *x509::Name::parse("C=CN, O=Test City, CN=Root");
  return kName;
}

// A CA certificate for `openssl crl -CAfile`.
std::string ca_pem(const x509::Signer& signer) {
  const auto& algorithm = x509::scheme(signer.algorithm());
  const auto identifier = signer.public_key().identifier();
  const std::vector<base::Bytes> extensions{
      x509::make_basic_constraints(x509::Critical::kYes, {.ca = true, .path_length = {}}),
      x509::make_subject_key_identifier(identifier)};
  const base::Bytes tbs = x509::make_tbs_certificate({.serial = serial("01"),
                                                      .signature_algorithm = algorithm.identifier,
                                                      .issuer = issuer_name().der(),
                                                      .not_before = at("2026-01-01"),
                                                      .not_after = at("2046-01-01"),
                                                      .subject = issuer_name().der(),
                                                      .spki = signer.public_key().spki(),
                                                      .extensions = {extensions.begin(), extensions.end()}});
  const auto signature = signer.sign(tbs);
  REQUIRE(signature);
  return base::pem("CERTIFICATE", x509::join_signature(tbs, algorithm.identifier, *signature));
}

x509::CrlFields fields_for(const base::Bytes& key_identifier) {
  return {.issuer = issuer_name().der(),
          .this_update = at("2026-11-22T10:00:00Z"),
          .next_update = at("2026-11-29T10:00:00Z"),
          .number = 41,
          .authority_key_identifier = key_identifier,
          .delta_base = {},
          .extensions = {}};
}

x509::EntrySource from(const std::vector<RevokedEntry>& entries) {
  return [&entries](const auto& sink) -> Result<> {
    for (const auto& entry : entries) TRY(sink(entry));
    return {};
  };
}

// Entries with 16-octet numbers that nobody could mix up.
std::vector<RevokedEntry> many(std::size_t n) {
  std::vector<RevokedEntry> entries;
  for (std::size_t i = 0; i < n; ++i) {
    char text[33];
    std::snprintf(text, sizeof text, "4%031zx", i);
    entries.push_back({serial(text),
                       at("2026-11-01") + base::Seconds{static_cast<std::int64_t>(i)},
                       i % 2 == 0 ? RevocationReason::kSuperseded : RevocationReason::kUnspecified,
                       {}});
  }
  return entries;
}

Result<base::Bytes> written(const x509::CrlFields& fields, const x509::EntrySource& source,
                            const x509::Signer& signer) {
  base::Bytes out;
  TRY(x509::write_crl(fields, source, signer, [&out](base::ByteView part) -> Result<> {
    base::append(out, part);
    return {};
  }));
  return out;
}

base::Bytes good_list(const x509::Signer& signer, const std::vector<RevokedEntry>& entries) {
  const auto identifier = signer.public_key().identifier();
  auto list = written(fields_for(identifier), from(entries), signer);
  REQUIRE_MESSAGE(list.has_value(), (list ? "" : list.error().detail));
  return *list;
}

const std::vector<RevokedEntry>& few() {
  static const std::vector<RevokedEntry> kEntries{
      {serial("3F9A77C201"), at("2026-11-22T10:04:11Z"), RevocationReason::kKeyCompromise,
       at("2026-11-20T00:00:00Z")},
      {serial("02"), at("2026-11-21T10:04:11Z"), RevocationReason::kUnspecified, {}},
      {serial("FF"), at("2050-01-01T00:00:00Z"), RevocationReason::kCertificateHold, {}},
  };
  return kEntries;
}

}  // namespace

TEST_CASE("OpenSSL verifies the lists that are written here and sees their entries") {
  const test::TemporaryFolder folder;
  for (const std::string_view kind : {"rsa:2048", "ec:P-256", "ec:P-384", "ec:P-521", "ed25519", "ed448"}) {
    CAPTURE(std::string(kind));
    const auto signer = new_signer(kind);
    test::write_octets(folder.file("list.der"), good_list(*signer, few()));
    test::write_octets(folder.file("ca.pem"), base::to_bytes(base::as_bytes(ca_pem(*signer))));
    const auto verified = folder.run("openssl crl -inform DER -in list.der -noout -CAfile ca.pem");
    CHECK_MESSAGE(mentions(verified.output, "verify OK"), verified.output);
    const auto text = folder.run("openssl crl -inform DER -in list.der -noout -nameopt oneline -text").output;
    CHECK(mentions(text, "Version 2 (0x1)"));
    CHECK(mentions(text, "Issuer: C = CN, O = Test City, CN = Root"));
    CHECK(mentions(text, "Last Update: Nov 22 10:00:00 2026 GMT"));
    CHECK(mentions(text, "Next Update: Nov 29 10:00:00 2026 GMT"));
    CHECK(mentions(text, "X509v3 CRL Number: \n                41"));
    CHECK(mentions(text, "X509v3 Authority Key Identifier"));
    CHECK(count(text, "Serial Number: ") == 3);
    CHECK(mentions(text, "Serial Number: 3F9A77C201\n        Revocation Date: Nov 22 10:04:11 2026 GMT\n"));
    CHECK(mentions(text, "Key Compromise"));
    CHECK(mentions(text, "Invalidity Date: \n                Nov 20 00:00:00 2026 GMT"));
    CHECK(mentions(text,
                   "Serial Number: 02\n        Revocation Date: Nov 21 10:04:11 2026 GMT\n    Serial Number: FF"));
    CHECK(mentions(text, "Revocation Date: Jan  1 00:00:00 2050 GMT"));
    CHECK(mentions(text, "Certificate Hold"));
  }
}

TEST_CASE("a list above a MiB is streamed, and OpenSSL verifies it with every entry") {
  const test::TemporaryFolder folder;
  const std::vector<RevokedEntry> entries = many(40000);
  for (const std::string_view kind : {"rsa:2048", "ec:P-256", "ec:P-384", "ed25519"}) {
    CAPTURE(std::string(kind));
    const auto signer = new_signer(kind);
    const base::Bytes list = good_list(*signer, entries);
    CHECK(list.size() > (1U << 20U));
    test::write_octets(folder.file("list.der"), list);
    test::write_octets(folder.file("ca.pem"), base::to_bytes(base::as_bytes(ca_pem(*signer))));
    const auto verified = folder.run("openssl crl -inform DER -in list.der -noout -CAfile ca.pem");
    CHECK_MESSAGE(mentions(verified.output, "verify OK"), verified.output);
    const auto shown = folder
                           .run(
                               "openssl crl -inform DER -in list.der -noout -text > t; grep -c 'Serial Number: 4' t; "
                               "grep -c Superseded t; "
                               "grep -c '40000000000000000000000000009C3F' t")
                           .output;
    CHECK(shown == "40000\n20000\n1\n");
  }
}

// OpenSSL cannot verify an SM2 list with the standard identifier; its pkeyutl can verify the signature alone.
TEST_CASE("an SM2 list has a signature with the standard identifier (GM/T 0009), streamed or not") {
  const test::TemporaryFolder folder;
  const auto signer = new_signer("sm2");
  for (const auto& entries : {few(), many(30000)}) {
    const base::Bytes list = good_list(*signer, entries);
    const auto parsed = Crl::from_der(list);
    REQUIRE(parsed);
    CHECK(parsed->verify_signature(signer->public_key()).has_value());
    der::Reader outer(list);
    auto parts = outer.nested(der::kSequence);
    const auto tbs = parts->element(der::kSequence);
    REQUIRE(parts->element(der::kSequence));
    const auto signature = parts->bit_string();
    test::write_octets(folder.file("tbs"), base::to_bytes(tbs->whole));
    test::write_octets(folder.file("sig"), base::to_bytes(*signature));
    test::write_octets(folder.file("ca.pem"), base::to_bytes(base::as_bytes(ca_pem(*signer))));
    const auto verified = folder.run(
        "openssl pkeyutl -verify -certin -inkey ca.pem -rawin -digest sm3 -pkeyopt distid:1234567812345678 -in tbs "
        "-sigfile sig");
    CHECK_MESSAGE(verified.status == 0, verified.output);
  }
}

// RFC 5280 section 4.1.2.5.1: UTCTime for the years 1950 to 2049, GeneralizedTime for all others.
TEST_CASE("the dates of entries have the type that their year asks for") {
  const auto signer = new_signer("ec:P-256");
  const std::vector<std::pair<std::string_view, std::string_view>> dates{
      {"1949-12-31T23:59:59Z", "180f31393439313233313233353935395a"},
      {"1950-01-01T00:00:00Z", "170d3530303130313030303030305a"},
      {"1969-12-31T23:59:59Z", "170d3639313233313233353935395a"},
      {"1970-01-01T00:00:00Z", "170d3730303130313030303030305a"},
      {"2024-02-29T12:34:56Z", "170d3234303232393132333435365a"},
      {"2024-02-29T23:59:59Z", "170d3234303232393233353935395a"},
      {"2024-03-01T00:00:00Z", "170d3234303330313030303030305a"},
      {"2049-12-31T23:59:59Z", "170d3439313233313233353935395a"},
      {"2050-01-01T00:00:00Z", "180f32303530303130313030303030305a"},
      {"9999-12-31T23:59:59Z", "180f39393939313233313233353935395a"}};
  std::vector<RevokedEntry> entries;
  for (const auto& [text, encoded] : dates) {
    entries.push_back({serial("5A5A5A"), at(text), RevocationReason::kUnspecified, at(text)});
  }
  const std::string list = base::hex(good_list(*signer, entries));
  std::size_t position = 0;
  for (const auto& [text, encoded] : dates) {
    CAPTURE(std::string(text));
    position = list.find("02035a5a5a" + std::string(encoded), position);
    REQUIRE(position != std::string::npos);
  }
  const auto parsed = Crl::from_bytes(*base::from_hex(list));
  REQUIRE(parsed);
  std::size_t next = 0;
  REQUIRE(parsed->for_each([&](const RevokedEntry& entry) {
    CHECK(entry.revoked_at == at(dates[next].first));
    CHECK(entry.invalidity_date == at(dates[next].first));
    ++next;
    return Crl::Visit::kGoOn;
  }));
  CHECK(next == dates.size());
  entries = {{serial("01"), base::UnixTime{253402300800}, RevocationReason::kUnspecified, {}}};  // the year 10000
  const auto identifier = signer->public_key().identifier();
  CHECK(yuxin::test::error_of(written(fields_for(identifier), from(entries), *signer)).code == base::Code::kUsage);
}

// RFC 5280 section 5.1.2.6: when there are no revoked certificates the list is absent.
TEST_CASE("a list of nothing has no revokedCertificates") {
  const auto signer = new_signer("ec:P-256");
  const base::Bytes list = good_list(*signer, {});
  const auto parsed = Crl::from_der(list);
  REQUIRE(parsed);
  std::size_t visited = 0;
  REQUIRE(parsed->for_each([&visited](const auto&) {
    ++visited;
    return Crl::Visit::kGoOn;
  }));
  CHECK(visited == 0);
  const test::TemporaryFolder folder;
  test::write_octets(folder.file("list.der"), list);
  CHECK(mentions(folder.run("openssl crl -inform DER -in list.der -noout -nameopt oneline -text").output,
                 "No Revoked Certificates"));
}

TEST_CASE("a delta list names its base, critically (RFC 5280 section 5.2.4)") {
  const test::TemporaryFolder folder;
  const auto signer = new_signer("ec:P-256");
  const auto identifier = signer->public_key().identifier();
  x509::CrlFields fields = fields_for(identifier);
  fields.delta_base = 40;
  x509::IssuingDistributionPoint point;
  point.only_user_certificates = true;
  fields.extensions.push_back(x509::make_issuing_distribution_point(point));
  const std::vector<RevokedEntry> entries{{serial("05"), at("2026-11-22"), RevocationReason::kRemoveFromCrl, {}}};
  const auto list = written(fields, from(entries), *signer);
  REQUIRE(list);
  test::write_octets(folder.file("list.der"), *list);
  const auto text = folder.run("openssl crl -inform DER -in list.der -noout -nameopt oneline -text").output;
  CHECK(mentions(text, "X509v3 Delta CRL Indicator: critical\n                40"));
  CHECK(mentions(text, "X509v3 Issuing Distribution Point: critical"));
  CHECK(mentions(text, "Only User Certificates"));
  CHECK(mentions(text, "Remove From CRL"));
}

TEST_CASE("a list that OpenSSL made is read") {
  const test::TemporaryFolder folder;
  const auto made = folder.run(
      "printf '[ca]\\ndefault_ca=d\\n[d]\\ndatabase=db\\ncrlnumber=n\\ndefault_md=sha256\\ndefault_crl_days=7\\n"
      "crl_extensions=e\\n[e]\\nauthorityKeyIdentifier=keyid\\n' > c.cnf && echo 1234 > n && "
      "printf 'R\\t301231235959Z\\t261122100411Z,keyCompromise\\t3F9A77C201\\tunknown\\t/CN=a\\n"
      "R\\t301231235959Z\\t261121100411Z\\t02\\tunknown\\t/CN=b\\n' > db && "
      "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout k.pem -out ca.pem -subj /CN=CA "
      "&& "
      "openssl ca -config c.cnf -gencrl -keyfile k.pem -cert ca.pem -out list.pem");
  REQUIRE_MESSAGE(made.status == 0, made.output);
  const auto list = Crl::from_bytes(test::read_octets(folder.file("list.pem")));
  REQUIRE_MESSAGE(list.has_value(), (list ? "" : list.error().detail));
  CHECK(list->version() == 1);
  CHECK(list->issuer().text() == "CN=CA");
  CHECK(base::hex(list->number()) == "1234");
  CHECK(list->next_update().value() - list->this_update() == base::days(7));
  std::vector<RevokedEntry> entries;
  REQUIRE(list->for_each([&entries](const RevokedEntry& entry) {
    entries.push_back(entry);
    return Crl::Visit::kGoOn;
  }));
  REQUIRE(entries.size() == 2);
  CHECK(entries[0].serial.hex() == "02");  // OpenSSL sorts by number
  CHECK(entries[0].reason == RevocationReason::kUnspecified);
  CHECK(entries[1].serial.hex() == "3F9A77C201");
  CHECK(entries[1].revoked_at == at("2026-11-22T10:04:11Z"));
  CHECK(entries[1].reason == RevocationReason::kKeyCompromise);
  const auto ca = x509::Certificate::from_bytes(test::read_octets(folder.file("ca.pem")));
  REQUIRE(ca);
  CHECK(list->verify_signature(*ca->public_key()).has_value());
  CHECK(list->authority_key_identifier() == ca->subject_key_identifier());
  CHECK(list->pem() == std::string(base::as_text(test::read_octets(folder.file("list.pem")))));
  const auto two = Crl::from_bytes(base::as_bytes(list->pem() + list->pem()));
  REQUIRE_FALSE(two.has_value());
  CHECK(two.error().code == base::Code::kMalformed);
}

TEST_CASE("entries are visited until the visitor stops, and found by their number") {
  const auto signer = new_signer("ec:P-256");
  const auto list = Crl::from_der(good_list(*signer, few()));
  REQUIRE(list);
  std::size_t visited = 0;
  REQUIRE(list->for_each([&visited](const auto&) { return ++visited == 2 ? Crl::Visit::kStop : Crl::Visit::kGoOn; }));
  CHECK(visited == 2);
  const auto found = list->find(serial("3F9A77C201"));
  REQUIRE(found);
  REQUIRE(found->has_value());
  CHECK((*found)->reason == RevocationReason::kKeyCompromise);
  CHECK((*found)->invalidity_date == at("2026-11-20T00:00:00Z"));
  CHECK_FALSE(list->find(serial("03"))->has_value());
  CHECK(list->find(serial("FF"))->value().revoked_at == at("2050-01-01T00:00:00Z"));
  CHECK(base::hex(list->number()) == "29");
  CHECK(list->authority_key_identifier() == signer->public_key().identifier());
}

TEST_CASE("a list that is cut short, goes on or is signed by another key is refused") {
  const auto signer = new_signer("ec:P-256");
  const auto other = new_signer("ec:P-256");
  base::Bytes whole = good_list(*signer, few());
  CHECK_FALSE(Crl::from_der(whole)->verify_signature(other->public_key()).has_value());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto refused = Crl::from_der({whole.data(), size});
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code == base::Code::kMalformed);
  }
  whole.push_back(0);
  CHECK_FALSE(Crl::from_der(whole).has_value());
}

TEST_CASE("no flipped bit leaves a list good") {
  const auto signer = new_signer("ec:P-256");
  const base::Bytes whole = good_list(*signer, few());
  std::size_t still_parsed = 0;
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    base::Bytes flipped = whole;
    flipped[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    const auto list = Crl::from_der(flipped);
    if (!list) continue;
    static_cast<void>(list->for_each([](const auto&) { return Crl::Visit::kGoOn; }).has_value());
    static_cast<void>(list->number());
    if (++still_parsed % 16 == 0) CHECK_FALSE(list->verify_signature(signer->public_key()).has_value());
  }
  CHECK(still_parsed > 100);
}

namespace {

// An unsigned list from parts in hexadecimal: what stands before the issuer, and what follows thisUpdate.
Result<Crl> list_of(std::string_view version, std::string_view rest) {
  der::Writer writer;
  const auto whole = writer.open(der::kSequence);
  const auto tbs = writer.open(der::kSequence);
  writer.raw(*base::from_hex(version));
  writer.raw(*base::from_hex("3003060100"));
  writer.raw(*base::from_hex("3000"));
  writer.raw(*base::from_hex("170d3236303130323033303430355a"));
  writer.raw(*base::from_hex(rest));
  writer.close(tbs);
  writer.raw(*base::from_hex("3003060100"));
  writer.bit_string({});
  writer.close(whole);
  return Crl::from_der(writer.view());
}

bool visits(const Result<Crl>& list) {
  return list && list->for_each_view([](const auto&) { return Crl::Visit::kGoOn; }).has_value();
}

constexpr std::string_view kTime = "170d3236303130323033303430355a";
std::string hex_sequence(const std::string& content) {
  der::Writer writer;
  writer.element(der::kSequence, *base::from_hex(content));
  return base::hex(writer.view());
}
// A revokedCertificates of one entry: its number and its extensions.
std::string one_entry(const std::string& number, const std::string& extensions) {
  return hex_sequence(hex_sequence(number + std::string(kTime) + extensions));
}

}  // namespace

TEST_CASE("lists without nextUpdate, extensions or version are read (RFC 5280 section 5.1)") {
  CHECK(visits(list_of("", "")));
  CHECK_FALSE(list_of("", "")->next_update().has_value());
  CHECK(list_of("", "")->version() == 0);
  CHECK(visits(list_of("", kTime)));
  CHECK(list_of("", kTime)->next_update() == at("2026-01-02T03:04:05Z"));
  CHECK(visits(list_of("020101", one_entry("020105", ""))));
  CHECK(visits(list_of("020101", std::string(kTime) + one_entry("020105", "300c300a0603551d1504030a0101"))));
}

TEST_CASE("lists that break RFC 5280 section 5.1 are refused") {
  CHECK_FALSE(list_of("020100", "").has_value());                            // version 1 written out
  CHECK_FALSE(list_of("020102", "").has_value());                            // version 3
  CHECK_FALSE(list_of("020101", "3000").has_value());                        // an empty revokedCertificates
  CHECK_FALSE(list_of("020101", "0500").has_value());                        // an unknown field
  CHECK_FALSE(list_of("020101", "a0023000").has_value());                    // empty extensions
  CHECK_FALSE(list_of("", "a00e300c300a0603551d140403020101").has_value());  // extensions in version 1
  CHECK(list_of("020101", "a00e300c300a0603551d140403020101").has_value());
  CHECK_FALSE(
      visits(list_of("", one_entry("020105", "300c300a0603551d1504030a0101"))));  // entry extensions in version 1
  CHECK_FALSE(visits(list_of("020101", one_entry("020105", "3000"))));
  CHECK_FALSE(visits(list_of("020101", one_entry("040105", ""))));
  CHECK_FALSE(visits(list_of("020101", one_entry("02020005", ""))));
  CHECK_FALSE(visits(list_of("020101", one_entry("020105", "0500"))));
  CHECK_FALSE(
      visits(list_of("020101", one_entry("020105", "300c300a0603551d150403020101"))));  // INTEGER for ENUMERATED
}

TEST_CASE("entries with numbers that RFC 5280 forbids are seen as views only") {
  const auto list = list_of("020101", one_entry("0201ff", ""));
  REQUIRE(list);
  std::string seen;
  REQUIRE(list->for_each_view([&seen](const auto& entry) {
    seen = base::hex(entry.serial);
    return Crl::Visit::kGoOn;
  }));
  CHECK(seen == "ff");
  const auto refused = list->for_each([](const auto&) { return Crl::Visit::kGoOn; });
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == base::Code::kMalformed);
}

TEST_CASE("the extensions of an entry are told apart") {
  const auto check = [](const std::string& extension, const auto& expectation) {
    const auto list = list_of("020101", one_entry("020105", hex_sequence(extension)));
    REQUIRE(list);
    bool seen = false;
    REQUIRE(list->for_each_view([&](const auto& entry) {
      seen = expectation(entry);
      return Crl::Visit::kGoOn;
    }));
    CHECK(seen);
  };
  check("300a0603551d1504030a0106", [](const auto& e) { return e.reason == RevocationReason::kCertificateHold; });
  check("300a0603551d1504030a0107", [](const auto& e) { return e.reason == RevocationReason::kUnspecified; });
  check("30180603551d180411180f32303236303130323033303430355a",
        [](const auto& e) { return e.invalidity_date == at("2026-01-02T03:04:05Z"); });
  check("300c0603551d1d0101ff04023000",
        [](const auto& e) { return base::hex(e.certificate_issuer) == "3000" && !e.has_unknown_critical; });
  check("300b06022a030101ff04020500", [](const auto& e) { return e.has_unknown_critical; });
  check("300806022a0304020500", [](const auto& e) { return !e.has_unknown_critical; });
}

TEST_CASE("a list whose entries change between the walks is not finished") {
  const auto signer = new_signer("ec:P-256");
  for (const std::size_t size : {std::size_t{3}, std::size_t{40000}}) {  // in memory, streamed
    const std::vector<RevokedEntry> entries = many(size);
    for (const int changing_walk : {2, 3}) {
      if (size == 3 && changing_walk == 3) continue;  // there are only two
      for (const int change : {0, 1, 2}) {
        int walk = 0;
        const x509::EntrySource source = [&](const auto& sink) -> Result<> {
          const bool changes = ++walk == changing_walk;
          for (std::size_t i = 0; i + 1 < entries.size(); ++i) TRY(sink(entries[i]));
          RevokedEntry last = entries.back();
          if (changes && change == 0) return {};                   // one fewer
          if (changes && change == 1) TRY(sink(entries.front()));  // one more
          if (changes && change == 2)
            last.serial = serial("4F" + std::string(30, '0'));  // another number of one length
          return sink(last);
        };
        const auto identifier = signer->public_key().identifier();
        const auto list = written(fields_for(identifier), source, *signer);
        CAPTURE(size);
        CAPTURE(changing_walk);
        CAPTURE(change);
        if (size == 3 && change == 2) {
          CHECK(list.has_value());  // what was signed is what was written
          continue;
        }
        REQUIRE_FALSE(list.has_value());
        CHECK(list.error().code == base::Code::kIntegrity);
      }
    }
  }
}

namespace {

// RefusingSigner is a key that fails.
class RefusingSigner final : public x509::Signer {
 public:
  explicit RefusingSigner(std::shared_ptr<const x509::Signer> real) : real_(std::move(real)) {}
  [[nodiscard]] const x509::PublicKey& public_key() const override { return real_->public_key(); }
  [[nodiscard]] x509::SignatureAlgorithm algorithm() const override { return real_->algorithm(); }
  [[nodiscard]] Result<base::Bytes> sign(base::ByteView) const override {
    return base::fail(base::Code::kSigner, "The key refused.");
  }
  [[nodiscard]] Result<base::Bytes> sign_digest(base::ByteView) const override {
    return base::fail(base::Code::kSigner, "The key refused.");
  }

 private:
  std::shared_ptr<const x509::Signer> real_;
};

}  // namespace

TEST_CASE("errors of the source, the sink and the key come back, and nothing is written before the signature") {
  const auto signer = new_signer("ec:P-256");
  const RefusingSigner refusing(signer);
  const auto identifier = signer->public_key().identifier();
  for (const std::size_t size : {std::size_t{3}, std::size_t{40000}}) {
    const std::vector<RevokedEntry> entries = many(size);
    const x509::EntrySource failing = [](const auto&) -> Result<> {
      return base::fail(base::Code::kUnavailable, "The store is gone.");
    };
    CHECK(yuxin::test::error_of(written(fields_for(identifier), failing, *signer)).code == base::Code::kUnavailable);
    std::size_t got = 0;
    const auto refused =
        x509::write_crl(fields_for(identifier), from(entries), refusing, [&got](base::ByteView part) -> Result<> {
          got += part.size();
          return {};
        });
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code == base::Code::kSigner);
    CHECK(got == 0);
    const auto full = x509::write_crl(fields_for(identifier), from(entries), *signer, [](base::ByteView) -> Result<> {
      return base::fail(base::Code::kUnavailable, "The disk is full.");
    });
    REQUIRE_FALSE(full.has_value());
    CHECK(full.error().code == base::Code::kUnavailable);
  }
  x509::CrlFields negative = fields_for(identifier);
  negative.number = -1;
  CHECK(yuxin::test::error_of(written(negative, from(few()), *signer)).code == base::Code::kUsage);
}

TEST_CASE("reasons have the names of RFC 5280") {
  CHECK(x509::reason_name(RevocationReason::kKeyCompromise) == "keyCompromise");
  CHECK(x509::reason_name(RevocationReason::kCaCompromise) == "cACompromise");
  CHECK(x509::reason_by_name("KEYCOMPROMISE") == RevocationReason::kKeyCompromise);
  CHECK(x509::reason_by_name("removeFromCRL") == RevocationReason::kRemoveFromCrl);
  CHECK_FALSE(x509::reason_by_name("stolen").has_value());
}
