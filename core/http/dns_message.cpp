// The messages of RFC 1035 section 4, read from whoever may have sent them.
#include <arpa/inet.h>

#include <algorithm>
#include <array>

#include "yuxin/base/text.hpp"
#include "yuxin/http/dns.hpp"

namespace yuxin::http {

using base::Bytes;
using base::ByteView;
using base::Code;
using base::fail;
using base::Result;

namespace {

constexpr std::size_t kHeaderOctets = 12;
constexpr std::size_t kMostLabelOctets = 63;
constexpr std::size_t kMostNameOctets = 255;
constexpr int kMostPointers = 32;
constexpr int kMostAliases = 16;
constexpr std::uint16_t kClassIn = 1;
constexpr std::uint16_t kCname = 5;
constexpr std::uint16_t kRecursionDesired = 0x0100;
constexpr std::uint16_t kIsAnswer = 0x8000;
constexpr std::uint16_t kOpcode = 0x7800;
constexpr std::uint16_t kTruncated = 0x0200;
constexpr std::uint16_t kResponseCode = 0x000f;
constexpr std::uint16_t kNoSuchName = 3;

base::Failure no_answer() {
  return fail(Code::kMalformed, "What came back is no answer of a resolver to our question.");
}

void put_number(Bytes& to, std::uint16_t number) {
  to.push_back(static_cast<std::uint8_t>(number >> 8U));
  to.push_back(static_cast<std::uint8_t>(number));
}

// Cursor reads a message front to back; names may point back (section 4.1.4).
class Cursor {
 public:
  explicit Cursor(ByteView message) : message_(message) {}

  std::optional<std::uint16_t> number() {
    if (message_.size() - at_ < 2) return std::nullopt;
    const auto value = static_cast<std::uint16_t>(message_[at_] << 8U | message_[at_ + 1]);
    at_ += 2;
    return value;
  }
  std::optional<ByteView> octets(std::size_t count) {
    if (message_.size() - at_ < count) return std::nullopt;
    const auto view = message_.subspan(at_, count);
    at_ += count;
    return view;
  }
  // name gives a name in lower case with dots. A label with other octets than visible ASCII, or a dot, is no name
  // that was asked for, and makes the message none of ours.
  std::optional<std::string> name() {
    std::string text;
    std::size_t at = at_;
    std::size_t total = 0;
    int pointers = 0;
    bool jumped = false;
    for (;;) {
      if (at >= message_.size()) return std::nullopt;
      const std::uint8_t length = message_[at];
      if ((length & 0xc0U) == 0xc0U) {
        if (at + 1 >= message_.size() || ++pointers > kMostPointers) return std::nullopt;
        const std::size_t target = (length & 0x3fU) << 8U | message_[at + 1];
        if (!jumped) at_ = at + 2;
        jumped = true;
        if (target >= at) return std::nullopt;  // back only, so that it ends
        at = target;
        continue;
      }
      total += length + 1U;
      if (length > kMostLabelOctets || total > kMostNameOctets) return std::nullopt;
      if (message_.size() - at - 1 < length) return std::nullopt;
      if (length == 0) {
        if (!jumped) at_ = at + 1;
        return text;
      }
      if (!append_label(text, message_.subspan(at + 1, length))) return std::nullopt;
      at += length + 1U;
    }
  }
  [[nodiscard]] std::size_t at() const { return at_; }
  void seek(std::size_t at) { at_ = at; }

