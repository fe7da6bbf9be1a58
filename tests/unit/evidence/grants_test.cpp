// What is granted, to whom, and how an audit finds what was not.
#include <doctest/doctest.h>

#include "need.hpp"
#include "small_roles.hpp"
#include "yuxin/base/json.hpp"

namespace {

using namespace yuxin;
using namespace yuxin::test;
using evidence::GrantOrder;
using evidence::GrantRow;
using x509::RevocationReason;

bool mentions(const std::string& text, std::string_view what) { return text.find(what) != std::string::npos; }

// The code and words of a refusal.
void refused(const Result<GrantRow>& result, Code code, std::string_view words) {
  REQUIRE_FALSE(result.has_value());
  CAPTURE(result.error().detail);
  CHECK(result.error().code == code);
  CHECK(mentions(result.error().detail, words));
}

std::string problems(RoleTown& town) {
  std::string all;
  for (const auto& problem : town.home.verify().problems) all += problem + "\n";
  return all;
}

std::vector<evidence::StoredRecord> records(RoleTown& town) {
  std::vector<evidence::StoredRecord> all;
  town.home.read([&](Reader& reader) -> Result<> {
    TRY(const auto size, evidence::size(reader));
    return evidence::for_each(reader, 0, size, [&](const evidence::StoredRecord& record) -> Result<> {
      all.push_back(record);
      return {};
    });
  });
  return all;
}

}  // namespace

TEST_CASE("a granted role is an attribute certificate, a row and a record") {
  RoleTown town;
  const auto officer = town.officer("officer-05");
  const auto row = town.grant(RoleTown::order("PSB:OFF", officer, "org:PSB/*"));
  CHECK(row.role == "PSB:OFF");
  CHECK(row.scope == "org:PSB/*");
  CHECK(row.in_force_at(kNow));
  CHECK_FALSE(row.in_force_at(kNow + base::days(91)));
  const auto certificate = need(x509::AttributeCertificate::from_der(row.der));
  CHECK(x509::verify_signature(certificate, need(town.authority.certificate.public_key())).has_value());
  CHECK(x509::is_held_by(certificate, officer.certificate));
  const auto read = need(evidence::read_role_grant(certificate));
  CHECK(read.role == role("PSB:OFF"));
  CHECK(read.scope == scope("org:PSB/*"));
  const auto* points = x509::find_extension(certificate.extensions(), x509::oid::kCrlDistributionPoints);
  REQUIRE(points != nullptr);
  CHECK(need(Result<std::vector<x509::DistributionPoint>>(*x509::read_crl_distribution_points(points->value)))
            .front()
            .full_name.front()
            .value == "http://pki.city.test/crl/roles.crl");

  const auto all = records(town);
  REQUIRE(all.size() == 1);
  const auto json = need(base::parse_json(all[0].text)).get_object();
  CHECK(base::json_string(json, "kind") == "role.granted");
  CHECK(base::json_string(json, "object") == "roles/" + certificate.serial().hex());
  CHECK(base::json_string(json.at("data").get_object(), "holder") == "C=CN, O=Test City, CN=officer-05");
  CHECK(base::equal(all[0].attachment, row.der));
  CHECK(problems(town).empty());
}

