// Judging a record: the transcript once more through the machine, then outputs and signatures against it.
#include <algorithm>

#include "ceremony/verify_outputs.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/evidence/canonical.hpp"
#include "yuxin/keymgmt/ceremony_record.hpp"
#include "yuxin/keymgmt/ceremony_transcript.hpp"

namespace yuxin::keymgmt {

using base::message;

namespace {

class Judge {
 public:
  Judge(const RecordParts& parts, const RecordExpectations& expectations, RecordReport& report)
      : parts_(parts), expectations_(expectations), report_(report) {}

  void run() {
    report_.transcript = x509::sha256(base::as_bytes(parts_.transcript));
    if (expectations_.transcript && *expectations_.transcript != report_.transcript) {
      wrong("digest", message("The transcript has the digest {}, and on paper stands {}.",
                              base::hex(report_.transcript), base::hex(*expectations_.transcript)));
    }
    auto plan = parse_ceremony_plan(parts_.plan, "plan.toml");
    if (!plan) return wrong("plan", plan.error().detail);
    report_.plan = std::move(*plan);
    if (expectations_.plan && *expectations_.plan != report_.plan->digest) {
      wrong("plan-approved", message("The record is of the plan {}, and the one that was approved has {}.",
                                     base::hex(report_.plan->digest), base::hex(*expectations_.plan)));
    }
    auto events = read_transcript(parts_.transcript, report_.plan->digest);
    if (!events) return wrong("transcript", events.error().detail);
    report_.events = std::move(*events);
    Ceremony ceremony(*report_.plan);
    const bool followed = replay(ceremony);
    report_.ceremony = ceremony.id();
    report_.mode = ceremony.mode();
    report_.exceptions = ceremony.exceptions();
    for (const auto& [name, output] : ceremony.outputs()) report_.outputs.push_back(output);
    if (!followed) return;
    judge_end(ceremony);
    judge_outputs(ceremony);
    judge_signatures(ceremony);
  }

 private:
  void wrong(std::string name, std::string detail) {
    report_.problems.push_back({std::move(name), std::move(detail)});
  }

  bool replay(Ceremony& ceremony) {
    for (std::size_t i = 0; i < report_.events.size(); ++i) {
      const auto taken = ceremony.apply(report_.events[i]);
      if (taken) continue;
      wrong("order", message("Entry {} of the transcript: {}", i + 1, taken.error().detail));
      return false;
    }
    if (report_.events.empty()) {
      wrong("transcript", message("The transcript is empty."));
      return false;
    }
    report_.began = report_.events.front().time;
    report_.ended = report_.events.back().time;
    return true;
  }

  void judge_end(const Ceremony& ceremony) {
    if (ceremony.state() == Ceremony::State::kStopped) {
      wrong("stopped",
            message("The ceremony was stopped at step {} of {}.", ceremony.cursor() + 1, report_.plan->steps.size()));
    } else if (!ceremony.over()) {
      wrong("unfinished", message("The ceremony is not over: it stands at step {} of {}.", ceremony.cursor() + 1,
                                  report_.plan->steps.size()));
    }
    if (ceremony.mode() == CeremonyMode::kPractice && expectations_.mode == CeremonyMode::kReal)
      wrong("practice", message("This is the record of a rehearsal. Nothing that it made is to be believed."));
    if (ceremony.mode() == CeremonyMode::kReal && expectations_.mode == CeremonyMode::kPractice)
      wrong("practice", message("This is the record of a real ceremony, not of a rehearsal."));
  }

  void judge_outputs(const Ceremony& ceremony) {
    for (const auto& [name, output] : ceremony.outputs()) {
      if (output.reach == OutputReach::kPrivate) continue;
      const auto file = parts_.outputs.find(name);
      if (file == parts_.outputs.end()) {
        wrong("output-missing", message("The output {} is not in the record.", name));
      } else {
        compare("output", name, output, file->second);
      }
    }
    for (const auto& [name, octets] : parts_.outputs) {
      const auto known = ceremony.outputs().find(name);
      if (known == ceremony.outputs().end() || known->second.reach == OutputReach::kPrivate)
        wrong("output-unknown",
              message("The output {} is in the record, and the transcript knows nothing of it.", name));
    }
    for (const auto& [name, octets] : expectations_.outputs) {
      const auto known = ceremony.outputs().find(name);
      if (known == ceremony.outputs().end()) {
        wrong("file-unknown", message("The ceremony made no output {}.", name));
      } else {
        compare("file", name, known->second, octets);
      }
    }
    for (auto& found : verify_outputs(*report_.plan, report_.events, ceremony.mode(), parts_.outputs))
      report_.problems.push_back(std::move(found));
  }

  void compare(const char* what, const std::string& name, const CeremonyOutput& expected, base::ByteView octets) {
    const auto digest = x509::sha256(octets);
    if (digest == expected.sha256 && std::cmp_equal(octets.size(), expected.size)) return;
    wrong(what, message("{} has the digest {}, and the transcript says {}.", name, base::hex(digest),
                        base::hex(expected.sha256)));
  }

