// Which kind of key a call asks for: --type.
#pragma once

#include "command.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/x509/algorithm.hpp"

namespace yuxin::cli {

// typed_key_kind reads --type: "rsa:3072", "ec:P-384", or "P-384" alone; P-256 where it is not given. kUsage.
[[nodiscard]] base::Result<x509::KeyKind> typed_key_kind(const Arguments& arguments);

}  // namespace yuxin::cli
