// What the shared tables keep and answer, over each store.
#include "need.hpp"
#include "stores.hpp"

namespace {
using namespace yuxin;
using namespace yuxin::test;
}  // namespace

TEST_CASE("what a transaction wrote is read back as it was") {
  over_every([](Backend& backend) {
    const auto store = open_store(backend);
    const auto authority = add_authority(*store, "issuing");
    auto row = certificate(authority, 7);
    row.status.invalidity_date = base::UnixTime{900};
    const auto id = insert(*store, row);
    const auto back = find(*store, authority, 7);
    CHECK(back.id == id);
    CHECK(back.serial == row.serial);
    CHECK(back.profile == "tls-server");
    CHECK(back.subject == "CN=host7");
    CHECK(back.names == "dns:host7.test");
    CHECK(back.not_before.seconds == 1000);
    CHECK(back.not_after.seconds == 2007);
    CHECK(back.issued_at.seconds == 1000);
    CHECK(back.der == row.der);
    CHECK(back.status.state == CertificateState::kGood);
    CHECK(back.status.invalidity_date == base::UnixTime{900});
  });
}

TEST_CASE("an authority cannot use a serial twice, another authority can") {
  over_every([](Backend& backend) {
    const auto store = open_store(backend);
    const auto first = add_authority(*store, "first");
    const auto second = add_authority(*store, "second");
    insert(*store, certificate(first, 1));
    const auto again = store->write([&](Writer& writer) -> Result<> {
      TRY(writer.insert_certificate(certificate(first, 1)));
      return {};
    });
    REQUIRE_FALSE(again);
    CHECK(again.error().code == Code::kConflict);
    insert(*store, certificate(second, 1));
    REQUIRE(store->read([&](Reader& reader) -> Result<> {
      TRY(const auto rows, reader.find_all(serial_of(1), Reader::With::kRowOnly));
      CHECK(rows.size() == 2);
      return {};
    }));
  });
}

TEST_CASE("names of authorities are unique, and a certificate needs its authority") {
  over_every([](Backend& backend) {
    const auto store = open_store(backend);
    const auto authority = add_authority(*store, "issuing");
    const auto again = store->write([](Writer& writer) -> Result<> {
      TRY(writer.insert_authority({.name = "issuing"}));
      return {};
    });
    REQUIRE_FALSE(again);
    CHECK(again.error().code == Code::kConflict);
    const auto orphan = store->write([&](Writer& writer) -> Result<> {
      TRY(writer.insert_certificate(certificate(authority + 100, 1)));
      return {};
    });
    REQUIRE_FALSE(orphan);
    CHECK(orphan.error().code == Code::kConflict);
    CHECK(count(*store) == 0);
  });
}

TEST_CASE("a change of status is the newest change, once, and keeps nothing of the old one") {
  over_every([](Backend& backend) {
    const auto store = open_store(backend);
    const auto authority = add_authority(*store, "issuing");
    std::vector<std::int64_t> ids;
    for (int i = 0; i < 3; ++i) ids.push_back(insert(*store, certificate(authority, i)));
    const auto seen = store->status().changes(0, [](const store::StatusChange&) {});
    REQUIRE(seen);
    REQUIRE(set_state(*store, ids[0], CertificateState::kOnHold));
    REQUIRE(set_state(*store, ids[0], CertificateState::kRevoked));
    int visited = 0;
    const auto next = store->status().changes(*seen, [&](const store::StatusChange& change) {
      ++visited;
      CHECK(base::to_bytes(change.serial) == serial_of(0));
      CHECK(change.authority == authority);
      CHECK(change.status.state == CertificateState::kRevoked);
      CHECK(change.status.revoked_at.seconds == 1500);
      CHECK(change.status.reason == 1);
      CHECK(change.not_after.seconds == 2000);
    });
    REQUIRE(next);
    CHECK(visited == 1);
    CHECK(*next > *seen);
    CHECK(find(*store, authority, 0).status_sequence == *next);
    const auto nothing = store->status().changes(*next, [&](const store::StatusChange&) { ++visited; });
    REQUIRE(nothing);
    CHECK(*nothing == *next);
    CHECK(visited == 1);
  });
}

TEST_CASE("the revision moves for a changed status before success is reported, and for nothing else") {
  over_every([](Backend& backend) {
    const auto store = open_store(backend);
    const auto authority = add_authority(*store, "issuing");
    const auto before = store->status().revision();
    const auto id = insert(*store, certificate(authority, 1));
    CHECK(store->status().revision() == before);
    REQUIRE(set_state(*store, id, CertificateState::kRevoked));
    const auto after = store->status().revision();
    CHECK(after > before);
    const auto undone = store->write([&](Writer& writer) -> Result<> {
      TRY(writer.change_status(id, {}));
      return base::fail(Code::kRefused, "No.");
    });
    REQUIRE_FALSE(undone);
    CHECK(store->status().revision() == after);
    std::atomic<std::uint64_t> at_completion = 0;
    store->submit([id](Writer& writer) { return writer.change_status(id, {.state = CertificateState::kOnHold}); },
                  [&](Result<> result) {
                    CHECK(result.has_value());
                    at_completion = store->status().revision();
                    at_completion.notify_all();
                  });
    at_completion.wait(0);
    CHECK(at_completion > after);
    const auto nobody = set_state(*store, 999, CertificateState::kRevoked);
    REQUIRE_FALSE(nobody);
    CHECK(nobody.error().code == Code::kNotFound);
  });
}

