// yuxin notify list, check, test: who is told what the ledger records, and whether it arrives.
#include <algorithm>

#include "app/clock_check.hpp"
#include "app/home.hpp"
#include "app/notifications.hpp"
#include "commands.hpp"
#include "yuxin/base/file.hpp"
#include "yuxin/base/text.hpp"

namespace yuxin::cli {
namespace {

using base::Code;
using base::fail;
using base::message;
using base::Result;
using notify::Standing;
using notify::Target;

constexpr std::size_t kLongestFile = std::size_t{1} << 20U;

bool is_mail(const Target& target) { return std::holds_alternative<notify::Mailbox>(target.way); }

base::JsonObject target_json(const Target& target) {
  return {{"name", target.name},
          {"way", is_mail(target) ? "mail" : "webhook"},
          {"to", target.place()},
          {"kinds", base::JsonArray(target.kinds.begin(), target.kinds.end())},
          {"language", target.language == base::Language::kChinese ? "zh" : "en"}};
}

base::JsonObject standing_json(const Target& target, const Standing& standing) {
  auto json = target_json(target);
  json["begun"] = standing.begun;
  json["waiting"] = standing.waiting;
  json["failures"] = standing.failures;
  if (standing.failures > 0) {
    json["failing_since"] = base::rfc3339(standing.failing_since);
    json["retry_at"] = base::rfc3339(standing.retry_at);
    json["reason"] = standing.reason;
  }
  return json;
}

std::string waiting_text(const Standing& standing) {
  if (!standing.begun) return "-";
  if (standing.waiting >= Standing::kMostCounted) return message("{} or more", Standing::kMostCounted);
  return std::to_string(standing.waiting);
}

std::string state_text(const Standing& standing) {
  if (!standing.begun) return message("begins when the server runs");
  if (standing.failures == 0) return message("in order");
  return message("since {}: {}", base::local_time(standing.failing_since), standing.reason);
}

Result<int> list(Context& context, const Arguments&) {
  TRY(auto home, open_home(context, Home::Access::kRead));
  TRY(const auto settings, read_notifications(*home));
  std::vector<Standing> standings;
  TRY(home->store().read([&](store::Reader& reader) -> Result<> {
    TRY(standings, notify::standings(reader, *settings));
    return {};
  }));
  const auto& targets = settings->all();
  if (context.options().json) {
    base::JsonArray array;
    for (std::size_t i = 0; i < targets.size(); ++i) array.push_back(standing_json(targets[i], standings[i]));
    context.document(base::JsonObject{{"targets", std::move(array)}});
    return 0;
  }
  if (targets.empty()) {
    context.remark(message("Nobody is notified. Targets are written into {}; docs/notifications.md has every key.",
                           notifications_path(*home)));
    return 0;
  }
  Table table({{message("target")},
               {message("channel")},
               {message("to"), Table::Align::kLeft, 40},
               {message("kinds"), Table::Align::kLeft, 40},
               {message("waiting"), Table::Align::kRight},
               {message("state"), Table::Align::kLeft, 80}});
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const auto& target = targets[i];
    table.add({target.name, is_mail(target) ? message("mail") : message("webhook"), target.place(),
               base::join(target.kinds, message(", ")), waiting_text(standings[i]), state_text(standings[i])});
  }
  table.print(context);
  return 0;
}

// The families of kinds that the ledger has: what stands before the first dot.
const std::vector<std::string>& families() {
  static const std::vector<std::string> kFamilies = {"acme",   "act",      "authority", "case",    "certificate",
                                                     "client", "clock",    "crl",       "key",     "registry",
                                                     "role",   "transfer", "tsa",       "workflow"};
  return kFamilies;
}

// A kind that no record will ever have makes a target that is never told anything.
Result<> check_kinds(const Target& target) {
  for (const auto& kind : target.kinds) {
    const auto dot = kind.find('.');
    const auto family = kind.substr(0, dot);
    if (kind == "*" || (dot != std::string::npos && std::ranges::find(families(), family) != families().end()))
      continue;
    const auto near = base::nearest(family, families());
    if (!near)
      return fail(Code::kMalformed, "{}: no record is of a kind \"{}\". There are: {}", target.name, kind,
                  base::join(families(), ".*, ") + ".*");
    return fail(Code::kMalformed, "{}: no record is of a kind \"{}\"; did you mean \"{}\"?", target.name, kind,
                *near + (dot == std::string::npos ? ".*" : kind.substr(dot)));
  }
  return {};
}

// Names of files are relative to the folder of the settings, as the server reads them.
Result<> check_files(const Target& target, const std::string& settings) {
  std::vector<std::string> files;
  if (const auto* mail = std::get_if<notify::Mailbox>(&target.way)) {
    files = {mail->trust, mail->password_file};
  } else {
    files = {std::get<notify::Webhook>(target.way).trust};
  }
  const auto slash = settings.rfind('/');
  const auto folder = slash == std::string::npos ? std::string() : settings.substr(0, slash + 1);
  for (const auto& file : files) {
    const auto path = file.starts_with('/') ? file : folder + file;
    if (!file.empty() && !base::file_exists(path))
      return fail(Code::kNotFound, "{}: there is no file {}.", target.name, path);
  }
  return {};
}

Result<int> check(Context& context, const Arguments& arguments) {
  const auto file = arguments.one("FILE");
  TRY(const auto text, base::read_file(file, kLongestFile));
  TRY(const auto settings, notify::Settings::parse(base::as_text(text), file));
  for (const auto& target : settings->all()) {
    TRY(check_kinds(target));
    TRY(check_files(target, file));
  }
  if (context.options().json) {
    base::JsonArray array;
    for (const auto& target : settings->all()) array.push_back(target_json(target));
    context.document(base::JsonObject{{"targets", std::move(array)}});
    return 0;
  }
  for (const auto& target : settings->all()) {
    context.out(labelled(target.name, message("{} for {}", target.place(), base::join(target.kinds, message(", ")))));
  }
  context.out(message("{} can be used; {} targets.", file, settings->all().size()));
  return 0;
}

Result<const Target*> find_target(const Home& home, const notify::Settings& settings, const std::string& name) {
  if (const auto* target = settings.find(name)) return target;
  std::vector<std::string> names;
  for (const auto& one : settings.all()) names.push_back(one.name);
  if (const auto near = base::nearest(name, names))
    return fail(Code::kNotFound, "There is no target {} in {}; did you mean {}?", name, notifications_path(home),
                *near);
  return fail(Code::kNotFound, "There is no target {} in {}. See: yuxin notify list", name, notifications_path(home));
}

Result<int> test(Context& context, const Arguments& arguments) {
  const auto name = arguments.one("NAME");
  {
    TRY(const auto looked, open_home(context, Home::Access::kRead));
    TRY(const auto settings, read_notifications(*looked));
    TRY(find_target(*looked, *settings, name));
  }
  TRY(auto home, open_unlocked_home(context));
  TRY(meet_clock(context, arguments, *home));
  TRY(const auto settings, read_notifications(*home));
  TRY(const auto* target, find_target(*home, *settings, name));
  const auto notice = notify::test_notice(name, context.actor(), context.clock().now());
  const auto told = notify_once(*home, *settings, *target, {&notice, 1}, context.actor(), {});
  end_work(context, *home);
  if (!told)
    return base::fail_with(Code::kUnavailable, told.error().diagnostic, "{} was not reached: {}", name,
                           told.error().detail);
  if (context.options().json) {
    context.document(target_json(*target));
  } else {
    context.out(message("{} has taken a signed test message.", target->place()));
  }
  return 0;
}

}  // namespace

std::vector<CommandSpec> notify_commands() {
  return {
      {"notify",
       "list",
       "list who is told what the ledger records, what waits, and why it does",
       {},
       {"yuxin --home city/online notify list"},
       list},
      {"notify",
       "check",
       "check a file of targets before it takes the place of notifications.toml",
       {{"FILE", Arity::kOne, Presence::kRequired, "FILE", "the file"}},
       {"yuxin notify check notifications.toml"},
       check},
      {"notify",
       "test",
       "send one signed test message now",
       {{"NAME", Arity::kOne, Presence::kRequired, "NAME", "name of the target"}, accept_clock_option()},
       {"yuxin --home city/online --passphrase-file pass notify test pki-desk"},
       test},
  };
}

}  // namespace yuxin::cli
