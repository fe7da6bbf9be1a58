#include "reply.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <span>

#include "characters.hpp"
#include "yuxin/base/file.hpp"
#include "yuxin/base/language.hpp"

namespace yuxin::http {
namespace {

constexpr std::string_view kLineEnd = "\r\n";

std::string_view reason(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 411:
      return "Length Required";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 417:
      return "Expectation Failed";
    case 422:
      return "Unprocessable Content";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    case 505:
      return "HTTP Version Not Supported";
    case 507:
      return "Insufficient Storage";
    default:
      return "";
  }
}

// RFC 9110 section 6.4.1: these have no content, and so (section 8.6) no Content-Length.
bool never_has_body(int status) { return status < 200 || status == 204 || status == 304; }

void append_field(std::string& out, std::string_view name, std::string_view value) {
  if (!is_token(name) || !is_field_value(value)) return;  // would let a value end the line and begin another
  out.append(name).append(": ").append(value).append(kLineEnd);
}

void append_persistence(std::string& out, Persistence persistence) {
  if (persistence == Persistence::kClose) out.append("Connection: close\r\n");
  if (persistence == Persistence::kKeepAliveAloud) out.append("Connection: keep-alive\r\n");
  out.append(kLineEnd);
}

}  // namespace

OpenedReply open_reply(base::HttpReply reply) {
  const std::uint64_t length = reply.shared ? reply.shared->body.size()
                               : reply.file ? reply.file->size()
                                            : reply.body.size();
  return {std::move(reply), length};
}

void StatusLines::set_time(base::UnixTime now) {
  if (now.seconds == second_) return;
  second_ = now.seconds;
  date_ = "Date: " + base::http_date(now) + "\r\n";
  ok_ = "HTTP/1.1 200 OK\r\n" + date_;
}

void append_head(std::string& out, const OpenedReply& opened, const StatusLines& lines, Persistence persistence) {
  const base::HttpReply& reply = opened.reply;
  if (reply.shared) {
    out.append(lines.ok()).append(reply.shared->fields);
    append_persistence(out, persistence);
    return;
  }
  fmt::format_to(std::back_inserter(out), "HTTP/1.1 {:03} {}\r\n", reply.status, reason(reply.status));
  out.append(lines.date());
  if (!reply.content_type.empty()) append_field(out, "Content-Type", reply.content_type);
  if (!never_has_body(reply.status)) fmt::format_to(std::back_inserter(out), "Content-Length: {}\r\n", opened.length);
  for (const auto& [name, value] : reply.fields) append_field(out, name, value);
  append_persistence(out, persistence);
}

BodySource::BodySource(OpenedReply opened)
    : shared_(std::move(opened.reply.shared)),
      owned_(std::move(opened.reply.body)),
      file_(std::move(opened.reply.file)),
      left_(shared_ || !never_has_body(opened.reply.status) ? opened.length : 0) {}

bool BodySource::append(std::string& out, std::size_t size) {
  size = static_cast<std::size_t>(std::min<std::uint64_t>(size, left_));
  if (size == 0) return true;
  if (!file_) {
    const base::Bytes& body = shared_ ? shared_->body : owned_;
    out.append(base::as_text(base::ByteView(body).subspan(static_cast<std::size_t>(at_), size)));
  } else {
    const std::size_t before = out.size();
    out.resize(before + size);
    const std::span<std::uint8_t> room(reinterpret_cast<std::uint8_t*>(out.data()) + before, size);
    size = file_->read_at(at_, room);
    if (size == 0) return false;
    out.resize(before + size);
  }
  at_ += size;
  left_ -= size;
  return true;
}

base::HttpReply refusal(int status) {
  switch (status) {
    case 403:
      return base::problem(status, base::tr("Certificate refused"),
                           base::tr("The certificate that you show is of no authority that is known here, or it is "
                                    "out of its time. Show another, or none."));
    case 408:
      return base::problem(status, base::tr("Request too slow"),
                           base::tr("The request did not arrive in time. Send it again."));
    case 413:
      return base::problem(status, base::tr("Content too large"),
                           base::tr("The body of the request is longer than this address takes."));
    case 414:
      return base::problem(status, base::tr("Address too long"),
                           base::tr("The request line is longer than this server takes."));
    case 417:
      return base::problem(status, base::tr("Expectation failed"),
                           base::tr("Only the expectation 100-continue can be met."));
    case 429:
      return base::problem(status, base::tr("Too many connections"),
                           base::tr("Too many connections are open from this address. Close some."));
    case 431:
      return base::problem(status, base::tr("Header too large"),
                           base::tr("The header of the request is longer than this server takes."));
    case 500:
      return base::problem(status, base::tr("Internal error"),
                           base::tr("The server failed to answer. Its log says more."));
    case 501:
      return base::problem(status, base::tr("Not implemented"),
                           base::tr("Only the transfer coding chunked is understood."));
    case 503: {
      auto reply =
          base::problem(status, base::tr("Busy"), base::tr("The server is at its limit. Try again in a moment."));
      reply.fields.emplace_back("Retry-After", "1");
      return reply;
    }
    case 505:
      return base::problem(status, base::tr("HTTP version not supported"), base::tr("This server speaks HTTP/1.1."));
    default:
      return base::problem(status, base::tr("Bad request"),
                           base::tr("The request is not well-formed HTTP/1.1 (RFC 9112)."));
  }
}

}  // namespace yuxin::http
