// The plan of a ceremony (密钥仪式): who takes part, on what machine, and every step in its order. docs/ceremonies.md
// says how one is written.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "yuxin/base/result.hpp"
#include "yuxin/keymgmt/share_plan.hpp"
#include "yuxin/x509/digest.hpp"

namespace yuxin::keymgmt {

// TwoTexts is a text in both languages. `text` is the one of the process.
struct TwoTexts {
  std::string en;
  std::string zh;
  [[nodiscard]] const std::string& text() const;
};

// CeremonyRole is what somebody is there for. Exactly one administrator (主持人) decides about exceptions.
enum class CeremonyRole { kAdministrator, kOperator, kCustodian, kWitness };
[[nodiscard]] std::string_view role_name(CeremonyRole role);  // "administrator", "operator", "custodian", "witness"
[[nodiscard]] const char* role_title(CeremonyRole role);      // an English msgid

// CeremonySeat is a place at the table. Whoever takes it brings the certificate that the plan names, or, where it
// names none, is given a key for this ceremony alone.
struct CeremonySeat {
  std::string id;  // "custodian-1": lower-case letters, digits, hyphens; unique
  CeremonyRole role = CeremonyRole::kWitness;
  std::string person;                          // empty: asked for at the enrolment
  std::optional<x509::Digest256> certificate;  // SHA-256 of the DER certificate
  std::string group;                           // of custodians: a name of `groups`; empty: holds no new share
};

struct CeremonyGroup {
  std::string name;
  std::uint8_t needed = 1;
};

// CeremonyAction is what a step does; its name in a plan is `do`.
enum class CeremonyAction {
  kRead,              // people read or do something, and say that it is so
  kNote,              // people tell something that is written down: the number of a bag, of a photograph
  kCheckEnvironment,  // clock, interfaces, the program's digest
  kEnrol,             // everybody brings, or is given, what they sign with
  kCreateHome,        // the home of a new offline root
  kCreateRoot,        // key, certificate and first list of a root
  kOpenHome,          // an existing home is unlocked, by a passphrase or by its custodians
  kSignRequest,       // a request becomes a certificate: subordinate authority, cross-certificate
  kSignList,          // the next revocation list
  kSplit,             // custodians become able to open the home
  kProveShares,       // every custodian proves the own share
  kReshare,           // a set of shares is replaced by another
  kMigrateKey,        // an authority's key goes from the home into a token
  kDestroyKey,        // a key is overwritten, and what it was is recorded
  kVerifyHome,        // ledger, keys and certificates agree
  kClose,             // digests of all outputs are read, everybody signs
};

// ActionSpec says what a step of an action may and must say.
struct ActionSpec {
  CeremonyAction action;
  std::string_view name;  // "create-root"
  const char* title;      // an English msgid, where the plan gives no title
  std::vector<std::string_view> needs;
  std::vector<std::string_view> may;
  // kHuman: nothing but people's word. kActs: the program does something, then the witnesses look at the result.
  // kAgreed: they look at what is going to be signed first.
  enum class Course { kHuman, kActs, kAgreed } course = Course::kActs;
};
[[nodiscard]] std::span<const ActionSpec> action_specs();
[[nodiscard]] const ActionSpec& action_spec(CeremonyAction action);

struct CeremonyStep {
  CeremonyAction action = CeremonyAction::kRead;
  TwoTexts title;
  TwoTexts instruction;                // `text`; may be empty
  std::string by;                      // seat that does it
  std::vector<std::string> witnesses;  // seats that must say yes; at least one, and not `by`
  std::int64_t minutes = 1;
  std::map<std::string, std::string, std::less<>> values;  // what the action needs, checked
  TwoTexts question;                                       // of kNote

  [[nodiscard]] std::string value(std::string_view name, std::string_view otherwise = "") const;
};

enum class NetworkRule { kForbidden, kAllowed };

// CeremonyPlan is validated when it is read: if it exists, it can be carried out.
struct CeremonyPlan {
  TwoTexts title;
  std::string document;  // what authorises it; may be empty
  TwoTexts machine;      // what the room and the machine must be
  NetworkRule network = NetworkRule::kForbidden;
  std::optional<x509::Digest256> software;  // SHA-256 of the program; nothing: any, and its digest is read aloud
  std::vector<CeremonySeat> seats;
  std::vector<CeremonyGroup> groups;
  std::vector<CeremonyStep> steps;   // check-environment, enrol, ..., close
  std::vector<std::string> outputs;  // what must be there in the end, and nothing else
  std::string text;
  x509::Digest256 digest{};  // SHA-256 of the text, as sha256sum gives it

  [[nodiscard]] const CeremonySeat* seat(std::string_view id) const;
  [[nodiscard]] const CeremonySeat& administrator() const;
  [[nodiscard]] std::int64_t minutes() const;  // of all steps
};

// parse_ceremony_plan reads TOML; `file` is only named in errors, which are kMalformed and begin with "FILE:LINE: ".
[[nodiscard]] base::Result<CeremonyPlan> parse_ceremony_plan(std::string_view text, std::string file);

// share_plan_of is the plan of the new set of shares, with the persons who sit on its custodians' seats. kUsage when
// two of them have one name.
[[nodiscard]] base::Result<SharePlan> share_plan_of(const CeremonyPlan& plan, const std::string& title,
                                                    const std::map<std::string, std::string, std::less<>>& persons);

// ShippedCeremony is a plan that comes with the program.
struct ShippedCeremony {
  std::string_view name;
  std::string_view text;
};
[[nodiscard]] const std::vector<ShippedCeremony>& shipped_ceremonies();

}  // namespace yuxin::keymgmt