TEST_CASE("orders that the organisation does not allow") {
  RoleTown town;
  const auto officer = town.officer("officer-05");
  auto order = RoleTown::order("PSB:OFF", officer);
  SUBCASE("a role that nobody described") {
    order.role = role("PBS:OFF");
    refused(town.try_grant(order), Code::kNotFound, "no role PBS:OFF");
  }
  SUBCASE("an organisation that is not there") {
    order.scope = scope("org:NOBODY");
    refused(town.try_grant(order), Code::kNotFound, "no organisation NOBODY");
  }
  SUBCASE("an organisation that is over") {
    order.scope = scope("org:OLD");
    refused(town.try_grant(order), Code::kRefused, "OLD");
  }
  SUBCASE("no organisation where one must be named") {
    order.role = role("OPR:CISO");
    refused(town.try_grant(order), Code::kRefused, "--scope org:CODE");
    order.scope = scope("org:PSB");
    CHECK(town.try_grant(order).has_value());
  }
  SUBCASE("for the past") {
    order.not_before = kNow - base::Seconds{1};
    refused(town.try_grant(order), Code::kRefused, "past");
  }
  SUBCASE("for no time") {
    order.not_after = order.not_before;
    refused(town.try_grant(order), Code::kRefused, "end before it begins");
  }
  SUBCASE("longer than the rule says") {
    order.role = role("RA.INPUT");
    order.not_after = kNow + base::days(366);
    refused(town.try_grant(order), Code::kRefused, "1 year at the most");
    order.not_after = kNow + base::days(365);
    CHECK(town.try_grant(order).has_value());
  }
  SUBCASE("longer than the certificate of the holder") {
    const auto short_lived = town.officer("officer-06", {kNow - base::days(1), kNow + base::days(30)});
    order = RoleTown::order("PSB:OFF", short_lived);
    refused(town.try_grant(order), Code::kRefused, "a role lasts no longer");
  }
  SUBCASE("longer than the attribute authority") {
    town.authority.certificate =
        town.certify(need(x509::PrivateKey::generate(RoleTown::kKind)), {kNow, kNow + base::days(30)});
    refused(town.try_grant(order), Code::kRefused, "attribute authority");
  }
  CHECK(problems(town).empty());
}

TEST_CASE("a key that is not the attribute authority's brings no grant into the world") {
  RoleTown town;
  const auto other = need(x509::PrivateKey::generate(RoleTown::kKind));
  town.authority.signer = need(other.signer(x509::SignatureAlgorithm::kEcdsaSha256));
  refused(town.try_grant(RoleTown::order("PSB:OFF", town.officer("officer-05"))), Code::kBadSignature, "");
  CHECK(records(town).empty());
}

TEST_CASE("nobody stands on both sides of an exclusion at one time") {
  RoleTown town;
  const auto officer = town.officer("officer-05");
  const auto input = town.grant(RoleTown::order("RA.INPUT", officer));
  auto audit = RoleTown::order("CA.AUD", officer);
  SUBCASE("under the same certificate") {
    refused(town.try_grant(audit), Code::kNotAuthorised, "who audits must not run what is audited");
  }
  SUBCASE("under another key with the same subject") {
    refused(town.try_grant(RoleTown::order("CA.AUD", town.officer("officer-05"))), Code::kNotAuthorised,
            "auditor-operator");
  }
  SUBCASE("under another subject with the same key") {
    audit.holder = town.ca.issue("C=CN, O=Test City, CN=alias", officer.key.public_key(), {});
    refused(town.try_grant(audit), Code::kNotAuthorised, "auditor-operator");
  }
  SUBCASE("under the same name in other letters, blanks and unseen characters") {
    for (const char* name : {"Officer-05", "OFFICER-05", "officer-05\xe2\x80\x8b",
                             "\xef\xbd\x8f"
                             "fficer-05"}) {
      refused(town.try_grant(RoleTown::order("CA.AUD", town.officer(name))), Code::kNotAuthorised,
              "auditor-operator");
    }
  }
  SUBCASE("another person may") {
    CHECK(town.try_grant(RoleTown::order("CA.AUD", town.officer("auditor-01"))).has_value());
  }
  SUBCASE("after the other role is revoked") {
    REQUIRE(town.revoke(input).has_value());
    CHECK(town.try_grant(audit).has_value());
  }
  SUBCASE("after the other role is over, and not a second before") {
    audit.not_before = input.not_after + base::Seconds{1};
    audit.not_after = audit.not_before + base::days(1);
    CHECK(town.try_grant(audit).has_value());
    audit.not_before = input.not_after;
    refused(town.try_grant(audit), Code::kNotAuthorised, "auditor-operator");
  }
  SUBCASE("two roles that only exclude each other on one object may be held") {
    CHECK(town.try_grant(RoleTown::order("RA.REVIEW", officer)).has_value());
  }
  SUBCASE("not even in one step") {
    const auto both = town.officer("officer-07");
    const auto done =
        town.try_grant(std::vector{RoleTown::order("CA.AUD", both), RoleTown::order("RA.REVIEW", both)});
    REQUIRE_FALSE(done.has_value());
    CHECK(mentions(done.error().detail, "auditor-operator"));
  }
}

