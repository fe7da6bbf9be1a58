// What ACME keeps, over each store.
#include "ra/acme/repository.hpp"

#include <chrono>

#include "need.hpp"
#include "stores.hpp"
#include "yuxin/evidence/ledger.hpp"
#include "yuxin/ra/acme.hpp"
#include "yuxin/ra/automatic_desk.hpp"
#include "yuxin/x509/digest.hpp"

namespace {

using namespace yuxin;
using namespace yuxin::test;
using namespace yuxin::ra::acme;
namespace rows = yuxin::ra::acme::repository;

constexpr base::UnixTime kNow{1'795'341'600};

std::shared_ptr<store::Store> open_ra_store(Backend& backend) {
  auto database = backend.open();
  need(store::migrate(*database, store::migrations()));
  need(store::migrate(*database, evidence::migrations()));
  need(store::migrate(*database, ra::migrations()));
  return need(store::Store::over(std::move(database), ""));
}

void write(store::Store& store, const std::function<Result<>(store::Session&)>& body) {
  need(store.write([&](Writer& writer) { return body(writer.session()); }));
}

Account account(const std::string& name, const std::string& key) {
  Account made;
  made.name = name;
  made.jwk = key;
  const auto digest = x509::sha256(base::as_bytes(key));
  made.thumbprint.assign(digest.begin(), digest.end());
  made.client = "portal";
  made.contacts = {"mailto:it@city.example", "mailto:二@city.example"};
  made.created = kNow;
  made.bound = {1, 2, 3};
  return made;
}

Challenge challenge(const std::string& name, ChallengeType type) {
  Challenge made;
  made.name = name;
  made.type = type;
  made.token = "token-" + name;
  return made;
}

Authorization authorization(std::int64_t account, const std::string& name) {
  Authorization made;
  made.name = name;
  made.account = account;
  made.host = "a.city.example";
  made.expires = kNow + base::days(7);
  made.challenges = {challenge(name + "-http", ChallengeType::kHttp01),
                     challenge(name + "-dns", ChallengeType::kDns01)};
  return made;
}

Order order(std::int64_t account, const std::string& name, std::vector<Authorization> authorizations) {
  Order made;
  made.name = name;
  made.account = account;
  made.identifiers = {"*.city.example", "a.city.example"};
  made.profile = "tls-server";
  made.created = kNow;
  made.expires = kNow + base::days(7);
  made.authorizations = std::move(authorizations);
  return made;
}

// Kept is an account with an order on one authorization.
struct Kept {
  explicit Kept(store::Store& store) {
    write(store, [&](store::Session& session) -> Result<> {
      TRY(account, rows::insert_account(session, ::account("one", "key-1")));
      auto held = authorization(account, "authz");
      TRY(held.row, rows::insert_authorization(session, held));
      return rows::insert_order(session, order(account, "order", {held}));
    });
  }
  std::int64_t account = 0;
};

}  // namespace

TEST_CASE("an account is found by its name, its key and its row, as it was kept") {
  over_every([](Backend& backend) {
    const auto store = open_ra_store(backend);
    write(*store, [&](store::Session& session) -> Result<> {
      const auto made = account("one", "key-1");
      TRY(const auto row, rows::insert_account(session, made));
      for (const auto& found :
           {need(rows::account_named(session, "one")), need(rows::account_with_key(session, made.thumbprint)),
            need(rows::account_in_row(session, row))}) {
        REQUIRE(found);
        CHECK(found->row == row);
        CHECK(found->jwk == "key-1");
        CHECK(found->client == "portal");
        CHECK(found->contacts == made.contacts);
        CHECK(found->status == Status::kValid);
        CHECK(found->created == kNow);
      }
      CHECK_FALSE(need(rows::account_named(session, "two")));
      const base::Bytes now_bound = {1, 2, 3};
      CHECK(need(rows::count_accounts(session, "portal", now_bound)) == 1);
      CHECK(need(rows::count_accounts(session, "portal", base::Bytes{4})) == 0);  // of another secret
      CHECK(need(rows::count_accounts(session, "other", now_bound)) == 0);
      CHECK(need(rows::count_new_accounts(session, "portal", kNow - base::hours(1))) == 1);
      CHECK(need(rows::count_new_accounts(session, "portal", kNow)) == 0);
      CHECK(need(rows::list_accounts(session, row, 10)).empty());
      return {};
    });
  });
}

TEST_CASE("two accounts never have one key, neither when they are made nor when one changes its own") {
  over_every([](Backend& backend) {
    const auto store = open_ra_store(backend);
    write(*store, [&](store::Session& session) -> Result<> {
      TRY(rows::insert_account(session, account("one", "key-1")));
      TRY(rows::insert_account(session, account("two", "key-2")));
      return {};
    });
    const auto conflicts = [&](const std::function<Result<>(store::Session&)>& body) {
      const auto done = store->write([&](Writer& writer) { return body(writer.session()); });
      return !done && done.error().code == Code::kConflict;
    };
    CHECK(conflicts([](store::Session& session) -> Result<> {
      TRY(rows::insert_account(session, account("three", "key-1")));
      return {};
    }));
    CHECK(conflicts([](store::Session& session) -> Result<> {
      TRY(auto found, rows::account_named(session, "two"));
      found->thumbprint = account("", "key-1").thumbprint;
      return rows::update_account(session, *found);
    }));
    write(*store, [&](store::Session& session) -> Result<> {
      TRY(auto found, rows::account_named(session, "two"));
      found->status = Status::kDeactivated;
      found->contacts.clear();
      TRY(rows::update_account(session, *found));
      TRY(found, rows::account_named(session, "two"));
      CHECK(found->status == Status::kDeactivated);
      CHECK(found->contacts.empty());
      return {};
    });
  });
}

TEST_CASE("an order is read back with its authorizations and their challenges") {
  over_every([](Backend& backend) {
    const auto store = open_ra_store(backend);
    const Kept kept(*store);
    write(*store, [&](store::Session& session) -> Result<> {
      TRY(const auto found, rows::order_named(session, "order"));
      REQUIRE(found);
      CHECK(found->account == kept.account);
      CHECK(found->identifiers == std::vector<std::string>{"*.city.example", "a.city.example"});
      CHECK(found->profile == "tls-server");
      CHECK(found->status == Status::kPending);
      CHECK(found->expires == kNow + base::days(7));
      CHECK(found->request.empty());
      REQUIRE(found->authorizations.size() == 1);
      const auto& held = found->authorizations.front();
      CHECK(held.name == "authz");
      CHECK(held.host == "a.city.example");
      REQUIRE(held.challenges.size() == 2);
      CHECK(held.challenges[1].type == ChallengeType::kDns01);
      CHECK(held.challenges[1].token == "token-authz-dns");
      TRY(const auto by_challenge, rows::authorization_of_challenge(session, "authz-dns"));
      REQUIRE(by_challenge);
      CHECK(by_challenge->name == "authz");
      CHECK_FALSE(need(rows::order_named(session, "none")));
      CHECK_FALSE(need(rows::authorization_of_challenge(session, "none")));
      CHECK(need(rows::count_orders(session, kept.account, kNow - base::hours(1))) == 1);
      CHECK(need(rows::count_orders(session, kept.account, kNow)) == 0);
      return {};
    });
  });
}

TEST_CASE("an order is taken further by one, and the other is told") {
  over_every([](Backend& backend) {
    const auto store = open_ra_store(backend);
    const Kept kept(*store);
    write(*store, [&](store::Session& session) -> Result<> {
      TRY(auto found, rows::order_named(session, "order"));
      found->status = Status::kProcessing;
      found->request = {1, 2, 3};
      TRY(rows::update_order(session, *found, Status::kPending));
      const auto again = rows::update_order(session, *found, Status::kPending);
      CHECK((!again && again.error().code == Code::kConflict));
      found->status = Status::kValid;
      found->certificate = {4, 5, 6};
      found->chain = "PEM";
      TRY(rows::update_order(session, *found, Status::kProcessing));
      TRY(const auto by_certificate, rows::order_of_certificate(session, x509::sha256(base::Bytes{4, 5, 6})));
      REQUIRE(by_certificate);
      CHECK(by_certificate->name == "order");
      CHECK(by_certificate->request == base::Bytes{1, 2, 3});
      CHECK(by_certificate->chain == "PEM");
      CHECK_FALSE(need(rows::order_of_certificate(session, x509::sha256(base::Bytes{1}))));
      return {};
    });
  });
}

TEST_CASE("orders are listed in pages, without those that came to nothing") {
  over_every([](Backend& backend) {
    const auto store = open_ra_store(backend);
    const Kept kept(*store);
    write(*store, [&](store::Session& session) -> Result<> {
      for (const auto* name : {"second", "third"}) TRY(rows::insert_order(session, order(kept.account, name, {})));
      TRY(auto second, rows::order_named(session, "second"));
      second->status = Status::kInvalid;
      TRY(rows::update_order(session, *second, Status::kPending));
      TRY(const auto first_page, rows::list_orders(session, kept.account, 0, 1));
      REQUIRE(first_page.size() == 1);
      CHECK(first_page[0].name == "order");
      TRY(const auto rest, rows::list_orders(session, kept.account, first_page[0].row, 10));
      REQUIRE(rest.size() == 1);
      CHECK(rest[0].name == "third");
      return {};
    });
  });
}

TEST_CASE("a certificate is replaced by one order that has not failed") {
  over_every([](Backend& backend) {
    const auto store = open_ra_store(backend);
    const Kept kept(*store);
    write(*store, [&](store::Session& session) -> Result<> {
      CHECK_FALSE(need(rows::is_replaced(session, "AAAA.BBBB")));
      auto made = order(kept.account, "new", {});
      made.replaces = "AAAA.BBBB";
      TRY(rows::insert_order(session, made));
      CHECK(need(rows::is_replaced(session, "AAAA.BBBB")));
      TRY(auto found, rows::order_named(session, "new"));
      found->status = Status::kInvalid;
      TRY(rows::update_order(session, *found, Status::kPending));
      CHECK_FALSE(need(rows::is_replaced(session, "AAAA.BBBB")));
      return {};
    });
  });
}

TEST_CASE("what was proven is found while it is good, for its account, its name and its kind alone") {
  over_every([](Backend& backend) {
    const auto store = open_ra_store(backend);
    const Kept kept(*store);
    write(*store, [&](store::Session& session) -> Result<> {
      const rows::Wanted wanted{kept.account, "a.city.example", false};
      CHECK_FALSE(need(rows::valid_authorization(session, wanted, kNow)));
      TRY(auto held, rows::authorization_named(session, "authz"));
      held->status = Status::kValid;
      held->expires = kNow + base::days(30);
      TRY(rows::update_authorization(session, *held, Status::kPending));
      const auto again = rows::update_authorization(session, *held, Status::kPending);
      CHECK((!again && again.error().code == Code::kConflict));
      CHECK(need(rows::valid_authorization(session, wanted, kNow)));
      CHECK_FALSE(need(rows::valid_authorization(session, wanted, kNow + base::days(30))));
      CHECK_FALSE(need(rows::valid_authorization(session, {kept.account, "a.city.example", true}, kNow)));
      CHECK_FALSE(need(rows::valid_authorization(session, {kept.account, "b.city.example", false}, kNow)));
      CHECK_FALSE(need(rows::valid_authorization(session, {kept.account + 1, "a.city.example", false}, kNow)));
      return {};
    });
  });
}

TEST_CASE("challenges that failed are counted for an hour, and keep what was wrong") {
  over_every([](Backend& backend) {
    const auto store = open_ra_store(backend);
    const Kept kept(*store);
    write(*store, [&](store::Session& session) -> Result<> {
      TRY(auto held, rows::authorization_named(session, "authz"));
      auto& failed = held->challenges[0];
      failed.status = Status::kInvalid;
      failed.error = "{}";
      TRY(rows::update_challenge(session, failed, kNow));
      held->challenges[1].status = Status::kValid;
      held->challenges[1].validated = kNow;
      TRY(rows::update_challenge(session, held->challenges[1], std::nullopt));
      TRY(const auto back, rows::authorization_named(session, "authz"));
      CHECK(back->challenges[0].error == "{}");
      CHECK_FALSE(back->challenges[0].validated);
      CHECK(back->challenges[1].validated == kNow);
      CHECK(need(rows::count_failed(session, kept.account, kNow - base::hours(1), kNow)) == 1);
      CHECK(need(rows::count_failed(session, kept.account, kNow, kNow)) == 0);
      CHECK(need(rows::count_failed(session, kept.account + 1, kNow - base::hours(1), kNow)) == 0);
      held->challenges[1].status = Status::kProcessing;
      TRY(rows::update_challenge(session, held->challenges[1], std::nullopt));
      CHECK(need(rows::count_failed(session, kept.account, kNow, kNow)) == 1);  // one is being looked at
      CHECK(need(rows::count_failed(session, kept.account, kNow, kNow + base::days(8))) == 0);
      return {};
    });
  });
}

namespace {

// living puts orders whose certificates are good for a year, each on an authorization that was over long ago.
void living(store::Session& session, std::int64_t account, int count) {
  for (int i = 0; i < count; ++i) {
    const auto name = "living-" + std::to_string(i);
    auto held = authorization(account, name);
    held.challenges.clear();
    held.row = need(rows::insert_authorization(session, held));
    auto made = order(account, name, {held});
    made.expires = kNow + base::days(365);
    need(rows::insert_order(session, made));
  }
}

// time_of_sweep is the best of some sweeps that find nothing to take away.
std::chrono::nanoseconds time_of_sweep(store::Session& session) {
  auto best = std::chrono::nanoseconds::max();
  for (int i = 0; i < 7; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    need(rows::sweep(session, kNow + base::days(60)));
    best = std::min<std::chrono::nanoseconds>(best, std::chrono::steady_clock::now() - begin);
  }
  return best;
}

}  // namespace

TEST_CASE("a sweep takes what is over from behind many that orders stand on, and costs no more for those") {
  over_every([](Backend& backend) {
    const auto store = open_ra_store(backend);
    write(*store, [&](store::Session& session) -> Result<> {
      TRY(const auto account, rows::insert_account(session, ::account("one", "key-1")));
      living(session, account, 1);
      const auto alone = time_of_sweep(session);
      TRY(session.execute("DELETE FROM acme_order_authorizations"));
      TRY(session.execute("DELETE FROM acme_orders"));
      TRY(session.execute("DELETE FROM acme_authorizations"));
      living(session, account, 5000);
      CHECK(time_of_sweep(session) < 20 * alone);
      // the last of all to expire, and nothing stands on it
      auto over = authorization(account, "over");
      over.expires = kNow + base::days(8);
      TRY(rows::insert_authorization(session, over));
      TRY(rows::sweep(session, kNow + base::days(60)));
      CHECK_FALSE(need(rows::authorization_named(session, "over")));
      CHECK(need(rows::authorization_named(session, "living-0")));
      CHECK(need(rows::authorization_named(session, "living-4999")));
      return {};
    });
  });
}

TEST_CASE("an authorization that outlives its order is swept away when it is over itself, and not while it serves") {
  over_every([](Backend& backend) {
    const auto store = open_ra_store(backend);
    const Kept kept(*store);
    write(*store, [&](store::Session& session) -> Result<> {
      TRY(auto held, rows::authorization_named(session, "authz"));
      held->expires = kNow + base::days(90);
      TRY(rows::update_authorization(session, *held, Status::kPending));
      TRY(rows::sweep(session, kNow + base::days(40)));
      CHECK_FALSE(need(rows::order_named(session, "order")));
      CHECK(need(rows::authorization_named(session, "authz")));
      // another order takes it up again
      auto later = order(kept.account, "later", {*held});
      later.expires = kNow + base::days(200);
      TRY(rows::insert_order(session, later));
      TRY(rows::sweep(session, kNow + base::days(100)));
      CHECK(need(rows::authorization_named(session, "authz")));
      TRY(rows::sweep(session, kNow + base::days(201)));
      CHECK_FALSE(need(rows::authorization_named(session, "authz")));
      return {};
    });
  });
}

TEST_CASE("what is over is swept away, orders first and then the authorizations that nothing stands on") {
  over_every([](Backend& backend) {
    const auto store = open_ra_store(backend);
    const Kept kept(*store);
    const auto over = kNow + base::days(7);
    write(*store, [&](store::Session& session) -> Result<> {
      CHECK(need(rows::count_names(session, kept.account, kNow - base::hours(1))) == 1);
      CHECK(need(rows::count_names(session, kept.account, kNow)) == 0);
      // another order stands on the same authorization, and is good for longer
      TRY(auto held, rows::authorization_named(session, "authz"));
      auto later = order(kept.account, "later", {*held});
      later.expires = over + base::days(1);
      TRY(rows::insert_order(session, later));
      TRY(rows::sweep(session, over));
      CHECK(need(rows::order_named(session, "order")));
      TRY(rows::sweep(session, over + base::Seconds{1}));
      CHECK_FALSE(need(rows::order_named(session, "order")));
      CHECK(need(rows::authorization_named(session, "authz")));
      TRY(rows::sweep(session, over + base::days(2)));
      CHECK_FALSE(need(rows::order_named(session, "later")));
      CHECK_FALSE(need(rows::authorization_named(session, "authz")));
      CHECK_FALSE(need(rows::authorization_of_challenge(session, "authz-dns")));
      CHECK(need(rows::account_named(session, "one")));
      return {};
    });
  });
}
