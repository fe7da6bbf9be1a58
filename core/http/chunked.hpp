// The chunked transfer coding (RFC 9112 section 7.1), decoded where it lies.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace yuxin::http {

// ChunkDecoder takes the framing out of a chunked body as it arrives. Extensions and trailers are read and dropped.
// As strict as HeadParser about line ends and digits.
class ChunkDecoder {
 public:
  enum class Step { kMore, kDone, kBad, kTooLarge };
  struct Progress {
    Step step = Step::kMore;
    std::size_t consumed = 0;  // raw octets read
    std::size_t produced = 0;  // octets of content written
  };

  explicit ChunkDecoder(std::uint64_t limit) : limit_(limit) {}

  // decode reads `raw` and writes the content to `out`, which may be the same memory or lie before it.
  [[nodiscard]] Progress decode(std::span<const char> raw, char* out);

 private:
  enum class State {
    kFirstDigit,
    kDigits,
    kExtension,
    kSizeEnd,
    kData,
    kDataCr,
    kDataLf,
    kTrailer,
    kTrailerName,
    kTrailerValue,
    kTrailerEnd,
    kLastLf
  };

  [[nodiscard]] Step take(char c);
  [[nodiscard]] Step take_digit(char c);
  [[nodiscard]] Step take_size_line(char c);
  [[nodiscard]] Step take_trailer(char c);

  std::uint64_t limit_;
  std::uint64_t total_ = 0;
  std::uint64_t left_ = 0;   // of this chunk
  std::size_t framing_ = 0;  // octets of the size line or of the trailers so far
  State state_ = State::kFirstDigit;
};

}  // namespace yuxin::http
