// What a test cannot go on without: the value, or the error; otherwise the end of the test case, in words.
#pragma once

#include <stdexcept>
#include <type_traits>
#include <utility>

#include "yuxin/base/result.hpp"

namespace yuxin::test {

template <typename T>
T need(base::Result<T> result) {
  if (!result) throw std::runtime_error(result.error().detail + " " + result.error().diagnostic);
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

// error_of never reads the error of a value, which the library does without a word before its version 1.1.
template <typename T, typename E>
E error_of(const tl::expected<T, E>& result) {
  if (result) throw std::runtime_error("this was to fail, and did not");
  return result.error();
}

}  // namespace yuxin::test
