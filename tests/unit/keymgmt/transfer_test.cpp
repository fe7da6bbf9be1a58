// Transfer bundles: openssl and sha256sum check what we write, and nothing but exactly that is read back.
#include "yuxin/keymgmt/transfer.hpp"

#include <doctest/doctest.h>

#include "command.hpp"
#include "yuxin/evidence/tar.hpp"

namespace {

using namespace yuxin;
using namespace yuxin::keymgmt;
using base::Code;

base::Bytes octets(std::string_view text) { return base::to_bytes(base::as_bytes(text)); }

std::shared_ptr<const x509::Signer> new_signer(x509::KeyType type = x509::KeyType::kEd25519, unsigned bits = 256) {
  const auto algorithm =
      type == x509::KeyType::kEd25519 ? x509::SignatureAlgorithm::kEd25519 : x509::SignatureAlgorithm::kEcdsaSha256;
  return x509::PrivateKey::generate({type, bits}).value().signer(algorithm).value();
}

TransferHeader first() { return {.from = "yuxin.ledger/0123", .to = "online", .made = {1790000000}}; }

std::vector<TransferItem> some_items() {
  return {{"root-1.crl", TransferKind::kCrl, octets("a list")},
          {"issuing.csr", TransferKind::kRequest, octets("a request")},
          {"note.txt", TransferKind::kFile, {}}};
}

Code code_of(const base::Result<Transfer>& read) {
  REQUIRE_FALSE(read);
  return read.error().code;
}

// The archive with one file replaced, added, or (with nothing) taken away.
base::Bytes with_file(base::ByteView archive, const std::string& name, std::optional<base::Bytes> content) {
  auto files = evidence::read_tar(archive).value();
  files.erase(name);
  if (content) files.emplace(name, std::move(*content));
  return evidence::write_tar(files).value();
}

base::Result<TransferOrder> order_of(std::int64_t sequence, std::optional<x509::Digest256> previous,
                                     std::optional<ReceivedBefore> before, const x509::Digest256& digest = {}) {
  auto header = first();
  header.sequence = sequence;
  header.previous = previous;
  return check_order({header, new_signer()->public_key(), digest, {}, {}}, before, {});
}

}  // namespace

TEST_CASE("openssl, sha256sum and tar check a bundle by the commands of its README") {
  const test::TemporaryFolder folder;
  const auto signer = new_signer();
  test::write_octets(folder.file("b.tar"), make_transfer(first(), some_items(), *signer).value());
  CHECK(folder.run("mkdir b && tar -xf b.tar -C b").status == 0);
  const auto commands = folder.run(
      "cd b && sed -n '/^```sh/,/^```/p' README.md | grep -v '^```' >commands && grep -c . commands && bash -e "
      "commands");
  CHECK(commands.status == 0);
  CHECK(commands.output.find("Signature Verified Successfully") != std::string::npos);
  CHECK(commands.output.find("items/issuing.csr: OK") != std::string::npos);
  CHECK(commands.output.find(base::hex(x509::sha256(signer->public_key().spki()))) != std::string::npos);
}

TEST_CASE("what was written is read back, in the order of names") {
  const auto signer = new_signer();
  const auto archive = make_transfer(first(), some_items(), *signer).value();
  const auto read = read_transfer(archive).value();
  CHECK(read.header.from == "yuxin.ledger/0123");
  CHECK(read.header.to == "online");
  CHECK(read.header.made == base::UnixTime{1790000000});
  CHECK_FALSE(read.header.previous);
  CHECK(base::equal(read.sender.spki(), signer->public_key().spki()));
  REQUIRE(read.items.size() == 3);
  CHECK(read.items[0].name == "issuing.csr");
  CHECK(read.items[0].kind == TransferKind::kRequest);
  CHECK(read.items[1].octets.empty());
  CHECK(read.digest == x509::sha256(base::as_bytes(read.manifest)));
  CHECK(make_transfer(first(), read.items, *signer).value() == archive);
}

TEST_CASE("a bundle with any one bit changed is refused") {
  const auto archive = make_transfer(first(), some_items(), *new_signer()).value();
  for (std::size_t at = 0; at < archive.size(); ++at) {
    auto changed = archive;
    changed[at] ^= 0x04;
    CHECK_FALSE(read_transfer(changed));
  }
}

