#include "record_pages.hpp"

#include "app/context.hpp"
#include "app/digest_lines.hpp"
#include "deed_view.hpp"
#include "plan_view.hpp"
#include "yuxin/base/text.hpp"

namespace yuxin::cli {

using base::json_string;
using base::message;
using keymgmt::EventKind;
using keymgmt::PrintedLine;
using Style = PrintedLine::Style;

namespace {

class Pages {
 public:
  explicit Pages(const keymgmt::RecordReport& report) : report_(report), plan_(*report.plan) {}

  keymgmt::PrintedRecord make() {
    keymgmt::PrintedRecord record;
    record.title = plan_.title.text();
    if (report_.mode == keymgmt::CeremonyMode::kPractice)
      record.notice = message("REHEARSAL. Nothing that is made here is to be believed.");
    record.footer =
        message("ceremony {}, transcript {}", report_.ceremony, base::hex(report_.transcript).substr(0, 16));
    record.code = "yuxin-ceremony-1\n" + report_.ceremony + "\n" + base::hex(report_.transcript) + "\n";
    record.date = report_.ended;
    facts();
    problems();
    persons();
    steps();
    outputs();
    checking();
    hands();
    record.lines = std::move(lines_);
    return record;
  }

 private:
  void add(Style style, std::string_view text) { lines_.push_back({style, visible(text)}); }
  void heading(std::string_view text) { add(Style::kHeading, text); }
  void text(std::string_view line) { add(Style::kText, line); }
  void digest(std::string_view label, base::ByteView octets) {
    for (const auto& line : digest_lines(label, octets)) add(Style::kDigits, line);
  }

  [[nodiscard]] std::string person(const std::string& seat) const {
    for (const auto& signer : report_.signers) {
      if (signer.seat == seat) return message("{} ({})", signer.person, seat);
    }
    return seat;
  }

  void facts() {
    if (!plan_.document.empty()) text(message("Held by order of: {}", plan_.document));
    text(message("Held from {} to {}", base::local_time(report_.began), base::local_time(report_.ended)));
    text(message("Machine: {}", plan_.machine.text()));
    digest(message("transcript"), report_.transcript);
    digest(message("plan"), plan_.digest);
  }

  void problems() {
    for (const auto& problem : report_.problems) add(Style::kWarning, message("WRONG  {}", problem.detail));
  }

  void persons() {
    heading(message("Who took part"));
    for (const auto& signer : report_.signers) {
      const auto* seat = plan_.seat(signer.seat);
      text(message("{}: {}, {}", signer.seat, signer.person,
                   seat == nullptr ? std::string() : std::string(base::tr(keymgmt::role_title(seat->role)))));
      digest(message("certificate"), signer.certificate);
      text(signer.opened_at ? message("signed the opening at {}", base::local_time(*signer.opened_at))
                            : message("did not sign the opening: the key was made in the ceremony"));
      text(signer.signed_at ? message("signed at {}", base::local_time(*signer.signed_at))
                            : message("has not signed"));
    }
  }

  void steps() {
    heading(message("What happened"));
    std::optional<std::size_t> shown;
    for (const auto& event : report_.events) {
      if (event.step && shown != event.step && *event.step < plan_.steps.size()) {
        shown = event.step;
        const auto& step = plan_.steps[*event.step];
        heading(message("Step {}: {}", *event.step + 1, step_title(step)));
        if (!step.instruction.en.empty()) text(step.instruction.text());
      }
      say(event);
    }
  }

  void say(const keymgmt::CeremonyEvent& event) {
    const auto time = base::local_time(event.time);
    const auto& data = event.data;
    switch (event.kind) {
      case EventKind::kOpened:
        text(message("{}  The ceremony is opened.", time));
        return deed(data);
      case EventKind::kResumed:
        return add(Style::kWarning, message("{}  The program was started again.", time));
      case EventKind::kBegun:
        return text(message("{}  Begun by {}.", time, person(json_string(data, "by"))));
      case EventKind::kPrepared:
        text(message("{}  Shown before it is done:", time));
        return deed(data);
      case EventKind::kActed:
        text(message("{}  Done:", time));
        return deed(data);
      case EventKind::kAnswered:
        if (json_string(data, "answer") == "yes")
          return text(message("{}  {}: yes", time, person(json_string(data, "seat"))));
        return add(Style::kWarning,
                   message("{}  {}: no. {}", time, person(json_string(data, "seat")), json_string(data, "said")));
      case EventKind::kException:
        return add(Style::kWarning,
                   message("{}  Exception. Expected: {}. Happened: {}. Decided by {}: {}", time,
                           json_string(data, "expected"), json_string(data, "happened"),
                           person(json_string(data, "seat")), decision(json_string(data, "decided"))));
      case EventKind::kDone:
        return;
      case EventKind::kClosed:
        return text(message("{}  The transcript is closed.", time));
    }
  }

  static std::string decision(const std::string& word) {
    if (word == "repeat") return message("the step is repeated");
    if (word == "accept") return message("what happened is accepted");
    return message("the ceremony is stopped");
  }

  void deed(const base::JsonObject& data) {
    for (const auto& line : deed_lines(data)) add(Style::kDigits, line);
  }

  void outputs() {
    heading(message("What came of it"));
    for (const auto& output : report_.outputs) {
      if (output.reach == keymgmt::OutputReach::kPublic) {
        digest(output.name, output.sha256);
      } else {
        add(Style::kDigits, labelled(output.name, base::hex(output.sha256)));
      }
    }
  }

  void checking() {
    heading(message("How to check this page"));
    text(message(
        "Unpack the record (tar -xf ceremony.record) and compare what sha256sum prints for plan.toml, for "
        "transcript.jsonl and for the files in outputs/ with the digests above. README.md in the record has the "
        "commands for the chain and the signatures. The QR code holds the identifier of the ceremony and the "
        "digest of the transcript."));
  }

  void hands() {
    heading(message("By hand"));
    for (const auto& signer : report_.signers) add(Style::kToSign, person(signer.seat));
  }

  const keymgmt::RecordReport& report_;
  const keymgmt::CeremonyPlan& plan_;
  std::vector<PrintedLine> lines_;
};

}  // namespace

keymgmt::PrintedRecord record_pages(const keymgmt::RecordReport& report) { return Pages(report).make(); }

}  // namespace yuxin::cli
