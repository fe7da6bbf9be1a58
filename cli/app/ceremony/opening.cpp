#include "opening.hpp"

#include <algorithm>

#include "actions.hpp"
#include "app/custodian_unlock.hpp"
#include "app/key_view.hpp"
#include "app/share_gathering.hpp"
#include "app/unlocking.hpp"
#include "share_log.hpp"
#include "yuxin/base/file.hpp"
#include "yuxin/evidence/ledger.hpp"
#include "yuxin/keymgmt/reshare.hpp"

namespace yuxin::cli {

using base::Code;
using base::fail;
using base::message;
using base::Result;
using keymgmt::CeremonyAction;

namespace {

const keymgmt::CeremonyStep* opening_step(const keymgmt::CeremonyPlan& plan) {
  for (const auto& step : plan.steps) {
    if (step.action == CeremonyAction::kOpenHome || step.action == CeremonyAction::kCreateHome) return &step;
  }
  return nullptr;
}

// The register of whose set opens the home now; empty: a passphrase or a token does. After a power cut it may be the
// set that this ceremony made: a home that it made has no passphrase any more once its custodians have proved their
// shares, and a set that it replaced opens nothing.
Result<std::string> register_that_opens(const CeremonySession& session, const keymgmt::CeremonyStep& step,
                                        const Home& home) {
  const auto made_here = session.path("shares/" + std::string(keymgmt::kRegisterName));
  if (step.value("unlock") == "shares") {
    const auto named = session.source(step.value("register"));
    TRY(const auto shares, keymgmt::load_register(named));
    const auto made = keymgmt::load_register(made_here);
    const bool replaced = shares.superseded && made && keymgmt::register_fingerprint(*made) == shares.superseded->by;
    return replaced ? made_here : named;
  }
  TRY(const auto ways, keymgmt::unlock_ways(home.keys_folder()));
  const bool passphrase =
      std::ranges::find(ways, keymgmt::UnlockWay::Kind::kPassphrase, &keymgmt::UnlockWay::kind) != ways.end();
  return passphrase || !base::file_exists(made_here) ? std::string() : made_here;
}

Result<base::JsonArray> unlock_by_shares(CeremonySession& session, const std::string& register_file, Home& home) {
  TRY(const auto shares, keymgmt::load_register(register_file));
  TRY(check_in_force(shares));
  TRY(const auto given, session.shares_given(register_file));
  TRY(auto input, ShareInput::of(session.context(), given, shares, Proof::kLeftOut));
  base::JsonArray proofs;
  TRY(const auto joined, gather_secret(session.context(), input, shares, share_log(proofs)));
  TRY(auto root, keymgmt::unlock_by_shares(home.keys_folder(), joined));
  home.unlocked_by(std::move(root));
  return proofs;
}

}  // namespace

void take_pins(CeremonySession& session, Home& home) {
  home.keys().set_pins(session.context().options().pin_file, [&session](const std::string& token) {
    return session.context().ask_secret(message("PIN of the token {}", token));
  });
}

Result<base::JsonObject> reopen_home(CeremonySession& session) {
  const auto* step = opening_step(session.plan());
  if (step == nullptr) return fail(Code::kUsage, "The plan neither makes nor opens a home.");
  const auto& path = session.context().options().home;
  TRY(auto home, Home::open(path, Home::Access::kWrite, session.context().clock()));
  take_pins(session, *home);
  base::JsonObject data{{"home", path}};
  TRY(const auto register_file, register_that_opens(session, *step, *home));
  if (!register_file.empty()) {
    data["unlock"] = "shares";
    TRY(auto proofs, unlock_by_shares(session, register_file, *home));
    data["proofs"] = std::move(proofs);
  } else if (step->value("unlock") == "token") {
    data["unlock"] = "token";
    TRY(unlock_by_token_alone(*home));
    data["token"] = shown_key_name(home->token_that_unlocked());
  } else {
    data["unlock"] = "passphrase";
    TRY(const auto passphrase, session.context().passphrase(message("Passphrase of the home")));
    TRY(home->unlock(passphrase));
  }
  TRY(end_interrupted(session.context(), *home));
  TRY(home->store().read([&](store::Reader& reader) -> Result<> {
    TRY(const auto head, evidence::tree_head(reader));
    data["head"] = base::hex(head.root);
    data["records"] = head.size;
    return {};
  }));
  session.opened(std::move(home));
  return data;
}

Result<Deed> open_the_home(CeremonySession& session) {
  TRY(auto data, reopen_home(session));
  return Deed{std::move(data), {}};
}

}  // namespace yuxin::cli
