// Authorizations and their challenges: RFC 8555 section 7.5.
#include <algorithm>
#include <chrono>
#include <thread>

#include "identifiers.hpp"
#include "operations.hpp"
#include "repository.hpp"
#include "validation.hpp"
#include "yuxin/base/log.hpp"
#include "yuxin/base/text.hpp"

namespace yuxin::ra::acme {

using base::JsonArray;
using base::JsonObject;

namespace {

constexpr int kLooks = 3;
constexpr std::chrono::seconds kBetweenLooks{2};
constexpr std::string_view kAskAgainAfter = "3";

JsonObject challenge_json(const World& world, const Challenge& challenge) {
  JsonObject json = {{"type", challenge_name(challenge.type)},
                     {"url", world.url("challenge", challenge.name)},
                     {"status", status_name(challenge.status)},
                     {"token", challenge.token}};
  if (challenge.validated) json["validated"] = base::rfc3339(*challenge.validated);
  if (const auto error = base::parse_json(challenge.error); error) json["error"] = *error;
  return json;
}

// Section 7.1.4: of a valid authorization the challenge that proved it, of an invalid one that which failed.
bool is_shown(const Authorization& authorization, const Challenge& challenge) {
  if (authorization.status == Status::kValid) return challenge.status == Status::kValid;
  if (authorization.status == Status::kInvalid) return challenge.status == Status::kInvalid;
  return true;
}

JsonObject authorization_json(const World& world, const Authorization& authorization) {
  JsonArray challenges;
  for (const auto& challenge : authorization.challenges) {
    if (is_shown(authorization, challenge)) challenges.emplace_back(challenge_json(world, challenge));
  }
  JsonObject json = {{"identifier", identifier_json(authorization.host)},
                     {"status", status_name(authorization.status_at(world.now()))},
                     {"expires", base::rfc3339(authorization.expires)},
                     {"challenges", std::move(challenges)}};
  if (authorization.wildcard) json["wildcard"] = true;
  return json;
}

Outcome<> check_owner(const Asked& asked, const std::optional<Authorization>& found) {
  if (!found) return no_such_object();
  if (found->account == asked.account->row) return {};
  return deny(ProblemType::kUnauthorized, "The authorization is another account's.");
}

Challenge& challenge_in(Authorization& authorization, const std::string& name) {
  return *std::ranges::find(authorization.challenges, name, &Challenge::name);
}

// Judging is what a job of the validators does.
class Judging {
 public:
  Judging(World& world, const Account& account, Authorization of, std::string challenge)
      : world_(world),
        of_(std::move(of)),
        name_(std::move(challenge)),
        account_url_(world.url("account", account.name)) {
    const auto& found = challenge_in(of_, name_);
    proof_ = {found.type, of_.host, found.token, key_authorization(found.token, account.thumbprint)};
  }

  void run() {
    auto verdict = look(*world_.parts.prober, proof_);
    for (int i = 1; i < kLooks && !verdict; ++i) {
      std::this_thread::sleep_for(kBetweenLooks);
      if (world_.validators.closing()) return;  // it stays in processing, and is looked at after the next start
      verdict = look(*world_.parts.prober, proof_);
    }
    if (verdict) verdict = may_issue();
    const auto kept = keep(verdict);
    // It stays in processing then, and the next poll looks again.
    if (!kept) base::log_error("ACME: " + kept.error().detail + " " + kept.error().diagnostic);
  }

 private:
  Outcome<> may_issue() {
    const auto& issuers = world_.parts.config.caa_identities;
    if (issuers.empty()) return {};
    return check_caa(*world_.parts.prober, {issuers, of_.host, of_.wildcard, account_url_, proof_.type});
  }

  Outcome<> keep(const Outcome<>& verdict) {
    return world_.write([&](store::Session& session) -> Outcome<> {
      TRY(auto now_found, repository::authorization_named(session, of_.name));
      if (!now_found || now_found->status != Status::kPending) return {};
      auto& challenge = challenge_in(*now_found, name_);
      if (challenge.status != Status::kProcessing) return {};
      return verdict ? keep_valid(session, *now_found, challenge)
                     : keep_invalid(session, *now_found, challenge, verdict.error());
    });
  }

  Outcome<> keep_valid(store::Session& session, Authorization& of, Challenge& challenge) {
    challenge.status = Status::kValid;
    challenge.validated = world_.now();
    of.status = Status::kValid;
    of.expires = world_.now() + world_.parts.config.authorization_for;
    TRY(repository::update_challenge(session, challenge, std::nullopt));
    TRY(repository::update_authorization(session, of, Status::kPending));
    return {};
  }

