#include "custodian_unlock.hpp"

#include "share_gathering.hpp"
#include "yuxin/keymgmt/reshare.hpp"

namespace yuxin::cli {

using base::Result;

std::string unlock_label(const keymgmt::ShareRegister& shares) { return base::hex(shares.set); }

Result<> unlock_by_custodians(const Context& context, const Arguments& arguments, const std::string& register_file,
                              Home& home) {
  TRY(const auto shares, keymgmt::load_register(register_file));
  TRY(check_in_force(shares));
  TRY(auto input, ShareInput::of(context, arguments, shares, Proof::kLeftOut));
  TRY(const auto joined, gather_secret(context, input, shares));
  TRY(auto root, keymgmt::unlock_by_shares(home.keys_folder(), joined));
  home.unlocked_by(std::move(root));
  return {};
}

}  // namespace yuxin::cli
