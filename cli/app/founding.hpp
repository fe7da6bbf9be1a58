// Founding a public-key infrastructure: an offline root home and an online home, joined by files that cross the gap.
#pragma once

#include <string>
#include <vector>

#include "yuxin/base/result.hpp"
#include "yuxin/base/secret.hpp"
#include "yuxin/base/time.hpp"
#include "yuxin/x509/algorithm.hpp"
#include "yuxin/x509/certificate.hpp"

namespace yuxin::cli {

// KeyChoice is which keys a new infrastructure gets.
struct KeyChoice {
  std::string name;  // "ecdsa", "rsa", "sm2"
  x509::KeyKind root;
  x509::KeyKind issuing;
  x509::KeyKind ocsp;
  x509::KeyKind tsa;
};
[[nodiscard]] const std::vector<KeyChoice>& key_choices();

struct FoundingPlan {
  std::string folder;  // must not exist, or be empty
  std::string organisation;
  std::string public_url;
  KeyChoice keys;
  std::string roles = "quickstart";  // the shipped organisation.toml that the online home begins with
  base::Secret root_passphrase;
  base::Secret online_passphrase;
  std::string actor;
};

struct Founded {
  x509::Certificate root;
  x509::Certificate issuing;
  x509::Certificate ocsp_signer;
  base::UnixTime root_crl_until;
};

// found makes FOLDER/root and FOLDER/online. Everything is built beside the folder and moved into place at the end:
// after an error or a crash there is no FOLDER, and the next call clears away what a crash left beside it. kConflict
// when it exists and is not empty.
[[nodiscard]] base::Result<Founded> found(const FoundingPlan& plan, const base::Clock& clock);

// RegistrationPlan is a registration authority whose authority is on another host.
struct RegistrationPlan {
  std::string folder;
  std::string organisation;
  std::string authority;                 // its address, checked
  std::vector<x509::Certificate> roots;  // of the authority
  std::vector<std::string> names;        // of its own TLS certificate
  base::Secret passphrase;
};
// found_registration makes the home FOLDER itself, and gives the file of its requests there.
[[nodiscard]] base::Result<std::string> found_registration(const RegistrationPlan& plan, const base::Clock& clock);

// check_folder makes only that refusal.
[[nodiscard]] base::Result<> check_folder(const std::string& folder);

// move_into_place renames a folder that was built beside its place, durably. The place is free, or an empty folder;
// else the errors of check_folder.
[[nodiscard]] base::Result<> move_into_place(const std::string& from, const std::string& to);

}  // namespace yuxin::cli