TEST_CASE("the founding roles are given together, once, and to two persons") {
  RoleTown town;
  const auto super = town.officer("super");
  const auto auditor = town.officer("auditor");
  const auto both = [&](const RoleTown::Officer& a, const RoleTown::Officer& b) {
    return town.try_grant(std::vector{RoleTown::order("CA.SUPER", a), RoleTown::order("CA.AUDADM", b)});
  };
  refused(town.try_grant(RoleTown::order("CA.SUPER", super)), Code::kConflict, "--and CA.AUDADM=CERTIFICATE");
  refused(town.try_grant(RoleTown::order("CA.AUDADM", auditor)), Code::kConflict, "CA.SUPER");
  CHECK(yuxin::test::error_of(both(super, super)).code == Code::kNotAuthorised);
  CHECK(records(town).empty());
  const auto rows = need(both(super, auditor));
  REQUIRE(rows.size() == 2);
  CHECK(records(town).size() == 2);
  SUBCASE("nobody else gets one while it is held") {
    refused(town.try_grant(RoleTown::order("CA.SUPER", town.officer("other"))), Code::kConflict, "is held by");
    CHECK(yuxin::test::error_of(both(town.officer("a"), town.officer("b"))).code == Code::kConflict);
  }
  SUBCASE("the holder may be granted it anew before it ends") {
    town.now = kNow + base::days(80);
    auto order = RoleTown::order("CA.SUPER", super);
    order.not_before = town.now;
    order.not_after = town.now + base::days(90);
    CHECK(town.try_grant(order).has_value());
  }
  SUBCASE("and a successor when it is revoked") {
    REQUIRE(town.revoke(rows[0], RevocationReason::kSuperseded).has_value());
    CHECK(town.try_grant(RoleTown::order("CA.SUPER", town.officer("successor"))).has_value());
  }
  SUBCASE("but not the other one of the two") {
    REQUIRE(town.revoke(rows[0], RevocationReason::kSuperseded).has_value());
    refused(town.try_grant(RoleTown::order("CA.SUPER", auditor)), Code::kNotAuthorised, "auditor-operator");
  }
}

TEST_CASE("who may grant and revoke is written in organisation.toml") {
  RoleTown town;
  const auto granter = town.officer("granter");
  const auto officer = town.officer("officer-05");
  const auto check = [&](std::string_view held, std::string_view held_scope, const GrantOrder& order) {
    const auto checked =
        evidence::check_granter(*town.organisation, {role(held), scope(held_scope)}, granter.certificate, order);
    return checked ? std::string("yes") : checked.error().detail;
  };
  CHECK(check("SEC:ADM", "", RoleTown::order("PSB:OFF", officer)) == "yes");
  CHECK(check("SEC:ADM", "org:PSB/*", RoleTown::order("PSB:OFF", officer, "org:PSB-500103")) == "yes");
  CHECK(mentions(check("SEC:ADM", "org:PSB/*", RoleTown::order("PSB:OFF", officer)), "limited to org:PSB/*"));
  CHECK(mentions(check("SEC:ADM", "org:PSB/*", RoleTown::order("PSB:OFF", officer, "org:CITY/*")), "org:CITY/*"));
  CHECK(mentions(check("RA.BIZADM", "", RoleTown::order("PSB:OFF", officer)), "Who can: SEC:ADM"));
  CHECK(mentions(check("CA.SUPER", "", RoleTown::order("CA.AUDADM", officer)), "founding only"));
  CHECK(mentions(check("CA.SUPER", "", RoleTown::order("CA.AUD", officer)), "Who can: CA.AUDADM"));
  // nobody grants to themselves, under the same subject or the same key
  CHECK(mentions(check("SEC:ADM", "", RoleTown::order("PSB:OFF", granter)), "themselves"));
  CHECK(mentions(check("SEC:ADM", "", RoleTown::order("PSB:OFF", town.officer("granter"))), "themselves"));

  const auto row = town.grant(RoleTown::order("PSB:OFF", officer, "org:PSB"));
  CHECK(evidence::check_revoker(*town.organisation, {role("SEC:ADM"), scope("org:PSB")}, row).has_value());
  CHECK_FALSE(evidence::check_revoker(*town.organisation, {role("SEC:ADM"), scope("org:CITY")}, row).has_value());
  CHECK_FALSE(evidence::check_revoker(*town.organisation, {role("RA.BIZADM"), {}}, row).has_value());
}

