// Asking a DNS resolver: RFC 1035, with what ACME looks for (TXT, CAA, addresses).
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "yuxin/base/bytes.hpp"
#include "yuxin/base/result.hpp"

namespace yuxin::http {

enum class DnsType : std::uint16_t { kA = 1, kTxt = 16, kAaaa = 28, kCaa = 257 };

// DnsQuestion is a name in ASCII without a dot at its end, and what is asked of it.
struct DnsQuestion {
  std::string name;
  DnsType type = DnsType::kA;
};

// DnsAnswer is what a resolver said: the data of each record of the type that was asked for, found at the name or at
// the end of the aliases (CNAME) that it has. Empty where there is no such record or no such name.
struct DnsAnswer {
  std::vector<base::Bytes> data;
  bool truncated = false;  // the rest is to be had by TCP
};

// make_dns_query is a question to a recursive resolver (RFC 1035 section 4.1). kUsage for a name that cannot be
// asked.
[[nodiscard]] base::Result<base::Bytes> make_dns_query(std::uint16_t id, const DnsQuestion& question);

// read_dns_answer is pure and takes any octets. Errors: kMalformed for what is no answer to this question;
// kUnavailable for a resolver that says it failed or refuses.
[[nodiscard]] base::Result<DnsAnswer> read_dns_answer(base::ByteView message, std::uint16_t id,
                                                      const DnsQuestion& question);

// read_dns_text joins the strings of TXT data; read_dns_address prints A or AAAA data; read_dns_caa takes CAA data
// apart (RFC 8659 section 4.1). Nothing for malformed data.
[[nodiscard]] std::optional<std::string> read_dns_text(base::ByteView data);
[[nodiscard]] std::optional<std::string> read_dns_address(base::ByteView data);
struct DnsCaa {
  bool critical = false;
  std::string tag;  // lower case
  std::string value;
};
[[nodiscard]] std::optional<DnsCaa> read_dns_caa(base::ByteView data);

// DnsServer is a resolver: "192.0.2.53", "192.0.2.53:5353", "2001:db8::53" or "[2001:db8::53]:5353".
struct DnsServer {
  std::string address;  // a literal
  std::uint16_t port = 53;
};
[[nodiscard]] base::Result<DnsServer> parse_dns_server(std::string_view text);
// system_dns_server is the first resolver of resolv.conf(5), whose text is given; the machine itself where there is
// none.
[[nodiscard]] DnsServer system_dns_server(std::string_view resolv_conf);

// ask_dns asks by UDP, up to three times, and by TCP where an answer does not fit. The resolver is believed: it sits
// in one's own network and validates (DNSSEC). Errors: kUnavailable, kMalformed, kUsage. Thread-safe.
[[nodiscard]] base::Result<DnsAnswer> ask_dns(const DnsServer& server, const DnsQuestion& question,
                                              std::chrono::milliseconds time_limit);

}  // namespace yuxin::http
