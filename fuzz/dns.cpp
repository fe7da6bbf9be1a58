// What comes back from a resolver, or from whoever pretends to be one. The first octet says what was asked.
#include "yuxin/http/dns.hpp"

#include <array>
#include <cstdlib>

using namespace yuxin;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  static constexpr std::array<http::DnsType, 4> kTypes = {http::DnsType::kA, http::DnsType::kTxt,
                                                          http::DnsType::kAaaa, http::DnsType::kCaa};
  const base::ByteView message(data + 1, size - 1);
  const auto answer = http::read_dns_answer(message, 0x1234, {"www.city.example", kTypes[data[0] % 4]});
  if (!answer) return 0;
  for (const auto& one : answer->data) {
    static_cast<void>(http::read_dns_address(one));
    const auto text = http::read_dns_text(one);
    if (text && text->size() >= one.size()) std::abort();
    const auto caa = http::read_dns_caa(one);
    if (caa && (caa->tag.empty() || caa->tag.size() + caa->value.size() + 2 != one.size())) std::abort();
  }
  return 0;
}