TEST_CASE("a role is revoked once and for good") {
  RoleTown town;
  const auto row = town.grant(RoleTown::order("PSB:OFF", town.officer("officer-05")));
  refused(town.revoke(row, RevocationReason::kCertificateHold), Code::kUsage, "no reason");
  const auto revoked = need(town.revoke(row));
  CHECK(revoked.revoked_at == kNow);
  CHECK_FALSE(revoked.in_force_at(kNow));
  CHECK(revoked.in_force_at(kNow - base::Seconds{1}) == false);  // not before its beginning either
  refused(town.revoke(row), Code::kConflict, "revoked already");
  auto unknown = row;
  unknown.serial = {0x01};
  refused(town.revoke(unknown), Code::kNotFound, "serial number 01");
  const auto over = town.grant(RoleTown::order("PSB:OFF", town.officer("officer-06")));
  town.now = kNow + base::days(91);
  refused(town.revoke(over), Code::kConflict, "over");
  CHECK(problems(town).empty());
}

TEST_CASE("grants are found by holder, role and time") {
  RoleTown town;
  const auto a = town.officer("officer-05");
  const auto b = town.officer("officer-06");
  const auto first = town.grant(RoleTown::order("PSB:OFF", a));
  town.grant(RoleTown::order("SEC:ADM", a));
  town.grant(RoleTown::order("PSB:OFF", b));
  REQUIRE(town.revoke(first).has_value());
  const auto count = [&](const evidence::GrantFilter& filter) {
    std::size_t found = 0;
    town.home.read([&](Reader& reader) -> Result<> {
      TRY(const auto rows, evidence::list_grants(reader, filter));
      found = rows.size();
      return {};
    });
    return found;
  };
  CHECK(count({}) == 3);
  CHECK(count({"PSB:OFF", "", std::nullopt}) == 2);
  CHECK(count({"PSB:OFF", "officer-05", std::nullopt}) == 1);
  CHECK(count({"", "officer", kNow}) == 2);
  CHECK(count({"", "officer", kNow + base::days(91)}) == 0);
  CHECK(count({"PSB:*", "", std::nullopt}) == 0);
  const auto of = [&](const x509::Certificate& certificate) {
    std::size_t found = 0;
    town.home.read([&](Reader& reader) -> Result<> {
      TRY(const auto rows, evidence::grants_of(reader, certificate, kNow));
      found = rows.size();
      return {};
    });
    return found;
  };
  CHECK(of(a.certificate) == 1);
  // renewed with the same key: keeps; issued again with another key: loses
  CHECK(of(town.ca.issue("C=CN, O=Test City, CN=officer-05", a.key.public_key(), {})) == 1);
  CHECK(of(town.officer("officer-05").certificate) == 0);
}

TEST_CASE("who may act, and why not") {
  RoleTown town;
  const auto officer = town.officer("officer-05");
  const evidence::Place police{.organisation = org("PSB"), .district = {}, .profile = {}};
  refused(town.act(officer, "PSB:OFF"), Code::kNotAuthorised, "Who could grant it: SEC:ADM");
  const auto row = town.grant(RoleTown::order("PSB:OFF", officer, "org:PSB"));
  CHECK(need(town.act(officer, "PSB:OFF", police)).id == row.id);
  refused(town.act(officer, "PSB:OFF"), Code::kNotAuthorised, "limited to org:PSB");
  refused(town.act(officer, "PSB:LEAD", police), Code::kNotAuthorised, "no such role was granted");
  town.now = kNow + base::days(91);
  refused(town.act(officer, "PSB:OFF", police), Code::kNotAuthorised, "it was in force until");
  town.now = kNow - base::days(1);
  refused(town.act(officer, "PSB:OFF", police), Code::kNotAuthorised, "it is in force from");
  town.now = kNow;
  REQUIRE(town.revoke(row).has_value());
  refused(town.act(officer, "PSB:OFF", police), Code::kNotAuthorised, "privilegeWithdrawn");
}