 private:
  static bool append_label(std::string& text, ByteView label) {
    if (!text.empty()) text += '.';
    for (const std::uint8_t octet : label) {
      if (octet <= 0x20 || octet >= 0x7f || octet == '.') return false;
      text += static_cast<char>(octet >= 'A' && octet <= 'Z' ? octet + ('a' - 'A') : octet);
    }
    return true;
  }
  ByteView message_;
  std::size_t at_ = 0;
};

struct Record {
  std::string owner;
  std::uint16_t type = 0;
  std::uint16_t of_class = 0;
  ByteView data;
  std::string target;  // of an alias
};

std::optional<Record> read_record(Cursor& cursor) {
  Record record;
  auto owner = cursor.name();
  const auto type = cursor.number();
  const auto of_class = cursor.number();
  const auto lifetime = cursor.octets(4);
  const auto size = cursor.number();
  if (!owner || !type || !of_class || !lifetime || !size) return std::nullopt;
  const auto start = cursor.at();
  const auto data = cursor.octets(*size);
  if (!data) return std::nullopt;
  const auto end = cursor.at();
  record.owner = std::move(*owner);
  record.type = *type;
  record.of_class = *of_class;
  record.data = *data;
  if (record.type != kCname || record.of_class != kClassIn) return record;
  cursor.seek(start);
  auto target = cursor.name();
  if (!target || cursor.at() != end) return std::nullopt;
  record.target = std::move(*target);
  return record;
}

// What is asked for stands at the end of the aliases, which may come in any order.
std::string follow(const std::vector<Record>& records, std::string name) {
  for (int i = 0; i < kMostAliases; ++i) {
    const auto alias = std::ranges::find_if(records, [&](const Record& one) {
      return one.type == kCname && one.of_class == kClassIn && one.owner == name;
    });
    if (alias == records.end()) return name;
    name = alias->target;
  }
  return {};
}

Result<std::uint16_t> read_head(Cursor& cursor, std::uint16_t id, const DnsQuestion& question, std::uint16_t& flags) {
  const auto got_id = cursor.number();
  const auto got_flags = cursor.number();
  const auto questions = cursor.number();
  const auto answers = cursor.number();
  const auto others = cursor.octets(4);
  if (!got_id || !got_flags || !questions || !answers || !others) return no_answer();
  flags = *got_flags;
  if (*got_id != id || (flags & kIsAnswer) == 0 || (flags & kOpcode) != 0 || *questions != 1) return no_answer();
  const auto name = cursor.name();
  const auto type = cursor.number();
  const auto of_class = cursor.number();
  if (!name || !type || !of_class || *name != base::lower(question.name) ||
      *type != static_cast<std::uint16_t>(question.type) || *of_class != kClassIn)
    return no_answer();
  return *answers;
}

}  // namespace

Result<Bytes> make_dns_query(std::uint16_t id, const DnsQuestion& question) {
  Bytes message;
  put_number(message, id);
  put_number(message, kRecursionDesired);
  put_number(message, 1);
  message.resize(kHeaderOctets);
  for (const auto label : base::split(question.name, '.')) {
    const bool plain = std::ranges::all_of(label, [](char c) { return c > ' ' && c < 0x7f; });
    if (label.empty() || label.size() > kMostLabelOctets || !plain)
      return fail(Code::kUsage, "\"{}\" is no name that a resolver can be asked for.", question.name);
    message.push_back(static_cast<std::uint8_t>(label.size()));
    base::append(message, base::as_bytes(label));
  }
  message.push_back(0);
  if (message.size() - kHeaderOctets > kMostNameOctets)
    return fail(Code::kUsage, "\"{}\" is no name that a resolver can be asked for.", question.name);
  put_number(message, static_cast<std::uint16_t>(question.type));
  put_number(message, kClassIn);
  return message;
}

Result<DnsAnswer> read_dns_answer(ByteView message, std::uint16_t id, const DnsQuestion& question) {
  Cursor cursor(message);
  std::uint16_t flags = 0;
  TRY(const auto count, read_head(cursor, id, question, flags));
  DnsAnswer answer;
  answer.truncated = (flags & kTruncated) != 0;
  const unsigned code = flags & kResponseCode;
  if (code == kNoSuchName) return answer;
  if (code != 0)
    return fail(Code::kUnavailable, "The resolver does not answer for {} (code {}).", question.name, code);
  if (answer.truncated) return answer;
  std::vector<Record> records;
  for (unsigned i = 0; i < count; ++i) {
    auto record = read_record(cursor);
    if (!record) return no_answer();
    records.push_back(std::move(*record));
  }
  const auto name = follow(records, base::lower(question.name));
  for (const auto& record : records) {
    if (record.owner == name && record.of_class == kClassIn &&
        record.type == static_cast<std::uint16_t>(question.type))
      answer.data.push_back(base::to_bytes(record.data));
  }
  return answer;
}

std::optional<std::string> read_dns_text(ByteView data) {
  std::string text;
  if (data.empty()) return std::nullopt;
  while (!data.empty()) {
    const std::size_t length = data[0];
    if (data.size() - 1 < length) return std::nullopt;
    text.append(base::as_text(data.subspan(1, length)));
    data = data.subspan(1 + length);
  }
  return text;
}

std::optional<std::string> read_dns_address(ByteView data) {
  if (data.size() != 4 && data.size() != 16) return std::nullopt;
  std::array<char, INET6_ADDRSTRLEN> text{};
  const int family = data.size() == 4 ? AF_INET : AF_INET6;
  if (::inet_ntop(family, data.data(), text.data(), text.size()) == nullptr) return std::nullopt;
  return std::string(text.data());
}

std::optional<DnsCaa> read_dns_caa(ByteView data) {
  if (data.size() < 2) return std::nullopt;
  const std::size_t length = data[1];
  if (length == 0 || data.size() - 2 < length) return std::nullopt;
  DnsCaa caa;
  caa.critical = (data[0] & 0x80U) != 0;
  caa.tag = base::lower(base::as_text(data.subspan(2, length)));
  caa.value = base::as_text(data.subspan(2 + length));
  return caa;
}

}  // namespace yuxin::http
