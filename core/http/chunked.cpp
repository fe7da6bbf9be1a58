#include "chunked.hpp"

#include <algorithm>
#include <cstring>

#include "characters.hpp"

namespace yuxin::http {
namespace {

constexpr std::size_t kSizeLineLimit = 256;
constexpr std::size_t kTrailerLimit = 4096;

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char low = lower_case(c);
  return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

}  // namespace

ChunkDecoder::Progress ChunkDecoder::decode(std::span<const char> raw, char* out) {
  Progress progress;
  while (progress.consumed < raw.size()) {
    if (state_ == State::kData) {
      const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left_, raw.size() - progress.consumed));
      std::memmove(out + progress.produced, raw.data() + progress.consumed, size);
      progress.consumed += size;
      progress.produced += size;
      left_ -= size;
      if (left_ == 0) state_ = State::kDataCr;
      continue;
    }
    progress.step = take(raw[progress.consumed++]);
    if (progress.step != Step::kMore) return progress;
  }
  return progress;
}

ChunkDecoder::Step ChunkDecoder::take(char c) {
  switch (state_) {
    case State::kFirstDigit:
    case State::kDigits:
    case State::kExtension:
    case State::kSizeEnd:
      return take_size_line(c);
    case State::kDataCr:
      state_ = State::kDataLf;
      return c == '\r' ? Step::kMore : Step::kBad;
    case State::kDataLf:
      state_ = State::kFirstDigit;
      return c == '\n' ? Step::kMore : Step::kBad;
    case State::kTrailer:
    case State::kTrailerName:
    case State::kTrailerValue:
    case State::kTrailerEnd:
      return take_trailer(c);
    case State::kLastLf:
      return c == '\n' ? Step::kDone : Step::kBad;
    case State::kData:
      break;
  }
  return Step::kBad;
}

ChunkDecoder::Step ChunkDecoder::take_digit(char c) {
  left_ = left_ * 16 + static_cast<unsigned>(hex_digit(c));
  state_ = State::kDigits;
  return left_ > limit_ - total_ ? Step::kTooLarge : Step::kMore;  // checked at each digit: it cannot overflow
}

ChunkDecoder::Step ChunkDecoder::take_size_line(char c) {
  if (++framing_ > kSizeLineLimit) return Step::kBad;
  if (state_ == State::kSizeEnd) {
    if (c != '\n') return Step::kBad;
    framing_ = 0;
    total_ += left_;
    state_ = left_ == 0 ? State::kTrailer : State::kData;
    return Step::kMore;
  }
  if (state_ != State::kExtension && hex_digit(c) >= 0) return take_digit(c);
  if (state_ == State::kFirstDigit) return Step::kBad;
  if (c == '\r') {
    state_ = State::kSizeEnd;
    return Step::kMore;
  }
  if (state_ == State::kDigits && c != ';') return Step::kBad;
  state_ = State::kExtension;
  return character::is(c, character::kValue) ? Step::kMore : Step::kBad;
}

ChunkDecoder::Step ChunkDecoder::take_trailer(char c) {
  if (++framing_ > kTrailerLimit) return Step::kBad;
  if (state_ == State::kTrailerEnd) {
    state_ = State::kTrailer;
    return c == '\n' ? Step::kMore : Step::kBad;
  }
  // RFC 9112 section 7.1.2: a trailer is a field line, with a name, a colon and a value
  if (c == '\r' && state_ != State::kTrailerName) {
    state_ = state_ == State::kTrailer ? State::kLastLf : State::kTrailerEnd;
    return Step::kMore;
  }
  if (c == ':' && state_ == State::kTrailerName) {
    state_ = State::kTrailerValue;
    return Step::kMore;
  }
  if (state_ == State::kTrailerValue) return character::is(c, character::kValue) ? Step::kMore : Step::kBad;
  state_ = State::kTrailerName;
  return character::is(c, character::kToken) ? Step::kMore : Step::kBad;
}

}  // namespace yuxin::http
