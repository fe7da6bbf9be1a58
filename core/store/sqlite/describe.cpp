#include <cerrno>

#include "sqlite/connection.hpp"
#include "yuxin/base/file.hpp"

namespace yuxin::store::sqlite {

using base::Code;
using base::Error;
using base::message;

namespace {

Error full(const std::string& path, std::string diagnostic) {
  return {Code::kUnavailable,
          message("The disk that holds the database {} is full; nothing was changed. Free space there and try again.",
                  path),
          std::move(diagnostic)};
}

Error read_only(const std::string& path, std::string diagnostic) {
  return {
      Code::kUnavailable,
      message("The database {} can only be read; nothing was changed. Check that its disk is not mounted read-only "
              "and that you may write to the file and its folder.",
              path),
      std::move(diagnostic)};
}

// A log lies beside the file, and its index neither lies there nor can be made.
Error needs_its_log(const std::string& path, std::string diagnostic) {
  return {
      Code::kUnavailable,
      message("The database {} cannot be read where it is, because part of it is in {}-wal and the folder cannot be "
              "written. Copy both files to a folder of yours and read them there.",
              path, path),
      std::move(diagnostic)};
}

Error damaged(const std::string& path, std::string diagnostic) {
  return {
      Code::kIntegrity,
      message("The database {} is damaged, or is no database. If it is that of a home, stop working with it, keep "
              "the file, and restore the home from its latest backup.",
              path),
      std::move(diagnostic)};
}

// A trigger that somebody put into the file; this program makes none.
Error altered(const std::string& path, std::string diagnostic) {
  return {
      Code::kIntegrity,
      message("The database {} holds a rule that yuxin did not make and that hinders writing; nothing was changed. "
              "Stop working with it, keep the file, and look with: yuxin audit verify.",
              path),
      std::move(diagnostic)};
}

Error cannot_open(int system_errno, const std::string& path, std::string diagnostic) {
  // what is missing may be a file beside it that could not be made
  const bool missing = system_errno == ENOENT || system_errno == ENOTDIR;
  switch (missing && base::file_exists(path) ? EIO : system_errno) {
    case ENOENT:
    case ENOTDIR:
      return {Code::kNotFound,
              message("There is no database {}. Check the name; if it was there, restore it from the latest backup.",
                      path),
              std::move(diagnostic)};
    case EACCES:
    case EPERM:
      return {Code::kNotAuthorised,
              message("You may not open the database {}. Run the command as the owner of the home.", path),
              std::move(diagnostic)};
    case ENOSPC:
    case EDQUOT:
      return full(path, std::move(diagnostic));
    case EROFS:
      return read_only(path, std::move(diagnostic));
    default:
      return {Code::kUnavailable, message("The database {} cannot be opened now. Try again; the log says why.", path),
              std::move(diagnostic)};
  }
}

Error disk(int code, int system_errno, const std::string& path, std::string diagnostic) {
  if (code == SQLITE_IOERR_FSYNC) return describe_unsure(code, system_errno, path, std::move(diagnostic));
  if (system_errno == ENOSPC || system_errno == EDQUOT) return full(path, std::move(diagnostic));
  if (system_errno == EROFS) return read_only(path, std::move(diagnostic));
  if (code == SQLITE_IOERR_CORRUPTFS || code == SQLITE_IOERR_DATA) return damaged(path, std::move(diagnostic));
  if (code == SQLITE_IOERR_WRITE) {
    // By now the system's own number may be gone, so the sentence names what it can have been.
    return {
        Code::kUnavailable,
        message("The database {} cannot be written: a quota or size limit is reached or its disk fails; nothing was "
                "changed. Check both and try again.",
                path),
        std::move(diagnostic)};
  }
  return {Code::kUnavailable,
          message("The disk that holds the database {} reports errors; nothing was changed. Check the disk and the "
                  "kernel's log before you try again.",
                  path),
          std::move(diagnostic)};
}

}  // namespace

// With a write-ahead log a commit writes its frames, flushes them, and enters them in the index that processes share.
// When the frames could not be written it has not happened. After that they are found again or not, depending on what
// reached the disk and on who writes next.
bool may_be_kept(int code) {
  switch (code & 0xff) {
    case SQLITE_FULL:
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_READONLY:
    case SQLITE_CONSTRAINT:
      return false;
    default:
      return code != SQLITE_IOERR_WRITE;
  }
}

Error describe_unsure(int code, int system_errno, const std::string& path, std::string diagnostic) {
  if ((code & 0xff) != SQLITE_IOERR) {
    return {Code::kUnavailable,
            message("Something failed while the database {} was written; the last change may or may not have been "
                    "kept. Look at what is stored before you try again; the log says more.",
                    path),
            std::move(diagnostic)};
  }
  if (system_errno == ENOSPC || system_errno == EDQUOT) {
    return {
        Code::kUnavailable,
        message("The disk that holds the database {} is full; the last change may or may not have been kept. Free "
                "space there, and look at what is stored before you try again.",
                path),
        std::move(diagnostic)};
  }
  return {Code::kUnavailable,
          message("The disk that holds the database {} reports errors; the last change may or may not have been "
                  "kept. Check the disk and the kernel's log, and look at what is stored before you try again.",
                  path),
          std::move(diagnostic)};
}

Error describe(int code, int system_errno, const std::string& path, std::string diagnostic) {
  if (code == SQLITE_READONLY_CANTINIT || code == SQLITE_READONLY_RECOVERY)
    return needs_its_log(path, std::move(diagnostic));
  if (code == SQLITE_CONSTRAINT_TRIGGER) return altered(path, std::move(diagnostic));
  switch (code & 0xff) {
    case SQLITE_CONSTRAINT:
      return {Code::kConflict, message("This entry exists already, or belongs to one that does not exist."),
              std::move(diagnostic)};
    case SQLITE_FULL:
      return full(path, std::move(diagnostic));
    case SQLITE_READONLY:
      return read_only(path, std::move(diagnostic));
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
      return {
          Code::kUnavailable,
          message("Another process keeps the database {} locked; nothing was changed. Wait until it has finished, or "
                  "look for one that hangs: fuser {}.",
                  path, path),
          std::move(diagnostic)};
    case SQLITE_CANTOPEN:
      return cannot_open(system_errno, path, std::move(diagnostic));
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return cannot_open(EACCES, path, std::move(diagnostic));
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_FORMAT:
      return damaged(path, std::move(diagnostic));
    case SQLITE_IOERR:
      return disk(code, system_errno, path, std::move(diagnostic));
    case SQLITE_NOMEM:
      return {Code::kUnavailable, message("There is not enough memory for the database {}. Try again.", path),
              std::move(diagnostic)};
    case SQLITE_TOOBIG:
      return {Code::kRefused, message("The entry is too large for the database."), std::move(diagnostic)};
    default:
      return {Code::kInternal, message("The program used its database {} wrongly. Report this with the log.", path),
              std::move(diagnostic)};
  }
}

}  // namespace yuxin::store::sqlite
