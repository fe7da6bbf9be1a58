// The certificate by which a home signs its notifications.
#pragma once

#include <string>
#include <vector>

#include "home.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/keymgmt/identity.hpp"
#include "yuxin/notify/message.hpp"

namespace yuxin::cli {

// keep_notifier makes a key and certificate (profile notifier) where there is none, it was revoked, runs out, or
// bears other addresses than `senders`. Gives the one in service with its signer. The key is the home's own, on no
// token, because it signs without anybody there. kConflict where no authority here could certify it.
[[nodiscard]] base::Result<keymgmt::Identity> keep_notifier(Home& home, const std::vector<std::string>& senders,
                                                            const std::string& actor);

// seal_by signs as that identity, with the time of the clock, which outlives it.
[[nodiscard]] notify::Seal seal_by(keymgmt::Identity identity, const base::Clock& clock);

}  // namespace yuxin::cli
