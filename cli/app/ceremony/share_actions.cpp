// Custodians: their shares are made, proved and replaced.
#include <algorithm>
#include <filesystem>
#include <set>

#include "actions.hpp"
#include "app/custodian_unlock.hpp"
#include "app/key_record.hpp"
#include "app/renewed_secret.hpp"
#include "app/share_making.hpp"
#include "share_log.hpp"
#include "yuxin/base/file.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/evidence/canonical.hpp"
#include "yuxin/keymgmt/reshare.hpp"
#include "yuxin/keymgmt/share_set.hpp"

namespace yuxin::cli {

using base::Code;
using base::fail;
using base::message;
using base::Result;

namespace {

std::string shares_folder(const CeremonySession& session) { return session.path("shares"); }

// What a set of shares is, with its register as a public output and the sealed shares by their digests.
Result<Deed> set_deed(CeremonySession& session) {
  const auto folder = shares_folder(session);
  TRY(const auto text, base::read_file(folder + "/" + keymgmt::kRegisterName));
  TRY(const auto shares, keymgmt::parse_register(base::as_text(text)));
  std::vector<keymgmt::CeremonyOutput> outputs;
  TRY(auto kept, session.keep_output(session.step().value("output"), text));
  outputs.push_back(std::move(kept));
  for (std::size_t group = 0; group < shares.groups.size(); ++group) {
    for (std::size_t number = 0; number < shares.groups[group].shares.size(); ++number) {
      const auto name = keymgmt::set_file_name(group, number, shares.groups[group].shares[number].seal);
      TRY(const auto octets, base::read_file(folder + "/" + name));
      outputs.push_back(CeremonySession::describe(name, keymgmt::OutputReach::kPrivate, octets));
    }
  }
  session.context().remark(
      message("The custodians' files are in {}. Each takes their own onto their own medium.", folder));
  return Deed{{{"needed", rule_text(shares)},
               {"register", base::hex(keymgmt::register_fingerprint(shares))},
               {"title", shares.title}},
              std::move(outputs)};
}

Result<bool> unlocks(Home& home, const keymgmt::ShareRegister& shares) {
  TRY(const auto ways, keymgmt::unlock_ways(home.keys_folder()));
  return std::ranges::any_of(ways, [&](const keymgmt::UnlockWay& way) { return way.label == unlock_label(shares); });
}

// The share of one custodian after the other, until each of the set has proved theirs.
Result<> prove_all(CeremonySession& session, ShareInput& input, const keymgmt::ShareRegister& shares,
                   base::JsonArray& proofs) {
  std::set<keymgmt::SharePlace> there;
  std::size_t all = 0;
  for (const auto& group : shares.groups) all += group.shares.size();
  const auto log = share_log(proofs);
  while (there.size() < all) {
    auto next = input.next(message("{} of {}", there.size(), all));
    auto who = input.said();
    const auto proved = [&]() -> Result<bool> {
      TRY(const auto opened, std::move(next));
      if (!opened) return false;
      TRY(const auto place, keymgmt::prove_share(shares, *opened));
      who = shares.groups[place.group].shares[place.number].custodian;
      if (!there.insert(place).second) return fail(Code::kConflict, "This share was proved already.");
      return true;
    }();
    if (!proved) {
      session.context().remark(proved.error().detail);
      log(who, tl::unexpected(proved.error()));
      if (!input.in_turn()) return tl::unexpected(proved.error());
      continue;
    }
    if (!*proved)
      return fail(Code::kRefused, "Only {} of {} custodians have proved their shares.", there.size(), all);
    session.context().remark(message("Proved by {}.", who));
    log(who, {});
  }
  return {};
}

}  // namespace

ShareTold share_log(base::JsonArray& proofs) {
  return [&proofs](const std::string& who, const Result<>& outcome) {
    base::JsonObject proof{{"custodian", who}, {"result", outcome ? "good" : "bad"}};
    if (!outcome) proof["why"] = outcome.error().detail;
    proofs.push_back(std::move(proof));
  };
}

Result<Deed> split_key(CeremonySession& session) {
  TRY(const auto home, session.home());
  TRY(const auto plan,
      keymgmt::share_plan_of(session.plan(), session.step().value("shares"), session.ceremony().persons()));
  const auto folder = shares_folder(session);
  const auto there = keymgmt::load_register(folder + "/" + keymgmt::kRegisterName);
  if (there) {
    TRY(const bool done, unlocks(*home, *there));
    if (done) return set_deed(session);
  }
  // a set that a power cut left opens nothing
  std::error_code error;
  std::filesystem::remove_all(folder, error);
  TRY(const auto passphrases, ask_passphrases(session.context(), session.seals_given(plan), plan));
  TRY(const auto secret, unlocking_key());
  TRY(const auto set, keymgmt::make_share_set(secret, plan, session.context().clock().now(), std::nullopt));
  TRY(const auto files, seal_set(set, plan, passphrases));
  TRY(keymgmt::write_share_set(folder, set.shares, files));
  TRY(let_unlock(session.context(), *home, set.shares, secret));
  return set_deed(session);
}

namespace {

// A home that this ceremony made is its custodians' from now on, unless the plan says otherwise; any other keeps its
// passphrase, unless the plan says otherwise.
bool passphrase_goes(const CeremonySession& session) {
  const auto& steps = session.plan().steps;
  const bool made_here =
      std::ranges::find(steps, keymgmt::CeremonyAction::kCreateHome, &keymgmt::CeremonyStep::action) != steps.end();
  return session.step().value("passphrase", made_here ? "remove" : "keep") == "remove";
}

// Only what is proved takes the passphrase's place. After a power cut it is gone already.
Result<std::string> settle_passphrase(CeremonySession& session, const keymgmt::ShareRegister& shares) {
  TRY(const auto home, session.home());
  TRY(const bool opens, unlocks(*home, shares));
  if (!opens && session.step().value("passphrase").empty()) return "kept";  // another set, of something else
  if (!opens)
    return fail(Code::kConflict, "These shares do not open the home, so its passphrase stays. Nothing was changed.");
  TRY(const auto ways, keymgmt::unlock_ways(home->keys_folder()));
  const bool there =
      std::ranges::find(ways, keymgmt::UnlockWay::Kind::kPassphrase, &keymgmt::UnlockWay::kind) != ways.end();
  if (there) {
    auto data = evidence::ObjectWriter().add("ceremony", session.ceremony().id()).add("way", "passphrase");
    TRY(record_key(*home, session.context().actor(), {.kind = "way-removed", .name = "root", .data = data.finish()}));
    TRY(keymgmt::remove_way(home->keys_folder(), {}));
    end_work(session.context(), *home);
  }
  session.context().remark(message("No passphrase opens the home any more: its custodians do, together."));
  return "removed";
}

}  // namespace

Result<Deed> prove_shares(CeremonySession& session) {
  const auto named = session.step().value("register");
  const auto file = named.empty() ? shares_folder(session) + "/" + keymgmt::kRegisterName : session.source(named);
  TRY(const auto shares, keymgmt::load_register(file));
  TRY(const auto given, session.shares_given(file));
  TRY(auto input, ShareInput::of(session.context(), given, shares, Proof::kNeeded));
  base::JsonArray proofs;
  TRY(prove_all(session, input, shares, proofs));
  base::JsonObject data{{"proofs", std::move(proofs)},
                        {"register", base::hex(keymgmt::register_fingerprint(shares))}};
  if (passphrase_goes(session)) {
    TRY(data["passphrase"], settle_passphrase(session, shares));
  }
  return Deed{std::move(data), {}};
}

Result<Deed> replace_shares(CeremonySession& session) {
  const auto file = session.source(session.step().value("register"));
  const auto folder = shares_folder(session);
  TRY(auto reshare, keymgmt::Reshare::open(file));
  std::optional<RenewedSecret> renewed;
  if (session.step().value("secret") == "new") {
    TRY(const auto home, session.home());
    TRY(renewed, RenewedSecret::of(session.context(), home, reshare, folder));
  }
  if (reshare.current().superseded) {
    // done before a power cut, if it is this ceremony's set that took its place
    const auto made = keymgmt::load_register(folder + "/" + keymgmt::kRegisterName);
    if (made && keymgmt::register_fingerprint(*made) == reshare.current().superseded->by) return set_deed(session);
  }
  TRY(check_in_force(reshare.current()));
  std::error_code error;
  std::filesystem::remove_all(folder, error);
  TRY(const auto plan,
      keymgmt::share_plan_of(session.plan(), session.step().value("shares"), session.ceremony().persons()));
  const auto replaces = keymgmt::register_fingerprint(reshare.current());
  const auto digest = keymgmt::plan_digest(plan, replaces);
  TRY(session.agree({{"needed", rule_text(plan)},
                     {"plan", base::hex(digest)},
                     {"register", base::hex(replaces)},
                     {"secret", renewed ? "new" : "kept"},
                     {"title", plan.title}}));
  TRY(const auto given, session.shares_given(file));
  TRY(auto input, ShareInput::of(session.context(), given, reshare.current(), Proof::kLeftOut));
  base::JsonArray proofs;
  TRY(auto secret, gather_secret(session.context(), input, reshare.current(), share_log(proofs)));
  if (renewed) {
    TRY(secret, renewed->exchange(std::move(secret)));
  }
  TRY(const auto passphrases, ask_passphrases(session.context(), session.seals_given(plan), plan));
  const auto now = session.context().clock().now();
  TRY(const auto set, keymgmt::make_share_set(secret, plan, now, replaces));
  TRY(const auto files, seal_set(set, plan, passphrases));
  TRY(reshare.replace(set.shares, files, folder, digest, now,
                      renewed ? renewed->let_unlock(set.shares, secret) : std::function<Result<>()>()));
  if (renewed) TRY(renewed->settle(folder));
  TRY(auto deed, set_deed(session));
  deed.data["secret"] = renewed ? "new" : "kept";
  deed.data["proofs"] = std::move(proofs);
  return deed;
}

}  // namespace yuxin::cli
