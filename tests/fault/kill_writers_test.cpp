// kill -9 of a process that issues with many certificates in flight, revokes and publishes lists all at once, while
// another one ends what dead processes left. Moments are chosen by a seed (YUXIN_SEED replays it) and counted
// in acknowledgements, so that they do not depend on the speed of the machine.
#include <doctest/doctest.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <map>
#include <random>
#include <semaphore>
#include <set>
#include <thread>

#include "small_ca.hpp"
#include "yuxin/base/file.hpp"

namespace {

using namespace yuxin;
using base::Bytes;
using base::Result;
using store::CertificateState;
using test::need;

constexpr std::ptrdiff_t kInFlight = 16;

// Ground is what stays when processes die: the folder, and the key in the hands of every child.
struct Ground {
  test::TemporaryFolder folder;
  x509::PrivateKey key = need(x509::PrivateKey::generate({x509::KeyType::kP256, 256}));
  std::shared_ptr<const x509::Signer> signer = need(key.signer(x509::SignatureAlgorithm::kEcdsaSha256));
  test::Applicant applicant{{x509::KeyType::kP256, 256}};
  ca::Enrolment enrolment = applicant.ask("CN=applicant");
  std::shared_ptr<const ca::Profile> profile = test::shipped("tls-client");
};

// Desk is the ground as one process has it open.
struct Desk {
  explicit Desk(const Ground& ground)
      : store(need(
            store::Store::over(test::migrated(need(store::open_sqlite({.path = ground.folder.file("yuxin.db")}))),
                               ground.folder.file("status.signal")))),
        owner(need(ca::IntentOwner::enter(ground.folder.file("intents.lock")))) {}

  void found(const Ground& ground) const {
    std::filesystem::create_directories(ground.folder.path() / "published/crl");
    need(store->write([](store::Writer& writer) -> Result<> {
      store::AuthorityRow row;
      row.name = "issuing";
      row.key_name = "issuing";
      TRY(writer.insert_authority(row));
      return {};
    }));
    static_cast<void>(
        need(ca::issue_root({"issuing", need(x509::Name::parse("CN=Root")), test::shipped("root-ca"), ground.signer},
                            store, owner, base::system_clock(), test::kAlice)));
  }
  [[nodiscard]] store::AuthorityRow authority() const {
    store::AuthorityRow row;
    need(store->read([&](store::Reader& reader) -> Result<> {
      TRY(row, reader.authority("issuing"));
      return {};
    }));
    return row;
  }
  [[nodiscard]] std::int64_t resolve() const {
    return need(ca::resolve_intents(*store, *owner, base::system_clock()));
  }

  std::shared_ptr<store::Store> store;
  std::shared_ptr<ca::IntentOwner> owner;
};

// Report is what a child says through its pipe; short enough to arrive whole or not at all.
struct Report {
  enum Kind : std::uint8_t { kReady, kIssued, kRevoked, kError };
  Kind kind;
  std::uint8_t size;
  std::array<char, 126> text;

