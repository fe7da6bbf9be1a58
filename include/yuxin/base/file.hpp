// Files: whole reads with a limit, and writes that either happened or did not.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
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

// write_file writes to a temporary name beside the target, flushes it to the disk, renames it and flushes the folder:
// after success it is durable; after failure as before, or written and perhaps not durable, which is said. "-":
// stdout. A device or a pipe is written to as it is. Of several writers with `kRefuse` one wins. Errors: kConflict
// when it exists and `kRefuse` was asked, kNotFound (no such folder), kNotAuthorised, kUnavailable (disk full ...).
[[nodiscard]] Result<> write_file(const std::string& path, ByteView data, Existing existing, Permissions permissions);

// place_file gives a complete file its name: it is flushed to the disk and renamed, never onto another file, and
// the folder flushed. After failure it has its first name, or that is said. Errors as write_file with `kRefuse`.
[[nodiscard]] Result<> place_file(const std::string& temporary, const std::string& path);

// make_directory creates one directory with mode 0700; an existing one is kConflict. After failure none was made.
[[nodiscard]] Result<> make_directory(const std::string& path);

// OpenFile is a regular file that is open for reading, so that what was looked at is what is sent. Immutable; the
// file itself may still be written to by others, which its identity tells. Thread-safe.
class OpenFile {
 public:
  // below opens "a/b/c" inside a folder without following a symbolic link on the way. kNotFound, kRefused (a link, a
  // folder, a device, ".."), kNotAuthorised, kUnavailable.
  [[nodiscard]] static Result<std::shared_ptr<const OpenFile>> below(const std::string& folder,
                                                                     const std::string& path);
  ~OpenFile();
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;

  // Identity changes whenever somebody writes to the file or puts another in its place: nobody sets a ctime.
  struct Identity {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::uint64_t size = 0;
    std::int64_t modified_ns = 0;
    std::int64_t changed_ns = 0;
    friend bool operator==(const Identity&, const Identity&) = default;
  };
  [[nodiscard]] const Identity& identity() const { return identity_; }
  [[nodiscard]] std::uint64_t size() const { return identity_.size; }
  // read_at fills `out` from an offset and gives how much there was: less only at the end, and after an error.
  [[nodiscard]] std::size_t read_at(std::uint64_t offset, std::span<std::uint8_t> out) const;

 private:
  OpenFile(int number, const Identity& identity) : number_(number), identity_(identity) {}
  int number_;
  Identity identity_;
};

// read_file_below reads a whole file that OpenFile::below opens: for folders in which others may write. Errors as
// there, and kRefused when it is longer than `limit`.
[[nodiscard]] Result<Bytes> read_file_below(const std::string& folder, const std::string& path, std::size_t limit);

[[nodiscard]] bool file_exists(const std::string& path);

// free_bytes is the space left for this user on the file system of `path`.
[[nodiscard]] Result<std::uint64_t> free_bytes(const std::string& path);

}  // namespace yuxin::base
