// Reading a plan: every key is known, every seat and file is named once, and the steps make a whole.
#include <algorithm>
#include <set>

#include "ceremony/plan_order.hpp"
#include "yuxin/base/config.hpp"
#include "yuxin/base/short_name.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/keymgmt/ceremony_plan.hpp"
#include "yuxin/keymgmt/ceremony_record.hpp"
#include "yuxin/keymgmt/slip39.hpp"
#include "yuxin/keymgmt/token_key_store.hpp"
#include "yuxin/x509/algorithm.hpp"
#include "yuxin/x509/name.hpp"
#include "yuxin/x509/oid.hpp"

namespace yuxin::keymgmt {

using base::ConfigTable;
using base::Result;

namespace {

constexpr std::size_t kMostSeats = 64;
constexpr std::size_t kMostSteps = 200;
constexpr std::size_t kLongestText = 4000;
constexpr std::int64_t kMostMinutes = 24 * 60;

bool is_shown(std::string_view text) {
  return text.size() <= kLongestText && base::is_utf8(text) && !base::has_control_character(text);
}

// A file beside the plan, or an output: no folder that leads elsewhere.
bool is_file_name(std::string_view text) {
  const auto parts = base::split(text, '/');
  return !text.empty() && text.size() <= 100 && std::ranges::all_of(parts, [](std::string_view part) {
    return !part.empty() && part != "." && part != ".." && std::ranges::all_of(part, [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
             c == '_';
    });
  });
}

bool is_output_name(std::string_view text) { return is_file_name(text) && text.find('/') == std::string_view::npos; }

Result<TwoTexts> two_texts(ConfigTable& table, std::string_view key) {
  TRY(auto inner, table.table(key));
  if (!inner) return table.error({}, "\"{}\" is missing: {{ en = \"…\", zh = \"…\" }}", key);
  TwoTexts texts;
  TRY(texts.en, inner->required_string("en"));
  TRY(texts.zh, inner->required_string("zh"));
  if (!is_shown(texts.en) || !is_shown(texts.zh))
    return table.error(key, "The text is too long, or has characters that drive a terminal.");
  return texts;
}

Result<std::optional<x509::Digest256>> digest_at(ConfigTable& table, std::string_view key) {
  TRY(const auto text, table.string(key));
  if (!text || *text == "any") return std::optional<x509::Digest256>();
  constexpr std::string_view kPrefix = "sha256:";
  const auto octets =
      text->starts_with(kPrefix) ? base::from_hex(std::string_view(*text).substr(kPrefix.size())) : std::nullopt;
  x509::Digest256 digest{};
  if (!octets || octets->size() != digest.size())
    return table.error(key, "A digest is written \"sha256:\" and 64 hexadecimal digits, as sha256sum prints them.");
  std::ranges::copy(*octets, digest.begin());
  return std::optional(digest);
}

class Loader {
 public:
  Loader(ConfigTable table, CeremonyPlan& plan) : table_(std::move(table)), plan_(plan) {}

  Result<> load() {
    TRY(plan_.title, two_texts(table_, "title"));
    TRY(plan_.machine, two_texts(table_, "machine"));
    TRY(const auto document, table_.string("document"));
    plan_.document = document.value_or("");
    if (!is_shown(plan_.document))
      return table_.error("document", "The text is too long, or has characters that drive a terminal.");
    TRY(const auto network, table_.required_string("network"));
    if (network != "forbidden" && network != "allowed")
      return table_.error("network", "The network is \"forbidden\" or \"allowed\", not \"{}\".", network);
    if (network == "allowed") plan_.network = NetworkRule::kAllowed;
    TRY(plan_.software, digest_at(table_, "software"));
    if (!table_.has("software"))
      return table_.error({}, "\"software\" is missing: \"sha256:…\" of the program, or \"any\"");
    TRY(load_groups());
    TRY(load_seats());
    TRY(load_steps());
    TRY(load_outputs());
    return table_.finish();
  }

 private:
  Result<> load_groups() {
    TRY(auto groups, table_.tables("group"));
    if (groups.size() > kMostShares)
      return table_.error("group", "There are {} groups at the most, and this plan has {}.", kMostShares,
                          groups.size());
    for (auto& table : groups) {
      CeremonyGroup group;
      TRY(group.name, table.required_string("name"));
      if (!is_share_name(group.name)) return table.error("name", "\"{}\" cannot name a group.", group.name);
      if (std::ranges::find(plan_.groups, group.name, &CeremonyGroup::name) != plan_.groups.end())
        return table.error("name", "\"{}\" stands there twice.", group.name);
      TRY(const auto needed, table.integer("needed"));
      if (!needed || *needed < 1 || std::cmp_greater(*needed, kMostShares))
        return table.error("needed", "How many of the group are needed? Write: needed = N, from 1 to {}",
                           kMostShares);
      group.needed = static_cast<std::uint8_t>(*needed);
      plan_.groups.push_back(std::move(group));
    }
    return {};
  }

