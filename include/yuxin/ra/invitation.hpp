// Answering an invitation: what somebody does who has a one-time code and no certificate yet (docs/officers.md).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "yuxin/base/bytes.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/base/time.hpp"
#include "yuxin/ra/desk.hpp"
#include "yuxin/x509/certificate.hpp"

namespace yuxin::ra {

// As many answers that its code has not signed close an invitation.
inline constexpr std::int64_t kMostWrongCodes = 5;

// InvitationAnswer is what comes of a code: how it begins, a request (DER), and the code's signature over its
// statement (ca::code_statement).
struct InvitationAnswer {
  std::string locator;
  base::Bytes request;
  base::Bytes proof;
};

// InvitationState is how an invitation stands for whoever has answered it.
struct InvitationState {
  std::string case_id;
  std::string name;
  std::string subject;
  std::string organisation;  // empty: none
  std::string roles;         // that are meant; empty: none are
  std::optional<base::UnixTime> until;
  std::optional<x509::Certificate> certificate;
  std::vector<x509::Certificate> chain;  // with the certificate: the authorities above it, nearest first
};

// answer_invitation keeps the first request that comes with the right code, and tells how the invitation stands when
// the same one comes again. Errors:
//   kNotAuthorised  there is no such code: one that is unknown and one that is wrong are told apart by nothing. After
//                   kMostWrongCodes of these the invitation is closed (ledger record "invitation.closed")
//   kConflict       it was answered with another request, or is not open any more
//   kRefused        its time is over, it was closed, whoever invited is not good any more, or the profile does not
//                   take the request
//   kMalformed, kBadSignature  of the request itself, which are counted as no answer
[[nodiscard]] base::Result<InvitationState> answer_invitation(Desk& desk, const InvitationAnswer& answer);

// Answered is what was brought, for whoever confirms it.
struct Answered {
  base::Bytes request;
  base::Bytes proof;
  base::UnixTime at;
};
// answered_of: nothing while nobody has answered. kRefused where it was closed by wrong codes.
[[nodiscard]] base::Result<std::optional<Answered>> answered_of(store::Store& store, const std::string& case_id);

}  // namespace yuxin::ra
