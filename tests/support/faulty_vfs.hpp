// An SQLite file layer that remembers every write and every flush, so that a test can say what a disk would hold if
// the power had failed after any of them, and that can fail the n-th operation.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <random>
#include <string>
#include <vector>

namespace yuxin::test {

class FaultyVfs {
 public:
  struct Operation {
    enum class Kind { kWrite, kTruncate, kSync, kDelete, kNote };
    Kind kind = Kind::kNote;
    std::string file;
    std::int64_t offset = 0;  // of a write; the new size of a truncation; what is noted
    std::vector<char> data;
  };
  // Fault is what happens to the operations that change a file, beginning with the one of that number.
  struct Fault {
    std::int64_t first = -1;
    std::int64_t count = 1;
    int code = SQLITE_FULL;
  };

  // The layer is the process's default until the object goes.
  FaultyVfs() : real_(sqlite3_vfs_find(nullptr)) {
    current() = this;
    vfs_ = *real_;
    vfs_.zName = "faulty";
    vfs_.szOsFile = static_cast<int>(sizeof(File)) + real_->szOsFile;
    vfs_.xOpen = &FaultyVfs::open;
    vfs_.xDelete = &FaultyVfs::remove;
    sqlite3_vfs_register(&vfs_, 1);
  }
  FaultyVfs(const FaultyVfs&) = delete;
  FaultyVfs& operator=(const FaultyVfs&) = delete;
  ~FaultyVfs() {
    sqlite3_vfs_unregister(&vfs_);
    sqlite3_vfs_register(real_, 1);
    current() = nullptr;
  }

  // note puts a mark between the operations: what was acknowledged by then.
  void note(std::int64_t what) { record({Operation::Kind::kNote, {}, what, {}}); }
  [[nodiscard]] std::vector<Operation> operations() {
    const std::lock_guard lock(mutex_);
    return operations_;
  }
  // fail counts from the next operation on.
  void fail(const Fault& fault) {
    const std::lock_guard lock(mutex_);
    fault_ = fault;
    changes_ = 0;
  }
  // changes is how many operations that change a file there were since the last call of fail.
  [[nodiscard]] std::int64_t changes() {
    const std::lock_guard lock(mutex_);
    return changes_;
  }

 private:
  struct File {
    sqlite3_file base;
    const char* name;
    bool recorded;
    [[nodiscard]] sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
  };
  static FaultyVfs*& current() {
    static FaultyVfs* vfs = nullptr;
    return vfs;
  }
  static File& as_file(sqlite3_file* file) { return *reinterpret_cast<File*>(file); }
  static std::string base_name(const char* path) { return std::filesystem::path(path).filename().string(); }

  void record(Operation operation) {
    const std::lock_guard lock(mutex_);
    operations_.push_back(std::move(operation));
  }
  // change records an operation, or says with which code it fails.
  [[nodiscard]] int change(Operation operation) {
    const std::lock_guard lock(mutex_);
    const std::int64_t number = changes_++;
    if (fault_.first >= 0 && number >= fault_.first && number - fault_.first < fault_.count) {
      return operation.kind == Operation::Kind::kSync && fault_.code != SQLITE_FULL ? SQLITE_IOERR_FSYNC
                                                                                    : fault_.code;
    }
    operations_.push_back(std::move(operation));
    return SQLITE_OK;
  }

  static int open(sqlite3_vfs* /*vfs*/, const char* name, sqlite3_file* file, int flags, int* out_flags) {
    auto& self = as_file(file);
    auto* real = current()->real_;
    self.base.pMethods = nullptr;
    const int code = real->xOpen(real, name, self.real(), flags, out_flags);
    if (self.real()->pMethods == nullptr) return code;
    self.base.pMethods = methods();
    self.name = name;
    self.recorded = (flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL)) != 0;
    return code;
  }
  static int remove(sqlite3_vfs* /*vfs*/, const char* name, int sync_folder) {
    auto* self = current();
    self->record({Operation::Kind::kDelete, base_name(name), 0, {}});
    return self->real_->xDelete(self->real_, name, sync_folder);
  }
  static int write(sqlite3_file* file, const void* data, int size, sqlite3_int64 offset) {
    auto& self = as_file(file);
    if (self.recorded) {
      const auto* octets = static_cast<const char*>(data);
      const int code =
          current()->change({Operation::Kind::kWrite, base_name(self.name), offset, {octets, octets + size}});
      if (code != SQLITE_OK) return code;
    }
    return self.real()->pMethods->xWrite(self.real(), data, size, offset);
  }
  static int truncate(sqlite3_file* file, sqlite3_int64 size) {
    auto& self = as_file(file);
    if (self.recorded) {
      const int code = current()->change({Operation::Kind::kTruncate, base_name(self.name), size, {}});
      if (code != SQLITE_OK) return code;
    }
    return self.real()->pMethods->xTruncate(self.real(), size);
  }
  static int sync(sqlite3_file* file, int /*flags*/) {
    // The real flush is left out: the test says what is on the disk, and does not wait for one.
    auto& self = as_file(file);
    return self.recorded ? current()->change({Operation::Kind::kSync, base_name(self.name), 0, {}}) : SQLITE_OK;
  }

