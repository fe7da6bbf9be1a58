// Proving a profile before it is used: for every kind of key that it admits, a certificate as it would be issued.
#pragma once

#include <string>
#include <vector>

#include "yuxin/base/result.hpp"
#include "yuxin/base/time.hpp"
#include "yuxin/ca/profile.hpp"
#include "yuxin/x509/lint.hpp"

namespace yuxin::cli {

// ProfileSample is what became of one kind of key: what the lints say of the certificate, or why there would be none.
struct ProfileSample {
  x509::KeyKind key;
  std::string subject;
  std::string refusal;  // empty when a certificate would be issued
  struct Finding {
    std::string rule;
    std::string source;
    x509::LintSeverity severity;
    std::string message;
  };
  std::vector<Finding> findings;  // warnings and notices, and errors that refused it
};

// prove_profile makes keys, requests and certificates in memory and shows them to the rules and lints that issuing
// goes through. Nothing of it is kept. An error means that the proof could not be made.
[[nodiscard]] base::Result<std::vector<ProfileSample>> prove_profile(const ca::Profile& profile,
                                                                     const base::Clock& clock);

}  // namespace yuxin::cli