// keep puts a certificate into the table of the home, as issued.
std::int64_t keep(RoleTown& town, const x509::Certificate& certificate) {
  store::CertificateRow row;
  row.authority = town.home.authority();
  row.serial = base::to_bytes(certificate.tbs().serial);
  row.der = base::to_bytes(certificate.der());
  row.not_after = certificate.not_after();
  std::int64_t id = 0;
  town.home.write([&](store::Writer& writer) -> Result<> {
    TRY(id, writer.insert_certificate(row));
    return {};
  });
  return id;
}

TEST_CASE("a key in wrong hands ends every grant that hangs on it, under whatever certificate") {
  RoleTown town;
  const auto officer = town.officer("officer-05");
  const RoleTown::Officer other{officer.key,
                                town.ca.issue("C=CN, O=Test City, CN=Elsewhere", officer.key.public_key(), {})};
  town.grant(RoleTown::order("PSB:OFF", officer));
  const auto id = keep(town, other.certificate);
  const auto revoke = [&](RevocationReason reason, std::optional<base::UnixTime> since = std::nullopt) {
    const store::CertificateStatus status{store::CertificateState::kRevoked, kNow, static_cast<int>(reason), since};
    town.home.write([&](store::Writer& writer) { return writer.change_status(id, status); });
  };
  const auto in_force = [&](base::UnixTime at) {
    std::size_t found = 0;
    town.home.read([&](Reader& reader) -> Result<> {
      TRY(const auto rows, evidence::list_grants(reader, {"", "", at}));
      TRY(const auto own, evidence::grants_of(reader, officer.certificate, at));
      CHECK(rows.size() == own.size());
      found = rows.size();
      return {};
    });
    return found;
  };
  for (const auto reason : {RevocationReason::kSuperseded, RevocationReason::kCessationOfOperation}) {
    revoke(reason);
    CHECK(town.act(officer, "PSB:OFF").has_value());
    CHECK(in_force(kNow) == 1);
  }
  for (const auto reason :
       {RevocationReason::kKeyCompromise, RevocationReason::kCaCompromise, RevocationReason::kAaCompromise}) {
    revoke(reason);
    refused(town.act(officer, "PSB:OFF"), Code::kNotAuthorised, "its key was compromised");
    CHECK(in_force(kNow) == 0);
  }
  // what was done before that stands; an invalidity date says since when
  revoke(RevocationReason::kKeyCompromise, kNow - base::days(1));
  town.home.read([&](Reader& reader) -> Result<> {
    TRY(const auto rows, evidence::list_grants(reader, {}));
    CHECK(rows.at(0).compromised_at == kNow - base::days(1));
    return {};
  });
  // the person goes on with a new key, and the old grant stands in no way
  CHECK(town.try_grant(RoleTown::order("PSB:OFF", town.officer("officer-05"))).has_value());
}

TEST_CASE("an exclusion that was written after the grants stops both roles") {
  RoleTown town;
  const auto officer = town.officer("officer-05");
  town.grant(RoleTown::order("SEC:ADM", officer));
  town.grant(RoleTown::order("RA.INPUT", officer));
  CHECK(town.act(officer, "RA.INPUT").has_value());
  town.organisation = need(evidence::Organisation::parse(
      std::string(kOrganisation) + "[[exclusion]]\nname = \"new\"\none = [\"SEC:ADM\"]\nother = [\"RA.*\"]\n"
                                   "reach = \"person\"\nreason = { en = \"since today\" }\n",
      "organisation.toml"));
  refused(town.act(officer, "RA.INPUT"), Code::kNotAuthorised, "since today");
  refused(town.act(officer, "SEC:ADM"), Code::kNotAuthorised, "since today");
}