  static const sqlite3_io_methods* methods() {
    using Shm = void volatile**;
    static const sqlite3_io_methods kMethods = {
        2,
        [](sqlite3_file* f) {
          auto* real = as_file(f).real();
          const int code = real->pMethods->xClose(real);
          f->pMethods = nullptr;
          return code;
        },
        [](sqlite3_file* f, void* to, int size, sqlite3_int64 at) {
          return as_file(f).real()->pMethods->xRead(as_file(f).real(), to, size, at);
        },
        &FaultyVfs::write,
        &FaultyVfs::truncate,
        &FaultyVfs::sync,
        [](sqlite3_file* f, sqlite3_int64* size) {
          return as_file(f).real()->pMethods->xFileSize(as_file(f).real(), size);
        },
        [](sqlite3_file* f, int level) { return as_file(f).real()->pMethods->xLock(as_file(f).real(), level); },
        [](sqlite3_file* f, int level) { return as_file(f).real()->pMethods->xUnlock(as_file(f).real(), level); },
        [](sqlite3_file* f, int* out) {
          return as_file(f).real()->pMethods->xCheckReservedLock(as_file(f).real(), out);
        },
        [](sqlite3_file* f, int what, void* value) {
          return as_file(f).real()->pMethods->xFileControl(as_file(f).real(), what, value);
        },
        [](sqlite3_file* f) { return as_file(f).real()->pMethods->xSectorSize(as_file(f).real()); },
        // No promises of the real disk: neither atomic sectors nor safe appends.
        [](sqlite3_file* /*f*/) { return 0; },
        [](sqlite3_file* f, int page, int size, int extend, Shm out) {
          return as_file(f).real()->pMethods->xShmMap(as_file(f).real(), page, size, extend, out);
        },
        [](sqlite3_file* f, int offset, int n, int flags) {
          return as_file(f).real()->pMethods->xShmLock(as_file(f).real(), offset, n, flags);
        },
        [](sqlite3_file* f) { as_file(f).real()->pMethods->xShmBarrier(as_file(f).real()); },
        [](sqlite3_file* f, int remove_it) {
          return as_file(f).real()->pMethods->xShmUnmap(as_file(f).real(), remove_it);
        },
        nullptr,
        nullptr,
    };
    return &kMethods;
  }

  sqlite3_vfs* real_;
  sqlite3_vfs vfs_{};
  std::mutex mutex_;
  std::vector<Operation> operations_;
  Fault fault_;
  std::int64_t changes_ = 0;
};

// Disk is what is on a disk after a number of operations when the power fails: all that was flushed, and of the rest
// whatever chance will have it, down to single sectors.
class Disk {
 public:
  static constexpr std::size_t kSector = 512;

  void apply(const FaultyVfs::Operation& operation) {
    using Kind = FaultyVfs::Operation::Kind;
    if (operation.kind == Kind::kNote) return;
    auto& file = files_[operation.file];
    if (operation.kind == Kind::kSync) {
      for (const auto* waiting : file.waiting) change(file, *waiting);
      file.waiting.clear();
      file.exists = true;
    } else {
      file.waiting.push_back(&operation);
    }
  }

  void lose_power(std::mt19937_64& chance, const std::filesystem::path& folder) const {
    for (const auto& [name, before] : files_) {
      File file = before;
      for (const auto* waiting : file.waiting) {
        // In a third of all cases nothing of it, in a third all of it, else some sectors.
        const auto luck = chance() % 3;
        if (luck == 0) continue;
        if (luck == 1 || waiting->kind != FaultyVfs::Operation::Kind::kWrite) {
          change(file, *waiting);
        } else {
          tear(file, *waiting, chance);
        }
      }
      if (!file.exists) continue;
      std::ofstream out(folder / name, std::ios::binary);
      out.write(file.octets.data(), static_cast<std::streamsize>(file.octets.size()));
    }
  }

 private:
  struct File {
    std::vector<char> octets;
    bool exists = false;
    std::vector<const FaultyVfs::Operation*> waiting;
  };
  static void put(File& file, std::size_t at, const char* data, std::size_t size) {
    if (file.octets.size() < at + size) file.octets.resize(at + size);
    std::memcpy(file.octets.data() + at, data, size);
    file.exists = true;
  }
  static void change(File& file, const FaultyVfs::Operation& operation) {
    using Kind = FaultyVfs::Operation::Kind;
    if (operation.kind == Kind::kWrite) {
      put(file, static_cast<std::size_t>(operation.offset), operation.data.data(), operation.data.size());
    } else if (operation.kind == Kind::kTruncate) {
      file.octets.resize(static_cast<std::size_t>(operation.offset));
    } else {
      file.octets.clear();
      file.exists = false;
    }
  }
  static void tear(File& file, const FaultyVfs::Operation& write, std::mt19937_64& chance) {
    for (std::size_t at = 0; at < write.data.size(); at += kSector) {
      if (chance() % 2 == 0) continue;
      put(file, static_cast<std::size_t>(write.offset) + at, write.data.data() + at,
          std::min(kSector, write.data.size() - at));
    }
  }
  std::map<std::string, File> files_;
};

}  // namespace yuxin::test
