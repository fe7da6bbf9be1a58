// OpenSSL's keys of curves that nobody uses any more, for the next point.
#pragma once

#include "key_impl.hpp"

namespace yuxin::x509 {

// Making an EVP_PKEY and a context that verifies with it costs a tenth of a verification; giving another point to
// those that are there costs next to nothing. Public keys only: nothing of a private key is ever kept here.
//
// reuse_idle_key gives `key` an EVP_PKEY and a context of its curve that was kept, with the point of `key.key_bits`;
// false, and nothing given, when none was kept or the point is not on the curve. keep_idle_key takes both from a key
// that ends. Both are thread-safe; a bounded number is kept for each curve, until the program ends.
[[nodiscard]] bool reuse_idle_key(PublicKey::Impl& key);
void keep_idle_key(PublicKey::Impl& key);

}  // namespace yuxin::x509
