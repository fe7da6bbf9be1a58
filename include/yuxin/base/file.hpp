// Files: whole reads with a limit, and writes that either happened or did not.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "yuxin/base/bytes.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/base/secret.hpp"

namespace yuxin::base {

// read_file reads a whole file, or standard input for "-". Errors: kNotFound, kNotAuthorised (permission),
// kRefused when it is longer than `limit`, kUnavailable otherwise.
[[nodiscard]] Result<Bytes> read_file(const std::string& path, std::size_t limit = 64U << 20U);

// read_passphrase_file takes the first line of a file, without its line end. Refuses an empty one.
[[nodiscard]] Result<Secret> read_passphrase_file(const std::string& path);

enum class Existing { kRefuse, kReplace };
enum class Permissions : unsigned { kPrivate = 0600, kPublic = 0644 };

// write_file writes to a temporary name beside the target, flushes it to the disk, renames it and flushes the
// folder: after success the file is durable, after failure the target is as before. "-" is standard output.
// A device or a pipe is written to as it is. Of several writers with `kRefuse` one wins. Errors: kConflict when it
// exists and `kRefuse` was asked, kNotFound (no such folder), kNotAuthorised, kUnavailable (disk full ...).
[[nodiscard]] Result<> write_file(const std::string& path, ByteView data, Existing existing, Permissions permissions);

// make_directory creates one directory with mode 0700; an existing one is kConflict. After failure none was made.
[[nodiscard]] Result<> make_directory(const std::string& path);

[[nodiscard]] bool file_exists(const std::string& path);

// free_bytes is the space left for this user on the file system of `path`.
[[nodiscard]] Result<std::uint64_t> free_bytes(const std::string& path);

}  // namespace yuxin::base
