// The record of a ceremony: the plan, what happened, what came of it, and the signatures of everybody who was there.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "yuxin/base/result.hpp"
#include "yuxin/evidence/act.hpp"
#include "yuxin/evidence/tar.hpp"
#include "yuxin/keymgmt/ceremony.hpp"
#include "yuxin/keymgmt/identity.hpp"

namespace yuxin::keymgmt {

// kPracticeMark begins the common name of every certificate that a rehearsal makes.
inline constexpr const char* kPracticeMark = "PRACTICE ";

// signing_statement is what whoever sits on a seat signs: an act (docs/acts.md) of type "ceremony.record" about
// "ceremony/ID", with the digests of plan and transcript and every output as an attachment.
[[nodiscard]] evidence::Act signing_statement(const Ceremony& ceremony, const x509::Digest256& transcript,
                                              const std::string& seat, base::UnixTime time);
// sign_record signs it. kIntegrity when the identity is not the one that was enrolled on the seat.
[[nodiscard]] base::Result<base::Bytes> sign_record(const Ceremony& ceremony, const x509::Digest256& transcript,
                                                    const std::string& seat, const Identity& identity,
                                                    base::UnixTime time);

// opening_statement is what whoever brings a certificate of their own signs when taking a seat: an act of type
// "ceremony.opening" about "ceremony/ID", with the plan's digest and that of the transcript's first entry (`opened`),
// so that nobody can say later to have come to another ceremony. The signature stands at the seat in the transcript.
[[nodiscard]] evidence::Act opening_statement(const Ceremony& ceremony, const x509::Digest256& opened,
                                              const std::string& seat, const std::string& person,
                                              base::UnixTime time);
[[nodiscard]] base::Result<base::Bytes> sign_opening(const Ceremony& ceremony, const x509::Digest256& opened,
                                                     const std::string& seat, const std::string& person,
                                                     const Identity& identity, base::UnixTime time);
// opened_digest is the SHA-256 of the first line of a transcript, without its line end.
[[nodiscard]] x509::Digest256 opened_digest(std::string_view transcript);

// A record is a tar archive (yuxin/evidence/tar.hpp) of
//
//   README.md             how to check it with sha256sum and openssl
//   plan.toml             the plan, octet for octet
//   transcript.jsonl      what happened
//   outputs/NAME          public outputs
//   signatures/SEAT.p7m   signed acts (CMS)
struct RecordParts {
  std::string plan;
  std::string transcript;
  std::map<std::string, base::Bytes, std::less<>> outputs;     // public ones, by name
  std::map<std::string, base::Bytes, std::less<>> signatures;  // by seat
};
[[nodiscard]] base::Result<base::Bytes> write_record(const RecordParts& parts);
// read_record takes back what write_record writes: kMalformed for anything else. Nothing is judged.
[[nodiscard]] base::Result<RecordParts> read_record(base::ByteView archive);

// RecordProblem is one thing that is wrong with a record; `name` is a stable word for programs.
struct RecordProblem {
  std::string name;
  std::string detail;
};

// SeatSignature is a good signature of somebody who took part.
struct SeatSignature {
  std::string subject;
  base::UnixTime time;  // as the signer's clock says
};
// judge_seat_signature says whether a signature is over this very ceremony, by who was enrolled on the seat.
[[nodiscard]] tl::expected<SeatSignature, RecordProblem> judge_seat_signature(const Ceremony& ceremony,
                                                                              const x509::Digest256& transcript,
                                                                              const EnrolledSeat& seat,
                                                                              base::ByteView signature);

// judge_opening says the same of what was signed when the seat was taken.
[[nodiscard]] tl::expected<SeatSignature, RecordProblem> judge_opening(const Ceremony& ceremony,
                                                                       const x509::Digest256& opened,
                                                                       const EnrolledSeat& seat);

struct RecordSigner {
  std::string seat;
  std::string person;
  std::string subject;
  x509::Digest256 certificate{};
  enum class Known { kByPlan, kByCeremony } known = Known::kByCeremony;  // who says that it is theirs
  std::optional<base::UnixTime> opened_at;  // when the seat was taken, by a good signature; nothing: none
  std::optional<base::UnixTime> signed_at;  // nothing: no good signature
};

// RecordStep is what became of a step.
struct RecordStep {
  std::size_t number = 0;  // from 0
  std::vector<CeremonyEvent> events;
};

// RecordReport is what a record says, and what is wrong with it. What it says is believed where `problems` is empty.
struct RecordReport {
  std::vector<RecordProblem> problems;
  std::optional<CeremonyPlan> plan;
  std::string ceremony;  // its identifier
  CeremonyMode mode = CeremonyMode::kReal;
  x509::Digest256 transcript{};
  base::UnixTime began;
  base::UnixTime ended;
  std::vector<CeremonyEvent> events;
  std::vector<CeremonyOutput> outputs;
  std::vector<RecordSigner> signers;
  std::size_t exceptions = 0;
};

// RecordExpectations are what the verifier knows from elsewhere.
struct RecordExpectations {
  std::optional<x509::Digest256> plan;                      // of the plan that was approved
  std::optional<x509::Digest256> transcript;                // as it stands on paper
  std::map<std::string, base::Bytes, std::less<>> outputs;  // files in use, to be those of the record
  CeremonyMode mode = CeremonyMode::kReal;                  // a rehearsal is refused unless it is asked for
};
// verify_record replays the transcript against the plan by the machine that made it, and compares outputs, what was
// agreed to before it was signed, and every signature. Pure. Goes on after a problem as far as what is left makes
// sense.
[[nodiscard]] RecordReport verify_record(base::ByteView archive, const RecordExpectations& expectations);

}  // namespace yuxin::keymgmt
