// Shares of a new secret for a home: where one of the old ones may be in wrong hands.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "home.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/base/secret.hpp"
#include "yuxin/keymgmt/reshare.hpp"

namespace yuxin::cli {

// RenewedSecret is the home's side of a reshare (keymgmt/reshare.hpp) with a new secret:
//
//   the new set is on the disk -> it opens the home too -> it is in force -> the old secret opens the home no more
//
// At every moment the set that is in force opens the home. What is cut off is settled by the next attempt.
class RenewedSecret {
 public:
  // open settles what an attempt before left: the old way goes where the new set, in `folder`, is in force.
  [[nodiscard]] static base::Result<RenewedSecret> open(const Context& context, const keymgmt::Reshare& reshare,
                                                        const std::string& folder);
  // of is the same for a home that is open.
  [[nodiscard]] static base::Result<RenewedSecret> of(const Context& context, std::shared_ptr<Home> home,
                                                      const keymgmt::Reshare& reshare, const std::string& folder);
  // settled: the new set was in force already, and nothing else is left to do.
  [[nodiscard]] bool settled() const { return settled_; }
  // exchange takes what the old shares join to, which must unlock the home (kNotAuthorised), and draws the new
  // secret.
  [[nodiscard]] base::Result<base::Secret> exchange(base::Secret old);
  // let_unlock makes the new set a way to unlock the home, with its ledger record: for Reshare::replace. The
  // arguments and this must outlive it.
  [[nodiscard]] std::function<base::Result<>()> let_unlock(const keymgmt::ShareRegister& shares,
                                                           const base::Secret& secret);
  // settle takes the old way away, when the new set is in force.
  [[nodiscard]] base::Result<> settle(const std::string& folder);

 private:
  RenewedSecret(const Context& context, std::shared_ptr<Home> home) : context_(&context), home_(std::move(home)) {}

  const Context* context_;
  std::shared_ptr<Home> home_;
  base::Secret old_;
  bool settled_ = false;
};

}  // namespace yuxin::cli
