#include "response_reader.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/vector_body.hpp>
#include <utility>

namespace yuxin::http {
namespace {

namespace beast = boost::beast;
using base::Code;
using base::Result;
using BodyParser = beast::http::response_parser<beast::http::vector_body<std::uint8_t>>;

constexpr std::uint32_t kHeadLimit = 64U << 10U;

base::Failure unreadable(const beast::error_code& error, std::size_t limit) {
  if (error == beast::http::error::body_limit) {
    return base::fail(Code::kRefused, "The answer is longer than the {} octets that are accepted.", limit);
  }
  return base::fail_with(Code::kMalformed, error.message(), "The answer is no well-formed HTTP/1.1 (RFC 9112).");
}

}  // namespace

struct ResponseReader::Parser {
  explicit Parser(std::size_t limit) {
    http.eager(true);
    http.header_limit(kHeadLimit);
    http.body_limit(limit);
  }
  BodyParser http;
};

ResponseReader::ResponseReader(std::size_t size_limit)
    : limit_(size_limit), parser_(std::make_unique<Parser>(size_limit)) {}
ResponseReader::~ResponseReader() = default;

Result<ResponseReader::Progress> ResponseReader::take(std::string_view octets) {
  pending_.append(octets);
  while (!pending_.empty()) {
    beast::error_code error;
    const std::size_t used = parser_->http.put(boost::asio::buffer(pending_), error);
    pending_.erase(0, used);
    if (error == beast::http::error::need_more) return Progress::kMore;
    if (error) return unreadable(error, limit_);
    if (!parser_->http.is_done()) continue;
    if (parser_->http.get().result_int() >= 200) return Progress::kDone;
    parser_ = std::make_unique<Parser>(limit_);  // RFC 9110 section 15.2: the answer proper follows
  }
  return Progress::kMore;
}

Result<> ResponseReader::end() {
  beast::error_code error;
  if (parser_->http.got_some()) {
    parser_->http.put_eof(error);
  } else {
    error = beast::http::error::end_of_stream;
  }
  if (error) return unreadable(error, limit_);
  return {};
}

ClientReply ResponseReader::reply() {
  auto& message = parser_->http.get();
  ClientReply reply;
  reply.status = static_cast<int>(message.result_int());
  reply.content_type = std::string(message[beast::http::field::content_type]);
  reply.body = std::move(message.body());
  return reply;
}

std::string ResponseReader::location() const {
  return std::string(parser_->http.get()[beast::http::field::location]);
}

bool ResponseReader::needs_end() const { return parser_->http.is_header_done() && parser_->http.need_eof(); }

}  // namespace yuxin::http
