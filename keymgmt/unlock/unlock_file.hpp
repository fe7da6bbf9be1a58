// keys/unlock.json, its text and its parts.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "yuxin/base/file.hpp"
#include "yuxin/keymgmt/unlock.hpp"

namespace yuxin::keymgmt {

// UnlockFile is what stands in the file. Two forms are read: "yuxin-seal-1", a passphrase's seal alone, which is
// version 1 with one way, and "yuxin-unlock-2", which is written.
struct UnlockFile {
  struct Way {
    UnlockWay way;
    std::string seal;   // of a passphrase: the text of its seal (passphrase_seal.hpp)
    base::Bytes nonce;  // of shares, and of a token
    base::Bytes sealed;
    base::Bytes wrapped;  // of a token: what its key opens
  };
  struct Before {
    base::Bytes nonce;
    base::Bytes sealed;  // the version before, under this one
  };
  std::int64_t version = 1;
  std::vector<Way> ways;
  std::optional<Before> before;
};

// damaged_unlock_file is what is said of one.
[[nodiscard]] base::Failure damaged_unlock_file();

// parse_unlock_file: kIntegrity for anything that print_unlock_file and its elder do not write.
[[nodiscard]] base::Result<UnlockFile> parse_unlock_file(std::string_view text);
[[nodiscard]] std::string print_unlock_file(const UnlockFile& file);

// load_unlock_file reads FOLDER/unlock.json; save_unlock_file writes it in one durable step, after a look that it can
// be read back, because one that cannot would lock everybody out.
[[nodiscard]] base::Result<UnlockFile> load_unlock_file(const std::string& folder);
[[nodiscard]] base::Result<> save_unlock_file(const std::string& folder, const UnlockFile& file,
                                              base::Existing existing);

}  // namespace yuxin::keymgmt
