// A ceremony that is being carried out: its folder, its transcript, and the people who are asked.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/command.hpp"
#include "app/context.hpp"
#include "app/home.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/keymgmt/ceremony_transcript.hpp"

namespace yuxin::cli {

// Deed is what a step has done: what the transcript says of it, and what it made. A public output lies in the folder
// `outputs` of the ceremony already.
struct Deed {
  base::JsonObject data;
  std::vector<keymgmt::CeremonyOutput> outputs;
};

// Answers says who answers the questions of a ceremony. In a rehearsal with --yes the program itself does.
enum class Answers { kPeople, kProgram };

struct SessionOptions {
  std::string folder;   // of this ceremony
  std::string sources;  // where the files lie that the plan names
  keymgmt::CeremonyMode mode = keymgmt::CeremonyMode::kReal;
  Answers answers = Answers::kPeople;
  std::string passphrase_file = {};        // of a rehearsal: of all its keys and custodians
  std::optional<std::string> module = {};  // of a rehearsal: its tokens
};

// CeremonySession belongs to one call of the program. Folder:
//
//   plan.toml  transcript.jsonl  outputs/  shares/ (custodians' files)  seats/ (keys for signing)  signatures/
//   ceremony.record (when everybody has signed)
class CeremonySession {
 public:
  // open begins a ceremony in a new folder, or goes on with the one that is there: kConflict when it is another's.
  [[nodiscard]] static base::Result<std::unique_ptr<CeremonySession>> open(const Context& context,
                                                                           const keymgmt::CeremonyPlan& plan,
                                                                           SessionOptions options);

  [[nodiscard]] Context& context() { return context_; }
  [[nodiscard]] const SessionOptions& options() const { return options_; }
  [[nodiscard]] const keymgmt::CeremonyPlan& plan() const { return plan_; }
  [[nodiscard]] const keymgmt::Ceremony& ceremony() const { return *ceremony_; }
  [[nodiscard]] const keymgmt::CeremonyStep& step() const { return ceremony_->step(); }
  [[nodiscard]] const keymgmt::Transcript& transcript() const { return *transcript_; }
  [[nodiscard]] bool practice() const { return options_.mode == keymgmt::CeremonyMode::kPractice; }
  [[nodiscard]] bool automatic() const { return options_.answers == Answers::kProgram; }
  [[nodiscard]] std::string path(const std::string& name) const { return options_.folder + "/" + name; }
  [[nodiscard]] std::string source(const std::string& name) const { return options_.sources + "/" + name; }
  // title of a seat with who sits there: "Li Wei (custodian-1)".
  [[nodiscard]] std::string seat_title(const std::string& seat) const;

  // record puts an event of the present step (or of the whole ceremony) on the disk. An error ends the program.
  [[nodiscard]] base::Result<> record(keymgmt::EventKind kind, base::JsonObject data);
  // agree shows the witnesses what is going to be done, and asks them one by one. kRefused when one says no: then the
  // step is refused. Succeeds at once where they had agreed before a power cut to exactly this.
  [[nodiscard]] base::Result<> agree(base::JsonObject data);
  // ask_witnesses asks those who have not said yes. false when one says no.
  [[nodiscard]] base::Result<bool> ask_witnesses(const std::string& about);
  // ask takes a line; in an automatic rehearsal `otherwise`.
  [[nodiscard]] base::Result<std::string> ask(const std::string& question, const std::string& otherwise);
  // ask_words takes what somebody says, for the transcript: not empty, nothing in it that drives a terminal.
  [[nodiscard]] base::Result<std::string> ask_words(const std::string& question, const std::string& otherwise);
  // choose asks until one of the words is typed.
  [[nodiscard]] base::Result<std::string> choose(const std::string& question, const std::vector<std::string>& words,
                                                 const std::string& otherwise);
  // new_passphrase asks twice; at least 8 characters.
  [[nodiscard]] base::Result<base::Secret> new_passphrase(const std::string& question);
  // shares_given and seals_given are, in an automatic rehearsal, what custodians would bring to the set of a
  // register, and the passphrases that they would choose; otherwise nothing, and they are asked.
  [[nodiscard]] base::Result<Arguments> shares_given(const std::string& register_file) const;
  [[nodiscard]] Arguments seals_given(const keymgmt::SharePlan& plan) const;
  // show prints what a step prepared or did, digests as words.
  void show(const base::JsonObject& data) const;

  // keep_output writes a public output and describes it; a private one is only described.
  [[nodiscard]] base::Result<keymgmt::CeremonyOutput> keep_output(const std::string& name,
                                                                  base::ByteView octets) const;
  [[nodiscard]] static keymgmt::CeremonyOutput describe(const std::string& name, keymgmt::OutputReach reach,
                                                        base::ByteView octets);

  // home is the home of this ceremony, unlocked; after a power cut it is asked for again.
  [[nodiscard]] base::Result<std::shared_ptr<Home>> home();
  void opened(std::shared_ptr<Home> home) { home_ = std::move(home); }
  [[nodiscard]] bool has_home() const { return home_ != nullptr; }

 private:
  CeremonySession(Context context, keymgmt::CeremonyPlan plan, SessionOptions options)
      : context_(std::move(context)), plan_(std::move(plan)), options_(std::move(options)) {}
  [[nodiscard]] base::Result<> begin_folder() const;

  Context context_;
  keymgmt::CeremonyPlan plan_;
  SessionOptions options_;
  std::optional<keymgmt::Ceremony> ceremony_;
  std::optional<keymgmt::Transcript> transcript_;
  std::shared_ptr<Home> home_;
};

}  // namespace yuxin::cli
