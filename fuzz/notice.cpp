// A record of the ledger, whatever somebody made of it, becomes JSON that reads back and a mail of plain lines.
#include <cstdlib>

#include "yuxin/notify/message.hpp"

namespace {

using namespace yuxin;

notify::Target desk(base::Language language) {
  notify::Mailbox mail;
  mail.to = {"a@city.example"};
  mail.from = "b@city.example";
  notify::Target target;
  target.name = "desk";
  target.language = language;
  target.way = mail;
  return target;
}

// No octet beyond visible ASCII, no line end that is not CR LF, no line that RFC 5322 section 2.1.1 forbids, and one
// header of eight fields whose names nobody but the program chose.
void check_lines(std::string_view mail) {
  std::size_t fields = 0;
  bool head = true;
  while (!mail.empty()) {
    const auto end = mail.find("\r\n");
    if (end == std::string_view::npos || end > 998) std::abort();
    const auto line = mail.substr(0, end);
    for (const char c : line) {
      if (c < ' ' || c > '~') std::abort();
    }
    if (line.empty()) head = false;
    if (head && line.front() != ' ') ++fields;
    mail.remove_prefix(end + 2);
  }
  if (fields != 8) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  evidence::StoredRecord record;
  record.sequence = 7;
  record.text = base::as_text({data, size});
  const auto notice = notify::notice_of(record);
  const auto seal = [](base::ByteView) -> base::Result<base::Bytes> { return base::Bytes{0x30, 0x00}; };
  for (const auto language : {base::Language::kEnglish, base::Language::kChinese}) {
    const auto mail = notify::mail_message("yuxin.ledger/00", desk(language), {&notice, 1}, {1'800'000'000}, seal);
    if (!mail) std::abort();
    check_lines(*mail);
  }
  const auto body = notify::webhook_body("yuxin.ledger/00", notice, {1'800'000'000});
  if (body && !base::parse_json(*body)) std::abort();
  return 0;
}