  Result<> load_seat(ConfigTable& table) {
    CeremonySeat seat;
    TRY(seat.id, table.required_string("seat"));
    if (!base::is_short_name(seat.id))
      return table.error("seat", "\"{}\" is no seat: lower-case letters, digits and hyphens, at most 32.", seat.id);
    if (plan_.seat(seat.id) != nullptr) return table.error("seat", "\"{}\" stands there twice.", seat.id);
    TRY(const auto role, table.required_string("role"));
    bool known = false;
    for (const auto candidate :
         {CeremonyRole::kAdministrator, CeremonyRole::kOperator, CeremonyRole::kCustodian, CeremonyRole::kWitness}) {
      if (role_name(candidate) != role) continue;
      seat.role = candidate;
      known = true;
    }
    if (!known)
      return table.error("role", "There is no role \"{}\"; there are administrator, operator, custodian and witness.",
                         role);
    TRY(const auto person, table.string("name"));
    seat.person = person.value_or("");
    if (person && !is_share_name(*person))
      return table.error("name", "\"{}\" cannot be a person's name here.", *person);
    TRY(seat.certificate, digest_at(table, "certificate"));
    TRY(const auto group, table.string("group"));
    seat.group = group.value_or("");
    if (group && seat.role != CeremonyRole::kCustodian)
      return table.error("group", "Only a custodian belongs to a group.");
    if (group && std::ranges::find(plan_.groups, *group, &CeremonyGroup::name) == plan_.groups.end())
      return table.error("group", "There is no group \"{}\"; write it as [[group]].", *group);
    plan_.seats.push_back(std::move(seat));
    return {};
  }

  Result<> load_seats() {
    TRY(auto seats, table_.tables("seat"));
    if (seats.size() > kMostSeats) return table_.error("seat", "There are {} seats at the most.", kMostSeats);
    for (auto& table : seats) TRY(load_seat(table));
    const auto count = [&](CeremonyRole role) { return std::ranges::count(plan_.seats, role, &CeremonySeat::role); };
    if (count(CeremonyRole::kAdministrator) != 1)
      return table_.error("seat", "A ceremony has one administrator, who decides about exceptions; this plan has {}.",
                          count(CeremonyRole::kAdministrator));
    if (count(CeremonyRole::kOperator) < 1) return table_.error("seat", "A ceremony needs an operator.");
    std::set<std::string, std::less<>> persons;
    for (const auto& seat : plan_.seats) {
      if (!seat.person.empty() && !persons.insert(seat.person).second)
        return table_.error("seat", "{} sits on two seats; nobody witnesses themselves.", seat.person);
    }
    for (const auto& group : plan_.groups) {
      const auto members = std::ranges::count(plan_.seats, group.name, &CeremonySeat::group);
      if (std::cmp_less(members, group.needed) || std::cmp_greater(members, kMostShares))
        return table_.error("group", "Group \"{}\" needs {} of {} custodians.", group.name, group.needed, members);
    }
    return {};
  }

  Result<> check_seat(ConfigTable& table, std::string_view key, const std::string& id) const {
    if (plan_.seat(id) != nullptr) return {};
    std::vector<std::string> ids;
    for (const auto& seat : plan_.seats) ids.push_back(seat.id);
    if (const auto near = base::nearest(id, ids))
      return table.error(key, "There is no seat \"{}\"; did you mean \"{}\"?", id, *near);
    return table.error(key, "There is no seat \"{}\"; write it as [[seat]].", id);
  }

  Result<> check_value(ConfigTable& table, std::string_view key, const std::string& value) {
    if (!is_shown(value)) return table.error(key, "The text is too long, or has characters that drive a terminal.");
    if (key == "key" && !x509::parse_key_kind(value))
      return table.error(key, "\"{}\" is no kind of key. There are rsa:3072, ec:P-384, sm2 and others.", value);
    if (key == "subject") {
      const auto name = x509::Name::parse(value);
      if (!name) return table.error(key, "{}", name.error().detail);
      if (name->first(x509::oid::kCommonName).starts_with(kPracticeMark))
        return table.error(key, "A common name that begins with \"{}\" is a rehearsal's.", kPracticeMark);
    }
    if (key == "token") {
      const auto name = token_key_name(value, "x");
      if (!name) return table.error(key, "{}", name.error().detail);
    }
    if ((key == "request" || key == "register") && !is_file_name(value))
      return table.error(key, "\"{}\" is no file beside the plan: letters, digits, '.', '-' and '_' in its name.",
                         value);
    if (key == "passphrase" && value != "remove" && value != "keep")
      return table.error(key, "The passphrase of the home is to \"remove\" or to \"keep\", not \"{}\".", value);
    if (key == "secret" && value != "new" && value != "kept")
      return table.error(key, "The secret that the shares join to is to be \"new\" or \"kept\", not \"{}\".", value);
    if (key == "unlock" && value != "passphrase" && value != "shares" && value != "token")
      return table.error(key, "A home is opened by a \"passphrase\", by \"shares\" or by a \"token\", not by \"{}\".",
                         value);
    if ((key == "authority" || key == "key_name") && !base::is_short_name(value))
      return table.error(key, "\"{}\" is no name: lower-case letters, digits and hyphens, at most 32.", value);
    if (key == "shares" && !is_share_name(value))
      return table.error(key, "\"{}\" cannot be the title of a set.", value);
    if (key == "output") {
      if (!is_output_name(value)) return table.error(key, "\"{}\" cannot name an output.", value);
      if (!made_.insert(value).second) return table.error(key, "Two steps make the output \"{}\".", value);
    }
    return {};
  }

