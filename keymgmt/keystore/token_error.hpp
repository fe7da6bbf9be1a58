// What a token's return codes mean: for people, and for whether it is worth coming back.
#pragma once

#include <p11-kit/pkcs11.h>

#include <string>
#include <tl/expected.hpp>

#include "yuxin/base/result.hpp"

namespace yuxin::keymgmt {

// Trouble is a failure at a token. `rv` is CKR_OK where the token itself was not the reason, so that nothing is
// gained by asking it again.
struct Trouble {
  CK_RV rv = CKR_OK;
  base::Error error;
};
template <typename T = void>
using Outcome = tl::expected<T, Trouble>;

// trouble says in words what a token called `token` answered to `what` ("C_Sign").
[[nodiscard]] tl::unexpected<Trouble> trouble(CK_RV rv, const std::string& token, const char* what);
// settled is a failure that no second attempt helps against.
[[nodiscard]] tl::unexpected<Trouble> settled(base::Error error);
[[nodiscard]] inline tl::unexpected<Trouble> settled(base::Failure failure) {
  return settled(std::move(failure.value()));
}

// is_loss: the session, the login or the token itself went away, or may have; what was true before must be found out
// again.
[[nodiscard]] bool is_loss(CK_RV rv);
// session_survives: after this code the session handle still stands for a session that must be closed.
[[nodiscard]] bool session_survives(CK_RV rv);

[[nodiscard]] std::string rv_text(CK_RV rv);

}  // namespace yuxin::keymgmt
