// yuxin cert revoke, hold, release
#include <fmt/format.h>

#include <ranges>

#include "app/certificate_view.hpp"
#include "app/home.hpp"
#include "app/shell_word.hpp"
#include "commands.hpp"
#include "yuxin/base/log.hpp"
#include "yuxin/ca/certificate_json.hpp"
#include "yuxin/ca/crl_publication.hpp"
#include "yuxin/ca/key_use.hpp"
#include "yuxin/ca/revocation.hpp"

namespace yuxin::cli {
namespace {

using base::Code;
using base::fail;
using base::message;
using base::Result;
using ca::StatusAction;

Result<ca::StatusOrder> order_of(const FoundCertificate& found, const Arguments& arguments, StatusAction action) {
  ca::StatusOrder order{found.row.authority, found.authority, found.serial, x509::RevocationReason::kUnspecified,
                        std::nullopt};
  if (action == StatusAction::kRevoke) {
    const auto name = arguments.one("--reason");
    const auto reason = x509::reason_by_name(name);
    if (!reason) {
      return fail(
          Code::kUsage,
          "\"{}\" is no reason. There are: unspecified, keyCompromise, cACompromise, affiliationChanged, superseded, "
          "cessationOfOperation, privilegeWithdrawn, aACompromise.",
          name);
    }
    order.reason = *reason;
  }
  if (const auto text = arguments.maybe("--invalidity-date")) {
    order.invalidity_date = base::parse_rfc3339(*text);
    if (!order.invalidity_date)
      return fail(Code::kUsage, "\"{}\" is no time. Write it as 2026-11-22T10:00:00Z.", *text);
  }
  return order;
}

// An offline root answers nobody: what it says is seen when its list has been carried to where it is published.
std::string offline_effect_of(StatusAction action) {
  switch (action) {
    case StatusAction::kRevoke:
      return message("The next list says revoked, and it has to be carried to the online home. It cannot be undone.");
    case StatusAction::kHold:
      return message(
          "The next list says revoked (certificateHold), until it is released, and it has to be carried to the "
          "online home.");
    case StatusAction::kRelease:
      break;
  }
  return message("The next list no longer names it, and it has to be carried to the online home.");
}

std::string effect_of(StatusAction action, HomeKind kind) {
  if (kind == HomeKind::kOfflineRoot) return offline_effect_of(action);
  switch (action) {
    case StatusAction::kRevoke:
      return message("OCSP says revoked from now on, and a new list is published. It cannot be undone.");
    case StatusAction::kHold:
      return message(
          "OCSP says revoked (certificateHold) from now on, and a new list is published, until it is released.");
    case StatusAction::kRelease:
      break;
  }
  return message("OCSP says good again from now on, and a new list is published.");
}

// What a trial would have made of the certificate; the time is that of the act.
base::JsonObject would_be(StatusAction action, const ca::StatusOrder& order) {
  if (action == StatusAction::kRelease) return {{"state", "good"}};
  if (action == StatusAction::kHold) return {{"state", "on-hold"}};
  return {{"state", "revoked"},
          {"reason", x509::reason_name(order.reason)},
          {"invalidity_date",
           order.invalidity_date ? base::Json(base::rfc3339(*order.invalidity_date)) : base::Json(nullptr)}};
}

std::string question_of(StatusAction action) {
  switch (action) {
    case StatusAction::kRevoke:
      return message("Revoke this certificate?");
    case StatusAction::kHold:
      return message("Put this certificate on hold?");
    case StatusAction::kRelease:
      break;
  }
  return message("Release this certificate?");
}

std::string done_text(StatusAction action, const FoundCertificate& found, const ca::StatusOutcome& outcome) {
  const auto serial = found.serial.shortened();
  if (action == StatusAction::kRelease) return message("Released {}.", serial);
  const auto at = base::local_time(outcome.after.revoked_at);
  if (action == StatusAction::kHold) return message("On hold: {} since {}.", serial, at);
  auto done = message("Revoked {} at {} ({}).", serial, at, reason_text(outcome.after.reason));
  if (!outcome.after.invalidity_date) return done;
  return message("{} Not to be trusted since {}.", done, base::local_time(*outcome.after.invalidity_date));
}

// The list follows at once. Where it cannot be signed now, what was done stays done: OCSP tells it, and a running
// server publishes the list later.
std::string publish_list(Context& context, Home& home, const std::string& authority) {
  auto order = home.crl_order(authority);
  auto published = order ? ca::publish_crl(home.store(), *order, context.clock(), {context.actor()})
                         : Result<store::CrlRow>(tl::unexpected(order.error()));
  if (published && home.config().kind == HomeKind::kOfflineRoot) {
    return message("List {} is signed and lies in {}. Carry it; in the online home: yuxin ca import-crl {} FILE.",
                   published->number, shell_word(home.path() + "/" + published->file), shell_word(authority));
  }
  if (published) return message("List {} published.", published->number);
  base::log_debug(published.error().detail + " " + published.error().diagnostic);
  // what no server does either; end_work tries once more and says why
  const auto code = published.error().code;
  if (code == Code::kIntegrity || code == Code::kNotAuthorised)
    return message("No list was published; the warning says why.");
  return message("The list could not be published now; a running server does it, or: yuxin ca crl {}.", authority);
}

// A list that its own signer's revocation stands in proves nothing, and it could not be taken back (RFC 5280 section
// 6.1: trust in a root ends by taking it out of the trust stores).
Result<> check_not_own(Home& home, const FoundCertificate& found, StatusAction action) {
  TRY(const auto authority, home.authority(found.authority));
  if (action == StatusAction::kRelease || found.row.der.empty() || !base::equal(authority.certificate, found.row.der))
    return {};
  return fail(
      Code::kRefused,
      "{} is the certificate of authority {} itself, and no list of its own can revoke it. Tell those who trust "
      "it to take it out of their trust stores. Nothing was changed.",
      found.serial.hex(), found.authority);
}

// Whoever has a key that leaked has all certificates that it stands in.
Result<std::vector<store::CertificateRow>> others_with_leaked_key(Home& home, const FoundCertificate& found,
                                                                  const ca::StatusOutcome& outcome) {
  std::vector<store::CertificateRow> others;
  if (!ca::is_compromise(outcome.after) || found.row.der.empty()) return others;
  TRY(const auto certificate, parsed_certificate(found));
  TRY(home.store().read([&](store::Reader& reader) -> Result<> {
    TRY(others, ca::in_force_with_key(reader, certificate.tbs().spki, home.clock().now()));
    return {};
  }));
  return others;
}

base::JsonArray serials_of(const std::vector<store::CertificateRow>& rows) {
  base::JsonArray serials;
  for (const auto& row : rows) {
    const auto serial = x509::Serial::from_der_content(row.serial);
    serials.emplace_back(serial ? serial->hex() : base::hex_upper(row.serial));
  }
  return serials;
}

struct Asked {
  FoundCertificate found;
  ca::StatusOrder order;
};

// Everything that can be refused before a key is needed.
Result<Asked> asked_of(const Context& context, Home& home, const Arguments& arguments, StatusAction action) {
  TRY(auto found, find_certificate(home, arguments));
  TRY(check_not_own(home, found, action));
  TRY(auto order, order_of(found, arguments, action));
  TRY(ca::check_allowed(found.row, action, order, context.clock().now()));
  return Asked{std::move(found), std::move(order)};
}

void show(const Context& context, const Asked& asked, StatusAction action, HomeKind kind) {
  describe(context, asked.found);
  if (asked.order.invalidity_date)
    context.remark(labelled(message("invalid since"), base::local_time(*asked.order.invalidity_date)));
  context.remark(labelled(message("effect"), effect_of(action, kind)));
}

Result<int> run(Context& context, const Arguments& arguments, StatusAction action) {
  TRY(auto locked, open_home(context, Home::Access::kRead));
  TRY(auto asked, asked_of(context, *locked, arguments, action));
  auto& [found, order] = asked;
  if (arguments.has("--dry-run")) {
    show(context, asked, action, locked->config().kind);
    context.remark(message("Every check passed. Nothing was changed (--dry-run)."));
    if (context.options().json) {
      auto document = ca::certificate_json(found.row, found.authority, context.clock().now());
      document["dry_run"] = true;
      document["would_be"] = would_be(action, order);
      context.document(document);
    }
    return 0;
  }
  locked.reset();  // whoever closes the database last folds its log in, and who only reads cannot
  TRY(auto home, open_unlocked_home(context));
  TRY(asked, asked_of(context, *home, arguments, action));  // it may have changed meanwhile
  show(context, asked, action, home->config().kind);
  TRY(auto agreed, context.confirm(question_of(action)));
  if (!agreed) return fail(Code::kUsage, "Nothing was changed.");

  const auto perform = action == StatusAction::kRevoke ? ca::revoke
                       : action == StatusAction::kHold ? ca::hold
                                                       : ca::release;
  TRY(auto outcome, perform(home->store(), order, context.clock(), {context.actor()}));
  const auto list = publish_list(context, *home, found.authority);
  auto same_key = others_with_leaked_key(*home, found, outcome);
  if (!same_key)
    context.warn(
        message("Whether the key stands in other certificates could not be looked up: {}", same_key.error().detail));
  const auto others = same_key ? std::move(*same_key) : std::vector<store::CertificateRow>();
  end_work(context, *home);
  if (context.options().json) {
    found.row.status = outcome.after;
    auto document = ca::certificate_json(found.row, found.authority, context.clock().now());
    document["ledger_sequence"] = outcome.ledger_sequence;
    if (ca::is_compromise(outcome.after)) document["same_key"] = serials_of(others);
    context.document(document);
    return 0;
  }
  context.out(message("{} {} Ledger entry {}.", done_text(action, found, outcome), list, outcome.ledger_sequence));
  if (others.empty()) return 0;
  context.warn(
      message("The same key stands in certificates that are in force; whoever has it can use them. Revoke them "
              "too:"));
  constexpr std::size_t kShown = 20;
  const auto serials = serials_of(others);
  const auto since =
      std::min(outcome.after.revoked_at, outcome.after.invalidity_date.value_or(outcome.after.revoked_at));
  for (const auto& serial : serials | std::views::take(kShown)) {
    context.out(fmt::format("yuxin --home {} cert revoke {} --reason keyCompromise --invalidity-date {}",
                            shell_word(home->path()), std::string_view(serial.get_string()), base::rfc3339(since)));
  }
  if (serials.size() > kShown) context.out(message("and {} more: see yuxin doctor", serials.size() - kShown));
  return 0;
}

std::vector<OptionSpec> options_of(std::initializer_list<OptionSpec> more) {
  std::vector<OptionSpec> options = {
      {"SERIAL", Arity::kOne, Presence::kRequired, "SERIAL", "serial number in hexadecimal, in either case"},
      {"--ca", Arity::kOne, Presence::kOptional, "NAME", "authority, where the serial number is not unique"}};
  options.insert(options.end(), more);
  options.push_back(dry_run_option());
  return options;
}

}  // namespace

CommandSpec cert_revoke_command() {
  return {
      "cert",
      "revoke",
      "revoke a certificate for good",
      options_of(
          {{"--reason", Arity::kOne, Presence::kRequired, "REASON",
            "keyCompromise, superseded, cessationOfOperation, affiliationChanged, privilegeWithdrawn, cACompromise, "
            "aACompromise or unspecified"},
           {"--invalidity-date", Arity::kOne, Presence::kOptional, "TIME",
            "since when the key is not to be trusted"}}),
      {"yuxin --home city/online cert revoke 3F9A77C2 --reason keyCompromise"},
      [](Context& context, const Arguments& arguments) { return run(context, arguments, StatusAction::kRevoke); }};
}

CommandSpec cert_hold_command() {
  return {"cert",
          "hold",
          "suspend a certificate until it is released or revoked",
          options_of({}),
          {"yuxin --home city/online cert hold 3F9A77C2"},
          [](Context& context, const Arguments& arguments) { return run(context, arguments, StatusAction::kHold); }};
}

CommandSpec cert_release_command() {
  return {
      "cert",
      "release",
      "end the suspension of a certificate",
      options_of({}),
      {"yuxin --home city/online cert release 3F9A77C2"},
      [](Context& context, const Arguments& arguments) { return run(context, arguments, StatusAction::kRelease); }};
}

}  // namespace yuxin::cli
