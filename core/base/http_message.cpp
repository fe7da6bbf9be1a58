#include "yuxin/base/http_message.hpp"

#include "yuxin/base/json.hpp"
#include "yuxin/base/text.hpp"

namespace yuxin::base {

HttpReply problem(int status, std::string_view title, std::string_view detail) {
  // RFC 9457 section 4.2.1: "about:blank" says that the status is the whole of the type.
  const JsonObject document{
      {"type", "about:blank"}, {"title", title}, {"status", status}, {"detail", show_unseen(detail)}};
  HttpReply reply;
  reply.status = status;
  reply.content_type = "application/problem+json";
  reply.body = to_bytes(as_bytes(print_json(document)));
  return reply;
}

}  // namespace yuxin::base