TEST_CASE("a bundle that lacks a file, has one too many, or one of its own making is refused") {
  const auto signer = new_signer();
  const auto archive = make_transfer(first(), some_items(), *signer).value();
  for (const char* name :
       {"manifest.json", "manifest.sig", "sender.pem", "SHA256SUMS", "README.md", "items/note.txt"})
    CHECK_FALSE(read_transfer(with_file(archive, name, std::nullopt)));
  CHECK(code_of(read_transfer(with_file(archive, "items/more.txt", octets("x")))) == Code::kIntegrity);
  CHECK(code_of(read_transfer(with_file(archive, "README.md", octets("rm -rf ~")))) == Code::kIntegrity);
  CHECK(code_of(read_transfer(with_file(archive, "items/root-1.crl", octets("b list")))) == Code::kIntegrity);
  const auto other = base::pem("PUBLIC KEY", new_signer()->public_key().spki());
  CHECK(code_of(read_transfer(with_file(archive, "sender.pem", octets(other)))) == Code::kBadSignature);
  const auto p256 = base::pem("PUBLIC KEY", new_signer(x509::KeyType::kP256)->public_key().spki());
  CHECK(code_of(read_transfer(with_file(archive, "sender.pem", octets(p256)))) == Code::kMalformed);
}

TEST_CASE("a manifest that says what cannot be is refused, though its sender signed it") {
  const auto signer = new_signer();
  const auto archive = make_transfer(first(), some_items(), *signer).value();
  const auto text = read_transfer(archive).value().manifest;
  const auto signed_anew = [&](const std::string& from, const std::string& to) {
    auto changed = text;
    const auto at = changed.find(from);
    REQUIRE(at != std::string::npos);
    changed.replace(at, from.size(), to);
    return with_file(with_file(archive, "manifest.json", octets(changed)), "manifest.sig",
                     signer->sign(base::as_bytes(changed)).value());
  };
  const std::pair<const char*, const char*> cases[] = {
      {R"("name":"note.txt")", R"("name":"../note.txt")"},  // leaves the folder
      {R"("name":"note.txt")", R"("name":".profile")"},     // is hidden
      {R"("name":"note.txt")", R"("name":"issuing.csr")"},  // stands twice
      {R"("kind":"file")", R"("kind":"key")"},              // no such kind
      {R"("sequence":1)", R"("sequence":0)"},               // from 1
      {R"("sequence":1)", R"("sequence":2)"},               // follows nothing
      {R"("sequence":1)", R"("sequence": 1)"},              // not canonical
      {R"("size":0)", R"("size":-1)"},                      //
      {R"("to":"online")", R"("to":"a b")"},                //
      {R"("to":"online")", R"("more":1,"to":"online")"},    // a member that nobody knows
  };
  for (const auto& [from, to] : cases) {
    CAPTURE(to);
    CHECK(code_of(read_transfer(signed_anew(from, to))) == Code::kMalformed);
  }
  // and what is changed and still possible is refused because the rest of the archive does not follow from it
  CHECK(code_of(read_transfer(signed_anew(R"("to":"online")", R"("to":"others")"))) == Code::kIntegrity);
}

TEST_CASE("what does not fit into a bundle is refused before it is signed") {
  const auto signer = new_signer();
  const auto code = [&](const std::vector<TransferItem>& items, const x509::Signer& by) {
    const auto made = make_transfer(first(), items, by);
    return made ? Code::kInternal : made.error().code;
  };
  CHECK(code({{"a", TransferKind::kFile, {}}, {"a", TransferKind::kCrl, {}}}, *signer) == Code::kUsage);
  for (const char* name : {"", "a/b", "..", "a..b", "-a", "a b", "\xE4"})
    CHECK(code({{name, TransferKind::kFile, {}}}, *signer) == Code::kUsage);
  CHECK(code({{std::string(65, 'a'), TransferKind::kFile, {}}}, *signer) == Code::kUsage);
  CHECK(code(some_items(), *new_signer(x509::KeyType::kP256)) == Code::kUsage);
}

TEST_CASE("bundles are taken in one after the other") {
  const x509::Digest256 one{1};
  const x509::Digest256 two{2};
  CHECK(order_of(1, {}, {}) == TransferOrder::kNext);
  CHECK(order_of(2, one, ReceivedBefore{1, one}) == TransferOrder::kNext);
  CHECK(order_of(2, one, ReceivedBefore{2, two}, two) == TransferOrder::kRepeated);
  const auto code = [](const base::Result<TransferOrder>& order) {
    REQUIRE_FALSE(order);
    return order.error().code;
  };
  CHECK(code(order_of(2, one, {})) == Code::kConflict);                            // the first has not come
  CHECK(code(order_of(3, two, ReceivedBefore{1, one})) == Code::kConflict);        // the second has not
  CHECK(code(order_of(1, {}, ReceivedBefore{2, two})) == Code::kConflict);         // an older one
  CHECK(code(order_of(2, one, ReceivedBefore{2, two}, one)) == Code::kIntegrity);  // another second
  CHECK(code(order_of(2, two, ReceivedBefore{1, one})) == Code::kIntegrity);       // follows another first
  auto header = first();
  header.to_key = two;
  const Transfer for_another{header, new_signer()->public_key(), {}, {}, {}};
  CHECK(code(check_order(for_another, {}, one)) == Code::kRefused);
  CHECK(check_order(for_another, {}, two) == TransferOrder::kNext);
}
