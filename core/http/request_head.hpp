// The head of an HTTP/1 request: request line and fields, read strictly.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace yuxin::http {

// Piece is a part of a buffer that may move: a place and a length from its beginning.
struct Piece {
  std::uint32_t at = 0;
  std::uint32_t size = 0;
  [[nodiscard]] std::string_view in(const char* buffer) const { return {buffer + at, size}; }
};

// RequestHead is what the server needs of a head. Pieces count from the first octet of the request.
struct RequestHead {
  Piece method;
  Piece target;  // origin form; of an absolute-form target the part from the path on (RFC 9112 section 3.2.2)
  Piece content_type;
  Piece authorization;
  Piece accept;
  Piece accept_language;
  Piece if_none_match;
  Piece idempotency_key;
  Piece if_modified_since;
  std::optional<std::uint64_t> content_length;
  std::size_t size = 0;  // octets, the empty line included
  int minor_version = 1;
  bool keep_alive = true;
  bool chunked = false;
  bool expects_continue = false;
};

// HeadParser reads a head line by line as it arrives (RFC 9112 sections 2 to 5) and allocates nothing. It refuses
// what two readers could take differently: bare LF or CR, folded lines, blanks before a colon, control characters,
// Content-Length twice or beside Transfer-Encoding, codings other than chunked, no or several Host fields.
class HeadParser {
 public:
  enum class Step { kMore, kDone, kBad };

  explicit HeadParser(std::size_t limit) : limit_(limit) {}

  // parse goes on in `data`, which begins with everything that earlier calls were given.
  [[nodiscard]] Step parse(std::string_view data);
  // After kDone.
  [[nodiscard]] const RequestHead& head() const { return head_; }
  // After kBad: the status that says what is wrong.
  [[nodiscard]] int status() const { return status_; }

  void reset();

 private:
  enum class Seen : unsigned {
    kHost = 1,
    kLength = 2,
    kCoding = 4,
    kType = 8,
    kAuthorization = 16,
    kAccept = 32,
    kLanguage = 64,
    kNoneMatch = 128,
    kRepeatKey = 256,
    kModifiedSince = 512
  };

  [[nodiscard]] Step bad(int status);
  [[nodiscard]] bool take_line(std::string_view data, std::size_t from, std::size_t to);
  [[nodiscard]] bool take_request_line(std::string_view data, std::size_t from, std::size_t to);
  [[nodiscard]] bool take_target(std::string_view data, std::size_t from, std::size_t to);
  [[nodiscard]] bool take_version(std::string_view version);
  [[nodiscard]] bool take_field(std::string_view data, std::size_t from, std::size_t to);
  [[nodiscard]] bool take_known_field(std::string_view name, std::string_view value, Piece place);
  [[nodiscard]] bool take_content_length(std::string_view value);
  [[nodiscard]] bool take_transfer_encoding(std::string_view value);
  [[nodiscard]] bool take_expect(std::string_view value);
  void take_connection(std::string_view value);
  [[nodiscard]] bool first(Seen field);
  [[nodiscard]] bool finish();

  std::size_t limit_;
  RequestHead head_;
  std::size_t line_ = 0;     // where the line that is being read begins
  std::size_t scanned_ = 0;  // octets known to hold no further line end
  int status_ = 400;
  unsigned seen_ = 0;
  unsigned fields_ = 0;
  bool has_request_line_ = false;
  bool skipped_empty_line_ = false;
  bool asked_close_ = false;
  bool asked_keep_alive_ = false;
};

}  // namespace yuxin::http
