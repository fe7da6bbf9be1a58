// Why a certificate or signature is not good, in a word for people.
#pragma once

#include <string>
#include <string_view>

namespace yuxin::cli {

// reason_word is a stable word of a verdict ("revoked", "name-mismatch") in the reader's language: in English the
// word itself, as JSON has it. A word that is not known stays as it is.
[[nodiscard]] std::string reason_word(std::string_view reason);

}  // namespace yuxin::cli
