// Files that a command writes where a person says.
#pragma once

#include <string>

#include "command.hpp"
#include "context.hpp"
#include "yuxin/base/bytes.hpp"
#include "yuxin/base/result.hpp"

namespace yuxin::cli {

// OutputKind is what is written, and what alone may be replaced by it.
enum class OutputKind {
  kRequest,
  kRevocationList,
  kOcspResponse,
  kCheckpoint,
  kTimeStamp,
  kWitnessRequest,
  kCertificate
};

// write_output writes a new file, or replaces an older one of the same kind, as a timer that runs daily needs it.
// kConflict for any other file: a slip of the finger must not cost a key or a database. "-", /dev/stdout and
// /dev/null are written to as they are. Other errors as base::write_file.
[[nodiscard]] base::Result<> write_output(const std::string& path, base::ByteView data, OutputKind kind);

// check_output makes every refusal of write_output that can be foreseen, before any work is done: an ill-fitting file
// there, a name that is too long, a folder in which nothing can be made.
[[nodiscard]] base::Result<> check_output(const std::string& path, OutputKind kind);

// check_unused_output refuses, before any work is done, a file that exists: kConflict, which names --force; and what
// could not be written, as base::check_writable. "-" and /dev/null are fine.
[[nodiscard]] base::Result<> check_unused_output(const std::string& path);

// check_outputs_apart refuses (kUsage) a call that would write onto a file that it reads (an argument, the identity
// of --as, a passphrase file), or twice onto one file, by device and inode; and (kConflict) one that would write into
// a pipe, a socket or a device, where nobody may ever read, but for what the process was given open (/dev/stdout,
// /dev/fd/N), a terminal and /dev/null. The outputs of a call are --out, --response and every option whose name ends
// in -out. Made for every call before its command runs, and it reads no file.
[[nodiscard]] base::Result<> check_outputs_apart(const CommandSpec& command, const Arguments& arguments,
                                                 const GlobalOptions& options);

// check_new_output refuses before any work is done: kConflict for a file that exists, kNotFound for a folder that
// does not, kNotAuthorised where nothing may be written, and a name that cannot be had, as base::check_writable. "-",
// /dev/stdout and /dev/null are fine.
[[nodiscard]] base::Result<> check_new_output(const std::string& path);

// done_but_unwritten is the failure to write what a deed gave, after the deed: always kUnavailable, because the codes
// of a bad name mean "nothing was done", and who believes that does the deed twice. `what` says in whole sentences
// what was done and how to have it written elsewhere; why it was not written goes to the log.
[[nodiscard]] base::Failure done_but_unwritten(const base::Error& why, std::string_view what);

}  // namespace yuxin::cli
