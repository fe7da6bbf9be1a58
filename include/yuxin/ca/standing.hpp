// Whether an authority may still sign for others, as far as its home knows.
#pragma once

#include <cstdint>
#include <string>

#include "yuxin/base/result.hpp"
#include "yuxin/base/time.hpp"
#include "yuxin/store/store.hpp"
#include "yuxin/x509/crl.hpp"

namespace yuxin::ca {

// Standing is what a home knows of the certificates of an authority and of those above it (RFC 5280 section 6.1.3
// (a)(2) and (3)): whoever verifies what it signs finds the same. The first bad one on the way to the root counts.
struct Standing {
  enum class State { kGood, kRevoked, kOnHold, kExpired };
  State state = State::kGood;
  std::string authority;  // whose certificate it is: the authority itself, or one above it
  base::UnixTime since;   // meaningful unless good
  x509::RevocationReason reason = x509::RevocationReason::kUnspecified;  // of a revocation
  std::string source;  // who says so, for people: "list 3 of root"; empty for an expiry
};

// standing_of asks the status that this home itself gave a certificate, and of issuers whose key is elsewhere the
// list that was imported last, whatever its nextUpdate. kIntegrity when that list's file is missing or was changed:
// then nobody can say. `home` is the folder of the home.
[[nodiscard]] base::Result<Standing> standing_of(store::Store& store, const std::string& home,
                                                 const store::AuthorityRow& authority, base::UnixTime now);

// require_good_standing fails with kConflict and says since when, why, and what to do.
[[nodiscard]] base::Result<> require_good_standing(store::Store& store, const std::string& home,
                                                   const store::AuthorityRow& authority, base::UnixTime now);

// standing_text is one line for people: "revoked 2026-11-22 18:00 (keyCompromise, list 3 of root)", "good".
[[nodiscard]] std::string standing_text(const Standing& standing, const std::string& asked);
// standing_name is the word of JSON: "good", "revoked", "on-hold", "expired".
[[nodiscard]] std::string_view standing_name(Standing::State state);

}  // namespace yuxin::ca
