// Errors as values: one error type with a closed list of codes, and the one control macro of the program.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

#include "yuxin/base/language.hpp"

namespace yuxin::base {

// Code is what programs compare. Every protocol maps it to its own wire form in exactly one file; the
// command line maps it to the exit codes named here. Adding a code means revisiting every such file.
enum class Code {
  kMalformed,      // input that does not parse                                    exit 1
  kRefused,        // understood, and against a policy, profile or lint            exit 1
  kBadSignature,   // a signature, chain or status that was checked and found bad  exit 1
  kUsage,          // the caller asked for something that makes no sense           exit 2
  kNotAuthorised,  // wrong passphrase, missing role, file permission              exit 3
  kNotFound,       // no such object                                               exit 4
  kConflict,       // exists already, or is in the wrong state                     exit 5
  kIntegrity,      // stored data contradict each other or their signatures        exit 6
  kUnavailable,    // disk, network, clock or load: the same call may work later   exit 7
  kSigner,         // a key refused or failed to sign                              exit 7
  kInternal,       // a bug                                                        exit 70
};

// Error is a failure. `detail` may be shown to the user: one sentence that says what is wrong with which
// object and what to do, in the language of the process. `diagnostic` is for the log and never leaves the
// process: library error text, system error numbers.
struct Error {
  Code code = Code::kInternal;
  std::string detail;
  std::string diagnostic;
};

// code_name returns the stable lower-case word of a code ("not-found") for JSON output and logs.
[[nodiscard]] std::string_view code_name(Code code);

// exit_code returns the process exit status that the command line promises for a code.
[[nodiscard]] int exit_code(Code code);

template <typename T = void>
using Result = tl::expected<T, Error>;

using Failure = tl::unexpected<Error>;

// fail makes a failure; `msgid` is an English fmt format string that is translated and then filled in.
template <typename... Args>
[[nodiscard]] Failure fail(Code code, const char* msgid, const Args&... args) {
  return Failure(Error{code, message(msgid, args...), {}});
}

// fail_with adds what a library or the system said, for the log only.
template <typename... Args>
[[nodiscard]] Failure fail_with(Code code, std::string diagnostic, const char* msgid, const Args&... args) {
  return Failure(Error{code, message(msgid, args...), std::move(diagnostic)});
}

// system_error names the current errno for `Error::diagnostic` ("ENOSPC: No space left on device").
[[nodiscard]] std::string system_error();

}  // namespace yuxin::base

// TRY(expression) and TRY(declaration, expression) return early with the error of a Result, or go straight on.
#define YUXIN_CONCAT_(a, b) a##b
#define YUXIN_CONCAT(a, b) YUXIN_CONCAT_(a, b)
#define YUXIN_TRY_VOID(tmp, expression) \
  if (auto tmp = (expression); !tmp) return ::tl::unexpected(std::move(tmp).error())
#define YUXIN_TRY_VALUE(tmp, declaration, expression)        \
  auto tmp = (expression);                                   \
  if (!tmp) return ::tl::unexpected(std::move(tmp).error()); \
  declaration = std::move(*tmp)
#define YUXIN_TRY_1(expression) YUXIN_TRY_VOID(YUXIN_CONCAT(try_, __LINE__), expression)
#define YUXIN_TRY_2(declaration, expression) YUXIN_TRY_VALUE(YUXIN_CONCAT(try_, __LINE__), declaration, expression)
#define YUXIN_TRY_PICK(_1, _2, NAME, ...) NAME
#define TRY(...) YUXIN_TRY_PICK(__VA_ARGS__, YUXIN_TRY_2, YUXIN_TRY_1, )(__VA_ARGS__)
