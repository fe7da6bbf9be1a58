// Texts that p11-kit allocates.
#pragma once

#include <cstdlib>
#include <memory>
#include <string>

namespace yuxin::keymgmt {

template <typename T>
using Allocated = std::unique_ptr<T, decltype(&std::free)>;

// taken copies a text that was allocated for the caller, and frees it; empty for none.
[[nodiscard]] inline std::string taken(char* text) {
  const Allocated<char> owned(text, &std::free);
  return text == nullptr ? std::string() : std::string(text);
}

}  // namespace yuxin::keymgmt
