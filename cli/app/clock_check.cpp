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

Result<> ask_about_rest(const Context& context, const Home& home, base::UnixTime latest) {
  const auto now = context.clock().now();
  context.warn(
      message("the clock says {}, and the last thing recorded here was at {}, {} before. Compare it with a "
              "watch: what is issued now bears this time",
              base::local_time(now), base::local_time(latest), base::in_words(now - latest)));
  if (home.config().kind != HomeKind::kOfflineRoot || !context.interactive()) return {};
  TRY(const auto right, context.confirm(message("Is this the right time?")));
  if (!right) return fail(Code::kUsage, "Nothing was changed. Set the clock first.");
  return {};
}

}  // namespace

OptionSpec accept_clock_option() {
  return {kOption, Arity::kFlag, Presence::kOptional, "",
          "the clock is right and earlier records of the ledger are what is wrong; recorded"};
}

Result<> meet_clock(const Context& context, const Arguments& arguments, Home& home) {
  TRY(const auto latest, home.latest_time());
  const auto now = context.clock().now();
  if (latest != base::UnixTime{0} && now - latest > kLongRest) return ask_about_rest(context, home, latest);
  auto checked = home.check_clock();
  if (checked || !arguments.has(kOption)) return checked;
  return accept(context, arguments, home);
}

}  // namespace yuxin::cli
