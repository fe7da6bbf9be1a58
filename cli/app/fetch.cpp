#include "fetch.hpp"

#include "yuxin/base/file.hpp"
#include "yuxin/http/client.hpp"

namespace yuxin::cli {

using base::Code;
using base::Result;

Result<base::Bytes> fetch(const std::string& place, std::size_t limit) {
  if (!place.starts_with("http://") && !place.starts_with("https://")) return base::read_file(place, limit);
  http::ClientOptions options;
  options.size_limit = limit;
  options.max_redirects = 3;
  TRY(auto reply, http::get(place, options));
  if (reply.status == 200) return std::move(reply.body);
  if (reply.status == 404 || reply.status == 410)
    return base::fail(Code::kNotFound, "There is nothing at {} (the server answers {}).", place, reply.status);
  return base::fail(Code::kUnavailable, "The server answers {} instead of giving {}.", reply.status, place);
}

namespace {

base::Failure named(const std::string& place, const base::Error& error) {
  return base::fail_with(error.code, error.diagnostic, "{}: {}", place, error.detail);
}

}  // namespace

Result<x509::Certificate> fetch_certificate(const std::string& place) {
  TRY(auto bytes, fetch(place, 1U << 20U));
  auto certificate = x509::Certificate::from_bytes(bytes);
  if (!certificate) return named(place, certificate.error());
  return certificate;
}

Result<std::vector<x509::Certificate>> fetch_chain(const std::string& place) {
  TRY(auto bytes, fetch(place, 1U << 20U));
  auto chain = x509::certificates_from_bytes(bytes);
  if (!chain) return named(place, chain.error());
  return chain;
}

}  // namespace yuxin::cli
