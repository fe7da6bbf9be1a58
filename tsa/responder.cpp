#include "yuxin/tsa/responder.hpp"

#include "yuxin/base/text.hpp"

namespace yuxin::tsa {

using base::HttpReply;
using base::HttpRequest;

namespace {

constexpr std::string_view kQuery = "application/timestamp-query";
constexpr const char* kReply = "application/timestamp-reply";

// RFC 9110 section 8.3.1: type and subtype are case-insensitive; parameters may follow and mean nothing here.
bool is_query(std::string_view content_type) {
  return base::lower(base::trim(content_type.substr(0, content_type.find(';')))) == kQuery;
}

HttpReply reply_with(base::Bytes body) {
  HttpReply reply;
  reply.content_type = kReply;
  reply.fields = {{"Cache-Control", "no-store"}};
  reply.body = std::move(body);
  return reply;
}

std::optional<HttpReply> http_problem(const HttpRequest& request) {
  if (request.method != "POST") {
    auto reply = base::problem(405, base::tr("Method not allowed"),
                               base::tr("Time stamp requests come by POST (RFC 3161 section 3.4)."));
    reply.fields.emplace_back("Allow", "POST");
    return reply;
  }
  if (!is_query(request.content_type)) {
    return base::problem(415, base::tr("Unsupported media type"),
                         base::tr("Send the request as application/timestamp-query."));
  }
  if (request.body.size() > Responder::kMostOctets) {
    return base::problem(413, base::tr("Content too large"),
                         base::tr("A time stamp request holds a digest, not the document."));
  }
  return std::nullopt;
}

}  // namespace

std::optional<HttpReply> Responder::answer_now(const HttpRequest& request) {
  if (auto problem = http_problem(request)) return problem;
  if (const auto failure = authority_.refusal(request.body)) return reply_with(authority_.refuse(*failure));
  return std::nullopt;
}

HttpReply Responder::answer(const HttpRequest& request) {
  if (auto problem = http_problem(request)) return std::move(*problem);
  return reply_with(authority_.respond(request.body));
}

}  // namespace yuxin::tsa
