// Another ledger, read in pieces: each is proven to continue what was read before.
#include "yuxin/evidence/followed.hpp"

#include <doctest/doctest.h>

#include "home.hpp"
#include "need.hpp"

namespace {

using namespace yuxin;
using namespace yuxin::test;
using evidence::FollowedLedger;

// Ledger is what somebody shows: leaves, heads and proofs of a home with so many records.
struct Shown {
  std::vector<Hash> leaves;
  evidence::TreeHead head;
};

void append(Home& home, int from, int count) {
  home.write([&](store::Writer& writer) -> base::Result<> {
    for (int i = from; i < from + count; ++i)
      TRY(evidence::append(writer, {"test", "object " + std::to_string(i), "local:test", {1795341600}, "{}", {}}));
    return {};
  });
}

Shown shown(Home& home) {
  Shown all;
  home.read([&](store::Reader& reader) -> base::Result<> {
    all.leaves.clear();
    TRY(all.head, evidence::tree_head(reader));
    return evidence::for_each(reader, 0, all.head.size, [&](const evidence::StoredRecord& record) -> base::Result<> {
      all.leaves.push_back(record.leaf);
      return {};
    });
  });
  return all;
}

std::vector<Hash> proof(Home& home, std::int64_t from, std::int64_t to) {
  std::vector<Hash> hashes;
  home.read([&](store::Reader& reader) -> base::Result<> {
    TRY(hashes, evidence::consistency_proof(reader, from, to));
    return {};
  });
  return hashes;
}

TEST_CASE("a ledger is followed in pieces of any size, and what was read is remembered") {
  Home home;
  append(home, 0, 23);
  const auto all = shown(home);
  FollowedLedger ledger;
  std::int64_t at = 0;
  for (const std::int64_t step : {1, 4, 2, 9, 7}) {
    const auto piece = std::span(all.leaves).subspan(static_cast<std::size_t>(at), static_cast<std::size_t>(step));
    at += step;
    need(ledger.take(piece, all.head, proof(home, at, all.head.size)));
    ledger = need(FollowedLedger::parse(ledger.print()));
    CHECK(ledger.size() == at);
  }
  CHECK(ledger.size() == 23);
  append(home, 23, 5);
  const auto later = shown(home);
  need(ledger.take(std::span(later.leaves).subspan(23), later.head, {}));
  CHECK(ledger.size() == 28);
}

TEST_CASE("another history is refused, and nothing of it was read") {
  Home home;
  append(home, 0, 9);
  const auto all = shown(home);
  FollowedLedger ledger;
  need(ledger.take(std::span(all.leaves).first(6), all.head, proof(home, 6, 9)));
  const auto before = ledger.print();

  // written anew from the third record on, and longer
  Home other;
  append(other, 0, 2);
  append(other, 100, 12);
  const auto forged = shown(other);
  const auto tail = std::span(forged.leaves).subspan(6);
  CHECK(yuxin::test::error_of(ledger.take(tail, forged.head, {})).code == base::Code::kIntegrity);
  CHECK(yuxin::test::error_of(ledger.take(tail, forged.head, proof(other, 14, 14))).code == base::Code::kIntegrity);
  // leaves of this one under the head of that one, one leaf left out, one twice, and no proof
  const auto rest = std::span(all.leaves).subspan(6);
  CHECK_FALSE(ledger.take(rest, forged.head, {}));
  CHECK_FALSE(ledger.take(rest.first(2), all.head, {}));
  const std::vector<Hash> twice{rest[0], rest[0], rest[1]};
  CHECK_FALSE(ledger.take(twice, all.head, {}));
  CHECK(ledger.print() == before);
  need(ledger.take(rest, all.head, {}));
}

TEST_CASE("what was kept of a ledger and damaged is noticed") {
  for (const auto* text : {"{", "[]", "{}", R"({"size":1,"hashes":[]})", R"({"size":3,"hashes":["00"]})",
                           R"({"size":-1,"hashes":[]})", R"({"size":1,"hashes":[1]})"}) {
    CAPTURE(text);
    const auto read = FollowedLedger::parse(text);
    REQUIRE_FALSE(read);
    CHECK(read.error().code == base::Code::kIntegrity);
  }
  CHECK(need(FollowedLedger::parse("")).size() == 0);
}

TEST_CASE("a record of another ledger is read with what is attached to it, and nothing else") {
  const auto digest = base::hex(x509::sha256(base::as_bytes("octets")));
  const auto text = R"({"actor":"a","attachment":")" + digest +
                    R"(","data":{"x":1},"kind":"role.granted","object":"roles/01","time":"2026-11-22T10:00:00Z"})";
  const auto octets = base::to_bytes(base::as_bytes("octets"));
  const auto record = need(evidence::read_record(text, octets));
  CHECK(record.record.kind == "role.granted");
  CHECK(base::json_int(record.data, "x") == 1);
  CHECK(yuxin::test::error_of(evidence::read_record(text, base::to_bytes(base::as_bytes("others")))).code ==
        base::Code::kIntegrity);
  CHECK(yuxin::test::error_of(evidence::read_record(text, {})).code == base::Code::kIntegrity);
  CHECK(yuxin::test::error_of(evidence::read_record("{}", {})).code == base::Code::kMalformed);
}

}  // namespace
