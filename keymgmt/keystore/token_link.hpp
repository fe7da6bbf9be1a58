// The way to one token: work is done in a session that is logged in, and done again after the token was away.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "token_pin.hpp"
#include "token_sessions.hpp"
#include "token_slot.hpp"
#include "token_uri.hpp"

namespace yuxin::keymgmt {

// Desk is what a piece of work at a token is given. It is valid for the one call.
struct Desk {
  const Module::Use& use;
  const TokenPlace& place;
  Session& session;
  [[nodiscard]] CK_FUNCTION_LIST* functions() const { return use.functions; }
  [[nodiscard]] const std::string& token() const { return place.label; }  // for errors
};

// TokenLink keeps one token reachable. Thread-safe.
//
// Where the sessions, the login or the token were lost, the ladder is: new sessions at the same token (by its serial
// number, wherever it is now); then the module finalised and initialised again, because there are modules that see a
// returned token only so; then kUnavailable, and for a short while nobody asks again.
class TokenLink {
 public:
  enum class Login { kNone, kUser };
  // Retry::kNever is for work that must not be done twice.
  enum class Retry { kAfterLoss, kNever };
  template <typename T>
  using Work = std::function<Outcome<T>(Desk&)>;

  TokenLink(std::vector<std::shared_ptr<Module>> modules, TokenUri uri, TokenPlace place,
            const TokenOptions& options);
  ~TokenLink();
  TokenLink(const TokenLink&) = delete;
  TokenLink& operator=(const TokenLink&) = delete;

  template <typename T>
  [[nodiscard]] base::Result<T> perform(Login login, Retry retry, const Work<T>& work) {
    std::optional<T> result;
    TRY(run(login, retry, [&](Desk& desk) -> Outcome<> {
      auto outcome = work(desk);
      if (!outcome) return tl::unexpected(std::move(outcome).error());
      result.emplace(std::move(*outcome));
      return {};
    }));
    return std::move(*result);
  }
  [[nodiscard]] base::Result<> run(Login login, Retry retry, const Work<void>& work);

  // begin_anew climbs the whole ladder, for work that must not be done twice and failed as if the token were lost.
  [[nodiscard]] base::Result<> begin_anew();

  // authenticate is the second login that keys with CKA_ALWAYS_AUTHENTICATE want after C_SignInit.
  [[nodiscard]] Outcome<> authenticate(Desk& desk);
  [[nodiscard]] const std::string& title() const { return title_; }
  [[nodiscard]] std::string module_file() const;

 private:
  using Time = std::chrono::steady_clock::time_point;
  enum class Depth { kSessions, kModule };

  struct Now {
    std::shared_ptr<const TokenPlace> place;
    std::uint64_t epoch = 0;
  };
  // look gives where the token is, or what to say while nobody is to ask it.
  [[nodiscard]] base::Result<Now> look() const;
  [[nodiscard]] Outcome<> once(const Now& at, Login login, const Work<void>& work);
  [[nodiscard]] Outcome<> log_in(const Module::Use& use, const TokenPlace& place, const Session& session);
  [[nodiscard]] Outcome<> log_in_with_pin(const Module::Use& use, const TokenPlace& place, const Session& session,
                                          CK_FLAGS flags, CK_USER_TYPE user);
  [[nodiscard]] base::Result<> recover(const Now& lost, Depth depth);
  [[nodiscard]] std::optional<TokenPlace> find_again(const TokenPlace& known) const;
  [[nodiscard]] std::uint64_t epoch() const;
  void set_absent(base::Error error);
  void set_present();

  const std::vector<std::shared_ptr<Module>> modules_;
  const TokenUri uri_;
  const std::string title_;
  PinKeeper pins_;
  SessionPool sessions_;

  mutable std::mutex mutex_;
  Now now_;
  std::optional<base::Error> absent_;  // what to say until `ask_again_`
  Time ask_again_{};
  std::atomic<unsigned> absences_ = 0;  // in a row

  std::mutex recovering_;
  std::mutex logging_in_;
  Era logged_in_;  // under logging_in_
  std::atomic<std::uint64_t> logged_in_mark_ = 0;
};

}  // namespace yuxin::keymgmt
