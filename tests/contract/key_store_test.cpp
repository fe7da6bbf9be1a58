// What every key store promises, over each of them.
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <set>
#include <thread>

#include "key_stores.hpp"
#include "need.hpp"

namespace {

using namespace yuxin;
using namespace yuxin::test;
using base::Code;

x509::KeyKind kind_named(const std::string& name) { return x509::parse_key_kind(name).value(); }
const x509::KeyKind kP256{x509::KeyType::kP256, 256};

base::Result<> check_signature(const x509::Signer& signer, base::ByteView message, base::ByteView signature) {
  return x509::verify_tbs(signer.public_key(), x509::scheme(signer.algorithm()).identifier, message, signature);
}

// in_child runs work in a process of its own that has touched nothing yet, and gives its exit code.
pid_t in_child(const std::function<int()>& work) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(work());
  return child;
}

int exit_code_of(pid_t child) {
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

TEST_CASE("a key of every kind signs, also after the store was opened again, and the signature verifies") {
  over_every_key_store([](KeyBackend& backend) {
    std::vector<base::Bytes> made;
    for (const auto& kind : backend.kinds()) {
      CAPTURE(kind);
      std::string name = "key-" + std::to_string(made.size());
      const auto key = backend.open()->generate(name, kind_named(kind));
      REQUIRE_MESSAGE(key.has_value(), key.error().detail << " " << key.error().diagnostic);
      CHECK(key->kind() == kind_named(kind));
      made.push_back(base::to_bytes(key->spki()));
      const auto signer = backend.open()->signer(name);
      REQUIRE_MESSAGE(signer.has_value(), signer.error().detail);
      CHECK(base::equal((*signer)->public_key().spki(), made.back()));
      CHECK((*signer)->algorithm() == x509::default_signature(kind_named(kind)));
      for (const char* text : {"a message", "another one", ""}) {
        const auto message = base::as_bytes(text);
        const auto signature = (*signer)->sign(message);
        REQUIRE_MESSAGE(signature.has_value(), signature.error().detail << " " << signature.error().diagnostic);
        CHECK(check_signature(**signer, message, *signature).has_value());
        CHECK_FALSE(check_signature(**signer, base::as_bytes("a message that nobody signed"), *signature));
      }
    }
  });
}

TEST_CASE("a digest is signed as its message would be, and schemes without a digest refuse one") {
  over_every_key_store([](KeyBackend& backend) {
    const auto store = backend.open();
    const auto message = base::as_bytes("a long message, digested elsewhere");
    for (const char* kind : {"rsa:2048", "ec:P-384"}) {
      CAPTURE(kind);
      const std::string name = kind[0] == 'r' ? "r" : "e";
      REQUIRE(store->generate(name, kind_named(kind)).has_value());
      const auto signer = store->signer(name).value();
      auto digest = x509::SigningDigest::for_signer(*signer).value();
      digest.update(message);
      const auto signature = signer->sign_digest(digest.finish());
      REQUIRE(signature.has_value());
      CHECK(check_signature(*signer, message, *signature).has_value());
      const base::Bytes wrong_size(31);
      CHECK(yuxin::test::error_of(signer->sign_digest(wrong_size)).code == Code::kUsage);
    }
    REQUIRE(store->generate("edwards", kind_named("ed25519")).has_value());
    const auto signer = store->signer("edwards").value();
    const base::Bytes digest(32);
    CHECK(yuxin::test::error_of(signer->sign_digest(digest)).code == Code::kUsage);
  });
}

TEST_CASE("names are checked and never taken twice, and what is not there is not found") {
  over_every_key_store([](KeyBackend& backend) {
    const auto store = backend.open();
    for (const char* name : {"", "../escape", "Root", "a b", "a/b", "ключ"}) {
      CAPTURE(name);
      CHECK(yuxin::test::error_of(store->generate(name, kP256)).code == Code::kUsage);
    }
    CHECK(yuxin::test::error_of(store->generate(std::string(65, 'a'), kP256)).code == Code::kUsage);
    const auto made = store->generate("one", kP256);
    REQUIRE(made.has_value());
    CHECK(yuxin::test::error_of(store->generate("one", kP256)).code == Code::kConflict);
    CHECK(yuxin::test::error_of(backend.open()->generate("one", kind_named("ec:P-384"))).code == Code::kConflict);
    CHECK(base::equal(store->public_key("one").value().spki(), made->spki()));
    CHECK(yuxin::test::error_of(store->signer("two")).code == Code::kNotFound);
    CHECK(yuxin::test::error_of(store->public_key("two")).code == Code::kNotFound);
  });
}

TEST_CASE("a kind that a store does not make is refused, and leaves nothing") {
  over_every_key_store([](KeyBackend& backend) {
    const auto store = backend.open();
    for (const auto& kind : backend.refused_kinds()) {
      CAPTURE(kind);
      CHECK(yuxin::test::error_of(store->generate("weak", kind_named(kind))).code == Code::kRefused);
    }
    CHECK(store->list().value().empty());
  });
}

TEST_CASE("ensure makes a key, gives the same one again, and never one of another kind") {
  over_every_key_store([](KeyBackend& backend) {
    const auto store = backend.open();
    const auto made = store->ensure("issuing", kP256);
    REQUIRE(made.has_value());
    const auto found = backend.open()->ensure("issuing", kP256);
    REQUIRE(found.has_value());
    CHECK(base::equal(found->spki(), made->spki()));
    CHECK(yuxin::test::error_of(store->ensure("issuing", kind_named("ec:P-384"))).code == Code::kConflict);
    CHECK(base::equal(store->signer("issuing").value()->public_key().spki(), made->spki()));
    CHECK(yuxin::test::error_of(store->ensure("../escape", kP256)).code == Code::kUsage);
    CHECK(store->list().value().size() == 1);
  });
}

TEST_CASE("the list has every key once, in the order of the names") {
  over_every_key_store([](KeyBackend& backend) {
    const auto store = backend.open();
    CHECK(store->list().value().empty());
    std::set<base::Bytes> made;
    for (const char* name : {"water", "air", "fire"}) {
      made.insert(base::to_bytes(store->generate(name, kP256).value().spki()));
    }
    const auto listed = backend.open()->list().value();
    REQUIRE(listed.size() == 3);
    CHECK(listed[0].name == "air");
    CHECK(listed[1].name == "fire");
    CHECK(listed[2].name == "water");
    std::set<base::Bytes> seen;
    for (const auto& key : listed) seen.insert(base::to_bytes(key.public_key.spki()));
    CHECK(seen == made);
  });
}

TEST_CASE("a signer outlives its store") {
  over_every_key_store([](KeyBackend& backend) {
    auto store = backend.open();
    REQUIRE(store->generate("one", kP256).has_value());
    const auto signer = store->signer("one").value();
    store.reset();
    const auto message = base::as_bytes("later");
    const auto signature = signer->sign(message);
    REQUIRE(signature.has_value());
    CHECK(check_signature(*signer, message, *signature).has_value());
  });
}

TEST_CASE("four threads sign five hundred times each with one signer, and every signature verifies") {
  over_every_key_store([](KeyBackend& backend) {
    const auto store = backend.open();
    REQUIRE(store->generate("busy", kP256).has_value());
    const auto signer = store->signer("busy").value();
    std::atomic<int> good = 0;
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 4; ++thread) {
      threads.emplace_back([&, thread] {
        for (int i = 0; i < 500; ++i) {
          const auto text = std::to_string(thread) + ":" + std::to_string(i);
          const auto signature = signer->sign(base::as_bytes(text));
          if (signature && check_signature(*signer, base::as_bytes(text), *signature)) ++good;
        }
      });
    }
    for (auto& thread : threads) thread.join();
    CHECK(good == 2000);
  });
}

