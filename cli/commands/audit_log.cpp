// yuxin audit log
#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <set>

#include "app/ledger_source.hpp"
#include "commands.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/evidence/ledger.hpp"
#include "yuxin/notify/kinds.hpp"
#include "yuxin/notify/message.hpp"

namespace yuxin::cli {
namespace {

using base::message;
using base::Result;

// Longer values are digests and the like, which nobody reads in a table.
constexpr std::size_t kLongestDetail = 40;

struct Entry {
  std::int64_t sequence = 0;
  base::JsonObject record;
};

struct Question {
  std::string kind;
  std::string object;  // lower case
  std::string actor;   // lower case
  std::optional<base::UnixTime> since;
  std::optional<base::UnixTime> until;
  std::int64_t from = 0;
  std::size_t limit = 100;
  bool latest = true;  // the last entries, unless somebody pages on from a place
};

Result<std::optional<base::UnixTime>> time_option(const Arguments& arguments, std::string_view option) {
  const auto text = arguments.maybe(option);
  if (!text) return std::optional<base::UnixTime>();
  const auto time = base::parse_rfc3339(*text);
  if (time) return time;
  return base::fail(base::Code::kUsage, "\"{}\" is no time; {} takes 2026-11-22 or 2026-11-22T18:04:11+08:00.", *text,
                    option);
}

Result<Question> question_of(const Arguments& arguments) {
  Question question;
  question.kind = arguments.one("--kind");
  question.object = base::lower(arguments.one("--object"));
  question.actor = base::lower(arguments.one("--actor"));
  TRY(question.since, time_option(arguments, "--since"));
  TRY(question.until, time_option(arguments, "--until"));
  question.latest = !arguments.has("--after");
  TRY(auto after, number_option(arguments, "--after", -1));
  question.from = after + 1;
  TRY(auto limit, number_option(arguments, "--limit", 100));
  question.limit = limit == 0 ? SIZE_MAX : static_cast<std::size_t>(limit);
  return question;
}

// "certificate" also means "certificate.issued" and its like.
bool is_of_kind(std::string_view kind, std::string_view wanted) {
  return wanted.empty() || kind == wanted ||
         (kind.size() > wanted.size() && kind.starts_with(wanted) && kind[wanted.size()] == '.');
}

// A record without a readable time fits no bounds.
bool is_between(const base::JsonObject& record, const Question& question) {
  if (!question.since && !question.until) return true;
  const auto time = base::parse_rfc3339(base::json_string(record, "time"));
  return time && (!question.since || *time >= *question.since) && (!question.until || *time < *question.until);
}

// A record that somebody changed may be no JSON any more; it is shown as it stands.
base::JsonObject record_of(const std::string& text) {
  auto json = base::parse_json(text);
  if (json && json->is_object()) return std::move(json->get_object());
  return {{"text", text}};
}

Result<std::deque<Entry>> entries_of(store::Store& store, const Question& question) {
  std::deque<Entry> entries;
  TRY(store.read([&](store::Reader& reader) -> Result<> {
    entries.clear();
    TRY(auto size, evidence::size(reader));
    return evidence::for_each(reader, question.from, size, [&](const evidence::StoredRecord& stored) -> Result<> {
      if (!question.latest && entries.size() >= question.limit) return {};
      auto record = record_of(stored.text);
      if (!is_of_kind(base::json_string(record, "kind"), question.kind)) return {};
      if (base::lower(base::json_string(record, "object")).find(question.object) == std::string::npos) return {};
      if (base::lower(base::json_string(record, "actor")).find(question.actor) == std::string::npos) return {};
      if (!is_between(record, question)) return {};
      entries.push_back({stored.sequence, std::move(record)});
      if (entries.size() > question.limit) entries.pop_front();
      return {};
    });
  }));
  return entries;
}

std::string details_of(const base::JsonObject& record) {
  std::string text;
  const auto* data = record.if_contains("data");
  if (data == nullptr || !data->is_object()) return text;
  for (const auto& member : data->get_object()) {
    const auto& value = member.value();
    if (member.key() == "owner") continue;  // a process of long ago
    std::string shown = value.is_string() ? std::string(value.get_string()) : base::print_json(value);
    if (shown.size() > kLongestDetail) continue;
    if (!text.empty()) text += ", ";
    text += std::string(member.key()) + "=" + shown;
  }
  return text;
}

// The stable word, which --kind takes; in Chinese what people call it, as the notifications do.
std::string kind_text(std::string_view kind) {
  const auto language = base::language();
  const auto title = language == base::Language::kChinese ? notify::kind_title(kind, language) : std::nullopt;
  return std::string(title.value_or(kind));
}

void print_table(const Context& context, const std::deque<Entry>& entries) {
  Table table({{message("entry"), Table::Align::kRight},
               {message("time")},
               {message("what")},
               {message("object"), Table::Align::kLeft, 52},
               {message("by")},
               {message("details"), Table::Align::kLeft, 48}});
  for (const auto& entry : entries) {
    const auto time = base::parse_rfc3339(base::json_string(entry.record, "time"));
    table.add({std::to_string(entry.sequence), time ? base::local_time(*time) : std::string("?"),
               kind_text(base::json_string(entry.record, "kind")), base::json_string(entry.record, "object"),
               base::json_string(entry.record, "actor"), details_of(entry.record)});
  }
  table.print(context);
}

// A kind that neither this program writes nor an entry has is a slip of the finger, and "none" would be no answer.
Result<> check_kind(store::Store& store, const std::string& kind) {
  const auto known = notify::known_kinds();
  if (std::ranges::any_of(known, [&](const auto& one) { return is_of_kind(one, kind); })) return {};
  Question any;
  any.kind = kind;
  any.limit = 1;
  TRY(const auto entries, entries_of(store, any));
  if (!entries.empty()) return {};
  std::vector<std::string> words = known;
  for (const auto& one : known) words.push_back(one.substr(0, one.find('.')));
  const auto near = base::nearest(kind, words);
  if (near) return base::fail(base::Code::kNotFound, "There is no kind of entry {}. Did you mean {}?", kind, *near);
  std::set<std::string> groups;
  for (const auto& one : known) groups.insert(one.substr(0, one.find('.')));
  return base::fail(base::Code::kNotFound, "There is no kind of entry {}. Kinds begin with: {}.", kind,
                    base::join(std::vector<std::string>(groups.begin(), groups.end()), message(", ")));
}

Result<int> log(Context& context, const Arguments& arguments) {
  TRY(auto question, question_of(arguments));
  TRY(const auto store, open_ledger_store(context, arguments));
  TRY(auto entries, entries_of(*store, question));
  if (entries.empty() && !question.kind.empty()) TRY(check_kind(*store, question.kind));
  if (context.options().json) {
    for (const auto& entry : entries) {
      base::JsonObject line{{"sequence", entry.sequence}};
      for (const auto& member : entry.record) line[member.key()] = member.value();
      context.out(base::print_json(line));
    }
    return 0;
  }
  if (entries.empty()) {
    context.remark(message("No entry of the ledger fits."));
    return 0;
  }
  print_table(context, entries);
  return 0;
}

}  // namespace

CommandSpec audit_log_command() {
  return {"audit",
          "log",
          "show what was done, by whom, in the order of the ledger",
          {{"FILE", Arity::kOne, Presence::kOptional, "FILE", "a copied yuxin.db; the home if not given"},
           {"--kind", Arity::kOne, Presence::kOptional, "KIND", "certificate, certificate.revoked, crl.published …"},
           {"--object", Arity::kOne, Presence::kOptional, "TEXT",
            "part of the object's name: issuing/3F9A…, or a serial"},
           {"--actor", Arity::kOne, Presence::kOptional, "TEXT", "part of the name of who did it"},
           {"--since", Arity::kOne, Presence::kOptional, "TIME", "from this time on"},
           {"--until", Arity::kOne, Presence::kOptional, "TIME", "before this time"},
           {"--after", Arity::kOne, Presence::kOptional, "N", "entries after this one; the latest if not given"},
           {"--limit", Arity::kOne, Presence::kOptional, "N", "how many at the most; 100 if not given, 0 for all"}},
          {"yuxin --home city/online audit log --kind certificate.revoked", "yuxin audit log yuxin-copy.db --limit 0",
           "yuxin --home city/online audit log --actor local:alice --since 2026-11-01 --until 2026-12-01",
           "yuxin --home city/online --json audit log"},
          log};
}

}  // namespace yuxin::cli
