// Requests out of a stream of octets.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>

#include "chunked.hpp"
#include "request_head.hpp"
#include "yuxin/base/http_message.hpp"

namespace yuxin::http {

// RequestReader holds the input of one connection and finds the requests in it, one after the other. Knows no
// sockets. Its buffer begins small and grows with what has arrived, not with what was announced.
class RequestReader {
 public:
  // kLarge: a head is there whose body is larger than any may be, or of unknown size. Once for each request, after
  // `ask_of_large`; say with `allow_body` if it may be, and go on.
  enum class Step { kMore, kReady, kFailed, kLarge };
  enum class Stage { kIdle, kHead, kBody };  // nothing of the next request has arrived; its head; its body

  RequestReader(std::size_t head_limit, std::size_t body_limit);

  void ask_of_large() { asks_ = true; }
  // allow_body raises the limit for the body of this request, which has not begun.
  void allow_body(std::size_t limit) { allowed_ = std::max(body_limit_, limit); }
  // announced is how many octets the body of this request has by its head; nothing where it comes in chunks.
  [[nodiscard]] std::optional<std::size_t> announced() const;

  // space is where to put what arrives, never empty; received says how much of it was filled.
  [[nodiscard]] std::span<char> space();
  void received(std::size_t octets) { end_ += octets; }

  // advance looks at what has arrived. After kReady, `request` until `consume`; after kFailed, `status`, for good.
  [[nodiscard]] Step advance();
  [[nodiscard]] const RequestHead& head() const { return parser_.head(); }
  [[nodiscard]] int status() const { return status_; }
  // request leaves `peer` and `peer_certificate` empty.
  [[nodiscard]] base::HttpRequest request() const;
  [[nodiscard]] bool is_head_request() const { return head().method.in(start()) == "HEAD"; }
  void consume();

  // take_continue says, once, that the client waits for "100 Continue" before it sends the body.
  [[nodiscard]] bool take_continue();
  [[nodiscard]] Stage stage() const;
  // body_received counts octets of the body so far.
  [[nodiscard]] std::size_t body_received() const { return body_; }
  // unread says whether octets lie here that belong to no finished request.
  [[nodiscard]] bool unread() const { return begin_ + used_ < end_; }

 private:
  [[nodiscard]] const char* start() const { return buffer_.get() + begin_; }
  [[nodiscard]] Step fail(int status);
  [[nodiscard]] Step begin_body();
  [[nodiscard]] Step advance_sized();
  [[nodiscard]] Step advance_chunked();
  void resize(std::size_t capacity);

  std::size_t body_limit_;
  std::size_t allowed_;  // of this request
  HeadParser parser_;
  std::optional<ChunkDecoder> chunks_;
  std::unique_ptr<char[]> buffer_;
  std::size_t capacity_;
  std::size_t begin_ = 0;  // first octet of the request that is being read
  std::size_t end_ = 0;    // behind the last octet that has arrived
  std::size_t used_ = 0;   // octets of the finished request, from begin_
  std::size_t body_ = 0;
  int status_ = 0;
  bool asks_ = false;
  bool asked_ = false;  // whether its body may be large
  bool in_body_ = false;
  bool continue_asked_ = false;
};

}  // namespace yuxin::http
