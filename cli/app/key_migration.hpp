// An authority's key goes from the home into a token.
#pragma once

#include <string>

#include "home.hpp"
#include "yuxin/base/result.hpp"

namespace yuxin::cli {

struct KeyMigration {
  std::string authority;
  std::string token;  // URI, without an object
  std::string actor;
  std::string ceremony;  // its identifier; empty: none
};

struct MigratedKey {
  std::string name;  // the key's URI now
  x509::PublicKey public_key;
  bool moved = false;  // by this call; false where it was there already
};

// migrate_key lays the key down on the token, has it sign there, and then, in one transaction, names it so in the
// home and writes that into the ledger. The copy in the home stays until it is destroyed. Killed anywhere, the next
// call goes on. Errors: of SoftwareKeyStore::copy_to_token; kConflict when the authority's key is on another token or
// elsewhere.
[[nodiscard]] base::Result<MigratedKey> migrate_key(Home& home, const KeyMigration& wanted);

}  // namespace yuxin::cli
