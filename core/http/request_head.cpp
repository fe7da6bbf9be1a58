#include "request_head.hpp"

#include <cstring>

#include "characters.hpp"

namespace yuxin::http {
namespace {

constexpr std::size_t kMethodLimit = 32;
constexpr unsigned kFieldLimit = 100;
constexpr std::size_t kLengthDigits = 18;  // fits 64 bits

Piece piece(std::size_t from, std::size_t to) {
  return {static_cast<std::uint32_t>(from), static_cast<std::uint32_t>(to - from)};
}

bool has_scheme(std::string_view target, std::string_view scheme) {
  return target.size() > scheme.size() && same_word(target.substr(0, scheme.size()), scheme);
}

}  // namespace

void HeadParser::reset() { *this = HeadParser(limit_); }

HeadParser::Step HeadParser::bad(int status) {
  status_ = status;
  return Step::kBad;
}

HeadParser::Step HeadParser::parse(std::string_view data) {
  for (;;) {
    const int too_long = has_request_line_ ? 431 : 414;
    const void* found =
        scanned_ < data.size() ? std::memchr(data.data() + scanned_, '\n', data.size() - scanned_) : nullptr;
    if (found == nullptr) {
      scanned_ = data.size();
      if (data.size() >= limit_) return bad(too_long);
      // What begins like no request (a TLS handshake, noise) is not waited for.
      if (!has_request_line_ && data.size() > line_ && data[line_] != '\r' &&
          !character::is(data[line_], character::kToken)) {
        return bad(400);
      }
      return Step::kMore;
    }
    const auto end = static_cast<std::size_t>(static_cast<const char*>(found) - data.data());
    if (end >= limit_) return bad(too_long);
    // RFC 9112 section 2.2 lets a recipient take a bare LF for a line end; that is how requests get smuggled.
    if (end == line_ || data[end - 1] != '\r') return bad(400);
    const std::size_t from = line_;
    const std::size_t to = end - 1;
    line_ = scanned_ = end + 1;
    if (has_request_line_ && from == to) {
      head_.size = line_;
      return finish() ? Step::kDone : Step::kBad;
    }
    if (!take_line(data, from, to)) return Step::kBad;
  }
}

bool HeadParser::take_line(std::string_view data, std::size_t from, std::size_t to) {
  if (has_request_line_) return take_field(data, from, to);
  if (from == to && !skipped_empty_line_) {
    skipped_empty_line_ = true;  // RFC 9112 section 2.2: ignore at least one empty line before the request line
    return true;
  }
  has_request_line_ = true;
  return take_request_line(data, from, to);
}

// RFC 9112 section 3: method SP request-target SP HTTP-version, with exactly one space each.
bool HeadParser::take_request_line(std::string_view data, std::size_t from, std::size_t to) {
  const std::string_view line = data.substr(from, to - from);
  const auto first_space = line.find(' ');
  if (first_space > kMethodLimit) return false;  // none at all is far past it
  const auto second_space = line.find(' ', first_space + 1);
  if (second_space == std::string_view::npos) return false;
  if (!is_token(line.substr(0, first_space))) return false;
  head_.method = piece(from, from + first_space);
  return take_target(data, from + first_space + 1, from + second_space) &&
         take_version(line.substr(second_space + 1));
}

bool HeadParser::take_target(std::string_view data, std::size_t from, std::size_t to) {
  const std::string_view target = data.substr(from, to - from);
  if (target.empty() || !all_of_class(target, character::kVisible)) return false;
  head_.target = piece(from, to);
  if (target.front() == '/') return true;
  if (target == "*") return head_.method.in(data.data()) == "OPTIONS";
  // RFC 9112 section 3.2.2: a server must accept the absolute form.
  const std::size_t scheme = has_scheme(target, "http://") ? 7 : has_scheme(target, "https://") ? 8 : 0;
  if (scheme == 0) return false;
  const auto path = target.find_first_of("/?#", scheme);
  if (path == scheme) return false;
  if (path == std::string_view::npos) {
    head_.target = piece(from + scheme - 1, from + scheme);  // no path: "/", which the scheme happens to end with
    return true;
  }
  head_.target = piece(from + path, to);
  return target[path] == '/';
}

bool HeadParser::take_version(std::string_view version) {
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  if (version.size() != 8 || version.substr(0, 5) != "HTTP/" || !digit(version[5]) || version[6] != '.' ||
      !digit(version[7])) {
    return false;
  }
  if (version[5] != '1') {
    status_ = 505;
    return false;
  }
  head_.minor_version = version[7] == '0' ? 0 : 1;  // RFC 9110 section 2.5: a higher minor version is read as 1.1
  return true;
}

bool HeadParser::take_field(std::string_view data, std::size_t from, std::size_t to) {
  if (++fields_ > kFieldLimit) {
    status_ = 431;
    return false;
  }
  const std::string_view line = data.substr(from, to - from);
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return false;
  // A folded line (RFC 9112 section 5.2) and a blank before the colon (section 5.1) both fail here.
  const std::string_view name = line.substr(0, colon);
  if (!is_token(name)) return false;
  const std::string_view value = without_blanks(line.substr(colon + 1));
  if (!is_field_value(value)) return false;
  const std::size_t at = value.empty() ? to : static_cast<std::size_t>(value.data() - data.data());
  return take_known_field(name, value, piece(at, at + value.size()));
}

bool HeadParser::first(Seen field) {
  const auto bit = static_cast<unsigned>(field);
  if ((seen_ & bit) != 0) return false;
  seen_ |= bit;
  return true;
}

bool HeadParser::take_known_field(std::string_view name, std::string_view value, Piece place) {
  switch (name.size()) {
    case 4:
      if (!same_word(name, "host")) return true;
      // RFC 9112 section 3.2: a second Host, or one that is no host, is 400.
      return first(Seen::kHost) && value.find_first_of(" \t,/?#@\\") == std::string_view::npos;
    case 6:
      if (same_word(name, "expect")) return take_expect(value);
      if (same_word(name, "accept") && first(Seen::kAccept)) head_.accept = place;
      return true;
    case 10:
      if (same_word(name, "connection")) take_connection(value);
      return true;
    case 12:
      if (!same_word(name, "content-type")) return true;
      head_.content_type = place;
      return first(Seen::kType);
    case 13:
      // of several fields the first one counts; taking less than all of them for known costs a transfer and no more
      if (same_word(name, "if-none-match") && first(Seen::kNoneMatch)) head_.if_none_match = place;
      if (!same_word(name, "authorization")) return true;
      head_.authorization = place;
      return first(Seen::kAuthorization);
    case 14:
      return !same_word(name, "content-length") || take_content_length(value);
    case 15:
      if (same_word(name, "accept-language") && first(Seen::kLanguage)) head_.accept_language = place;
      // two keys would leave open what is repeated
      if (!same_word(name, "idempotency-key")) return true;
      head_.idempotency_key = place;
      return first(Seen::kRepeatKey);
    case 17:
      if (same_word(name, "if-modified-since") && first(Seen::kModifiedSince)) head_.if_modified_since = place;
      return !same_word(name, "transfer-encoding") || take_transfer_encoding(value);
    default:
      return true;
  }
}

// RFC 9112 section 6.3: digits only; a list or a repetition, even of one value, is refused.
bool HeadParser::take_content_length(std::string_view value) {
  if (!first(Seen::kLength) || value.empty() || value.size() > kLengthDigits) return false;
  std::uint64_t length = 0;
  for (const char c : value) {
    if (c < '0' || c > '9') return false;
    length = length * 10 + static_cast<unsigned>(c - '0');
  }
  head_.content_length = length;
  return true;
}

bool HeadParser::take_transfer_encoding(std::string_view value) {
  if (!first(Seen::kCoding)) return false;
  if (same_word(value, "chunked")) {
    head_.chunked = true;
    return true;
  }
  status_ = 501;  // RFC 9112 section 6.1: a transfer coding that it does not understand
  return false;
}

bool HeadParser::take_expect(std::string_view value) {
  if (same_word(value, "100-continue")) {
    head_.expects_continue = true;
    return true;
  }
  status_ = 417;
  return false;
}

void HeadParser::take_connection(std::string_view value) {
  while (!value.empty()) {
    const auto comma = value.find(',');
    const std::string_view option = without_blanks(value.substr(0, comma));
    if (same_word(option, "close")) asked_close_ = true;
    if (same_word(option, "keep-alive")) asked_keep_alive_ = true;
    value = comma == std::string_view::npos ? std::string_view{} : value.substr(comma + 1);
  }
}

bool HeadParser::finish() {
  const bool current = head_.minor_version > 0;
  const bool has_host = (seen_ & static_cast<unsigned>(Seen::kHost)) != 0;
  if (current && !has_host) return false;
  // RFC 9112 section 6.1: both together, or chunked from a 1.0 client, is an attack or a broken proxy.
  if (head_.chunked && (head_.content_length || !current)) return false;
  if (!current) head_.expects_continue = false;  // RFC 9110 section 10.1.1
  head_.keep_alive = !asked_close_ && (current || asked_keep_alive_);
  return true;
}

}  // namespace yuxin::http