  Outcome<> keep_invalid(store::Session& session, Authorization& of, Challenge& challenge, const Problem& problem) {
    challenge.status = Status::kInvalid;
    challenge.error = base::print_json(problem_json(problem));
    of.status = Status::kInvalid;
    TRY(repository::update_challenge(session, challenge, world_.now()));
    TRY(repository::update_authorization(session, of, Status::kPending));
    return {};
  }

  World& world_;
  Authorization of_;
  std::string name_;
  std::string account_url_;
  Proof proof_;
};

// submit gives a challenge to the validators. Where they are full, the next poll tries again.
void submit(World& world, const Account& account, const Authorization& of, const std::string& challenge) {
  auto claim = world.validating.claim(challenge);
  if (!claim) return;
  auto judging = std::make_shared<Judging>(world, account, of, challenge);
  if (!world.validators.submit(account.row, [judging, claim] { judging->run(); }))
    base::log_warning(base::message("Too many ACME challenges wait to be looked at."));
}

// start takes a challenge from pending to processing, if its authorization is still open.
Outcome<Authorization> start(World& world, const Asked& asked, const std::string& name) {
  std::optional<Authorization> found;
  TRY(world.write([&](store::Session& session) -> Outcome<> {
    TRY(found, repository::authorization_of_challenge(session, name));
    TRY(check_owner(asked, found));
    auto& challenge = challenge_in(*found, name);
    if (found->status_at(world.now()) != Status::kPending || challenge.status != Status::kPending) return {};
    TRY(const auto failed,
        repository::count_failed(session, asked.account->row, world.now() - base::hours(1), world.now()));
    if (failed >= world.parts.config.failures_per_hour) {
      Problem problem(
          ProblemType::kRateLimited,
          base::message("{} challenges of the account failed within an hour or are being looked at.", failed));
      problem.retry_after = 600;
      return Refusal(std::move(problem));
    }
    challenge.status = Status::kProcessing;
    TRY(repository::update_challenge(session, challenge, std::nullopt));
    return {};
  }));
  return std::move(*found);
}

Outcome<> deactivate(World& world, Authorization& found) {
  return world.write([&](store::Session& session) -> Outcome<> {
    const auto before = found.status;
    if (before != Status::kValid && before != Status::kPending)
      return deny(ProblemType::kMalformed, "Only an authorization that is pending or valid is deactivated.");
    auto changed = found;
    changed.status = Status::kDeactivated;
    TRY(repository::update_authorization(session, changed, before));
    found = std::move(changed);
    return {};
  });
}

}  // namespace

void resume(World& world, const Account& account, const Authorization& of) {
  if (of.status_at(world.now()) != Status::kPending) return;
  for (const auto& challenge : of.challenges) {
    if (challenge.status == Status::kProcessing) submit(world, account, of, challenge.name);
  }
}

Answer authorization(World& world, const Asked& asked, const std::string& name) {
  std::optional<Authorization> found;
  TRY(world.read([&](store::Session& session) -> Outcome<> {
    TRY(found, repository::authorization_named(session, name));
    return {};
  }));
  TRY(check_owner(asked, found));
  const auto status = base::json_string(asked.payload, "status");
  if (!asked.is_get() && status != "deactivated")
    return deny(ProblemType::kMalformed, "The status of an authorization can be changed to deactivated only.");
  if (!asked.is_get()) TRY(deactivate(world, *found));
  resume(world, *asked.account, *found);
  auto reply = json_reply(200, authorization_json(world, *found));
  if (found->status_at(world.now()) == Status::kPending) reply.fields.emplace_back("Retry-After", kAskAgainAfter);
  return reply;
}

Answer challenge(World& world, const Asked& asked, const std::string& name) {
  std::optional<Authorization> found;
  if (asked.is_get()) {
    TRY(world.read([&](store::Session& session) -> Outcome<> {
      TRY(found, repository::authorization_of_challenge(session, name));
      return {};
    }));
    TRY(check_owner(asked, found));
  } else {
    TRY(found, start(world, asked, name));
  }
  resume(world, *asked.account, *found);
  const auto& one = challenge_in(*found, name);
  auto reply = json_reply(200, challenge_json(world, one));
  if (one.status == Status::kProcessing) reply.fields.emplace_back("Retry-After", kAskAgainAfter);
  reply.fields.emplace_back("Link", "<" + world.url("authorization", found->name) + ">;rel=\"up\"");
  return reply;
}

}  // namespace yuxin::ra::acme
