// RFC 6962 trees against the vectors of the Certificate Transparency reference implementation, and against the
// definitions of section 2.1 written down once more, word for word.
#include <array>
#include <bit>

#include "home.hpp"
#include "need.hpp"

namespace {

using namespace yuxin;
using namespace yuxin::test;

using Leaves = std::vector<base::Bytes>;

const std::array<const char*, 8> kInputs = {
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"};

const std::array<const char*, 9> kRoots = {"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                                           "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                                           "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
                                           "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
                                           "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
                                           "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
                                           "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
                                           "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
                                           "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};

Leaves vector_leaves() {
  Leaves leaves;
  for (const auto* input : kInputs) leaves.push_back(*base::from_hex(input));
  return leaves;
}

Leaves many_leaves(int count) {
  Leaves leaves;
  for (int i = 0; i < count; ++i) leaves.push_back({static_cast<std::uint8_t>(i), 0x55});
  return leaves;
}

// put writes leaves straight into the table: the tree looks at nothing else.
void put(Home& home, const Leaves& leaves) {
  home.write([&](Writer& writer) -> Result<> {
    TRY(auto sequence, evidence::size(writer));
    for (const auto& leaf : leaves) {
      const auto hash = evidence::leaf_hash(leaf);
      TRY(writer.session().execute("INSERT INTO ledger (sequence, text, leaf) VALUES ($1, '', $2)",
                                   {sequence++, base::ByteView(hash)}));
    }
    return {};
  });
}

std::vector<Hash> inclusion(Home& home, std::int64_t sequence, std::int64_t size) {
  std::vector<Hash> proof;
  home.read([&](Reader& reader) -> Result<> {
    TRY(proof, evidence::inclusion_proof(reader, sequence, size));
    return {};
  });
  return proof;
}

std::vector<Hash> consistency(Home& home, std::int64_t older, std::int64_t newer) {
  std::vector<Hash> proof;
  home.read([&](Reader& reader) -> Result<> {
    TRY(proof, evidence::consistency_proof(reader, older, newer));
    return {};
  });
  return proof;
}

std::vector<std::string> hex_of(const std::vector<Hash>& hashes) {
  std::vector<std::string> texts;
  for (const auto& hash : hashes) texts.push_back(base::hex(hash));
  return texts;
}

// MTH(D[n]) of section 2.1.
Hash mth(const Leaves& d, std::size_t from, std::size_t to) {
  const std::size_t n = to - from;
  if (n == 0) return x509::sha256(base::ByteView{});
  if (n == 1) return x509::sha256(base::Bytes{0}, d[from]);
  const std::size_t k = std::bit_floor(n - 1);
  base::Bytes node{1};
  base::append(node, mth(d, from, from + k));
  base::append(node, mth(d, from + k, to));
  return x509::sha256(node);
}

evidence::TreeHead head_of(const Leaves& leaves, std::size_t size) {
  return {static_cast<std::int64_t>(size), mth(leaves, 0, size)};
}

}  // namespace

TEST_CASE("tree heads are those of the Certificate Transparency reference vectors") {
  Home home;
  CHECK(base::hex(home.head().root) == kRoots[0]);
  const auto leaves = vector_leaves();
  for (std::size_t size = 1; size <= leaves.size(); ++size) {
    put(home, {leaves[size - 1]});
    CHECK(home.head().size == static_cast<std::int64_t>(size));
    CHECK(base::hex(home.head().root) == kRoots[size]);
    // Once with, once without what was remembered of the tree before.
    if (size % 2 == 0) home.remember();
  }
}

TEST_CASE("audit paths are those of the Certificate Transparency reference vectors") {
  Home home;
  put(home, vector_leaves());
  using Path = std::vector<std::string>;
  const std::string l0 = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d";
  const std::string l1 = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7";
  const std::string l4 = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b";
  const std::string n01 = "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125";
  const std::string n03 = "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7";
  const std::string n23 = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e";
  const std::string n45 = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a";
  const std::string n47 = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4";
  const std::string n67 = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0";
  CHECK(hex_of(inclusion(home, 0, 1)).empty());
  CHECK(hex_of(inclusion(home, 0, 8)) == Path{l1, n23, n47});
  CHECK(hex_of(inclusion(home, 5, 8)) == Path{l4, n67, n03});
  CHECK(hex_of(inclusion(home, 2, 3)) == Path{n01});
  CHECK(hex_of(inclusion(home, 1, 5)) == Path{l0, n23, l4});
  CHECK(hex_of(consistency(home, 1, 1)).empty());
  CHECK(hex_of(consistency(home, 1, 8)) == Path{l1, n23, n47});
  CHECK(hex_of(consistency(home, 6, 8)) == Path{n45, n67, n03});
  CHECK(hex_of(consistency(home, 2, 5)) == Path{n23, l4});
}

TEST_CASE("every record of every tree up to 70 is proved, and by no other proof") {
  Home home;
  const auto leaves = many_leaves(70);
  put(home, leaves);
  for (std::size_t size = 1; size <= leaves.size(); ++size) {
    const auto head = head_of(leaves, size);
    for (std::size_t at = 0; at < size; ++at) {
      const auto sequence = static_cast<std::int64_t>(at);
      const auto leaf = evidence::leaf_hash(leaves[at]);
      const auto proof = inclusion(home, sequence, head.size);
      REQUIRE(evidence::verify_inclusion(leaf, sequence, head, proof));

      REQUIRE_FALSE(evidence::verify_inclusion(leaf, sequence + 1, head, proof));
      REQUIRE_FALSE(evidence::verify_inclusion(leaf, -1, head, proof));
      auto longer = proof;
      longer.push_back(leaf);
      REQUIRE_FALSE(evidence::verify_inclusion(leaf, sequence, head, longer));
      for (std::size_t step = 0; step < proof.size(); ++step) {
        auto changed = proof;
        changed[step][at % 32] ^= 0x40;
        REQUIRE_FALSE(evidence::verify_inclusion(leaf, sequence, head, changed));
      }
      if (!proof.empty()) {
        auto shorter = proof;
        shorter.pop_back();
        REQUIRE_FALSE(evidence::verify_inclusion(leaf, sequence, head, shorter));
        auto other = leaf;
        other[0] ^= 1;
        REQUIRE_FALSE(evidence::verify_inclusion(other, sequence, head, proof));
      }
    }
  }
}

TEST_CASE("every tree up to 70 continues every smaller one, and no other") {
  Home home;
  const auto leaves = many_leaves(70);
  put(home, leaves);
  for (std::size_t n = 0; n <= leaves.size(); ++n) {
    const auto newer = head_of(leaves, n);
    for (std::size_t m = 0; m <= n; ++m) {
      const auto older = head_of(leaves, m);
      const auto proof = consistency(home, older.size, newer.size);
      REQUIRE(evidence::verify_consistency(older, newer, proof));

      auto other = older;
      other.root[5] ^= 1;
      REQUIRE_FALSE(evidence::verify_consistency(other, newer, proof));
      if (m > 0) {
        other = newer;
        other.root[5] ^= 1;
        REQUIRE_FALSE(evidence::verify_consistency(older, other, proof));
      }
      auto longer = proof;
      longer.push_back(newer.root);
      REQUIRE_FALSE(evidence::verify_consistency(older, newer, longer));
      if (n > m) REQUIRE_FALSE(evidence::verify_consistency(newer, older, proof));
      for (std::size_t step = 0; step < proof.size(); ++step) {
        auto changed = proof;
        changed[step][m % 32] ^= 0x40;
        REQUIRE_FALSE(evidence::verify_consistency(older, newer, changed));
      }
    }
  }
}

TEST_CASE("a proof for a tree that is not there is refused") {
  Home home;
  put(home, many_leaves(3));
  home.read([](Reader& reader) -> Result<> {
    CHECK(yuxin::test::error_of(evidence::inclusion_proof(reader, 0, 4)).code == Code::kUsage);
    CHECK(yuxin::test::error_of(evidence::inclusion_proof(reader, 3, 3)).code == Code::kUsage);
    CHECK(yuxin::test::error_of(evidence::inclusion_proof(reader, -1, 3)).code == Code::kUsage);
    CHECK(yuxin::test::error_of(evidence::consistency_proof(reader, 2, 4)).code == Code::kUsage);
    CHECK(yuxin::test::error_of(evidence::consistency_proof(reader, 3, 2)).code == Code::kUsage);
    return {};
  });
}
