#include "content.hpp"

#include <fmt/format.h>

#include "yuxin/x509/digest.hpp"

namespace yuxin::ocsp {

namespace {

// Enough of the digest to tell any two answers apart.
constexpr std::size_t kEntityTagOctets = 12;

}  // namespace

Content make_cacheable(base::Bytes body, const Freshness& freshness) {
  const auto digest = x509::sha256(body);
  auto content = std::make_shared<base::HttpContent>();
  content->fields = fmt::format(
      "Content-Type: application/ocsp-response\r\n"
      "Content-Length: {}\r\n"
      "Cache-Control: max-age={}, public, no-transform, must-revalidate\r\n"
      "Expires: {}\r\n"
      "Last-Modified: {}\r\n"
      "ETag: \"{}\"\r\n",
      body.size(), freshness.max_age.count, base::http_date(freshness.next_update),
      base::http_date(freshness.this_update), base::hex(base::ByteView(digest).first(kEntityTagOctets)));
  content->body = std::move(body);
  return content;
}

Content make_private(base::Bytes body) {
  auto content = std::make_shared<base::HttpContent>();
  content->fields = fmt::format(
      "Content-Type: application/ocsp-response\r\n"
      "Content-Length: {}\r\n"
      "Cache-Control: no-store\r\n",
      body.size());
  content->body = std::move(body);
  return content;
}

}  // namespace yuxin::ocsp
