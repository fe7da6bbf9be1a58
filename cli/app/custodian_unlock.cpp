#include "custodian_unlock.hpp"

#include "key_record.hpp"
#include "share_gathering.hpp"
#include "yuxin/evidence/canonical.hpp"
#include "yuxin/keymgmt/reshare.hpp"

namespace yuxin::cli {

using base::Result;
using base::Secret;

std::string unlock_label(const keymgmt::ShareRegister& shares) { return base::hex(shares.set); }

Result<Secret> unlock_by_custodians(const Context& context, const Arguments& arguments,
                                    const std::string& register_file, Home& home) {
  TRY(const auto shares, keymgmt::load_register(register_file));
  TRY(check_in_force(shares));
  TRY(auto input, ShareInput::of(context, arguments, shares, Proof::kLeftOut));
  TRY(auto joined, gather_secret(context, input, shares));
  TRY(auto root, keymgmt::unlock_by_shares(home.keys_folder(), joined));
  home.unlocked_by(std::move(root));
  return joined;
}

Result<Secret> unlocking_key() {
  Secret key(32);
  base::random_bytes({key.data(), key.size()});
  return key;
}

// The shares are durable before they unlock anything: a set that nobody holds would be a door without a key.
Result<> let_unlock(const Context& context, Home& home, const keymgmt::ShareRegister& shares, const Secret& secret) {
  TRY(record_key(home, context.actor(),
                 {.kind = "shares",
                  .name = "root",
                  .data = evidence::ObjectWriter()
                              .add("register", base::hex(keymgmt::register_fingerprint(shares)))
                              .add("set", unlock_label(shares))
                              .finish()}));
  TRY(keymgmt::add_shares(home.keys_folder(), home.root(), unlock_label(shares), secret));
  TRY(keymgmt::unlock_by_shares(home.keys_folder(), secret));  // what was written opens
  end_work(context, home);
  return {};
}

}  // namespace yuxin::cli
