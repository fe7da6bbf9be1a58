// The identity with which a call acts: --as.
#pragma once

#include "context.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/keymgmt/identity.hpp"
#include "yuxin/keymgmt/key_ring.hpp"

namespace yuxin::cli {

// open_identity opens what --as names; asks for the passphrase at the terminal unless --as-passphrase-file is given.
// Keys on tokens are looked for through the modules of the home, where there is one. kUsage when --as was not given.
[[nodiscard]] base::Result<keymgmt::Identity> open_identity(const Context& context);

// open_share_opener opens the certificate with its key that `name` names, a file or a key on a token, for a message
// to the certificate `wanted`. The passphrase of a file comes from `passphrase_file`, or is typed; PINs as
// everywhere.
[[nodiscard]] base::Result<keymgmt::Opener> open_share_opener(const Context& context, const keymgmt::KeyRing& tokens,
                                                              const std::string& name,
                                                              const std::string& passphrase_file,
                                                              const x509::Digest256& wanted);
// tokens_of gives the tokens that a call may use, with or without a home.
[[nodiscard]] base::Result<std::shared_ptr<keymgmt::KeyRing>> tokens_of(const Context& context);

// pin_prompt asks for PINs at the terminal; empty where nobody can be asked.
[[nodiscard]] keymgmt::AskPin pin_prompt(const Context& context);

}  // namespace yuxin::cli
