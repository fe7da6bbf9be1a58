// What a test cannot go on without: the value, or the end of the test case with the error in words.
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

}  // namespace yuxin::test
