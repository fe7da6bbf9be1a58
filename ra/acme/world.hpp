// What every operation of ACME works with.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>

#include "jws.hpp"
#include "model.hpp"
#include "nonces.hpp"
#include "problem.hpp"
#include "turns.hpp"
#include "yuxin/ra/acme.hpp"

namespace yuxin::ra::acme {

// Busy is a set of names that somebody is at. Thread-safe.
class Busy {
 public:
  // Claim gives the name back when it goes.
  class Claim {
   public:
    Claim(Busy& of, std::string name) : of_(of), name_(std::move(name)) {}
    ~Claim() {
      const std::scoped_lock lock(of_.mutex_);
      of_.names_.erase(name_);
    }
    Claim(const Claim&) = delete;
    Claim& operator=(const Claim&) = delete;

   private:
    Busy& of_;
    std::string name_;
  };
  // claim gives nothing when somebody is at it already.
  [[nodiscard]] std::shared_ptr<Claim> claim(const std::string& name) {
    const std::scoped_lock lock(mutex_);
    return names_.insert(name).second ? std::make_shared<Claim>(*this, name) : nullptr;
  }

 private:
  std::mutex mutex_;
  std::set<std::string> names_;
};

// World is the parts of the service with what it remembers between requests.
struct World {
  explicit World(AcmeParts of) : parts(std::move(of)) {}
  AcmeParts parts;
  Nonces nonces;
  Busy validating;  // by name of the challenge
  Busy issuing;     // by name of the order
  // Jobs hold on to the rest, so that they end first. Each waits for somebody else's server most of its time.
  Turns validators;

  [[nodiscard]] base::UnixTime now() const { return parts.clock->now(); }
  // url of an object ("order", name), or of a resource ("new-order").
  [[nodiscard]] std::string url(std::string_view kind, std::string_view name = {}) const;
  // name_in gives the name of an object of this kind that a URL leads to; nothing if it leads elsewhere.
  [[nodiscard]] std::optional<std::string> name_in(std::string_view kind, std::string_view url) const;

  // read and write run a transaction whose refusals are ACME's. The body is given the session, or the writer.
  template <typename Body>
  [[nodiscard]] Outcome<> read(const Body& body) {
    return carry(body, [this](const auto& run) { return parts.store->read(run); });
  }
  template <typename Body>
  [[nodiscard]] Outcome<> write(const Body& body) {
    return carry(body, [this](const auto& run) { return parts.store->write(run); });
  }

 private:
  template <typename Body, typename Run>
  [[nodiscard]] static Outcome<> carry(const Body& body, const Run& run) {
    std::optional<Problem> problem;
    const auto done = run([&](auto& access) -> base::Result<> {
      problem.reset();
      Outcome<> outcome;
      if constexpr (std::is_invocable_v<Body, decltype(access)>) {
        outcome = body(access);
      } else {
        outcome = body(access.session());
      }
      if (outcome) return {};
      problem = outcome.error();
      return tl::unexpected(base::Error{base::Code::kRefused, {}, {}});
    });
    if (problem) return Refusal(std::move(*problem));
    if (!done) return Refusal(Problem(done.error()));
    return {};
  }
};

// Asked is a request whose signature, nonce and address were found good.
struct Asked {
  Jws jws;
  std::optional<Account> account;  // where it names one
  base::JsonObject payload;        // empty for POST-as-GET
  [[nodiscard]] bool is_get() const { return jws.payload.empty(); }
};

// Whose key signs: an account's, one that comes with the message, or either.
enum class KeyFrom { kAccount, kMessage, kEither };
// authenticate verifies a POST to `url` (RFC 8555 section 6.2 to 6.5).
[[nodiscard]] Outcome<Asked> authenticate(World& world, const base::HttpRequest& request, const std::string& url,
                                          KeyFrom from);

// client_of gives the client of an account, as clients.toml has it now; kUnauthorized when it is gone or does not
// speak ACME any more.
struct ClientHeld {
  std::shared_ptr<const MachineClients> all;
  const MachineClient* client = nullptr;
  const MachineClient* operator->() const { return client; }
};
[[nodiscard]] Outcome<ClientHeld> client_named(World& world, const std::string& name);
// binding_mark is what an account remembers of the secret that its client had when it was made.
[[nodiscard]] base::Bytes binding_mark(const MachineClient& client);
// check_bound refuses (kUnauthorized) an account whose client is gone, or has another secret by now. One from before
// that was kept is bound here, at its first use: to the secret that its client has, where the ledger says nothing of
// another since the account was made, and else to none.
[[nodiscard]] Outcome<> check_bound(World& world, const Account& account);

// note_account writes into the ledger what became of an account: "created", "bound", "key-changed", "deactivated".
[[nodiscard]] base::Result<> note_account(store::Writer& writer, const Account& account, std::string_view what,
                                          const AcmeActor& actor);
// holder_of is the holder of an account as the ledger names them: "acme:CLIENT/ACCOUNT".
[[nodiscard]] std::string holder_of(const Account& account);

[[nodiscard]] base::HttpReply json_reply(int status, const base::JsonObject& json);
[[nodiscard]] Refusal no_such_object();

}  // namespace yuxin::ra::acme
