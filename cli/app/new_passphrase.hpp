// Passphrases that are given to something for the first time.
#pragma once

#include <string>

#include "command.hpp"
#include "context.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/base/secret.hpp"

namespace yuxin::cli {

// A new passphrase for keys has at least twelve characters: whoever copies a home may try as many as he likes. Those
// that a home has already are taken as they are.
inline constexpr std::size_t kShortestKeyPassphrase = 12;

// check_new_passphrase refuses (kUsage) a shorter one; `source` is where it came from, a file or what was typed.
[[nodiscard]] base::Result<> check_new_passphrase(const base::Secret& passphrase, const std::string& source);

// read_new_passphrase takes the first line of a file.
[[nodiscard]] base::Result<base::Secret> read_new_passphrase(const std::string& file);

// type_new_passphrase asks at the terminal, twice, until it is long enough and both are the same. May::kStayEmpty
// takes an empty line for an answer.
enum class May { kStayEmpty, kNotStayEmpty };
[[nodiscard]] base::Result<base::Secret> type_new_passphrase(const Context& context, const std::string& question,
                                                             May may);

// new_passphrase_of takes it from --new-passphrase-file, or has it typed twice. kUsage when nobody can be asked.
[[nodiscard]] base::Result<base::Secret> new_passphrase_of(const Context& context, const Arguments& arguments);

}  // namespace yuxin::cli
