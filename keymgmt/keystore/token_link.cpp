#include "token_link.hpp"

#include <algorithm>
#include <thread>

namespace yuxin::keymgmt {

using base::Code;
using base::fail;
using base::Result;
using std::chrono::steady_clock;

namespace {

constexpr std::chrono::milliseconds kFirstPause{250};
constexpr unsigned kMostDoublings = 4;  // four seconds

// Where a token is a folder (SoftHSM2), the login of one program writes its data anew, and another that reads them
// meanwhile finds none: who is not to be seen is looked for again.
constexpr int kLooks = 5;
constexpr std::chrono::milliseconds kBetweenLooks{20};

// One number for an era, so that a signature asks with one load whether its login is still good.
std::uint64_t mark_of(Era era) { return era.epoch << 32U | (era.generation & 0xffffffffU); }

Trouble not_there(const std::string& title) {
  return {
      CKR_TOKEN_NOT_PRESENT,
      fail(Code::kUnavailable,
           "Token {} is not there. Put it back; the work goes on by itself once it is. Nothing was changed.", title)
          .value()};
}

CK_UTF8CHAR* pin_octets(base::Secret& pin) { return pin.data(); }

}  // namespace

TokenLink::TokenLink(std::vector<std::shared_ptr<Module>> modules, TokenUri uri, TokenPlace place,
                     const TokenOptions& options)
    : modules_(std::move(modules)),
      uri_(std::move(uri)),
      title_(place.label),
      pins_(uri_.pin_file() ? uri_.pin_file() : options.pin_file, options.ask_pin),
      sessions_(options.sessions),
      now_{std::make_shared<const TokenPlace>(std::move(place)), 1} {}

TokenLink::~TokenLink() {
  if (const auto use = now_.place->module->use()) sessions_.clear(*use);
}

Result<TokenLink::Now> TokenLink::look() const {
  const std::lock_guard lock(mutex_);
  if (absent_ && steady_clock::now() < ask_again_) return tl::unexpected(*absent_);
  return now_;
}

std::string TokenLink::module_file() const {
  const std::lock_guard lock(mutex_);
  return now_.place->module->file();
}

std::uint64_t TokenLink::epoch() const {
  const std::lock_guard lock(mutex_);
  return now_.epoch;
}

void TokenLink::set_absent(base::Error error) {
  const std::lock_guard lock(mutex_);
  absent_ = std::move(error);
  ask_again_ = steady_clock::now() + kFirstPause * (1U << std::min(absences_.load(), kMostDoublings));
  ++absences_;
}

void TokenLink::set_present() {
  if (absences_.load() == 0) return;
  const std::lock_guard lock(mutex_);
  absent_.reset();
  absences_ = 0;
}

Result<> TokenLink::run(Login login, Retry retry, const Work<void>& work) {
  for (int attempt = 0;; ++attempt) {
    TRY(const Now at, look());
    auto outcome = once(at, login, work);
    if (outcome) {
      set_present();
      return {};
    }
    const bool lost = is_loss(outcome.error().rv);
    if (!lost || retry == Retry::kNever) return tl::unexpected(std::move(outcome.error().error));
    if (attempt == 2) {
      set_absent(outcome.error().error);
      return tl::unexpected(std::move(outcome.error().error));
    }
    TRY(recover(at, attempt == 0 ? Depth::kSessions : Depth::kModule));
  }
}

Outcome<> TokenLink::once(const Now& at, Login login, const Work<void>& work) {
  auto use = at.place->module->use();
  if (!use) return tl::unexpected(Trouble{CKR_CRYPTOKI_NOT_INITIALIZED, std::move(use).error()});
  const Era era{at.epoch, use->generation};
  auto taken = sessions_.take(*use, *at.place, era);
  if (!taken) return tl::unexpected(std::move(taken).error());
  auto session = std::move(*taken);
  Outcome<> outcome;
  if (login == Login::kUser && logged_in_mark_.load() != mark_of(era)) outcome = log_in(*use, *at.place, *session);
  if (outcome) {
    Desk desk{*use, *at.place, *session};
    outcome = work(desk);
  }
  if (!outcome && is_loss(outcome.error().rv)) {
    sessions_.drop(*use, std::move(session), outcome.error().rv);
  } else {
    sessions_.give_back(*use, std::move(session), {epoch(), use->generation});
  }
  return outcome;
}

Outcome<> TokenLink::log_in(const Module::Use& use, const TokenPlace& place, const Session& session) {
  const std::lock_guard lock(logging_in_);
  if (logged_in_ == session.era) return {};
  CK_TOKEN_INFO token{};
  for (int looks = 1;; ++looks) {
    const CK_RV rv = use.functions->C_GetTokenInfo(place.slot, &token);
    if (rv != CKR_OK) return trouble(rv, title_, "C_GetTokenInfo");
    // the PIN is for the token that was chosen, whatever is in its slot now
    if (place_of(place.module, place.slot, token).id() == place.id()) break;
    if (looks == kLooks) return tl::unexpected(not_there(title_));
    std::this_thread::sleep_for(kBetweenLooks);
  }
  CK_SESSION_INFO about{};
  const bool known = use.functions->C_GetSessionInfo(session.handle, &about) == CKR_OK;
  const bool done = known && (about.state == CKS_RW_USER_FUNCTIONS || about.state == CKS_RO_USER_FUNCTIONS);
  if ((token.flags & CKF_LOGIN_REQUIRED) != 0 && !done) {
    auto outcome = log_in_with_pin(use, place, session, token.flags, CKU_USER);
    if (!outcome) return outcome;
  }
  logged_in_ = session.era;
  logged_in_mark_ = mark_of(session.era);
  return {};
}

Outcome<> TokenLink::log_in_with_pin(const Module::Use& use, const TokenPlace& place, const Session& session,
                                     CK_FLAGS flags, CK_USER_TYPE user) {
  if ((flags & CKF_USER_PIN_LOCKED) != 0) return trouble(CKR_PIN_LOCKED, title_, "CKF_USER_PIN_LOCKED");
  if ((flags & CKF_USER_PIN_INITIALIZED) == 0)
    return trouble(CKR_USER_PIN_NOT_INITIALIZED, title_, "CKF_USER_PIN_INITIALIZED");
  if ((flags & CKF_PROTECTED_AUTHENTICATION_PATH) != 0) {
    const CK_RV rv = use.functions->C_Login(session.handle, user, nullptr, 0);
    if (rv == CKR_OK || rv == CKR_USER_ALREADY_LOGGED_IN) return {};
    return trouble(rv, title_, "C_Login");
  }
  const auto tries = (flags & CKF_USER_PIN_FINAL_TRY) != 0 ? PinKeeper::Tries::kLast : PinKeeper::Tries::kSome;
  auto pin = pins_.pin(place.id(), title_, tries);
  if (!pin) return settled(std::move(pin).error());
  const CK_RV rv = use.functions->C_Login(session.handle, user, pin_octets(*pin), pin->size());
  if (rv == CKR_OK) pins_.was_right(std::move(*pin));
  if (rv == CKR_OK || rv == CKR_USER_ALREADY_LOGGED_IN) return {};
  if (rv == CKR_PIN_INCORRECT || rv == CKR_PIN_INVALID || rv == CKR_PIN_LEN_RANGE) pins_.was_wrong(place.id(), *pin);
  return trouble(rv, title_, "C_Login");
}

Result<> TokenLink::begin_anew() {
  TRY(const Now at, look());
  return recover(at, Depth::kModule);
}

Outcome<> TokenLink::authenticate(Desk& desk) {
  CK_TOKEN_INFO token{};
  const CK_RV rv = desk.functions()->C_GetTokenInfo(desk.place.slot, &token);
  if (rv != CKR_OK) return trouble(rv, title_, "C_GetTokenInfo");
  return log_in_with_pin(desk.use, desk.place, desk.session, token.flags, CKU_CONTEXT_SPECIFIC);
}

Result<> TokenLink::recover(const Now& lost, Depth depth) {
  const std::lock_guard lock(recovering_);
  TRY(const Now at, look());
  if (at.epoch != lost.epoch) return {};  // somebody else did
  auto& module = *lost.place->module;
  std::optional<TokenPlace> found;
  if (depth == Depth::kSessions) {
    found = find_again(*lost.place);
    if (const auto use = module.use()) sessions_.clear(*use);
  }
  if (!found) {
    auto restarted = module.restart(module.generation());
    if (restarted) found = find_again(*lost.place);
  }
  if (!found) {
    auto error = not_there(title_).error;
    set_absent(error);
    return tl::unexpected(std::move(error));
  }
  const std::lock_guard state(mutex_);
  now_ = {std::make_shared<const TokenPlace>(std::move(*found)), lost.epoch + 1};
  return {};
}

std::optional<TokenPlace> TokenLink::find_again(const TokenPlace& known) const {
  for (const auto& module : modules_) {
    for (auto& place : tokens_in(module, uri_)) {
      if (place.id() == known.id()) return std::move(place);
    }
  }
  return std::nullopt;
}

}  // namespace yuxin::keymgmt
