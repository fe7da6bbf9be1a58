// What is said of a write that failed must be true of what the disk may hold.
#include "core/store/sqlite/connection.hpp"

#include <doctest/doctest.h>

#include <cerrno>

namespace {

using namespace yuxin;

std::string said(int code, int system_errno) {
  const auto error = store::sqlite::describe(code, system_errno, "/x/yuxin.db", {});
  CHECK(error.code == base::Code::kUnavailable);
  return error.detail;
}

TEST_CASE("after a flush that failed nobody knows what was kept, whatever the system says the reason is") {
  for (const int reason : {ENOSPC, EDQUOT, EIO, EROFS, 0}) {
    CAPTURE(reason);
    const auto text = said(SQLITE_IOERR_FSYNC, reason);
    CHECK(text.find("may or may not have been kept") != std::string::npos);
    CHECK(text.find("nothing was changed") == std::string::npos);
    CHECK((text.find("is full") != std::string::npos) == (reason == ENOSPC || reason == EDQUOT));
  }
}

TEST_CASE("a commit that failed after its flush may be found again, and is told so") {
  for (const int code : {SQLITE_IOERR_FSYNC, SQLITE_IOERR_SHMSIZE, SQLITE_IOERR_SHMMAP, SQLITE_NOMEM}) {
    CAPTURE(code);
    CHECK(store::sqlite::may_be_kept(code));
    for (const int reason : {ENOSPC, EIO, 0}) {
      const auto text = store::sqlite::describe_unsure(code, reason, "/x/yuxin.db", {}).detail;
      CHECK(text.find("may or may not have been kept") != std::string::npos);
      CHECK(text.find("nothing was changed") == std::string::npos);
    }
  }
  for (const int code : {SQLITE_FULL, SQLITE_IOERR_WRITE, SQLITE_BUSY, SQLITE_READONLY}) {
    CHECK_FALSE(store::sqlite::may_be_kept(code));
  }
}

TEST_CASE("a write that failed has changed nothing") {
  for (const int code : {SQLITE_FULL, SQLITE_IOERR_WRITE, SQLITE_IOERR}) {
    for (const int reason : {ENOSPC, EIO, 0}) {
      CHECK(said(code, reason).find("nothing was changed") != std::string::npos);
    }
  }
}

}  // namespace