TEST_CASE("revoked, held and void serials are listed for one authority while they are valid") {
  over_every([](Backend& backend) {
    const auto store = open_store(backend);
    const auto authority = add_authority(*store, "issuing");
    const auto other = add_authority(*store, "other");
    std::vector<std::int64_t> ids;
    for (int i = 0; i < 6; ++i) ids.push_back(insert(*store, certificate(authority, i)));
    const auto elsewhere = insert(*store, certificate(other, 50));
    REQUIRE(set_state(*store, elsewhere, CertificateState::kRevoked));
    REQUIRE(set_state(*store, ids[4], CertificateState::kVoid));
    REQUIRE(set_state(*store, ids[0], CertificateState::kRevoked));
    REQUIRE(set_state(*store, ids[3], CertificateState::kOnHold));
    REQUIRE(set_state(*store, ids[2], CertificateState::kOnHold));
    REQUIRE(set_state(*store, ids[2], CertificateState::kGood));
    const auto visit = [&](std::int64_t still_valid_at) {
      std::vector<base::Bytes> serials;
      REQUIRE(store->read([&](Reader& reader) {
        return reader.for_each_revoked(
            authority, {still_valid_at},
            [&](base::ByteView serial, const store::CertificateStatus& status) -> Result<> {
              CHECK(status.state != CertificateState::kGood);
              serials.push_back(base::to_bytes(serial));
              return {};
            });
      }));
      return serials;
    };
    CHECK(visit(0) == std::vector{serial_of(0), serial_of(3), serial_of(4)});
    // not_after of number n is 2000 + n, and a certificate is valid until then, that second included.
    CHECK(visit(2003) == std::vector{serial_of(3), serial_of(4)});
    CHECK(visit(2005).empty());
    const auto refused = store->read([&](Reader& reader) {
      return reader.for_each_revoked(authority, {0}, [](base::ByteView, const store::CertificateStatus&) -> Result<> {
        return base::fail(Code::kRefused, "Stop.");
      });
    });
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Code::kRefused);
  });
}

TEST_CASE("lists are filtered by every condition at once and come in pages") {
  over_every([](Backend& backend) {
    const auto store = open_store(backend);
    const auto authority = add_authority(*store, "issuing");
    const auto other = add_authority(*store, "other");
    std::vector<std::int64_t> ids;
    for (int i = 0; i < 20; ++i) {
      auto row = certificate(i % 2 == 0 ? authority : other, i);
      if (i >= 10) row.profile = "person";
      ids.push_back(insert(*store, row));
    }
    REQUIRE(set_state(*store, ids[4], CertificateState::kRevoked));

    CHECK(count(*store) == 20);
    CHECK(count(*store, {.authority = authority}) == 10);
    CHECK(count(*store, {.profile = "person"}) == 10);
    CHECK(count(*store, {.authority = other, .profile = "person"}) == 5);
    CHECK(list(*store, {.state = CertificateState::kRevoked}) == std::vector{ids[4]});
    CHECK(count(*store, {.authority = authority, .state = CertificateState::kGood}) == 9);
    // not_after is 2000 + n: before 2005 are five, of which two are still valid at 2003.
    CHECK(count(*store, {.expires_before = base::UnixTime{2005}}) == 5);
    CHECK(list(*store, {.expires_before = base::UnixTime{2005}, .expires_after = base::UnixTime{2003}}) ==
          std::vector{ids[3], ids[4]});

    store::CertificateFilter page{.profile = "person", .limit = 4};
    std::vector<std::int64_t> all;
    for (int pages = 0; pages < 3; ++pages) {
      const auto part = list(*store, page);
      CHECK(part.size() == (pages < 2 ? 4 : 2));
      all.insert(all.end(), part.begin(), part.end());
      page.after_id = part.back();
    }
    CHECK(all == std::vector(ids.begin() + 10, ids.end()));
    CHECK(list(*store, page).empty());
  });
}

TEST_CASE("search looks into subjects, names and the start of the serial as people write it") {
  over_every([](Backend& backend) {
    const auto store = open_store(backend);
    const auto authority = add_authority(*store, "issuing");
    auto row = certificate(authority, 1);
    row.serial = {0x00, 0xaf, 0x12, 0x34};  // the number AF1234: the first octet only keeps it positive
    row.subject = "CN=重庆市水务局";
    row.names = "dns:Portal.Water.test ip:192.0.2.1";
    const auto water = insert(*store, row);
    row.serial = {0x1a, 0xf1, 0x23};
    row.subject = "CN=100%_sure";
    row.names = "";
    const auto sure = insert(*store, row);

    const auto search = [&](const std::string& text) { return list(*store, {.text = text}); };
    using Ids = std::vector<std::int64_t>;
    CHECK(search("水务") == Ids{water});
    CHECK(search("portal.water") == Ids{water});
    CHECK(search("192.0.2.1") == Ids{water});
    CHECK(search("AF12") == Ids{water});
    CHECK(search("af 12:3") == Ids{water});
    CHECK(search("AF1234") == Ids{water});
    CHECK(search("AF12345").empty());
    CHECK(search("1AF") == Ids{sure});
    CHECK(search("F12").empty());
    CHECK(search("0%_s") == Ids{sure});
    CHECK(search("%").size() == 1);
    CHECK(search("nobody").empty());
  });
}