  Result<> load_values(ConfigTable& table, const ActionSpec& spec, CeremonyStep& step) {
    const auto take = [&](std::string_view key, bool needed) -> Result<> {
      if (key == "text" || key == "question") return {};
      TRY(const auto value, table.string(key));
      if (!value && needed)
        return table.error({}, "A step \"{}\" says \"{}\", and this one does not.", spec.name, key);
      if (!value) return {};
      if (value->empty()) return table.error(key, "\"{}\" must not be empty", key);
      TRY(check_value(table, key, *value));
      step.values.emplace(key, *value);
      return {};
    };
    for (const auto key : spec.needs) TRY(take(key, true));
    for (const auto key : spec.may) TRY(take(key, false));
    if (step.action == CeremonyAction::kNote) {
      TRY(step.question, two_texts(table, "question"));
    }
    if (step.action == CeremonyAction::kOpenHome &&
        (step.value("unlock") == "shares") != step.values.contains("register"))
      return table.error("unlock", "The register of the shares is named where they open the home, and only there.");
    if ((spec.action == CeremonyAction::kSplit || spec.action == CeremonyAction::kReshare) && plan_.groups.empty())
      return table.error("do", "Who is to hold the shares? Write [[group]], and \"group\" at the custodians' seats.");
    return {};
  }

  Result<> load_step(ConfigTable& table) {
    CeremonyStep step;
    TRY(const auto name, table.required_string("do"));
    const auto spec = std::ranges::find(action_specs(), name, &ActionSpec::name);
    if (spec == action_specs().end()) {
      std::vector<std::string> names;
      for (const auto& known : action_specs()) names.emplace_back(known.name);
      if (const auto near = base::nearest(name, names))
        return table.error("do", "No step \"{}\"; did you mean \"{}\"?", name, *near);
      return table.error("do", "No step \"{}\"; there are: {}", name, base::join(names, base::message(", ")));
    }
    step.action = spec->action;
    if (table.has("title")) {
      TRY(step.title, two_texts(table, "title"));
    }
    if (table.has("text") || spec->action == CeremonyAction::kRead) {
      TRY(step.instruction, two_texts(table, "text"));
    }
    TRY(step.by, table.required_string("by"));
    TRY(check_seat(table, "by", step.by));
    TRY(step.witnesses, table.strings("witness"));
    if (step.witnesses.empty())
      return table.error({}, "Who witnesses this step? Write: witness = [\"…\"]; nothing is done alone.");
    std::set<std::string, std::less<>> once{step.by};
    for (const auto& witness : step.witnesses) {
      TRY(check_seat(table, "witness", witness));
      if (!once.insert(witness).second)
        return table.error("witness", "\"{}\" is named twice; who does a step does not witness it.", witness);
    }
    TRY(const auto minutes, table.integer("minutes"));
    if (!minutes || *minutes < 1 || *minutes > kMostMinutes)
      return table.error("minutes", "How long does this take? Write: minutes = N, from 1 to {}", kMostMinutes);
    step.minutes = *minutes;
    TRY(load_values(table, *spec, step));
    plan_.steps.push_back(std::move(step));
    return {};
  }

  Result<> load_steps() {
    TRY(auto steps, table_.tables("step"));
    if (steps.size() < 3 || steps.size() > kMostSteps)
      return table_.error("step", "A ceremony has 3 to {} steps, and this one has {}.", kMostSteps, steps.size());
    for (auto& table : steps) TRY(load_step(table));
    if (const auto broken = broken_order(plan_)) return table_.error("step", "{}", *broken);
    return {};
  }

  Result<> load_outputs() {
    TRY(plan_.outputs, table_.strings("outputs"));
    const std::set<std::string, std::less<>> expected(plan_.outputs.begin(), plan_.outputs.end());
    if (expected.size() != plan_.outputs.size()) return table_.error("outputs", "An output stands there twice.");
    for (const auto& name : expected) {
      if (!made_.contains(name)) return table_.error("outputs", "No step makes the output \"{}\".", name);
    }
    for (const auto& name : made_) {
      if (!expected.contains(name))
        return table_.error("outputs", "A step makes \"{}\", which is not among the expected outputs.", name);
    }
    return {};
  }

  ConfigTable table_;
  CeremonyPlan& plan_;
  std::set<std::string, std::less<>> made_;
};

}  // namespace

Result<CeremonyPlan> parse_ceremony_plan(std::string_view text, std::string file) {
  TRY(auto table, ConfigTable::parse(text, std::move(file)));
  CeremonyPlan plan;
  plan.text = text;
  plan.digest = x509::sha256(base::as_bytes(text));
  TRY(Loader(std::move(table), plan).load());
  return plan;
}

}  // namespace yuxin::keymgmt
