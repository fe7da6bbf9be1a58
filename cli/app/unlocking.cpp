#include "unlocking.hpp"

#include <algorithm>

#include "key_view.hpp"
#include "yuxin/base/text.hpp"

namespace yuxin::cli {

using base::Code;
using base::fail;
using base::message;
using base::Result;
using keymgmt::UnlockWay;

namespace {

bool has(const std::vector<UnlockWay>& ways, UnlockWay::Kind kind) {
  return std::ranges::find(ways, kind, &UnlockWay::kind) != ways.end();
}

// is_away: the token, its module or its key cannot be reached now, which is no reason to refuse the other ways.
bool is_away(const base::Error& error) { return error.code == Code::kNotFound || error.code == Code::kUnavailable; }

// What can be done instead of bringing a token, as words to type.
std::string other_ways(const std::vector<UnlockWay>& ways) {
  std::vector<std::string> others;
  if (has(ways, UnlockWay::Kind::kPassphrase)) others.push_back(message("with --passphrase-file FILE"));
  if (has(ways, UnlockWay::Kind::kShares))
    others.push_back(message("by its custodians: yuxin share unlock REGISTER, or yuxin serve --shares REGISTER"));
  return base::join(others, message("; "));
}

base::Failure no_token(const base::Error& away, const std::vector<UnlockWay>& ways) {
  const auto others = other_ways(ways);
  if (others.empty()) {
    return base::fail_with(Code::kUnavailable, away.diagnostic,
                           "Nothing but a token unlocks this home, and it is not to be had: {} Nothing was changed.",
                           away.detail);
  }
  return base::fail_with(Code::kUnavailable, away.diagnostic,
                         "A token unlocks this home, and it is not to be had: {} Without it, unlock {}. Nothing was "
                         "changed.",
                         away.detail, others);
}

// Nothing where no token of the home is there; `away` says why of the last one.
Result<bool> unlock_by_tokens(Home& home, const std::vector<UnlockWay>& ways, std::optional<base::Error>& away) {
  for (const auto& way : ways) {
    if (way.kind != UnlockWay::Kind::kToken) continue;
    auto done = home.unlock_by_token(way.label);
    if (done) return true;
    if (!is_away(done.error())) return tl::unexpected(std::move(done).error());
    away = std::move(done).error();
  }
  return false;
}

}  // namespace

Result<> unlock_home(const Context& context, Home& home) {
  TRY(const auto ways, keymgmt::unlock_ways(home.keys_folder()));
  const bool by_passphrase = has(ways, UnlockWay::Kind::kPassphrase);
  if (!context.options().passphrase_file) {
    std::optional<base::Error> away;
    TRY(const bool done, unlock_by_tokens(home, ways, away));
    if (done) return {};
    if (away && (!by_passphrase || !context.interactive())) return no_token(*away, ways);
    if (away) context.remark(away->detail);
  }
  if (!by_passphrase) {
    return fail(Code::kNotAuthorised,
                "No passphrase unlocks the keys of this home. What does, says: yuxin unlock list");
  }
  TRY(const auto passphrase, context.passphrase(message("Passphrase for the keys of {}", home.path())));
  return home.unlock(passphrase);
}

Result<> unlock_by_token_alone(Home& home) {
  TRY(const auto ways, keymgmt::unlock_ways(home.keys_folder()));
  std::optional<base::Error> away;
  TRY(const bool done, unlock_by_tokens(home, ways, away));
  if (done) return {};
  if (away) return tl::unexpected(std::move(*away));
  return fail(Code::kConflict, "No token unlocks this home. What does, says: yuxin unlock list");
}

bool names_an_unlocking(const Context& context) {
  const auto& options = context.options();
  if (options.passphrase_file) return true;
  if (!options.pin_file) return false;
  const auto ways = keymgmt::unlock_ways(options.home + "/keys");
  return ways && has(*ways, UnlockWay::Kind::kToken);
}

std::string way_text(const UnlockWay& way) {
  switch (way.kind) {
    case UnlockWay::Kind::kPassphrase:
      return message("a passphrase");
    case UnlockWay::Kind::kToken:
      return message("the token key {}", shown_key_name(way.label));
    case UnlockWay::Kind::kShares:
      break;
  }
  return message("the custodians of the set {}", way.label);
}

std::string way_name(const UnlockWay& way) {
  return way.kind == UnlockWay::Kind::kPassphrase ? std::string("passphrase") : shown_key_name(way.label);
}

}  // namespace yuxin::cli
