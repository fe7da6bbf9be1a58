#include "opening.hpp"

#include "actions.hpp"
#include "app/custodian_unlock.hpp"
#include "app/share_gathering.hpp"
#include "share_log.hpp"
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
  base::JsonObject data{{"home", path}, {"unlock", step->value("unlock", "passphrase")}};
  if (step->value("unlock") == "shares") {
    TRY(auto proofs, unlock_by_shares(session, session.source(step->value("register")), *home));
    data["proofs"] = std::move(proofs);
  } else {
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
