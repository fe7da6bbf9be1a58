// The authorities above what the desk issues.
#pragma once

#include <vector>

#include "yuxin/ra/desk.hpp"

namespace yuxin::ra {

// chain_of gives the issuing authority's certificate and those above it that the home knows, its own first.
// kUnavailable where none issues.
[[nodiscard]] base::Result<std::vector<x509::Certificate>> chain_of(const DeskParts& parts);

}  // namespace yuxin::ra