  void judge_signatures(const Ceremony& ceremony) {
    for (const auto& seat : ceremony.seats()) {
      RecordSigner signer{.seat = seat.seat,
                          .person = seat.person,
                          .subject = {},
                          .certificate = seat.certificate,
                          .opened_at = {},
                          .signed_at = {}};
      if (report_.plan->seat(seat.seat)->certificate) signer.known = RecordSigner::Known::kByPlan;
      judge_seat_opening(ceremony, seat, signer);
      judge_signature(ceremony, signer);
      report_.signers.push_back(std::move(signer));
    }
    if (ceremony.seats().empty()) wrong("signature-missing", message("Nobody was enrolled, so nobody signed."));
    for (const auto& [seat, octets] : parts_.signatures) {
      if (std::ranges::find(ceremony.seats(), seat, &EnrolledSeat::seat) == ceremony.seats().end())
        wrong("signature-unknown", message("There is a signature of {}, and no such seat.", seat));
    }
  }

  // Whoever came with a certificate that the plan names signed when taking the seat; of others it counts where it is
  // there.
  void judge_seat_opening(const Ceremony& ceremony, const EnrolledSeat& seat, RecordSigner& signer) {
    const bool needed = signer.known == RecordSigner::Known::kByPlan && ceremony.mode() == CeremonyMode::kReal;
    if (seat.opening.empty()) {
      if (needed)
        wrong("opening-missing",
              message("{} ({}) did not sign when the ceremony was opened.", seat.person, seat.seat));
      return;
    }
    auto judged = judge_opening(ceremony, opened_digest(parts_.transcript), seat);
    if (!judged) {
      report_.problems.push_back(std::move(judged).error());
      return;
    }
    if (judged->time < report_.began || judged->time > report_.ended) {
      wrong("opening-time", message("{} ({}) signed at {}, which is not while the ceremony was held.", seat.person,
                                    seat.seat, base::rfc3339(judged->time)));
      return;
    }
    signer.opened_at = judged->time;
  }

  void judge_signature(const Ceremony& ceremony, RecordSigner& signer) {
    const auto found = parts_.signatures.find(signer.seat);
    if (found == parts_.signatures.end())
      return wrong("signature-missing", message("{} ({}) has not signed the record.", signer.person, signer.seat));
    auto judged = judge_seat_signature(ceremony, report_.transcript,
                                       {signer.seat, signer.person, signer.certificate, {}}, found->second);
    if (!judged) {
      report_.problems.push_back(std::move(judged).error());
      return;
    }
    signer.subject = judged->subject;
    signer.signed_at = judged->time;
  }

  const RecordParts& parts_;
  const RecordExpectations& expectations_;
  RecordReport& report_;
};

tl::unexpected<RecordProblem> unsigned_by(const char* name, std::string detail) {
  return tl::unexpected(RecordProblem{name, std::move(detail)});
}

}  // namespace

namespace {

// The statement that one person signed with the certificate of the seat, whatever it says.
tl::expected<evidence::SignedAct, RecordProblem> opened_for(const EnrolledSeat& seat, base::ByteView signature) {
  auto opened = evidence::open_act(signature);
  if (!opened) {
    return unsigned_by("signature", message("The signature of {} ({}) does not hold: {}", seat.person, seat.seat,
                                            opened.error().detail));
  }
  if (base::equal(opened->actor.sha256_fingerprint(), seat.certificate)) return std::move(*opened);
  return unsigned_by("signer",
                     message("The signature of {} ({}) was made with another certificate than the one that was "
                             "enrolled.",
                             seat.person, seat.seat));
}

bool says(const evidence::SignedAct& opened, const evidence::Act& act) {
  const auto expected = evidence::statement(act, opened.actor);
  const auto said = evidence::statement(opened.act, opened.actor);
  return expected && said && *expected == *said;
}

}  // namespace

tl::expected<SeatSignature, RecordProblem> judge_seat_signature(const Ceremony& ceremony,
                                                                const x509::Digest256& transcript,
                                                                const EnrolledSeat& seat, base::ByteView signature) {
  const auto opened = opened_for(seat, signature);
  if (!opened) return tl::unexpected(opened.error());
  const auto time = opened->act.time;
  if (!says(*opened, signing_statement(ceremony, transcript, seat.seat, time))) {
    return unsigned_by("statement",
                       message("What {} ({}) signed is another record than this one.", seat.person, seat.seat));
  }
  if (time < ceremony.last()) {
    return unsigned_by("signing-time", message("{} ({}) signed at {}, before the ceremony was over.", seat.person,
                                               seat.seat, base::rfc3339(time)));
  }
  return SeatSignature{opened->actor.subject().text(), time};
}

tl::expected<SeatSignature, RecordProblem> judge_opening(const Ceremony& ceremony, const x509::Digest256& opened,
                                                         const EnrolledSeat& seat) {
  const auto act = opened_for(seat, seat.opening);
  if (!act) return tl::unexpected(act.error());
  const auto time = act->act.time;
  if (!says(*act, opening_statement(ceremony, opened, seat.seat, seat.person, time))) {
    return unsigned_by("opening-statement",
                       message("What {} ({}) signed when the ceremony was opened is another ceremony than this one.",
                               seat.person, seat.seat));
  }
  return SeatSignature{act->actor.subject().text(), time};
}

RecordReport verify_record(base::ByteView archive, const RecordExpectations& expectations) {
  RecordReport report;
  const auto parts = read_record(archive);
  if (!parts) {
    report.problems.push_back({"archive", parts.error().detail});
    return report;
  }
  Judge(*parts, expectations, report).run();
  return report;
}

}  // namespace yuxin::keymgmt
