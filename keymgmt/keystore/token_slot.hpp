// Which slot holds the token that a URI names.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "token_module.hpp"
#include "token_uri.hpp"

namespace yuxin::keymgmt {

// TokenPlace is where a token is now, and what it is.
struct TokenPlace {
  std::shared_ptr<Module> module;
  CK_SLOT_ID slot = 0;
  std::string label;
  std::string serial;
  std::string model;
  std::string maker;

  // id is what stays the same when the token moves to another slot.
  [[nodiscard]] std::string id() const { return maker + '\n' + model + '\n' + serial + '\n' + label; }
  [[nodiscard]] std::string describe() const;
};

[[nodiscard]] TokenPlace place_of(std::shared_ptr<Module> module, CK_SLOT_ID slot, const CK_TOKEN_INFO& token);

// find_token looks through the slots of the modules; a module that is down has none. kNotFound when no token fits,
// kConflict when several do.
[[nodiscard]] base::Result<TokenPlace> find_token(const std::vector<std::shared_ptr<Module>>& modules,
                                                  const TokenUri& uri);
// tokens_in gives every token of one module that fits.
[[nodiscard]] std::vector<TokenPlace> tokens_in(const std::shared_ptr<Module>& module, const TokenUri& uri);

}  // namespace yuxin::keymgmt
