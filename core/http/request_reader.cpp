#include "request_reader.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace yuxin::http {
namespace {

constexpr std::size_t kSmall = 4096;

}  // namespace

RequestReader::RequestReader(std::size_t head_limit, std::size_t body_limit)
    : body_limit_(body_limit),
      allowed_(body_limit),
      parser_(head_limit),
      buffer_(std::make_unique_for_overwrite<char[]>(kSmall)),
      capacity_(kSmall) {}

void RequestReader::resize(std::size_t capacity) {
  auto larger = std::make_unique_for_overwrite<char[]>(capacity);
  std::memcpy(larger.get(), start(), end_ - begin_);
  buffer_ = std::move(larger);
  capacity_ = capacity;
  end_ -= begin_;
  begin_ = 0;
}

std::optional<std::size_t> RequestReader::announced() const {
  if (head().chunked) return std::nullopt;
  return static_cast<std::size_t>(head().content_length.value_or(0));
}

std::span<char> RequestReader::space() {
  if (begin_ == end_) {
    begin_ = end_ = 0;
    if (capacity_ > kSmall) resize(kSmall);  // an idle connection keeps no large buffer
  }
  if (begin_ > 0 && capacity_ - end_ < kSmall / 4) {
    std::memmove(buffer_.get(), start(), end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (end_ == capacity_) {
    // no more than the announced body needs
    const std::size_t needed = in_body_ && !chunks_ ? head().size + announced().value_or(0) : 0;
    resize(needed > capacity_ ? std::min(capacity_ * 2, needed) : capacity_ * 2);
  }
  return {buffer_.get() + end_, capacity_ - end_};
}

RequestReader::Step RequestReader::fail(int status) {
  status_ = status;
  return Step::kFailed;
}

RequestReader::Step RequestReader::advance() {
  if (status_ != 0) return Step::kFailed;
  if (!in_body_ && asked_) return begin_body();
  if (!in_body_) {
    if (begin_ == end_) return Step::kMore;
    switch (parser_.parse({start(), end_ - begin_})) {
      case HeadParser::Step::kMore:
        return Step::kMore;
      case HeadParser::Step::kBad:
        return fail(parser_.status());
      case HeadParser::Step::kDone:
        return begin_body();
    }
  }
  return chunks_ ? advance_chunked() : advance_sized();
}

RequestReader::Step RequestReader::begin_body() {
  used_ = head().size;
  if (asks_ && !std::exchange(asked_, true) && (head().chunked || head().content_length.value_or(0) > body_limit_))
    return Step::kLarge;
  if (head().content_length.value_or(0) > allowed_) return fail(413);
  in_body_ = true;
  continue_asked_ = head().expects_continue;
  if (!head().chunked) return advance_sized();
  chunks_.emplace(allowed_);
  return advance_chunked();
}

RequestReader::Step RequestReader::advance_sized() {
  const auto length = static_cast<std::size_t>(head().content_length.value_or(0));
  body_ = std::min(length, end_ - begin_ - head().size);
  used_ = head().size + body_;
  return body_ == length ? Step::kReady : Step::kMore;
}

// The decoded body grows behind the head; what follows the framing just read moves up to it.
RequestReader::Step RequestReader::advance_chunked() {
  char* out = buffer_.get() + begin_ + used_;
  const auto progress = chunks_->decode({out, buffer_.get() + end_}, out);
  std::memmove(out + progress.produced, out + progress.consumed,
               static_cast<std::size_t>(buffer_.get() + end_ - out) - progress.consumed);
  end_ -= progress.consumed - progress.produced;
  body_ += progress.produced;
  used_ += progress.produced;
  switch (progress.step) {
    case ChunkDecoder::Step::kMore:
      return Step::kMore;
    case ChunkDecoder::Step::kDone:
      return Step::kReady;
    case ChunkDecoder::Step::kTooLarge:
      return fail(413);
    case ChunkDecoder::Step::kBad:
      break;
  }
  return fail(400);
}

base::HttpRequest RequestReader::request() const {
  const char* const from = start();
  base::HttpRequest request;
  request.method = is_head_request() ? std::string_view("GET") : head().method.in(from);
  request.target = head().target.in(from);
  request.content_type = head().content_type.in(from);
  request.authorization = head().authorization.in(from);
  request.accept = head().accept.in(from);
  request.accept_language = head().accept_language.in(from);
  request.idempotency_key = head().idempotency_key.in(from);
  request.if_none_match = head().if_none_match.in(from);
  request.if_modified_since = head().if_modified_since.in(from);
  request.body = base::as_bytes(std::string_view(from + head().size, body_));
  return request;
}

void RequestReader::consume() {
  begin_ += used_;
  used_ = body_ = 0;
  in_body_ = asked_ = false;
  allowed_ = body_limit_;
  chunks_.reset();
  parser_.reset();
}

bool RequestReader::take_continue() {
  const bool waits = in_body_ && continue_asked_ && body_ == 0 && begin_ + used_ == end_;
  continue_asked_ = false;
  return waits;
}

RequestReader::Stage RequestReader::stage() const {
  if (in_body_) return Stage::kBody;
  return begin_ == end_ ? Stage::kIdle : Stage::kHead;
}

}  // namespace yuxin::http
