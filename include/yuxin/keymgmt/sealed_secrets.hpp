// Secrets of others that the program must know again, such as those by which CMP clients are authenticated.
#pragma once

#include <string>
#include <string_view>

#include "yuxin/base/result.hpp"
#include "yuxin/base/secret.hpp"
#include "yuxin/keymgmt/unlock.hpp"

namespace yuxin::keymgmt {

// SealedSecrets keeps short secrets in the folder `keys` of a home, each in a file NAME.secret that holds it sealed
// by AES-256-GCM under a key derived from the root key for that name. Names are those of keys. Thread-safe.
class SealedSecrets {
 public:
  SealedSecrets(std::string folder, UnlockedRoot root) : folder_(std::move(folder)), root_(std::move(root)) {}

  // keep is durable when it returns, and takes the place of what there was. kUsage for what is no name, or longer
  // than 1024 octets.
  [[nodiscard]] base::Result<> keep(std::string_view name, const base::Secret& secret) const;
  // find: kNotFound; kIntegrity when the file is damaged or is another's.
  [[nodiscard]] base::Result<base::Secret> find(std::string_view name) const;
  // destroy overwrites and removes it; nothing to do where there is none.
  [[nodiscard]] base::Result<> destroy(std::string_view name) const;
  // rewrap seals what is under the root key before the present one anew. Gives how many it did; may be called again.
  [[nodiscard]] base::Result<std::int64_t> rewrap() const;

 private:
  std::string folder_;
  UnlockedRoot root_;
};

}  // namespace yuxin::keymgmt