  [[nodiscard]] Bytes serial() const { return base::to_bytes(base::as_bytes({text.data(), size})); }
};

void say(int pipe, Report::Kind kind, std::string_view text) {
  Report report{kind, static_cast<std::uint8_t>(std::min(text.size(), sizeof report.text)), {}};
  std::memcpy(report.text.data(), text.data(), report.size);
  if (::write(pipe, &report, sizeof report) != sizeof report) std::abort();
}

void publish_for_ever(const Desk& desk, const Ground& ground, const store::AuthorityRow& authority, int pipe) {
  const ca::CrlOrder order{authority, need(x509::Certificate::from_der(authority.certificate)), ground.signer,
                           base::Period{.seconds = 86400}, ground.folder.path().string()};
  for (;;) {
    const auto published = ca::publish_crl(*desk.store, order, base::system_clock(), test::kAlice);
    if (!published) say(pipe, Report::kError, published.error().detail);
  }
}

void revoke_all(const Desk& desk, const store::AuthorityRow& authority, const std::vector<Bytes>& serials, int pipe) {
  for (const auto& serial : serials) {
    const auto revoked = ca::revoke(*desk.store,
                                    {authority.id, authority.name, *x509::Serial::from_der_content(serial),
                                     x509::RevocationReason::kSuperseded, std::nullopt},
                                    base::system_clock(), test::kAlice);
    say(pipe, revoked ? Report::kRevoked : Report::kError,
        revoked ? base::as_text(serial) : std::string_view(revoked.error().detail));
  }
}

// labour issues, revokes and publishes until it is killed.
[[noreturn]] void labour(const Ground& ground, const std::vector<Bytes>& to_revoke, int pipe) {
  const Desk desk(ground);
  const auto authority = desk.authority();
  static_cast<void>(desk.resolve());
  const auto issuer = need(ca::Issuer::open({authority,
                                             need(x509::Certificate::from_der(authority.certificate)),
                                             ground.signer,
                                             {},
                                             desk.store,
                                             desk.owner,
                                             &base::system_clock()}));
  say(pipe, Report::kReady, {});
  const std::jthread publisher([&] { publish_for_ever(desk, ground, authority, pipe); });
  const std::jthread revoker([&] { revoke_all(desk, authority, to_revoke, pipe); });
  base::Pool pool(2, 64);
  std::counting_semaphore slots(kInFlight);
  for (;;) {
    slots.acquire();
    auto prepared = need(issuer->prepare(ground.profile, ground.enrolment, test::kAlice));
    const auto serial = prepared.serial();
    issuer->issue_async(std::move(prepared), pool, [&slots, pipe, serial](Result<ca::Issued> issued) {
      say(pipe, issued ? Report::kIssued : Report::kError,
          issued ? base::as_text(serial.content()) : std::string_view(issued.error().detail));
      slots.release();
    });
  }
}

// clean_up ends again and again what dead processes left, and must leave alone what the living are at.
[[noreturn]] void clean_up(const Ground& ground) {
  const Desk desk(ground);
  for (;;) {
    static_cast<void>(desk.resolve());
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

class Child {
 public:
  template <typename Work>
  explicit Child(const Work& work) {
    if (::pipe(pipe_.data()) != 0) throw std::runtime_error("no pipe");
    id_ = ::fork();
    if (id_ != 0) {
      ::close(pipe_[1]);
      return;
    }
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    try {
      work(pipe_[1]);
    } catch (const std::exception& e) {
      say(pipe_[1], Report::kError, e.what());
    }
    ::_exit(1);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    kill();
    ::close(pipe_[0]);
  }
  void kill() {
    if (id_ <= 0) return;
    ::kill(id_, SIGKILL);
    ::waitpid(id_, nullptr, 0);
    id_ = 0;
  }
  // next waits for a report; nothing when the child is gone and all it said has been read.
  [[nodiscard]] std::optional<Report> next() const {
    Report report{};
    std::size_t filled = 0;
    while (filled < sizeof report) {
      const auto count = ::read(pipe_[0], reinterpret_cast<char*>(&report) + filled, sizeof report - filled);
      if (count <= 0) return std::nullopt;
      filled += static_cast<std::size_t>(count);
    }
    return report;
  }

 private:
  std::array<int, 2> pipe_{};
  pid_t id_ = 0;
};

// Promises is what was acknowledged by anybody.
struct Promises {
  std::set<Bytes> good;
  std::set<Bytes> revoked;
  std::set<Bytes> unsure;  // being revoked when the process died

  void take(const Report& report) {
    CAPTURE(std::string(report.text.data(), report.size));
    REQUIRE(report.kind != Report::kError);
    if (report.kind == Report::kIssued) REQUIRE(good.insert(report.serial()).second);  // no serial twice
    if (report.kind == Report::kRevoked) {
      unsure.erase(report.serial());
      revoked.insert(report.serial());
    }
  }
};

using States = std::map<Bytes, CertificateState>;

States states_of(const Desk& desk) {
  States states;
  need(desk.store->read([&](store::Reader& reader) {
    return reader.for_each_certificate(store::Reader::With::kDer, [&](const store::CertificateRow& row) -> Result<> {
      states[row.serial] = row.status.state;
      CHECK(row.der.empty() == (row.status.state == CertificateState::kVoid));
      return {};
    });
  }));
  return states;
}

// check_list reads the published list with its digest and signature and gives its serials.
std::set<Bytes> check_list(const Desk& desk, const Ground& ground) {
  const auto authority = desk.authority();
  const auto row = desk.store->status().latest_crl(authority.id);
  if (!row) return {};
  const auto content = need(base::read_file(ground.folder.file(row->file)));
  CHECK(x509::digest(x509::DigestAlgorithm::kSha256, content) == row->sha256);
  const auto list = need(x509::Crl::from_der(content));
  CHECK(list.verify_signature(ground.key.public_key()));
  std::set<Bytes> serials;
  need(list.for_each([&](const x509::RevokedEntry& entry) {
    CHECK(serials.insert(base::to_bytes(entry.serial.content())).second);
    return x509::Crl::Visit::kGoOn;
  }));
  return serials;
}

// check opens what the dead left, without ending it, and holds it against the promises. Gives the open intents.
std::size_t check(const Ground& ground, Promises& promises) {
  const Desk desk(ground);
  evidence::VerifyReport report;
  need(desk.store->read([&](store::Reader& reader) -> Result<> {
    TRY(report, evidence::verify(reader));
    return {};
  }));
  for (const auto& problem : report.problems) FAIL_CHECK(problem);
  const auto states = states_of(desk);
  for (const auto& serial : promises.good) {
    const auto found = states.find(serial);
    REQUIRE(found != states.end());
    const bool may_be_revoked = promises.revoked.contains(serial) || promises.unsure.contains(serial);
    CHECK((found->second == CertificateState::kGood ||
           (may_be_revoked && found->second == CertificateState::kRevoked)));
  }
  for (const auto& serial : promises.revoked) CHECK(states.at(serial) == CertificateState::kRevoked);
  for (const auto& serial : promises.unsure) {
    if (states.at(serial) == CertificateState::kRevoked) promises.revoked.insert(serial);
  }
  promises.unsure.clear();
  for (const auto& serial : check_list(desk, ground)) CHECK(states.at(serial) != CertificateState::kGood);
  return report.remarks.size();
}

std::vector<Bytes> some_good(const Promises& promises, std::size_t count) {
  std::vector<Bytes> chosen;
  for (const auto& serial : promises.good) {
    if (chosen.size() < count && !promises.revoked.contains(serial)) chosen.push_back(serial);
  }
  return chosen;
}

// one_life runs a worker, beside a cleaner if asked, and kills both after a random number of acknowledgements.
void one_life(const Ground& ground, std::mt19937& random, Promises& promises) {
  const auto doomed = some_good(promises, 4);
  promises.unsure.insert(doomed.begin(), doomed.end());
  std::optional<Child> cleaner;
  if (random() % 2 == 0) cleaner.emplace([&](int) { clean_up(ground); });
  Child worker([&](int pipe) { labour(ground, doomed, pipe); });
  const auto patience = random() % 50;
  for (std::uint_fast32_t heard = 0; heard <= patience; ++heard) {
    const auto report = worker.next();
    REQUIRE(report);
    promises.take(*report);
  }
  std::this_thread::sleep_for(std::chrono::microseconds(random() % 3000));
  worker.kill();
  while (const auto report = worker.next()) promises.take(*report);
}

}  // namespace

TEST_CASE("killed with many certificates in flight, a process forgets nothing that it acknowledged") {
  const char* chosen = std::getenv("YUXIN_SEED");
  const auto seed =
      chosen != nullptr ? static_cast<unsigned>(std::strtoul(chosen, nullptr, 10)) : std::random_device()();
  MESSAGE("YUXIN_SEED=", seed);
  std::mt19937 random(seed);
  const Ground ground;
  {
    Desk(ground).found(ground);
  }
  Promises promises;
  std::size_t open = 0;
  int deaths_in_between = 0;
  for (int life = 0; life < 60; ++life) {
    CAPTURE(life);
    one_life(ground, random, promises);
    open = check(ground, promises);
    deaths_in_between += open > 0 ? 1 : 0;
  }
  const Desk desk(ground);
  CHECK(std::cmp_equal(desk.resolve(), open));  // the next start ends all that is left
  CHECK(desk.resolve() == 0);
  CHECK(check(ground, promises) == 0);
  const auto states = states_of(desk);
  std::size_t voids = 0;
  for (const auto& [serial, state] : states) voids += state == CertificateState::kVoid ? 1 : 0;
  MESSAGE(promises.good.size(), " acknowledged certificates, ", promises.revoked.size(), " revocations, ", voids,
          " voids");
  CHECK(deaths_in_between >= 10);  // or the kills do not fall where they should
  CHECK(promises.revoked.size() >= 20);

  // the next list says exactly what the database says
  const auto authority = desk.authority();
  need(ca::publish_crl(*desk.store,
                       {authority, need(x509::Certificate::from_der(authority.certificate)), ground.signer,
                        base::Period{.seconds = 86400}, ground.folder.path().string()},
                       base::system_clock(), test::kAlice)
           .map([](const store::CrlRow&) {}));
  std::set<Bytes> expected;
  for (const auto& [serial, state] : states) {
    if (state != CertificateState::kGood) expected.insert(serial);
  }
  CHECK(check_list(desk, ground) == expected);
}
