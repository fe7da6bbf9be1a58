#include "clock_check.hpp"

#include "yuxin/evidence/clock_floor.hpp"

namespace yuxin::cli {

using base::Code;
using base::fail;
using base::message;
using base::Result;

namespace {

constexpr const char* kOption = "--accept-clock";
// A root signs a list every month or more often, and an online home works every day.
constexpr base::Seconds kLongRest = base::days(35);

Result<> accept(const Context& context, const Arguments& arguments, Home& home) {
  home.believe_clock();
  if (arguments.has("--dry-run")) return {};
  TRY(home.store().write([&](store::Writer& writer) -> Result<> {
    TRY(evidence::accept_clock(writer, context.actor(), context.clock().now()));
    return {};
  }));
  context.warn(message("the clock was taken for right, and the ledger says that you said so"));
  return {};
}

// The latest time of the ledger, where the clock is long after it.
Result<std::optional<base::UnixTime>> rest_since(const Context& context, Home& home) {
  TRY(const auto latest, home.latest_time());
  if (latest == base::UnixTime{0} || context.clock().now() - latest <= kLongRest)
    return std::optional<base::UnixTime>();
  return std::optional(latest);
}

}  // namespace

OptionSpec accept_clock_option() {
  return {kOption, Arity::kFlag, Presence::kOptional, "",
          "the clock is right and earlier records of the ledger are what is wrong; recorded"};
}

void tell_of_rest(const Context& context, Home& home) {
  const auto rested = rest_since(context, home);
  if (!rested || !*rested || home.told_of_rest()) return;
  const auto latest = **rested;
  const auto now = context.clock().now();
  context.warn(
      message("the clock says {}, and the last thing recorded here was at {}, {} before. Compare it with a "
              "watch: what is issued now bears this time",
              base::local_time(now), base::local_time(latest), base::in_words(now - latest)));
}

Result<> meet_rest(const Context& context, Home& home) {
  tell_of_rest(context, home);
  TRY(const auto latest, rest_since(context, home));
  if (!latest || home.config().kind != HomeKind::kOfflineRoot || !context.interactive()) return {};
  TRY(const auto right, context.confirm(message("Is this the right time?")));
  if (!right) return fail(Code::kUsage, "Nothing was changed. Set the clock first.");
  return {};
}

Result<> meet_clock(const Context& context, const Arguments& arguments, Home& home) {
  TRY(meet_rest(context, home));
  auto checked = home.check_clock();
  if (checked || !arguments.has(kOption)) return checked;
  return accept(context, arguments, home);
}

}  // namespace yuxin::cli
