// Memory for passphrases and private keys.
#pragma once

#include <cstddef>
#include <string_view>

#include "yuxin/base/bytes.hpp"
#include "yuxin/base/result.hpp"

namespace yuxin::base {

// Secret holds octets that must not leak: move-only, locked in memory (mlock, best effort: a process without
// the right to lock still runs), kept out of core dumps, and wiped when it goes. It is not printable and has
// no comparison but a constant-time one.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::size_t size);  // zero octets
  explicit Secret(ByteView copy_of);
  explicit Secret(std::string_view copy_of) : Secret(as_bytes(copy_of)) {}
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret();

  [[nodiscard]] ByteView view() const { return {data_, size_}; }
  [[nodiscard]] std::string_view text() const { return as_text(view()); }
  [[nodiscard]] std::uint8_t* data() { return data_; }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }

  // clone makes a second copy, with the same protection.
  [[nodiscard]] Secret clone() const { return Secret(view()); }

 private:
  void wipe() noexcept;
  std::uint8_t* data_ = nullptr;
  std::size_t size_ = 0;
};

// random_bytes fills from the kernel's generator (getrandom). It cannot fail on a booted system.
void random_bytes(std::span<std::uint8_t> out);

// protect_process turns core dumps and debugger attachment off. Called once at start.
void protect_process();

}  // namespace yuxin::base
