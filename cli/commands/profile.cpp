// yuxin profile list, show, check
#include <fmt/format.h>

#include <algorithm>

#include "app/catalogue.hpp"
#include "app/profile_proof.hpp"
#include "commands.hpp"
#include "yuxin/base/file.hpp"
#include "yuxin/base/period_words.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/ca/profile_json.hpp"

namespace yuxin::cli {
namespace {

using base::message;
using base::Result;
using x509::LintSeverity;

std::string title_of(const base::JsonObject& profile) {
  const auto* both = profile.if_contains("title");
  if (both == nullptr || !both->is_object()) return {};
  const auto& titles = both->get_object();
  const auto own = base::json_string(titles, base::language() == base::Language::kChinese ? "zh" : "en");
  return own.empty() ? base::json_string(titles, "en") : own;
}

std::string joined(const base::JsonObject& profile, const char* member) {
  const auto* list = profile.if_contains(member);
  std::vector<std::string> words;
  if (list == nullptr || !list->is_array()) return {};
  for (const auto& one : list->get_array()) {
    if (one.is_string()) words.emplace_back(std::string_view(one.get_string()));
  }
  return base::join(words, message(", "));
}

// What a server gives is shown as it is where it is no period.
std::string validity_of(const base::JsonObject& profile) {
  auto text = base::json_string(profile, "validity");
  const auto period = base::parse_period(text);
  return period ? base::period_in_words(*period) : text;
}

Result<int> list(Context& context, const Arguments&) {
  TRY(const auto catalogue, open_catalogue(context));
  std::vector<std::string> trouble;
  TRY(const auto all, catalogue->profiles(trouble));
  for (const auto& one : trouble) context.warn(message("Left out: {}", one));
  if (context.options().json) {
    context.document(all);
    return 0;
  }
  Table table({{message("name")},
               {message("title")},
               {message("validity")},
               {message("for"), Table::Align::kLeft, 44},
               {message("keys"), Table::Align::kLeft, 48}});
  for (const auto& one : all) {
    const auto& profile = one.get_object();
    table.add({visible(base::json_string(profile, "name")), visible(title_of(profile)), visible(validity_of(profile)),
               visible(joined(profile, "usages")), visible(joined(profile, "keys"))});
  }
  table.print(context);
  return 0;
}

Result<int> show(Context& context, const Arguments& arguments) {
  TRY(const auto catalogue, open_catalogue(context));
  TRY(const auto profile, catalogue->profile(arguments.one("NAME")));
  if (context.options().json) {
    context.document(profile);
    return 0;
  }
  // the file itself is what people reviewed
  const auto text = base::json_string(profile, "text");
  context.out(std::string_view(text).substr(0, text.size() - (text.ends_with('\n') ? 1 : 0)));
  return 0;
}

base::JsonArray samples_json(const std::vector<ProfileSample>& samples) {
  base::JsonArray array;
  for (const auto& sample : samples) {
    base::JsonArray findings;
    for (const auto& finding : sample.findings) {
      findings.push_back(base::JsonObject{{"rule", finding.rule},
                                          {"source", finding.source},
                                          {"severity", x509::lint_severity_name(finding.severity)},
                                          {"message", finding.message}});
    }
    array.push_back(base::JsonObject{{"key", x509::print_key_kind(sample.key)},
                                     {"subject", sample.subject},
                                     {"issued", sample.refusal.empty()},
                                     {"refusal", sample.refusal},
                                     {"findings", std::move(findings)}});
  }
  return array;
}

std::string mark_of(LintSeverity severity) {
  return severity == LintSeverity::kError     ? message("FAIL")
         : severity == LintSeverity::kWarning ? message("WARN")
                                              : message("note");
}

void print_sample(const Context& context, const ProfileSample& sample) {
  const auto line = [&](std::string_view mark, std::string_view text) {
    const std::string gap(7 - std::min<std::size_t>(base::columns(mark), 6), ' ');
    context.out(fmt::format("{}{}{:<14} {}", mark, gap, x509::print_key_kind(sample.key), text));
  };
  if (!sample.refusal.empty()) return line(message("FAIL"), sample.refusal);
  line(message("ok"), message("would be issued: {}", sample.subject));
  for (const auto& finding : sample.findings)
    line(mark_of(finding.severity), fmt::format("{} ({}, {})", finding.message, finding.rule, finding.source));
}

Result<int> check(Context& context, const Arguments& arguments) {
  const auto file = arguments.one("FILE");
  TRY(auto text, base::read_file(file, 1U << 20U));
  TRY(auto profile, ca::parse_profile(base::as_text(text), file));
  TRY(auto samples, prove_profile(profile, context.clock()));
  const bool good = std::ranges::all_of(samples, [](const ProfileSample& sample) { return sample.refusal.empty(); });
  if (context.options().json) {
    context.document(
        base::JsonObject{{"profile", ca::profile_json(profile)}, {"good", good}, {"samples", samples_json(samples)}});
    return good ? 0 : 1;
  }
  for (const auto& sample : samples) print_sample(context, sample);
  context.out(good ? message("Profile {} is usable with every kind of key that it takes.", profile.name)
                   : message("Profile {} takes keys for which nothing could be issued.", profile.name));
  return good ? 0 : 1;
}

}  // namespace

std::vector<CommandSpec> profile_commands() {
  return {
      {"profile",
       "list",
       "list the kinds of certificates that the home issues",
       {},
       {"yuxin --home city/online profile list"},
       list,
       CommandSpec::Identity::kTaken,
       CommandSpec::Server::kTaken},
      {"profile",
       "show",
       "show a profile as people wrote it",
       {{"NAME", Arity::kOne, Presence::kRequired, "NAME", "name of the profile"}},
       {"yuxin --home city/online profile show tls-server"},
       show,
       CommandSpec::Identity::kTaken,
       CommandSpec::Server::kTaken},
      {"profile",
       "check",
       "check a profile file, and prove it with a sample certificate for every kind of key",
       {{"FILE", Arity::kOne, Presence::kRequired, "FILE", "the profile; - is standard input"}},
       {"yuxin profile check city/online/profiles/tls-server.toml"},
       check},
  };
}

}  // namespace yuxin::cli