TEST_CASE("a list lacks what changed after it: revoked, held, released, void; new certificates it does not lack") {
  over_every([](Backend& backend) {
    const auto store = open_store(backend);
    const auto authority = add_authority(*store, "issuing");
    const auto other = add_authority(*store, "other");
    const auto lacks = [&](std::int64_t of) {
      bool answer = false;
      REQUIRE(store->read([&](Reader& reader) -> Result<> {
        TRY(answer, reader.lacks_changes(of));
        return {};
      }));
      return answer;
    };
    std::int64_t number = 0;
    const auto publish = [&](std::int64_t of) {
      REQUIRE(store->write([&](Writer& writer) -> Result<> {
        TRY(const auto sequence, writer.status_sequence());
        return writer.insert_crl({of, ++number, {100}, {200}, "list", {}, sequence});
      }));
    };
    CHECK(lacks(authority));  // there is none yet
    publish(authority);
    publish(other);
    CHECK_FALSE(lacks(authority));
    std::int64_t id = 0;
    REQUIRE(store->write([&](Writer& writer) -> Result<> {
      TRY(id, writer.insert_certificate(certificate(authority, 1)));
      return {};
    }));
    CHECK_FALSE(lacks(authority));
    for (const auto state : {CertificateState::kOnHold, CertificateState::kGood, CertificateState::kRevoked}) {
      REQUIRE(store->write([&](Writer& writer) { return writer.change_status(id, {state, {50}, 0, {}}); }));
      CHECK(lacks(authority));
      CHECK_FALSE(lacks(other));
      publish(authority);
      CHECK_FALSE(lacks(authority));
    }
    auto voided = certificate(authority, 2);
    voided.status.state = CertificateState::kVoid;
    REQUIRE(store->write([&](Writer& writer) -> Result<> {
      TRY(writer.insert_certificate(voided));
      return {};
    }));
    CHECK(lacks(authority));
    CHECK_FALSE(lacks(other));
  });
}

TEST_CASE("authorities, lists, service certificates and settings are kept") {
  over_every([](Backend& backend) {
    const auto store = open_store(backend);
    const auto authority = add_authority(*store, "issuing");
    const base::Bytes der{0x30, 0x03, 0x01, 0x02, 0x03};
    REQUIRE(store->write([&](Writer& writer) -> Result<> {
      TRY(writer.set_authority_certificate(authority, der));
      TRY(writer.insert_crl({authority, 5, {100}, {200}, "crl/5.crl", der}));
      TRY(writer.set_service_certificate({authority, "ocsp", "key-1", der, {300}}));
      TRY(writer.set_service_certificate({authority, "ocsp", "key-2", der, {400}}));
      TRY(writer.set_setting("organisation", "first"));
      return writer.set_setting("organisation", "重庆");
    }));
    REQUIRE(store->read([&](Reader& reader) -> Result<> {
      TRY(const auto found, reader.authority("issuing"));
      CHECK(found.certificate == der);
      CHECK(found.key_name == "issuing-key");
      TRY(const auto crl, reader.latest_crl(authority));
      CHECK(crl.number == 5);
      CHECK(crl.next_update.seconds == 200);
      CHECK(crl.file == "crl/5.crl");
      TRY(const auto services, reader.service_certificates("ocsp"));
      REQUIRE(services.size() == 1);
      CHECK(services[0].key_name == "key-2");
      TRY(const auto setting, reader.setting("organisation"));
      CHECK(setting == "重庆");
      TRY(const auto unset, reader.setting("nothing"));
      CHECK(unset.empty());
      CHECK(yuxin::test::error_of(reader.authority("nobody")).code == Code::kNotFound);
      CHECK(yuxin::test::error_of(reader.latest_crl(authority + 1)).code == Code::kNotFound);
      CHECK(yuxin::test::error_of(reader.find(authority, serial_of(1), Reader::With::kDer)).code == Code::kNotFound);
      return {};
    }));
    // RFC 5280 section 5.2.3: numbers only go up.
    for (const std::int64_t number : {4, 5}) {
      const auto older = store->write(
          [&](Writer& writer) { return writer.insert_crl({authority, number, {100}, {200}, "x", der}); });
      REQUIRE_FALSE(older);
      CHECK(older.error().code == Code::kConflict);
    }
    CHECK(store->status().authorities().value().size() == 1);
    CHECK(store->status().latest_crl(authority).value().number == 5);
    CHECK(store->status().service_certificates("ocsp").value().size() == 1);
  });
}
