// The octets of an act, by hand and by other people's programs, and everything near them refused.
#include "core/evidence/act/statement.hpp"

#include <doctest/doctest.h>

#include "command.hpp"
#include "small_authority.hpp"

namespace {

using namespace yuxin;
using namespace yuxin::evidence;
using test::need;

const test::SmallAuthority& authority() {
  static const test::SmallAuthority kAuthority("C=CN, O=Test City, CN=Wei", {x509::KeyType::kP256, 256});
  return kAuthority;
}
const x509::Certificate& wei() { return authority().certificate(); }

Act full_act() {
  Act act;
  act.type = "request.review";
  act.object = "R-1042";
  act.body = {{"z", 1}, {"decision", "good"}, {"note", "看过\n\"ok\""}, {"list", {1, nullptr, true}}};
  act.attachments = {{"form.pdf", 12, x509::DigestAlgorithm::kSha256, base::Bytes(32, 0xab)},
                     {"附件.pdf", 0, x509::DigestAlgorithm::kSm3, base::Bytes(32, 0x01)}};
  act.role = need(RoleCode::parse("RA.REVIEW"));
  act.previous = Hash{1, 2, 3};
  act.time = {1795341600};
  return act;
}

// SHA-256 of the SubjectPublicKeyInfo, as openssl sees it.
std::string key_by_openssl() {
  const test::TemporaryFolder folder;
  test::write_octets(folder.file("c.der"), base::to_bytes(wei().der()));
  return folder
      .run(
          "openssl x509 -inform DER -in c.der -noout -pubkey | openssl pkey -pubin -outform DER | openssl dgst "
          "-sha256 -r")
      .output.substr(0, 64);
}

TEST_CASE("a statement is the canonical JSON of its nine members") {
  const auto text = need(statement(full_act(), wei()));
  CHECK(text == "{\"act\":1,\"actor\":{\"key\":\"" + key_by_openssl() +
                    "\",\"subject\":\"C=CN, O=Test City, CN=Wei\"},\"attachments\":["
                    "{\"digest\":\"SHA-256\",\"name\":\"form.pdf\",\"size\":12,\"value\":\""
                    "abababababababababababababababababababababababababababababababab\"},"
                    "{\"digest\":\"SM3\",\"name\":\"附件.pdf\",\"size\":0,\"value\":\""
                    "0101010101010101010101010101010101010101010101010101010101010101\"}],"
                    "\"body\":{\"decision\":\"good\",\"list\":[1,null,true],\"note\":\"看过\\n\\\"ok\\\"\",\"z\":1},"
                    "\"object\":\"R-1042\",\"previous\":\"0102030000000000000000000000000000000000000000000000000000"
                    "000000\",\"role\":\"RA.REVIEW\",\"time\":\"2026-11-22T10:00:00Z\",\"type\":\"request.review\"}");
}

TEST_CASE("a first act without role and attachments says so with null and empty lists") {
  Act act;
  act.type = "note";
  act.object = "R-1";
  const auto text = need(statement(act, wei()));
  CHECK(text.find("\"attachments\":[],\"body\":{},\"object\":\"R-1\",\"previous\":null,\"role\":null,"
                  "\"time\":\"1970-01-01T00:00:00Z\",\"type\":\"note\"}") != std::string::npos);
}

TEST_CASE("what was written is read back") {
  const auto text = need(statement(full_act(), wei()));
  const auto act = need(parse_statement(base::as_bytes(text), wei()));
  CHECK(act.type == "request.review");
  CHECK(act.object == "R-1042");
  CHECK(act.body == full_act().body);
  CHECK(act.role == full_act().role);
  CHECK(act.previous == full_act().previous);
  CHECK(act.time == full_act().time);
  REQUIRE(act.attachments.size() == 2);
  CHECK(act.attachments[1].name == "附件.pdf");
  CHECK(act.attachments[1].digest == x509::DigestAlgorithm::kSm3);
  CHECK(need(statement(act, wei())) == text);
}

TEST_CASE("the digest of an act is SHA-256 of its statement, as sha256sum says") {
  const auto text = need(statement(full_act(), wei()));
  const test::TemporaryFolder folder;
  test::write_octets(folder.file("s"), base::to_bytes(base::as_bytes(text)));
  CHECK(folder.run("sha256sum s").output.substr(0, 64) == base::hex(act_digest(base::as_bytes(text))));
}

TEST_CASE("an act that cannot be told exactly is not written") {
  const auto refused = [](const auto& change) {
    Act act = full_act();
    change(act);
    const auto text = statement(act, wei());
    return !text && text.error().code == base::Code::kUsage;
  };
  CHECK(refused([](Act& act) { act.type = ""; }));
  CHECK(refused([](Act& act) { act.type = "Review"; }));
  CHECK(refused([](Act& act) { act.type = "request..review"; }));
  CHECK(refused([](Act& act) { act.type = "1st"; }));
  CHECK(refused([](Act& act) { act.type = std::string(65, 'a'); }));
  CHECK(refused([](Act& act) { act.object = ""; }));
  CHECK(refused([](Act& act) { act.object = "R\n1"; }));
  CHECK(refused([](Act& act) {
    act.object =
        "R-\xe2\x80\xae"
        "1";
  }));
  CHECK(refused([](Act& act) { act.object = std::string(201, 'a'); }));
  CHECK(refused([](Act& act) { act.body["amount"] = 1.5; }));
  CHECK(refused([](Act& act) { act.body["amount"] = std::int64_t{1} << 54; }));
  CHECK(refused([](Act& act) { act.body["text"] = "\xff"; }));
  CHECK(refused([](Act& act) { act.body["text"] = std::string(1U << 20U, 'a'); }));
  CHECK(refused([](Act& act) { act.attachments[0].name = "../form.pdf"; }));
  CHECK(refused([](Act& act) { act.attachments[0].name = ".."; }));
  CHECK(refused([](Act& act) { act.attachments[0].name = ""; }));
  CHECK(refused([](Act& act) { act.attachments[0].size = -1; }));
  CHECK(refused([](Act& act) { act.attachments[0].value.pop_back(); }));
  CHECK(refused([](Act& act) {
    act.attachments[0].digest = x509::DigestAlgorithm::kSha1;
    act.attachments[0].value.resize(20);
  }));
  CHECK(refused([](Act& act) { act.attachments.resize(1001, act.attachments[0]); }));
}

// replaced gives the statement with one piece of text exchanged.
std::string replaced(std::string_view from, std::string_view to) {
  auto text = need(statement(full_act(), wei()));
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

TEST_CASE("octets that are not exactly the canonical form are no statement") {
  const auto good = need(statement(full_act(), wei()));
  std::vector<std::string> bad = {
      "",
      "{}",
      "[]",
      "null",
      good + "\n",
      " " + good,
      "\xef\xbb\xbf" + good,
      good.substr(0, good.size() - 1),
      replaced(",\"body\"", ", \"body\""),
      replaced("\"act\":1", "\"act\":1.0"),
      replaced("\"act\":1", "\"act\":2"),
      replaced("\"act\":1", "\"act\":true"),
      replaced("\"act\":1", "\"act\":1,\"extra\":1"),
      replaced("\"act\":1,", ""),
      replaced("\"z\":1", "\"z\":1e0"),
      replaced("\"z\":1", "\"z\":-0"),
      replaced("\"z\":1", "\"z\":01"),
      replaced("good", "g\\u006fod"),
      replaced("\"R-1042\"", "\"R\\/1042\""),
      replaced("\"R-1042\"", "42"),
      replaced("\"RA.REVIEW\"", "\"ra.review\""),
      replaced("\"RA.REVIEW\"", "\"\""),
      replaced("\"010203", "\"0A0203"),
      replaced("\"010203", "\""),
      replaced("2026-11-22T10:00:00Z", "2026-11-22T10:00:00+00:00"),
      replaced("2026-11-22T10:00:00Z", "2026-11-22T18:00:00+08:00"),
      replaced("2026-11-22T10:00:00Z", "2026-11-22"),
      replaced("\"SHA-256\"", "\"SHA-1\""),
      replaced("\"size\":12", "\"size\":-1"),
      replaced("\"size\":12", "\"size\":12,\"more\":1"),
      replaced("\"abab", "\"ABab"),
      replaced("\"subject\"", "\"email\":\"\",\"subject\""),
      replaced("request.review", "Request.review"),
      replaced("\"body\":{", "\"body\":[{"),
      // the same members in another order
      "{\"type\":\"request.review\"," + replaced(",\"type\":\"request.review\"", "").substr(1),
      // a member twice
      replaced("\"object\":\"R-1042\"", "\"object\":\"R-1042\",\"object\":\"R-1042\""),
  };
  for (const auto& text : bad) {
    CAPTURE(text);
    const auto act = parse_statement(base::as_bytes(text), wei());
    REQUIRE_FALSE(act);
    CHECK(act.error().code == base::Code::kMalformed);
  }
}

TEST_CASE("every statement with one bit changed is refused or is another act") {
  const auto good = need(statement(full_act(), wei()));
  const auto digest = act_digest(base::as_bytes(good));
  for (std::size_t i = 0; i < good.size(); ++i) {
    auto text = good;
    text[i] = static_cast<char>(text[i] ^ 1);
    const auto act = parse_statement(base::as_bytes(text), wei());
    if (act) CHECK(act_digest(base::as_bytes(need(statement(*act, wei())))) != digest);
  }
}

TEST_CASE("a statement of somebody else is not this certificate's") {
  const test::SmallAuthority other_key("C=CN, O=Test City, CN=Wei", {x509::KeyType::kP256, 256});
  const auto other_name = authority().issue("C=CN, O=Test City, CN=Li", authority().key().public_key(), {});
  const auto text = need(statement(full_act(), wei()));
  CHECK(parse_statement(base::as_bytes(text), wei()));
  CHECK_FALSE(parse_statement(base::as_bytes(text), other_key.certificate()));
  CHECK_FALSE(parse_statement(base::as_bytes(text), other_name));
}

}  // namespace
