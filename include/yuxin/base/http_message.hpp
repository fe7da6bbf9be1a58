// HTTP requests and replies as plain values, so that services know nothing of sockets.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "yuxin/base/bytes.hpp"

namespace yuxin::base {

class OpenFile;

// HttpRequest is a view of one request, valid during the call that it is handed to and no longer. A HEAD request
// arrives as GET: the server leaves the body out of the reply. `target` is the request-target of RFC 9112 section 3.2
// in origin form, as raw as it came: not decoded, not normalised (a router that folds "//" breaks base64 in OCSP
// GETs).
struct HttpRequest {
  std::string_view method;
  std::string_view target;
  std::string_view content_type;
  std::string_view authorization;
  std::string_view accept;
  ByteView body;
  std::string_view peer;      // address of the client, for limits and audit
  ByteView peer_certificate;  // DER of the client certificate that TLS verified, or empty
  std::string_view accept_language;
  std::string_view if_none_match;  // the server answers it: RFC 9110 section 13.1.2
  std::string_view idempotency_key;
  std::string_view if_modified_since;  // likewise: section 13.1.3

  [[nodiscard]] std::string_view path() const { return target.substr(0, target.find('?')); }
};

// HttpContent is a body with the header fields that belong to it, laid out once for many replies. `fields` are
// complete field lines, each ended by CRLF, with Content-Type and Content-Length and without Date. Immutable.
struct HttpContent {
  std::string fields;
  Bytes body;
};

// HttpReply is either built (`status`, `content_type`, `fields`, and `body` or `file`) or, on the hot path, `shared`
// content with status 200 that was laid out once. Where `shared` is set the other members are ignored. The server
// adds Date, Content-Length and Connection; a field whose name or value would break the framing (CR, LF, NUL) is left
// out.
// A GET of what the client has already, by its If-None-Match and the ETag of a reply with status 200, or without the
// former by its If-Modified-Since and the Last-Modified, is answered 304.
struct HttpReply {
  int status = 200;
  std::string content_type;
  std::vector<std::pair<std::string, std::string>> fields;  // without Content-Type, Content-Length and Date
  Bytes body;
  std::shared_ptr<const HttpContent> shared;
  // An open file that is the body, sent in pieces as the client takes them (large CRLs); null when not used.
  std::shared_ptr<const OpenFile> file;
};

// HttpService answers requests. Its calls are made from many threads at once.
class HttpService {
 public:
  virtual ~HttpService() = default;
  // answer_now gives an answer that needs no waiting, on the network thread, or nothing. It must not block,
  // sign, or touch the database.
  [[nodiscard]] virtual std::optional<HttpReply> answer_now(const HttpRequest& request) = 0;
  // answer runs in the bounded pool, only where answer_now gave nothing.
  [[nodiscard]] virtual HttpReply answer(const HttpRequest& request) = 0;
  // largest_body is how many octets the body of this request may have where that is more than anybody's may. It is
  // asked on the network thread when the head of a request is there that announces so much, or does not say how
  // much; `head` has no body. Who asks must be known to be good for it: what is allowed is kept in memory. It may
  // look something up, and nothing slower than that.
  [[nodiscard]] virtual std::size_t largest_body(const HttpRequest& head) {
    static_cast<void>(head);
    return 0;
  }
  // busy is what to say, on the network thread, when the pool takes no more; nothing leaves it to the server (503
  // with Retry-After). For protocols that have an answer of their own, like OCSP's tryLater.
  [[nodiscard]] virtual std::optional<HttpReply> busy(const HttpRequest&) { return std::nullopt; }
};

// problem makes an RFC 9457 problem document.
[[nodiscard]] HttpReply problem(int status, std::string_view title, std::string_view detail);

}  // namespace yuxin::base
