// The keys of a home as people and programs see them.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "context.hpp"
#include "home.hpp"
#include "yuxin/base/json.hpp"
#include "yuxin/base/result.hpp"

namespace yuxin::cli {

// SeenKey is one key. Where its token cannot be reached there is no public key, and `trouble` says why.
struct SeenKey {
  std::string name;   // in the home, or a URI
  std::string token;  // label of its token; empty: in the home
  std::optional<x509::PublicKey> public_key;
  std::vector<std::string> uses;  // "authority issuing", in the language of the process
  std::string trouble;
};

// see_keys gives those of the home's software store, those on tokens that the home uses, and all on the tokens that
// `tokens` names, in the order of the names. No key is unlocked.
[[nodiscard]] base::Result<std::vector<SeenKey>> see_keys(Home& home, const std::vector<std::string>& tokens);

// shown_key_name leaves out where a PIN lies.
[[nodiscard]] std::string shown_key_name(const std::string& name);
[[nodiscard]] base::JsonObject key_json(const SeenKey& key);
void print_keys(const Context& context, const std::vector<SeenKey>& keys);

}  // namespace yuxin::cli