TEST_CASE("the list of revoked roles: numbers rise, entries stay, and it knows when it is due") {
  RoleTown town;
  const auto due = [&] {
    bool is_due = false;
    town.home.read([&](Reader& reader) -> Result<> {
      TRY(is_due, evidence::role_list_is_due(reader, town.now));
      return {};
    });
    return is_due;
  };
  CHECK(due());
  const auto row = town.grant(RoleTown::order("PSB:OFF", town.officer("officer-05")));
  const auto first = town.list();
  CHECK_FALSE(due());
  CHECK(base::hex(first.number()) == "01");
  CHECK(first.next_update() == kNow + base::days(1));
  CHECK(first.issuer().same(town.authority.certificate.subject()));
  const auto* point = x509::find_extension(first.extensions(), x509::oid::kIssuingDistributionPoint);
  REQUIRE(point != nullptr);
  CHECK(point->critical);
  CHECK(x509::read_issuing_distribution_point(point->value)->only_attribute_certificates);
  REQUIRE(town.revoke(row).has_value());
  CHECK(due());  // in the very second of the list, which does not know it
  const auto second = town.list();
  CHECK_FALSE(due());
  CHECK(base::hex(second.number()) == "02");
  const auto entry = need(second.find(*x509::Serial::from_der_content(row.serial)));
  REQUIRE(entry);
  CHECK(entry->reason == RevocationReason::kPrivilegeWithdrawn);
  CHECK(entry->revoked_at == kNow);
  town.now = kNow + base::hours(12);
  CHECK(due());
  town.now = kNow - base::hours(1);
  CHECK(due());  // the clock was wrong when it was made
  // an entry stays for a while after the end of the grant, and then goes
  town.now = kNow + base::days(100);
  CHECK(need(town.list().find(*x509::Serial::from_der_content(row.serial))));
  town.now = kNow + base::days(130);
  CHECK_FALSE(need(town.list().find(*x509::Serial::from_der_content(row.serial))));
  CHECK(problems(town).empty());
}

TEST_CASE("whatever is done to the tables of roles, an audit names it") {
  RoleTown town;
  const auto row = town.grant(RoleTown::order("PSB:OFF", town.officer("officer-05"), "org:PSB"));
  const auto other = town.grant(RoleTown::order("SEC:ADM", town.officer("officer-06")));
  REQUIRE(town.revoke(row).has_value());
  town.list();
  const auto serial = x509::Serial::from_der_content(row.serial)->hex();
  CHECK(problems(town).empty());
  SUBCASE("a revocation taken back") {
    town.home.tamper("UPDATE role_grants SET revoked_at = NULL WHERE id = 1");
    CHECK(mentions(problems(town), "The status of grant " + serial));
  }
  SUBCASE("a revocation moved") {
    town.home.tamper("UPDATE role_grants SET revoked_at = revoked_at + 1 WHERE id = 1");
    CHECK(mentions(problems(town), "The status of grant " + serial));
  }
  SUBCASE("a revocation without a record") {
    town.home.tamper("UPDATE role_grants SET revoked_at = 1790000000, reason = 9 WHERE id = 2");
    CHECK(mentions(problems(town), "The status of grant " + x509::Serial::from_der_content(other.serial)->hex()));
  }
  SUBCASE("a wider scope") {
    town.home.tamper("UPDATE role_grants SET scope = '' WHERE id = 1");
    CHECK(mentions(problems(town), "The row of grant " + serial));
  }
  SUBCASE("another role") {
    town.home.tamper("UPDATE role_grants SET role = 'PSB:LEAD' WHERE id = 1");
    CHECK(mentions(problems(town), "The row of grant " + serial));
  }
  SUBCASE("another holder") {
    town.home.tamper("UPDATE role_grants SET holder = 'CN=x' WHERE id = 1");
    CHECK(mentions(problems(town), "The row of grant " + serial));
  }
  SUBCASE("a longer validity") {
    town.home.tamper("UPDATE role_grants SET not_after = not_after + 1 WHERE id = 1");
    CHECK(mentions(problems(town), "The row of grant " + serial));
  }
  SUBCASE("the attribute certificate of somebody else") {
    town.home.tamper("UPDATE role_grants SET der = (SELECT der FROM role_grants WHERE id = 2) WHERE id = 1");
    CHECK(mentions(problems(town), "Grant " + serial + " in the table is not the one"));
  }
  SUBCASE("a removed row") {
    town.home.tamper("DELETE FROM role_grants WHERE id = 1");
    CHECK(mentions(problems(town), "is missing from the table"));
  }
  SUBCASE("a row that no record stands for") {
    town.home.tamper("UPDATE role_grants SET serial = x'41' WHERE id = 1");
    CHECK(mentions(problems(town), "Grant 41 is in the table, but no record says that it was made"));
  }
  SUBCASE("a list that was not published") {
    town.home.tamper("UPDATE role_lists SET der = x'3000'");
    CHECK(mentions(problems(town), "List 1 of revoked roles"));
  }
}
