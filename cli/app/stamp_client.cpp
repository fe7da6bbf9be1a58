#include "stamp_client.hpp"

#include "yuxin/http/client.hpp"

namespace yuxin::cli {

using base::Code;
using base::fail;
using base::Result;

namespace {

constexpr std::size_t kLargestAnswer = 1U << 20U;
constexpr std::chrono::milliseconds kPatience{10'000};

}  // namespace

Result<base::Bytes> ask_stamp(const std::string& url, base::ByteView request) {
  http::ClientOptions options;
  options.size_limit = kLargestAnswer;
  options.time_limit = kPatience;
  options.accept = "application/timestamp-reply";
  TRY(auto reply, http::post(url, "application/timestamp-query", request, options));
  if (reply.status != 200)
    return fail(Code::kUnavailable, "The time-stamping authority at {} answers {} instead of a time stamp.", url,
                reply.status);
  return std::move(reply.body);
}

Result<x509::TimeStampToken> stamp_over_http(const std::string& url, base::ByteView octets) {
  const auto imprint = x509::sha256(octets);
  const auto nonce = x509::make_time_stamp_nonce();
  const auto request = x509::make_time_stamp_request({.imprint = imprint, .nonce = nonce});
  TRY(const auto answer, ask_stamp(url, request));
  TRY(auto response, x509::parse_time_stamp_response(answer));
  if (!response.token)
    return fail(Code::kUnavailable, "The time-stamping authority at {} gives no stamp: {}", url, response.text);
  const auto question = x509::parse_time_stamp_request(request);
  if (!question) return fail(Code::kInternal, "A request for a time stamp could not be read back. Report this.");
  TRY(x509::check_answer(*response.token, *question));
  return std::move(*response.token);
}

}  // namespace yuxin::cli
