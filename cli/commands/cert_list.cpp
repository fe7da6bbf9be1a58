// yuxin cert list, search, expiring
#include <algorithm>

#include "app/certificate_view.hpp"
#include "app/enrolment_check.hpp"
#include "app/home.hpp"
#include "commands.hpp"
#include "yuxin/base/period_words.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/ca/certificate_json.hpp"
#include "yuxin/ca/certificate_label.hpp"

namespace yuxin::cli {
namespace {

using base::Code;
using base::fail;
using base::message;
using base::Result;
using store::CertificateState;

constexpr std::int64_t kPage = 1000;

// "expired" is no state of its own: a good certificate whose time has passed.
Result<> apply_state(std::string_view name, base::UnixTime now, store::CertificateFilter& filter) {
  if (name == "good" || name == "expired") {
    filter.state = CertificateState::kGood;
    (name == "good" ? filter.expires_after : filter.expires_before) = now;
  } else if (name == "revoked") {
    filter.state = CertificateState::kRevoked;
  } else if (name == "on-hold") {
    filter.state = CertificateState::kOnHold;
  } else if (name == "void") {
    filter.state = CertificateState::kVoid;
  } else {
    return fail(Code::kUsage, "\"{}\" is no state. There are: good, expired, revoked, on-hold, void.", name);
  }
  return {};
}

// "No certificates" of a profile that nobody has ever heard of would be taken for good news. A profile whose file is
// gone is known by its certificates.
Result<> check_profile(Home& home, const std::string& name) {
  const auto profiles = home.profiles();
  if (!profiles) return {};  // a file that cannot be read is for doctor to tell
  auto known = profiles->find(name);
  if (known) return {};
  store::CertificateFilter filter;
  filter.profile = name;
  filter.limit = 1;
  std::vector<store::CertificateRow> rows;
  TRY(home.store().read([&](store::Reader& reader) -> Result<> {
    TRY(rows, reader.list(filter, store::Reader::With::kRowOnly));
    return {};
  }));
  if (!rows.empty()) return {};
  return base::Failure(std::move(known).error());
}

Result<store::CertificateFilter> filter_of(Home& home, const Arguments& arguments, base::UnixTime now) {
  store::CertificateFilter filter;
  if (const auto name = arguments.maybe("--ca")) {
    TRY(auto authority, home.authority(*name));
    filter.authority = authority.id;
  }
  if (const auto profile = arguments.maybe("--profile")) {
    TRY(check_profile(home, *profile));
    filter.profile = *profile;
  }
  if (const auto state = arguments.maybe("--state")) TRY(apply_state(*state, now, filter));
  TRY(filter.limit, number_option(arguments, "--limit", 100));
  TRY(filter.after_id, number_option(arguments, "--after", 0));
  return filter;
}

struct Found {
  std::vector<store::CertificateRow> rows;
  std::int64_t next_after = 0;  // where the next page begins; 0 when this is the last
};

// One row more than asked for tells whether there is another page.
Result<Found> page_of(Home& home, store::CertificateFilter filter) {
  Found found;
  const auto limit = filter.limit == 0 ? INT64_MAX : filter.limit;
  filter.limit = limit == INT64_MAX ? limit : limit + 1;
  TRY(home.store().read([&](store::Reader& reader) -> Result<> {
    TRY(found.rows, reader.list(filter, store::Reader::With::kRowOnly));
    return {};
  }));
  if (std::cmp_greater(found.rows.size(), limit)) {
    found.rows.pop_back();
    found.next_after = found.rows.back().id;
  }
  return found;
}

std::string name_in(const AuthorityNames& names, std::int64_t authority) {
  const auto found = names.find(authority);
  return found == names.end() ? "?" : found->second;
}

void print_document(const Context& context, const Found& found, const AuthorityNames& names) {
  base::JsonArray array;
  const auto now = context.clock().now();
  for (const auto& row : found.rows) array.push_back(ca::certificate_json(row, name_in(names, row.authority), now));
  base::JsonObject document{{"certificates", std::move(array)}, {"next_after", nullptr}};
  if (found.next_after != 0) document["next_after"] = found.next_after;
  context.document(document);
}

void print_table(const Context& context, const Found& found, const AuthorityNames& names) {
  const auto now = context.clock().now();
  Table table({{message("serial")},
               {message("authority")},
               {message("profile")},
               {message("valid until")},
               {message("subject"), Table::Align::kLeft, 48},
               {message("state")}});
  for (const auto& row : found.rows) {
    table.add({ca::serial_text(row), name_in(names, row.authority), row.profile, date_of(row.not_after),
               ca::holder_text(row), context.narrow() ? state_word(row, now) : state_text(row, now)});
  }
  table.print(context);
}

Result<int> print(const Context& context, Home& home, const Found& found, std::string_view nothing) {
  TRY(auto names, authority_names(home));
  if (context.options().json) {
    print_document(context, found, names);
    return 0;
  }
  if (found.rows.empty()) {
    context.remark(nothing);
    return 0;
  }
  print_table(context, found, names);
  if (found.next_after != 0) context.remark(message("There are more; go on with --after {}.", found.next_after));
  return 0;
}

Result<int> list(Context& context, const Arguments& arguments) {
  TRY(auto home, open_home(context, Home::Access::kRead));
  TRY(auto filter, filter_of(*home, arguments, context.clock().now()));
  TRY(auto found, page_of(*home, std::move(filter)));
  const bool filtered = arguments.has("--ca") || arguments.has("--state") || arguments.has("--profile");
  return print(context, *home, found, filtered ? message("No certificate matches.") : message("No certificates."));
}

Result<int> search(Context& context, const Arguments& arguments) {
  TRY(auto home, open_home(context, Home::Access::kRead));
  TRY(auto filter, filter_of(*home, arguments, context.clock().now()));
  filter.text = base::trim(arguments.one("TEXT"));
  if (filter.text.empty()) return fail(Code::kUsage, "Say what to look for: yuxin cert search TEXT");
  TRY(auto found, page_of(*home, std::move(filter)));
  return print(context, *home, found,
               message("No certificate has \"{}\" in its subject, its names or at the start of its serial number.",
                       arguments.one("TEXT")));
}

// Everything that falls due, soonest first: an order that the pages of the store do not have.
Result<std::vector<store::CertificateRow>> due_rows(Home& home, store::CertificateFilter filter) {
  std::vector<store::CertificateRow> rows;
  filter.limit = kPage;
  TRY(home.store().read([&](store::Reader& reader) -> Result<> {
    rows.clear();
    while (true) {
      TRY(auto page, reader.list(filter, store::Reader::With::kRowOnly));
      const bool last = std::cmp_less(page.size(), kPage);
      if (!page.empty()) filter.after_id = page.back().id;
      std::ranges::move(page, std::back_inserter(rows));
      if (last) return {};
    }
  }));
  std::ranges::stable_sort(rows, {}, &store::CertificateRow::not_after);
  return rows;
}

// A root and what a registration authority elsewhere has are renewed by people.
bool renews_itself(std::string_view profile) { return is_of_the_home(profile) && profile != "root-ca"; }

Result<int> expiring(Context& context, const Arguments& arguments) {
  const auto text = arguments.one("--within", "P30D");
  const auto within = base::parse_period(text);
  if (!within) return fail(Code::kUsage, "\"{}\" is no period. Write it as P30D (days), P3M (months) or P1Y.", text);
  TRY(auto home, open_home(context, Home::Access::kRead));
  const auto now = context.clock().now();
  TRY(auto filter, filter_of(*home, arguments, now));
  filter.state = CertificateState::kGood;
  filter.expires_after = now;
  filter.expires_before = base::add(now, *within);
  Found found;
  TRY(found.rows, due_rows(*home, filter));
  const bool all = arguments.has("--all") || !filter.profile.empty();
  const auto own = all ? 0 : std::erase_if(found.rows, [](const auto& row) { return renews_itself(row.profile); });
  if (own > 0) {
    context.remark(
        message("Left out: {} of the home itself, which a running server renews (--all shows them).", own));
  }
  if (context.options().json || found.rows.empty()) {
    return print(context, *home, found, message("No certificate expires within {}.", base::period_in_words(*within)));
  }
  TRY(auto names, authority_names(*home));
  Table table({{message("due")},
               {message("serial")},
               {message("authority")},
               {message("profile")},
               {message("subject"), Table::Align::kLeft, 48}});
  for (const auto& row : found.rows) {
    table.add({message("in {}", base::in_words(row.not_after - now)), ca::serial_text(row),
               name_in(names, row.authority), row.profile, ca::holder_text(row)});
  }
  table.print(context);
  return 0;
}

OptionSpec authority_option() {
  return {"--ca", Arity::kOne, Presence::kOptional, "NAME", "only what this authority issued"};
}
OptionSpec profile_option() {
  return {"--profile", Arity::kOne, Presence::kOptional, "NAME", "only certificates of this profile"};
}
std::vector<OptionSpec> page_options() {
  return {{"--limit", Arity::kOne, Presence::kOptional, "N", "how many at the most; 100 if not given, 0 for all"},
          {"--after", Arity::kOne, Presence::kOptional, "N", "go on where the page before ended"}};
}
OptionSpec state_option() {
  return {"--state", Arity::kOne, Presence::kOptional, "STATE", "good, expired, revoked, on-hold or void"};
}

std::vector<OptionSpec> with(std::vector<OptionSpec> options, std::vector<OptionSpec> more) {
  options.insert(options.end(), more.begin(), more.end());
  return options;
}

}  // namespace

std::vector<CommandSpec> cert_list_commands() {
  return {
      {"cert",
       "list",
       "list certificates, oldest first",
       with({authority_option(), state_option(), profile_option()}, page_options()),
       {"yuxin --home city/online cert list --state revoked"},
       list},
      {"cert",
       "search",
       "find certificates by subject, name or the start of the serial number",
       with({{"TEXT", Arity::kOne, Presence::kRequired, "TEXT",
              "part of a subject or of an alternative name, or the start of a serial number"},
             authority_option(),
             state_option(),
             profile_option()},
            page_options()),
       {"yuxin --home city/online cert search portal.city.test"},
       search},
      {"cert",
       "expiring",
       "list good certificates that expire soon, the soonest first",
       {{"--within", Arity::kOne, Presence::kOptional, "PERIOD", "how soon: P30D if not given, P3M, P1Y …"},
        authority_option(),
        profile_option(),
        {"--all", Arity::kFlag, Presence::kOptional, "", "also those of the home itself, which the server renews"}},
       {"yuxin --home city/online cert expiring --within P60D"},
       expiring},
  };
}

}  // namespace yuxin::cli