TEST_CASE("of two processes that make a key of one name at the same time, one gets it at the most, and one is left") {
  over_every_key_store([](KeyBackend& backend) {
    // the store is made before, so that its making is no part of the race
    backend.open().reset();
    for (int round = 0; round < 5; ++round) {
      const auto name = "race-" + std::to_string(round);
      const auto work = [&] {
        const auto made =
            backend.try_open().and_then([&](const auto& store) { return store->generate(name, kP256); });
        if (made) return 0;
        if (made.error().code != Code::kConflict)
          std::printf("%s %s\n", made.error().detail.c_str(), made.error().diagnostic.c_str());
        std::fflush(stdout);
        return made.error().code == Code::kConflict ? 5 : 1;
      };
      const std::array children = {in_child(work), in_child(work)};
      const std::array codes = {exit_code_of(children[0]), exit_code_of(children[1])};
      CAPTURE(codes[0]);
      CAPTURE(codes[1]);
      CHECK(codes[0] + codes[1] == 5);
      const auto listed = backend.open()->list();
      REQUIRE_MESSAGE(listed.has_value(), listed.error().detail << " " << listed.error().diagnostic);
      const auto& keys = *listed;
      CHECK(std::ranges::count(keys, name, &keymgmt::KeyInfo::name) == 1);
      CHECK(backend.open()->signer(name).has_value());
    }
  });
}
