// How the root key is sealed for each way to it, and opened again.
#pragma once

#include <string>
#include <string_view>

#include "unlock_file.hpp"
#include "yuxin/x509/decrypter.hpp"

namespace yuxin::keymgmt {

// seal_for_* make the entry of the file. Errors: those of the functions in unlock.hpp.
[[nodiscard]] base::Result<UnlockFile::Way> seal_for_passphrase(const RootKey& root, const base::Secret& passphrase);
[[nodiscard]] base::Result<UnlockFile::Way> seal_for_shares(const RootKey& root, std::string_view label,
                                                            const base::Secret& joined);
// The key on the token has opened what was sealed for it when this returns.
[[nodiscard]] base::Result<UnlockFile::Way> seal_for_token(const RootKey& root, std::string_view uri,
                                                           const x509::Decrypter& key);
// seal_before seals the version before under the one that follows it.
[[nodiscard]] base::Result<UnlockFile::Before> seal_before(const RootKey& root, const base::Secret& before);

// open_* give the root key of that version. kNotAuthorised for what does not open it, kIntegrity for what is damaged.
[[nodiscard]] base::Result<base::Secret> open_passphrase_way(const UnlockFile::Way& way,
                                                             const base::Secret& passphrase);
[[nodiscard]] base::Result<base::Secret> open_shares_way(const UnlockFile::Way& way, std::int64_t version,
                                                         const base::Secret& joined);
[[nodiscard]] base::Result<base::Secret> open_token_way(const UnlockFile::Way& way, std::int64_t version,
                                                        const x509::Decrypter& key);
[[nodiscard]] base::Result<base::Secret> open_before(const UnlockFile::Before& before, const RootKey& root);

}  // namespace yuxin::keymgmt
