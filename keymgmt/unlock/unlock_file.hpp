// keys/unlock.json, its text and its parts.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "yuxin/keymgmt/unlock.hpp"

namespace yuxin::keymgmt {

// UnlockFile is what stands in the file. Two forms are read: "yuxin-seal-1", a passphrase's seal alone, which is
// version 1 with one way, and "yuxin-unlock-2", which is written.
struct UnlockFile {
  struct Way {
    UnlockWay way;
    std::string seal;   // of a passphrase: the text of its seal (passphrase_seal.hpp)
    base::Bytes nonce;  // of shares
    base::Bytes sealed;
  };
  struct Before {
    base::Bytes nonce;
    base::Bytes sealed;  // the version before, under this one
  };
  std::int64_t version = 1;
  std::vector<Way> ways;
  std::optional<Before> before;
};

// parse_unlock_file: kIntegrity for anything that print_unlock_file and its elder do not write.
[[nodiscard]] base::Result<UnlockFile> parse_unlock_file(std::string_view text);
[[nodiscard]] std::string print_unlock_file(const UnlockFile& file);

}  // namespace yuxin::keymgmt
