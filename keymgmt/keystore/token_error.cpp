#include "token_error.hpp"

#include <fmt/format.h>
#include <p11-kit/p11-kit.h>

#include <algorithm>
#include <array>

namespace yuxin::keymgmt {

using base::Code;
using base::fail_with;

namespace {

constexpr std::array kLosses = {CKR_SESSION_HANDLE_INVALID, CKR_SESSION_CLOSED,     CKR_DEVICE_REMOVED,
                                CKR_DEVICE_ERROR,           CKR_DEVICE_MEMORY,      CKR_TOKEN_NOT_PRESENT,
                                CKR_TOKEN_NOT_RECOGNIZED,   CKR_USER_NOT_LOGGED_IN, CKR_KEY_HANDLE_INVALID,
                                CKR_OBJECT_HANDLE_INVALID,  CKR_SLOT_ID_INVALID,    CKR_GENERAL_ERROR,
                                CKR_FUNCTION_FAILED,        CKR_FUNCTION_CANCELED,  CKR_CRYPTOKI_NOT_INITIALIZED};
constexpr std::array kSessionLives = {CKR_USER_NOT_LOGGED_IN, CKR_KEY_HANDLE_INVALID, CKR_OBJECT_HANDLE_INVALID,
                                      CKR_FUNCTION_FAILED, CKR_FUNCTION_CANCELED};

}  // namespace

bool is_loss(CK_RV rv) { return std::ranges::find(kLosses, rv) != kLosses.end(); }

bool session_survives(CK_RV rv) {
  return !is_loss(rv) || std::ranges::find(kSessionLives, rv) != kSessionLives.end();
}

std::string rv_text(CK_RV rv) { return fmt::format("{} (0x{:x})", p11_kit_strerror(rv), rv); }

tl::unexpected<Trouble> settled(base::Error error) { return tl::unexpected(Trouble{CKR_OK, std::move(error)}); }

tl::unexpected<Trouble> trouble(CK_RV rv, const std::string& token, const char* what) {
  const auto said = fmt::format("{}: {}", what, rv_text(rv));
  const auto with = [&](base::Failure failure) { return tl::unexpected(Trouble{rv, std::move(failure.value())}); };
  switch (rv) {
    case CKR_PIN_INCORRECT:
    case CKR_PIN_INVALID:
    case CKR_PIN_LEN_RANGE:
      return with(
          fail_with(Code::kNotAuthorised, said,
                    "The PIN is not that of token {}. It will not be tried again, because a token locks after "
                    "a few wrong ones. Nothing was changed.",
                    token));
    case CKR_PIN_LOCKED:
      return with(fail_with(Code::kNotAuthorised, said,
                            "The PIN of token {} is locked after wrong ones. Have its security officer unlock it.",
                            token));
    case CKR_PIN_EXPIRED:
      return with(fail_with(Code::kNotAuthorised, said,
                            "The PIN of token {} has expired. Set a new one with the token's own program.", token));
    case CKR_USER_PIN_NOT_INITIALIZED:
      return with(fail_with(Code::kNotAuthorised, said,
                            "Token {} has no user PIN yet. Set one with the token's own program.", token));
    case CKR_TOKEN_WRITE_PROTECTED:
    case CKR_SESSION_READ_ONLY:
      return with(fail_with(Code::kSigner, said, "Token {} is write-protected. Nothing was changed.", token));
    default:
      break;
  }
  if (is_loss(rv)) {
    return with(
        fail_with(Code::kUnavailable, said,
                  "Token {} does not answer. Is it plugged in and switched on? The work goes on by itself once "
                  "it is back.",
                  token));
  }
  return with(
      fail_with(Code::kSigner, said, "Token {} refused: {}. Nothing was changed.", token, p11_kit_strerror(rv)));
}

}  // namespace yuxin::keymgmt
