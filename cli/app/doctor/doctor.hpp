// The doctor: what is wrong with a home, or soon will be, and what to do about it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/home.hpp"
#include "yuxin/ca/standing.hpp"
#include "yuxin/x509/certificate.hpp"

namespace yuxin::cli {

enum class Severity { kOk, kWarning, kFailure };

// Check is one finding. Names are stable and stand in JSON.
struct Check {
  std::string name;
  Severity severity = Severity::kOk;
  std::string detail;
  std::string remedy;  // empty when there is nothing to do
};

// Checklist collects what one examination found; an examination without findings says in one line what is good.
class Checklist {
 public:
  explicit Checklist(std::string name) : name_(std::move(name)) {}
  void warn(std::string detail, std::string remedy);
  void fail(std::string detail, std::string remedy);
  // note is worth a line and no worry.
  void note(std::string detail);
  // good is said where nothing is wrong.
  [[nodiscard]] std::vector<Check> finish(std::string good) &&;

 private:
  std::string name_;
  std::vector<Check> checks_;
};

// KnownAuthority is an authority with its certificate parsed; nothing where there is none yet or it does not parse.
struct KnownAuthority {
  store::AuthorityRow row;
  std::optional<x509::Certificate> certificate;
};

// Outlook is whether an authority signs for others, and what remains where it does not.
struct Outlook {
  base::Result<ca::Standing> standing;
  std::string successor;    // another authority of the home that can issue; empty where there is none
  base::UnixTime until;     // of the successor
  std::int64_t living = 0;  // of what a revoked or expired one issued for others: neither over nor revoked
  // is_over: it signs nothing any more, and nothing is left that anybody might ask about.
  [[nodiscard]] bool is_over() const;
  [[nodiscard]] bool is_good() const { return standing && standing->state == ca::Standing::State::kGood; }
};

// Patient is a home that opened, with what most examinations look at.
struct Patient {
  Home& home;
  base::UnixTime now;
  std::vector<KnownAuthority> authorities;
  std::vector<store::ServiceCertificateRow> signers;   // of OCSP answers
  std::vector<store::ServiceCertificateRow> stampers;  // of time stamps
  const base::Secret* passphrase = nullptr;            // when given, the keys are tried out
};

// outlook_of an authority that has a certificate.
[[nodiscard]] Outlook outlook_of(const Patient& patient, const KnownAuthority& authority);
// successor_command is what makes another authority in place of this one, with a name and a subject that are free.
[[nodiscard]] std::string successor_command(const Patient& patient, const KnownAuthority& authority);

// Openers are what the keys are tried with; without a passphrase nothing is tried.
struct Openers {
  const base::Secret* passphrase = nullptr;
  std::optional<std::string> pin_file;  // of tokens
  std::vector<std::string> files;       // of passphrase and PIN, whose permissions are looked at
};

// examine looks at the folder of a home, whether it opens or not.
[[nodiscard]] std::vector<Check> examine(const std::string& home, const base::Clock& clock, const Openers& openers);

// TokenKeyNeed is a key on a token that the home cannot do without. check_token_key looks whether it is there and
// fits the certificate (DER; empty: none yet), and tries it where the patient has a passphrase.
struct TokenKeyNeed {
  std::string name;
  std::string purpose;
  base::Bytes certificate;
};
void check_token_key(const Patient& patient, const TokenKeyNeed& need, Checklist& list);

// check_unlocking_tokens looks whether the tokens that unlock the home are there, with the right keys.
void check_unlocking_tokens(const Patient& patient, Checklist& list);

// The examinations, one function each.
// of the home, and of the files with what opens its keys, as the call names them
[[nodiscard]] std::vector<Check> check_permissions(const std::string& home, const std::vector<std::string>& secrets);
[[nodiscard]] std::vector<Check> check_disk(const std::string& home);
[[nodiscard]] std::vector<Check> check_clock(const Patient& patient);
[[nodiscard]] std::vector<Check> check_keys(const Patient& patient);
[[nodiscard]] std::vector<Check> check_authorities(const Patient& patient);
[[nodiscard]] std::vector<Check> check_chains(const Patient& patient);
[[nodiscard]] std::vector<Check> check_lists(const Patient& patient);
[[nodiscard]] std::vector<Check> check_signers(const Patient& patient);
[[nodiscard]] std::vector<Check> check_time_stamps(const Patient& patient);
[[nodiscard]] std::vector<Check> check_leaked_keys(const Patient& patient);
[[nodiscard]] std::vector<Check> check_profiles(const Patient& patient);
[[nodiscard]] std::vector<Check> check_roles(const Patient& patient);
[[nodiscard]] std::vector<Check> check_authority_elsewhere(const Patient& patient);
[[nodiscard]] std::vector<Check> check_desk(const Patient& patient);
[[nodiscard]] std::vector<Check> check_notifications(const Patient& patient);
[[nodiscard]] std::vector<Check> check_ledger(const Patient& patient);

}  // namespace yuxin::cli
