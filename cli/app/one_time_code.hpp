// One-time codes: what whoever is invited is told, and types once.
#pragma once

#include <string>
#include <string_view>

#include "yuxin/base/result.hpp"
#include "yuxin/base/secret.hpp"
#include "yuxin/x509/key.hpp"

namespace yuxin::cli {

// A code has 32 letters and digits of Crockford's base 32 (none of I, L, O, U): eight by which its invitation is
// found (the locator), 23 that are secret (115 bits), and one by which a slip of the finger is told from another
// code.
inline constexpr std::size_t kCodeLetters = 32;
inline constexpr std::size_t kLocatorLetters = 8;

// make_one_time_code draws one: 32 characters, without the hyphens.
[[nodiscard]] base::Secret make_one_time_code();
// parse_one_time_code takes what somebody typed, in either case, with blanks and hyphens anywhere, O for 0 and I or L
// for 1. kUsage for anything else, and when the last character does not fit the others: it finds every single wrong
// character and every two neighbours that changed places.
[[nodiscard]] base::Result<base::Secret> parse_one_time_code(const base::Secret& typed);
// print_one_time_code groups it: "K3M9-X2AB-…".
[[nodiscard]] base::Secret print_one_time_code(const base::Secret& code);

[[nodiscard]] std::string locator_of(const base::Secret& code);
// code_key_of is the Ed25519 key (RFC 8032) whose private octets are SHA-256 of "yuxin one-time code 1", a line feed,
// and the code.
[[nodiscard]] base::Result<x509::PrivateKey> code_key_of(const base::Secret& code);

}  // namespace yuxin::cli
