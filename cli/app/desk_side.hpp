// Where a call works at the desk: on the home itself, or over the network at the registration authority. Commands
// know only this, so that none is written twice.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "command.hpp"
#include "context.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/evidence/gate.hpp"
#include "yuxin/ra/desk.hpp"
#include "yuxin/ra/invitation.hpp"

namespace yuxin::cli {

// StepDone is what came of a step that was taken.
struct StepDone {
  ra::Item after;
  std::string action;
  bool complete = false;                   // otherwise others must still sign
  std::vector<evidence::Missing> missing;  // who; their roles and numbers
  std::vector<ra::Effected> effected;
};

// FileNote names a file that is attached to a case.
struct FileNote {
  std::string label;
  std::string name;
  std::int64_t size = 0;
  evidence::Hash digest{};
};

// CertificateNote is a certificate that a case is about, or that was issued upon it. What it says of itself is read
// from its octets; profile and state ("good", "revoked" …) are the word of whoever keeps it.
struct CertificateNote {
  x509::Certificate certificate;
  std::string profile;
  std::string state;
};

// CaseSeen is a case with what belongs to it.
struct CaseSeen {
  ra::Item item;
  std::vector<workflow::StepRow> steps;
  std::vector<FileNote> files;
  std::vector<CertificateNote> certificates;
};

// Opening is a drafted step that opens a case, and the certificates that there are of what it would be about.
struct Opening {
  ra::Step step;
  std::vector<CertificateNote> certificates;
};

// RolesSeen are the roles of whoever acts: held now, and held no more.
struct RolesSeen {
  struct Held {
    std::string role;
    std::string scope;  // print_scope
  };
  std::vector<Held> held;
  std::vector<ra::EndedRole> ended;
};

// DeskSide works in one person's name, or without one only looks. Errors are the desk's own wherever it is; over the
// network also kUnavailable and kBadSignature of the connection. Not thread-safe.
class DeskSide {
 public:
  virtual ~DeskSide() = default;
  // signer is the subject of whoever acts, as it is shown before a signature.
  [[nodiscard]] virtual std::string signer() const = 0;

  // address is where others reach the registration authority: "https://ra.city.example:8443".
  [[nodiscard]] virtual std::string address() const = 0;

  // roles gives those of whoever acts; nothing where nobody is named.
  [[nodiscard]] virtual base::Result<std::optional<RolesSeen>> roles() = 0;

  [[nodiscard]] virtual base::Result<ra::Desk::Page> page(const workflow::CaseFilter& filter,
                                                          ra::Desk::Whose whose) = 0;
  [[nodiscard]] virtual base::Result<CaseSeen> look(const std::string& id) = 0;
  // file gives the octets of a file of a case: exactly those with this digest, whoever keeps them. kNotFound.
  [[nodiscard]] virtual base::Result<base::Bytes> file(const std::string& id, const evidence::Hash& digest) = 0;
  // issued gives the certificate that was issued upon a case, and those above it without the root. kNotFound.
  [[nodiscard]] virtual base::Result<std::vector<x509::Certificate>> issued(const std::string& id) = 0;
  [[nodiscard]] virtual base::Result<std::shared_ptr<const workflow::Workflow>> workflow(const std::string& name) = 0;

  // serial gives the whole serial number of the one certificate that somebody means by it, or by its first eight
  // digits or more. kUsage, kNotFound, and kConflict where several begin so.
  [[nodiscard]] virtual base::Result<x509::Serial> serial(const std::string& typed) = 0;

  // apply drafts the act that opens a case, with the registration point and role of whoever acts where nothing else
  // is said. step drafts the next one of a case as it was seen. What is given says what was asked for, whoever
  // drafted it.
  [[nodiscard]] virtual base::Result<Opening> apply(ra::Application application, ra::Desk::Number number) = 0;
  [[nodiscard]] virtual base::Result<ra::Step> step(const ra::Item& seen, workflow::Draft draft,
                                                    const std::optional<ra::CertificateWish>& correction) = 0;
  // answered gives what was brought with the code of an invitation; nothing while nobody has answered.
  [[nodiscard]] virtual base::Result<std::optional<ra::Answered>> answered(const std::string& id) = 0;
  // sign_and_take signs a step and has it kept and carried out. Nothing is asked or shown.
  [[nodiscard]] virtual base::Result<StepDone> sign_and_take(const ra::Step& step) = 0;
  // end_work follows on a call whose steps are done.
  virtual void end_work(const Context& context) = 0;
};

// open_desk_side opens the side that a call names: --server, or the home. kAct unlocks the home and demands --as
// (kUsage); kLook takes it where it is given, and over the network always.
enum class DeskUse { kLook, kAct };
[[nodiscard]] base::Result<std::unique_ptr<DeskSide>> open_desk_side(const Context& context,
                                                                     const Arguments& arguments, DeskUse use);

}  // namespace yuxin::cli
