// Nonces against replay: RFC 8555 section 6.5.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "yuxin/base/bytes.hpp"
#include "yuxin/base/secret.hpp"

namespace yuxin::ra::acme {

// Nonces gives numbers that are good once. Nothing is stored for one that is out: it is a counter with its HMAC, and
// a window of bits says which of the last kWindow were used. One that was given out by another process, before the
// last start, or so long ago that kWindow others came after it, is not good; a client takes the new one that comes
// with the refusal. 128 KiB, however many are asked for. Thread-safe.
class Nonces {
 public:
  static constexpr std::uint64_t kWindow = std::uint64_t{1} << 20U;
  Nonces();
  [[nodiscard]] std::string make();
  // use says whether a nonce was good, and makes it bad.
  [[nodiscard]] bool use(std::string_view nonce);

 private:
  [[nodiscard]] base::Bytes seal(std::uint64_t number) const;

  base::Secret key_;
  std::mutex mutex_;
  std::uint64_t next_ = 0;
  std::vector<bool> used_;  // by number modulo kWindow
};

}  // namespace yuxin::ra::acme
