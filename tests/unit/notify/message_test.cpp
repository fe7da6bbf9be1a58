#include <doctest/doctest.h>

#include "command.hpp"
#include "need.hpp"
#include "yuxin/notify/message.hpp"
#include "yuxin/x509/cms.hpp"

using namespace yuxin;
using base::Result;
using notify::Notice;
using test::need;

namespace {

constexpr base::UnixTime kNow{1'795'341'600};  // 2026-11-22T10:00:00Z
constexpr const char* kOrigin = "yuxin.ledger/0011";

notify::Target desk(base::Language language) {
  notify::Mailbox mail;
  mail.to = {"pki@city.example", "duty@city.example"};
  mail.from = "yuxin@city.example";
  notify::Target target;
  target.name = "desk";
  target.language = language;
  target.way = mail;
  return target;
}

Notice issued(std::int64_t index, std::string object) {
  return {index,        "certificate.issued",   std::move(object),
          "local:root", "2026-11-22T09:59:00Z", {{"profile", "device"}}};
}

// Nobody looks at the signature here; tests/integration/notifications.py has openssl do it.
Result<base::Bytes> seal(base::ByteView /*content*/) { return base::Bytes{0x30, 0x00}; }

std::string mail_of(std::span<const Notice> notices, base::Language language = base::Language::kEnglish) {
  return need(notify::mail_message(kOrigin, desk(language), notices, kNow, seal));
}

std::string head_of(const std::string& mail) { return mail.substr(0, mail.find("\r\n\r\n") + 2); }

// python reads a message as mail programs do and prints what an expression over it gives.
std::string python(const std::string& mail, const std::string& expression) {
  const test::TemporaryFolder folder;
  std::ofstream(folder.file("m.eml"), std::ios::binary) << mail;
  const auto told = folder.run(
      "PYTHONUTF8=1 python3 -c 'import email, email.policy; m = email.message_from_binary_file(open(\"m.eml\", "
      "\"rb\"), "
      "policy=email.policy.default); print(" +
      expression + ", end=\"\")'");
  REQUIRE(told.status == 0);
  return told.output;
}

}  // namespace

TEST_CASE("a record is told as it stands in the ledger, under a name that stays") {
  evidence::StoredRecord stored;
  stored.sequence = 1207;
  stored.text =
      R"({"actor":"local:root","attachment":"00ff","data":{"reason":"keyCompromise"},"kind":"certificate.revoked","object":"issuing/3F9A","time":"2026-11-22T10:04:11Z"})";
  const auto notice = notify::notice_of(stored);
  CHECK(
      need(notify::webhook_body(kOrigin, notice, kNow)) ==
      R"({"id":"yuxin.ledger/0011/1207","origin":"yuxin.ledger/0011","record":{"actor":"local:root","data":{"reason":"keyCompromise"},"index":1207,"kind":"certificate.revoked","object":"issuing/3F9A","time":"2026-11-22T10:04:11Z"},"sent":"2026-11-22T10:00:00Z"})");
  CHECK(notify::notice_id(kOrigin, notice) == "yuxin.ledger/0011/1207");
  stored.text = "somebody wrote this";
  CHECK(notify::notice_of(stored).kind.empty());
  CHECK(notify::notice_of(stored).index == 1207);
}

TEST_CASE("a test message has no place in the ledger") {
  const auto notice = notify::test_notice("desk", "local:alice", kNow);
  CHECK(need(notify::webhook_body(kOrigin, notice, kNow)).find("index") == std::string::npos);
  CHECK(notify::notice_id(kOrigin, notice) == "yuxin.ledger/0011/test/2026-11-22T10:00:00Z");
}

TEST_CASE("a subject in any script is what mail programs read, in words of 75 characters at the most") {
  CHECK(notify::encoded_words("Certificate issued: issuing/3F9A") == "Certificate issued: issuing/3F9A");
  // RFC 2047 section 8 and Python: base64 of the UTF-8
  CHECK(notify::encoded_words("证书") == "=?UTF-8?B?6K+B5Lmm?=");
  CHECK(notify::encoded_words("=?x?=") == "=?UTF-8?B?PT94Pz0=?=");
  std::string text;
  for (int i = 0; i < 40; ++i) text += "重庆a";
  const auto words = notify::encoded_words(text);
  for (std::size_t at = 0; at < words.size();) {
    const auto end = std::min(words.find("\r\n", at), words.size());
    CHECK(end - at <= 76);  // with the blank of a folded line
    at = end + 2;
  }
  CHECK(python("Subject: " + words + "\r\n\r\n", "m[\"Subject\"]") == text);
}

TEST_CASE("what a record holds cannot add a header field, a part, or drive a terminal") {
  const std::string evil =
      "issuing/1\r\nBcc: thief@evil.example\r\n\r\n--x\x1b[2J\xe2\x80\xae"
      "fdp.exe\xff";
  const std::string lone = "issuing/1\r\nBcc: thief@evil.example\xe2\x80\xae\x1b[2J";
  for (const auto& object : {evil, lone}) {
    const std::vector<Notice> notices = {issued(7, object)};
    const auto mail = mail_of(notices);
    for (const char c : mail) REQUIRE((c == '\r' || c == '\n' || (c >= ' ' && c <= '~')));
    CHECK(head_of(mail).find("Bcc") == std::string::npos);
    CHECK(python(mail, "sorted(m.keys())") ==
          "['Auto-Submitted', 'Content-Type', 'Date', 'From', 'MIME-Version', 'Message-ID', 'Subject', 'To']");
    CHECK(python(mail, "len(list(m.iter_parts())), m.get_content_type()") == "2 multipart/signed");
    CHECK(python(mail,
                 "any(ord(c) < 32 and c != chr(10) or c == chr(0x202e) for c in "
                 "next(m.iter_parts()).get_content().replace(chr(13) + chr(10), chr(10)) + m[\"Subject\"])") ==
          "False");
  }
}

TEST_CASE("the text is in the language of the target, with what, when, who and where it stands") {
  const std::vector<Notice> notices = {issued(7, "issuing/3F9A"), issued(8, "issuing/77C2")};
  const auto text = notify::mail_text(kOrigin, notices, base::Language::kEnglish);
  for (const char* part : {"Certificate issued\r\n", "issuing/3F9A", "issuing/77C2", "local:root", "profile",
                           "device", "ledger entry", "yuxin.ledger/0011"})
    CHECK(text.find(part) != std::string::npos);
  CHECK(notify::mail_subject(kOrigin, {notices.data(), 1}, base::Language::kEnglish) ==
        "Certificate issued: issuing/3F9A");
  CHECK(notify::mail_subject(kOrigin, notices, base::Language::kEnglish) == "2 new records in yuxin.ledger/0011");
  CHECK(python(mail_of(notices), "m[\"To\"], m[\"Date\"], m[\"Subject\"]") ==
        "pki@city.example, duty@city.example Sun, 22 Nov 2026 10:00:00 +0000 2 new records in yuxin.ledger/0011");
}

TEST_CASE("a reader is told names and not keys: of kinds, members, words and moments") {
  Notice revoked = issued(9, "issuing/3F9A");
  revoked.kind = "certificate.revoked";
  revoked.data = {
      {"at", "2026-11-22T09:59:00Z"}, {"reason", "keyCompromise"}, {"invalidity_date", "2026-11-20T00:00:00Z"}};
  const auto english = notify::mail_text(kOrigin, {&revoked, 1}, base::Language::kEnglish);
  for (const char* part : {"Certificate revoked\r\n", "counts from", "key compromised", "invalid since"})
    CHECK_MESSAGE(english.find(part) != std::string::npos, part);
  for (const char* key : {"keyCompromise", "invalidity_date", "T09:59:00Z"})
    CHECK_MESSAGE(english.find(key) == std::string::npos, key);
  const auto chinese = notify::mail_text(kOrigin, {&revoked, 1}, base::Language::kChinese);
  for (const char* part : {"吊销证书\r\n", "原因", "失效起始时间", "账本记录号"})
    CHECK_MESSAGE(chinese.find(part) != std::string::npos, part);
  // what nobody has named yet is told as it stands rather than not at all
  Notice strange = issued(10, "x/1");
  strange.kind = "strange.kind";
  strange.data = {{"odd_member", base::JsonArray{"a", base::JsonObject{{"serial", "3F"}}}}};
  const auto told = notify::mail_text(kOrigin, {&strange, 1}, base::Language::kEnglish);
  CHECK(told.find("strange.kind\r\n") == 0);
  CHECK(told.find("  odd_member    a, serial 3F\r\n") != std::string::npos);
}

TEST_CASE("of a case its steps and states are called as its definition calls them") {
  Notice step = issued(11, "R-7");
  step.kind = "case.step";
  step.data = {{"action", "review"}, {"complete", 1}, {"from", ""}, {"to", "REVIEWED"}};
  const auto words = [](const Notice& notice, std::string_view member,
                        base::Language language) -> std::optional<std::string> {
    CHECK(notice.object == "R-7");
    CHECK(language == base::Language::kChinese);
    if (member == "workflow") return "证书申请";
    if (member == "action") return "复核\r\nBcc: x";
    if (member == "to") return "已复核";
    return std::nullopt;
  };
  const auto text = notify::mail_text(kOrigin, {&step, 1}, base::Language::kChinese, words);
  for (const char* part : {"流程", "证书申请\r\n", "环节", "复核", "已复核\r\n", "是\r\n"})
    CHECK_MESSAGE(text.find(part) != std::string::npos, part);
  for (const char* part : {"review", "REVIEWED", "\nBcc", "workflow", "action"})
    CHECK_MESSAGE(text.find(part) == std::string::npos, part);
  // without a definition the keys are better than nothing
  const auto bare = notify::mail_text(kOrigin, {&step, 1}, base::Language::kChinese);
  CHECK(bare.find("REVIEWED") != std::string::npos);
}

TEST_CASE("the same records to the same target make the same Message-ID, others another") {
  const std::vector<Notice> notices = {issued(7, "issuing/3F9A"), issued(8, "issuing/77C2")};
  const auto id = [](const std::string& mail) { return mail.substr(mail.find("Message-ID: <"), 60); };
  CHECK(id(mail_of(notices)) == id(need(notify::mail_message(kOrigin, desk(base::Language::kEnglish), notices,
                                                             kNow + base::Seconds{60}, seal))));
  CHECK(id(mail_of(notices)) != id(mail_of({notices.data(), 1})));
}

TEST_CASE("what is signed is the first part, octet for octet, and a seal that fails sends nothing") {
  const std::vector<Notice> notices = {issued(7, "issuing/3F9A")};
  std::string sealed;
  const auto mail = need(notify::mail_message(kOrigin, desk(base::Language::kEnglish), notices, kNow,
                                              [&](base::ByteView content) -> Result<base::Bytes> {
                                                sealed = base::as_text(content);
                                                return seal(content);
                                              }));
  const auto boundary = python(mail, "m.get_boundary()");
  // RFC 8551 section 3.5.3: the line end before a boundary belongs to the boundary
  CHECK(mail.find("\r\n\r\n--" + boundary + "\r\n" + sealed + "\r\n--" + boundary + "\r\n") != std::string::npos);
  const auto failed = notify::mail_message(kOrigin, desk(base::Language::kEnglish), notices, kNow,
                                           [](base::ByteView) -> Result<base::Bytes> {
                                             return base::fail(base::Code::kSigner, "The key {} is away.", "k");
                                           });
  REQUIRE_FALSE(failed);
  CHECK(failed.error().code == base::Code::kSigner);
}
