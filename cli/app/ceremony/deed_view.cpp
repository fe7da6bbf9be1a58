#include "deed_view.hpp"

#include <algorithm>

#include "app/context.hpp"
#include "app/digest_lines.hpp"
#include "yuxin/base/language.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/base/time.hpp"

namespace yuxin::cli {

using base::translatable;

namespace {

struct Member {
  std::string_view name;
  const char* label;
  enum class Form { kText, kDigest, kTime, kList } form = Form::kText;
};

// In the order in which they are shown. What is not here is for programs only.
constexpr Member kMembers[] = {
    {"machine", translatable("machine"), Member::Form::kText},
    {"version", translatable("version"), Member::Form::kText},
    {"network", translatable("network"), Member::Form::kList},
    {"clock", translatable("clock"), Member::Form::kTime},
    {"plan", translatable("plan"), Member::Form::kDigest},
    {"program", translatable("program"), Member::Form::kDigest},
    {"value", translatable("value"), Member::Form::kText},
    {"home", translatable("home"), Member::Form::kText},
    {"authority", translatable("authority"), Member::Form::kText},
    {"subject", translatable("subject"), Member::Form::kText},
    {"serial", translatable("serial"), Member::Form::kText},
    {"profile", translatable("profile"), Member::Form::kText},
    {"key_kind", translatable("key kind"), Member::Form::kText},
    {"key_name", translatable("key"), Member::Form::kText},
    {"not_before", translatable("valid from"), Member::Form::kTime},
    {"not_after", translatable("valid until"), Member::Form::kTime},
    {"number", translatable("list number"), Member::Form::kText},
    {"revoked", translatable("revoked"), Member::Form::kText},
    {"next_update", translatable("next list"), Member::Form::kTime},
    {"records", translatable("records"), Member::Form::kText},
    {"title", translatable("set of shares"), Member::Form::kText},
    {"needed", translatable("needed"), Member::Form::kText},
    {"unlock", translatable("opened by"), Member::Form::kText},
    {"token", translatable("token"), Member::Form::kText},
    {"secret", translatable("joined secret"), Member::Form::kText},
    {"passphrase", translatable("passphrase"), Member::Form::kText},
    {"request", translatable("request"), Member::Form::kDigest},
    {"public_key", translatable("public key"), Member::Form::kDigest},
    {"tbs", translatable("to be signed"), Member::Form::kDigest},
    {"certificate", translatable("certificate"), Member::Form::kDigest},
    {"list", translatable("list"), Member::Form::kDigest},
    {"register", translatable("register"), Member::Form::kDigest},
    {"sealed", translatable("sealed key file"), Member::Form::kDigest},
    {"head", translatable("ledger head"), Member::Form::kDigest},
};

// A word of the program in the reader's language.
std::string word_of(std::string_view member, std::string text) {
  if (member == "unlock" && text == "shares") return base::message("shares");
  if (member == "unlock" && text == "passphrase") return base::message("passphrase");
  return text;
}

std::string plain(const base::Json& value) {
  if (const auto* text = value.if_string()) return std::string(*text);
  return base::print_json(value);
}

void add_time(std::vector<std::string>& lines, const char* label, const std::string& text) {
  const auto time = base::parse_rfc3339(text);
  lines.push_back(labelled(base::tr(label), time ? base::local_time(*time) : text));
}

void add_list(std::vector<std::string>& lines, const char* label, const base::Json& value) {
  std::vector<std::string> words;
  if (const auto* array = value.if_array()) {
    for (const auto& word : *array) words.push_back(plain(word));
  }
  lines.push_back(
      labelled(base::tr(label), words.empty() ? base::message("none") : base::join(words, base::message(", "))));
}

void add_seats(std::vector<std::string>& lines, const base::JsonArray& seats) {
  for (const auto& value : seats) {
    const auto* seat = value.if_object();
    if (seat == nullptr) continue;
    const auto digest = base::from_hex(base::json_string(*seat, "certificate"));
    lines.push_back(labelled(base::json_string(*seat, "seat"), base::json_string(*seat, "person")));
    if (!digest) continue;
    for (auto& line : digest_lines(base::message("certificate"), *digest)) lines.push_back(std::move(line));
    const bool signed_it = !base::json_string(*seat, "opening").empty();
    lines.push_back(labelled(base::message("opening"), signed_it ? base::message("signed with this certificate")
                                                                 : base::message("not signed; the key is made now")));
  }
}

void add_proofs(std::vector<std::string>& lines, const base::JsonArray& proofs) {
  for (const auto& value : proofs) {
    const auto* proof = value.if_object();
    if (proof == nullptr) continue;
    const bool good = base::json_string(*proof, "result") == "good";
    lines.push_back(labelled(base::json_string(*proof, "custodian", "?"),
                             good ? base::message("good") : base::json_string(*proof, "why")));
  }
}

void add_outputs(std::vector<std::string>& lines, const base::JsonArray& outputs) {
  for (const auto& value : outputs) {
    const auto* output = value.if_object();
    if (output == nullptr) continue;
    const auto digest = base::from_hex(base::json_string(*output, "sha256"));
    const auto* reach = output->if_contains("public");
    if (!digest || reach == nullptr || !reach->is_bool()) continue;
    const auto name = base::json_string(*output, "name");
    if (reach->get_bool()) {
      for (auto& line : digest_lines(name, *digest)) lines.push_back(std::move(line));
    } else {
      lines.push_back(labelled(name, base::hex(*digest)));  // nobody reads these aloud
    }
  }
}

}  // namespace

std::vector<std::string> deed_lines(const base::JsonObject& data) {
  std::vector<std::string> lines;
  for (const auto& member : kMembers) {
    const auto* value = data.if_contains(member.name);
    if (value == nullptr) continue;
    const auto digest = member.form == Member::Form::kDigest ? base::from_hex(plain(*value)) : std::nullopt;
    if (digest) {
      for (auto& line : digest_lines(base::tr(member.label), *digest)) lines.push_back(std::move(line));
    } else if (member.form == Member::Form::kTime) {
      add_time(lines, member.label, plain(*value));
    } else if (member.form == Member::Form::kList) {
      add_list(lines, member.label, *value);
    } else {
      lines.push_back(labelled(base::tr(member.label), word_of(member.name, plain(*value))));
    }
  }
  const auto array = [&](const char* name) -> const base::JsonArray* {
    const auto* value = data.if_contains(name);
    return value == nullptr ? nullptr : value->if_array();
  };
  if (const auto* seats = array("seats")) add_seats(lines, *seats);
  if (const auto* proofs = array("proofs")) add_proofs(lines, *proofs);
  if (const auto* outputs = array("outputs")) add_outputs(lines, *outputs);
  if (const auto* files = array("files")) add_outputs(lines, *files);
  return lines;
}

}  // namespace yuxin::cli
