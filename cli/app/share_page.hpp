// A share on paper: the only form that is not sealed.
#pragma once

#include "yuxin/base/result.hpp"
#include "yuxin/base/secret.hpp"
#include "yuxin/keymgmt/share_register.hpp"
#include "yuxin/keymgmt/share_set.hpp"

namespace yuxin::cli {

// share_page lays a share out, 80 columns wide but for the code at its end: whose it is and of which set, the
// fingerprint of the register, the numbered words of the share and of its proof, how to use them, and the text of the
// share (share_text.hpp) as a QR code.
[[nodiscard]] base::Result<base::Secret> share_page(const keymgmt::ShareRegister& shares,
                                                    const keymgmt::SharePlace& place,
                                                    const keymgmt::OpenedShare& opened);

}  // namespace yuxin::cli
