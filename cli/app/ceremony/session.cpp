#include "session.hpp"

#include <algorithm>
#include <filesystem>

#include "deed_view.hpp"
#include "machine_facts.hpp"
#include "opening.hpp"
#include "yuxin/base/file.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/keymgmt/reshare.hpp"

namespace yuxin::cli {

using base::Code;
using base::Existing;
using base::fail;
using base::message;
using base::Permissions;
using base::Result;
using keymgmt::Ceremony;
using keymgmt::EventKind;

namespace {

constexpr std::size_t kShortestPassphrase = 8;
constexpr std::size_t kLongestWords = 2000;

// What people type, and the transcript holds in English whatever they speak.
constexpr const char* kChoices[] = {base::translatable("yes"), base::translatable("no"), base::translatable("repeat"),
                                    base::translatable("accept"), base::translatable("stop")};

std::string shown_choice(const std::string& word) {
  const auto* const found = std::ranges::find_if(kChoices, [&](const char* choice) { return word == choice; });
  return found == std::end(kChoices) ? word : std::string(base::tr(*found));
}

}  // namespace

Result<> CeremonySession::begin_folder() const {
  const auto& folder = options_.folder;
  if (!base::file_exists(folder)) TRY(base::make_directory(folder));
  const auto plan_file = path("plan.toml");
  if (base::file_exists(plan_file)) {
    TRY(const auto there, base::read_file(plan_file));
    if (base::as_text(there) != plan_.text) {
      return fail(Code::kConflict, "{} is of another ceremony: its plan has the digest {}. Name another folder.",
                  folder, base::hex(x509::sha256(there)));
    }
  } else {
    std::error_code error;
    if (std::filesystem::directory_iterator(folder, error) != std::filesystem::directory_iterator())
      return fail(Code::kConflict, "The folder {} is not empty. Nothing was made. Take a new one.", folder);
    TRY(base::write_file(plan_file, base::as_bytes(plan_.text), Existing::kRefuse, Permissions::kPublic));
  }
  for (const char* name : {"outputs", "seats", "signatures"}) {
    if (!base::file_exists(path(name))) TRY(base::make_directory(path(name)));
  }
  return {};
}

Result<std::unique_ptr<CeremonySession>> CeremonySession::open(const Context& context,
                                                               const keymgmt::CeremonyPlan& plan,
                                                               SessionOptions options) {
  std::unique_ptr<CeremonySession> session(new CeremonySession(context, plan, std::move(options)));
  TRY(session->begin_folder());
  session->ceremony_.emplace(session->plan_);
  TRY(session->transcript_, keymgmt::Transcript::open(session->path("transcript.jsonl"), *session->ceremony_));
  TRY(auto facts, machine_facts());
  const auto& ceremony = *session->ceremony_;
  if (ceremony.state() == Ceremony::State::kNew) {
    base::Bytes id(16);
    base::random_bytes(id);
    facts["ceremony"] = base::hex(id);
    facts["mode"] = keymgmt::mode_name(session->options_.mode);
    facts["plan"] = base::hex(plan.digest);
    TRY(session->record(EventKind::kOpened, std::move(facts)));
    return session;
  }
  if (ceremony.mode() != session->options_.mode)
    return fail(Code::kConflict, "What was begun in {} as a rehearsal does not become a ceremony, nor the other way.",
                session->options_.folder);
  if (ceremony.over()) return session;
  facts.erase("machine");
  facts.erase("version");
  TRY(session->record(EventKind::kResumed, std::move(facts)));
  return session;
}

Result<> CeremonySession::record(EventKind kind, base::JsonObject data) {
  keymgmt::CeremonyEvent event{kind, {}, std::move(data), context_.clock().now()};
  const bool whole = kind == EventKind::kOpened || kind == EventKind::kResumed || kind == EventKind::kClosed;
  if (!whole) event.step = ceremony_->cursor();
  return transcript_->add(*ceremony_, event);
}

namespace {

// The plans that come with the program name seats after their roles, "custodian-1" for one; a Chinese reader sees the
// role in Chinese, and any other name as it stands in the plan.
std::string seat_word(const keymgmt::CeremonySeat* planned, const std::string& seat) {
  if (planned == nullptr || base::language() != base::Language::kChinese) return seat;
  const auto name = keymgmt::role_name(planned->role);
  if (!seat.starts_with(name)) return seat;
  const auto rest = seat.substr(name.size());
  if (!rest.empty() && rest[0] != '-') return seat;
  return std::string(base::tr(keymgmt::role_title(planned->role))) + (rest.empty() ? "" : " " + rest.substr(1));
}

}  // namespace

std::string CeremonySession::seat_title(const std::string& seat) const {
  const auto persons = ceremony_->persons();
  const auto found = persons.find(seat);
  const auto* planned = plan_.seat(seat);
  const auto& person = found != persons.end() ? found->second : planned != nullptr ? planned->person : seat;
  if (person.empty() || person == seat) return seat_word(planned, seat);
  return message("{} ({})", person, seat_word(planned, seat));
}

void CeremonySession::show(const base::JsonObject& data) const {
  for (const auto& line : deed_lines(data)) context_.remark(line);
}

Result<std::string> CeremonySession::ask(const std::string& question, const std::string& otherwise) {
  if (automatic()) return otherwise;
  return context_.ask(question, otherwise);
}

Result<std::string> CeremonySession::ask_words(const std::string& question, const std::string& otherwise) {
  while (true) {
    TRY(const auto typed, ask(question, otherwise));
    auto words = visible(typed);
    if (!words.empty() && words.size() <= kLongestWords) return words;
    context_.remark(message("Please say it in words, in one line of at most {} octets.", kLongestWords));
  }
}

Result<std::string> CeremonySession::choose(const std::string& question, const std::vector<std::string>& words,
                                            const std::string& otherwise) {
  if (automatic()) return otherwise;
  std::vector<std::string> shown;
  for (const auto& word : words) shown.push_back(shown_choice(word));
  while (true) {
    TRY(const auto typed, context_.ask(message("{} [{}]", question, base::join(shown, " / ")), ""));
    for (std::size_t i = 0; i < words.size(); ++i) {
      if (base::lower(typed) == words[i] || typed == shown[i]) return words[i];
    }
    context_.remark(message("Please type one of these words: {}", base::join(shown, message(", "))));
  }
}

Result<base::Secret> CeremonySession::new_passphrase(const std::string& question) {
  if (automatic()) return context_.passphrase(question);
  while (true) {
    TRY(auto first, context_.ask_secret(question));
    if (base::code_points(first.text()) < kShortestPassphrase) {
      context_.remark(message("At least {} characters, please.", kShortestPassphrase));
      continue;
    }
    TRY(const auto second, context_.ask_secret(message("Once more")));
    if (base::equal_constant_time(first.view(), second.view())) return first;
    context_.remark(message("They differ. Please type it again."));
  }
}

Result<bool> CeremonySession::ask_witnesses(const std::string& about) {
  for (const auto& seat : ceremony_->missing()) {
    const auto question = about == "prepared"
                              ? message("{}: do you agree that this is done?", seat_title(seat))
                              : message("{}: do you confirm what you see and hear?", seat_title(seat));
    TRY(const auto answer, choose(question, {"yes", "no"}, "yes"));
    std::string said;
    if (answer == "no") {
      TRY(said, ask_words(message("{}: what is wrong?", seat_title(seat)), ""));
    }
    TRY(record(EventKind::kAnswered, {{"about", about}, {"answer", answer}, {"said", said}, {"seat", seat}}));
    if (answer == "no") return false;
  }
  return true;
}

Result<> CeremonySession::agree(base::JsonObject data) {
  show(data);
  TRY(record(EventKind::kPrepared, std::move(data)));
  TRY(const bool agreed, ask_witnesses("prepared"));
  if (!agreed) return fail(Code::kRefused, "A witness does not agree. Nothing was done.");
  return {};
}

Result<Arguments> CeremonySession::shares_given(const std::string& register_file) const {
  Arguments given;
  if (!automatic()) return given;
  TRY(const auto shares, keymgmt::load_register(register_file));
  auto folder = std::filesystem::path(register_file).parent_path();
  // a register of another name lies beside the folder of its set
  if (!base::file_exists((folder / keymgmt::kRegisterName).string()))
    folder /= "shares-of-" + std::filesystem::path(register_file).stem().string();
  std::vector<std::string> files;
  for (std::size_t group = 0; group < shares.groups.size(); ++group) {
    for (std::size_t number = 0; number < shares.groups[group].shares.size(); ++number) {
      const auto name = keymgmt::set_file_name(group, number, shares.groups[group].shares[number].seal);
      files.push_back((folder / name).string() + "," + options_.passphrase_file);
    }
  }
  given.set("--share", std::move(files));
  return given;
}

Arguments CeremonySession::seals_given(const keymgmt::SharePlan& plan) const {
  Arguments given;
  if (!automatic()) return given;
  std::vector<std::string> passphrases;
  for (const auto& group : plan.groups) {
    for (const auto& member : group.members) passphrases.push_back(member.name + "=" + options_.passphrase_file);
  }
  given.set("--passphrase-for", std::move(passphrases));
  return given;
}

keymgmt::CeremonyOutput CeremonySession::describe(const std::string& name, keymgmt::OutputReach reach,
                                                  base::ByteView octets) {
  return {name, reach, static_cast<std::int64_t>(octets.size()), x509::sha256(octets)};
}

Result<keymgmt::CeremonyOutput> CeremonySession::keep_output(const std::string& name, base::ByteView octets) const {
  TRY(base::write_file(path("outputs/" + name), octets, Existing::kReplace, Permissions::kPublic));
  return describe(name, keymgmt::OutputReach::kPublic, octets);
}

Result<std::shared_ptr<Home>> CeremonySession::home() {
  if (home_) return home_;
  context_.remark(message("The home has to be opened again, because the program was started again."));
  TRY(reopen_home(*this));
  return home_;
}

}  // namespace yuxin::cli
