// What CMP keeps of its transactions, over each store.
#include "ra/cmp/transaction_repository.hpp"

#include "need.hpp"
#include "stores.hpp"
#include "yuxin/evidence/ledger.hpp"
#include "yuxin/ra/automatic_desk.hpp"

namespace {

using namespace yuxin;
using namespace yuxin::test;
using ra::cmp::Transaction;
namespace rows = yuxin::ra::cmp::transactions;
using State = Transaction::State;
using rows::SpokenBy;

constexpr base::UnixTime kNow{1'795'341'600};

std::shared_ptr<store::Store> open_ra_store(Backend& backend) {
  auto database = backend.open();
  need(store::migrate(*database, store::migrations()));
  need(store::migrate(*database, evidence::migrations()));
  need(store::migrate(*database, ra::migrations()));
  return need(store::Store::over(std::move(database), ""));
}

Transaction transaction(const std::string& speaker, std::int64_t number, State state) {
  Transaction made;
  made.speaker = speaker;
  for (unsigned shift = 0; shift < 64; shift += 8)
    made.name.push_back(static_cast<std::uint8_t>(static_cast<std::uint64_t>(number) >> shift));
  made.client = "meters";
  made.state = state;
  made.request = {1, 2, 3};
  made.profile = "device";
  made.nonce = base::Bytes(16, 4);
  made.begun_at = kNow;
  return made;
}

// Kept is the table, written to within one transaction of the store.
class Kept {
 public:
  explicit Kept(store::Session& session) : session_(session) {}
  void keep(const Transaction& one, SpokenBy by, base::UnixTime at = kNow) {
    need(rows::keep(session_, {need(rows::find(session_, one.speaker, one.name)), one, by}, at));
  }
  [[nodiscard]] bool has(const Transaction& one) {
    return need(rows::find(session_, one.speaker, one.name)).has_value();
  }

 private:
  store::Session& session_;
};

void with(const std::function<void(Kept&)>& body) {
  over_every([&](Backend& backend) {
    const auto store = open_ra_store(backend);
    need(store->write([&](Writer& writer) -> Result<> {
      Kept kept(writer.session());
      body(kept);
      return {};
    }));
  });
}

}  // namespace

TEST_CASE("a transaction is read back as it was kept, and kept anew takes its own place") {
  with([](Kept& kept) {
    auto one = transaction("client meters", 1, State::kWaiting);
    kept.keep(one, SpokenBy::kSecret);
    CHECK(kept.has(one));
    one.state = State::kDone;
    kept.keep(one, SpokenBy::kSecret);
    CHECK(kept.has(one));
    CHECK_FALSE(kept.has(transaction("client meters", 2, State::kDone)));
    CHECK_FALSE(kept.has(transaction("client cameras", 1, State::kDone)));
  });
}

TEST_CASE("what is over is known for a day, and what waits for thirty after it was asked after") {
  with([](Kept& kept) {
    const auto done = transaction("client meters", 1, State::kDone);
    const auto waits = transaction("client meters", 2, State::kWaiting);
    const auto newer = transaction("client meters", 3, State::kDone);
    kept.keep(done, SpokenBy::kSecret);
    kept.keep(waits, SpokenBy::kSecret);
    kept.keep(newer, SpokenBy::kSecret, kNow + base::days(1));
    CHECK(kept.has(done));
    kept.keep(newer, SpokenBy::kSecret, kNow + base::days(1) + base::Seconds{1});
    CHECK_FALSE(kept.has(done));
    CHECK(kept.has(waits));
    kept.keep(newer, SpokenBy::kSecret, kNow + base::days(30) + base::Seconds{1});
    CHECK_FALSE(kept.has(waits));
  });
}

TEST_CASE("of what is over the last five thousand of a client are known, and none that is open goes for them") {
  with([](Kept& kept) {
    const auto open = transaction("client meters", 0, State::kUnconfirmed);
    kept.keep(open, SpokenBy::kSecret);
    auto other = transaction("client cameras", 0, State::kDone);
    other.client = "cameras";
    kept.keep(other, SpokenBy::kSecret);
    for (std::int64_t i = 1; i <= rows::kRoomOfClient.done; ++i)
      kept.keep(transaction("client meters", i, State::kDone), SpokenBy::kSecret);
    CHECK(kept.has(transaction("client meters", 1, State::kDone)));
    kept.keep(transaction("client meters", 5001, State::kDone), SpokenBy::kSecret);
    CHECK_FALSE(kept.has(transaction("client meters", 1, State::kDone)));
    CHECK(kept.has(transaction("client meters", 2, State::kDone)));
    CHECK(kept.has(open));
    CHECK(kept.has(other));
  });
}

TEST_CASE("a key has its own room, open and over, and takes none from others of its client") {
  with([](Kept& kept) {
    const auto fleet = transaction("client meters", 1, State::kUnconfirmed);
    const auto neighbour = transaction("key bb", 1, State::kUnconfirmed);
    kept.keep(fleet, SpokenBy::kSecret);
    kept.keep(neighbour, SpokenBy::kKey);
    for (const auto state : {State::kWaiting, State::kDone}) {
      const auto room = state == State::kDone ? rows::kRoomOfKey.done : rows::kRoomOfKey.open;
      const auto first = 1000 * static_cast<std::int64_t>(state);
      for (std::int64_t i = 0; i < room; ++i) kept.keep(transaction("key aa", first + i, state), SpokenBy::kKey);
      CHECK(kept.has(transaction("key aa", first, state)));
      kept.keep(transaction("key aa", first + room, state), SpokenBy::kKey);
      CHECK_FALSE(kept.has(transaction("key aa", first, state)));
      CHECK(kept.has(transaction("key aa", first + 1, state)));
    }
    CHECK(kept.has(transaction("key aa", 1, State::kWaiting)));  // what is over pushed out nothing that is open
    CHECK(kept.has(fleet));
    CHECK(kept.has(neighbour));
  });
}

TEST_CASE("what waits does not go for what is not confirmed, nor the secret's for what devices sign") {
  with([](Kept& kept) {
    const auto waits = transaction("client meters", 0, State::kWaiting);
    const auto fleet = transaction("client meters", 1, State::kUnconfirmed);
    kept.keep(waits, SpokenBy::kSecret);
    kept.keep(fleet, SpokenBy::kSecret);
    // one device after the other, as one that renews itself is
    for (std::int64_t i = 0; i <= rows::kRoomOfClient.open; ++i)
      kept.keep(transaction("key " + std::to_string(i / 20), i, State::kUnconfirmed), SpokenBy::kKey);
    CHECK_FALSE(kept.has(transaction("key 0", 0, State::kUnconfirmed)));
    CHECK(kept.has(transaction("key 0", 1, State::kUnconfirmed)));
    CHECK(kept.has(fleet));
    for (std::int64_t i = 2; i <= rows::kRoomOfClient.open + 1; ++i)
      kept.keep(transaction("client meters", i, State::kUnconfirmed), SpokenBy::kSecret);
    CHECK_FALSE(kept.has(fleet));
    CHECK(kept.has(waits));
  });
}

TEST_CASE("a transaction that is not as it was found any more is not written") {
  over_every([](Backend& backend) {
    const auto store = open_ra_store(backend);
    const auto keep = [&](const std::optional<Transaction>& before, const Transaction& after) {
      return store->write([&](Writer& writer) -> Result<> {
        return rows::keep(writer.session(), {before, after, SpokenBy::kSecret}, kNow);
      });
    };
    const auto first = transaction("client meters", 1, State::kWaiting);
    need(keep(std::nullopt, first));
    CHECK(yuxin::test::error_of(keep(std::nullopt, first)).code == base::Code::kConflict);
    auto second = first;
    second.nonce = base::Bytes(16, 5);
    need(keep(first, second));
    CHECK(yuxin::test::error_of(keep(first, second)).code == base::Code::kConflict);
    auto done = second;
    done.state = State::kDone;
    need(keep(second, done));
    CHECK(yuxin::test::error_of(keep(second, first)).code == base::Code::kConflict);
  });
}
