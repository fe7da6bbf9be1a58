// Replies as octets.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "yuxin/base/http_message.hpp"
#include "yuxin/base/time.hpp"

namespace yuxin::http {

// OpenedReply is a reply with the length of its body.
struct OpenedReply {
  base::HttpReply reply;
  std::uint64_t length = 0;  // octets of the body
};

[[nodiscard]] OpenedReply open_reply(base::HttpReply reply);

enum class Persistence {
  kKeepAlive,       // HTTP/1.1: said by saying nothing
  kKeepAliveAloud,  // HTTP/1.0
  kClose,
};

// StatusLines holds "HTTP/1.1 200 OK" and the Date line as octets, made anew when the second changes.
class StatusLines {
 public:
  void set_time(base::UnixTime now);
  [[nodiscard]] std::string_view ok() const { return ok_; }
  [[nodiscard]] std::string_view date() const { return date_; }

 private:
  std::int64_t second_ = -1;
  std::string ok_;    // with date
  std::string date_;  // the Date line alone
};

// append_head writes status line and fields of a reply, with the empty line behind them.
void append_head(std::string& out, const OpenedReply& opened, const StatusLines& lines, Persistence persistence);

// BodySource gives out the body of a reply piece by piece.
class BodySource {
 public:
  BodySource() = default;
  explicit BodySource(OpenedReply opened);

  [[nodiscard]] std::uint64_t left() const { return left_; }
  // append adds up to `size` octets; false when a file has become shorter than it was.
  [[nodiscard]] bool append(std::string& out, std::size_t size);

 private:
  std::shared_ptr<const base::HttpContent> shared_;
  base::Bytes owned_;
  std::shared_ptr<const base::OpenFile> file_;
  std::uint64_t at_ = 0;
  std::uint64_t left_ = 0;
};

// refusal is what the server itself says about a request that it did not pass on.
[[nodiscard]] base::HttpReply refusal(int status);

}  // namespace yuxin::http
