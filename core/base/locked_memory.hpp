// Memory for secrets: locked, kept out of core dumps, and apart from all other memory of the process.
#pragma once

#include <cstddef>
#include <cstdint>

namespace yuxin::base {

// locked_allocate gives `size` zero octets. Locking is best effort: without the right to lock, the program still
// runs, and doctor says so. Throws std::bad_alloc. Thread-safe.
[[nodiscard]] std::uint8_t* locked_allocate(std::size_t size);
// locked_free wipes and takes back what locked_allocate gave for this size.
void locked_free(std::uint8_t* memory, std::size_t size) noexcept;

}  // namespace yuxin::base
