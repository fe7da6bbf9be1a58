// Idempotency keys: the same request with the same key has one answer, and is carried out once.
#pragma once

#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "yuxin/base/http_message.hpp"
#include "yuxin/evidence/ledger.hpp"
#include "yuxin/ra/rest.hpp"

namespace yuxin::ra::rest {

// Repeats is thread-safe.
class Repeats {
 public:
  explicit Repeats(const RestParts& parts) : parts_(parts) {}

  // Begun is a request whose key nobody else has now. It is released when this goes.
  class Begun {
   public:
    Begun(Begun&& other) noexcept : owner_(std::exchange(other.owner_, nullptr)), name_(std::move(other.name_)) {}
    Begun(const Begun&) = delete;
    Begun& operator=(const Begun&) = delete;
    Begun& operator=(Begun&&) = delete;
    ~Begun();

   private:
    friend class Repeats;
    using Name = std::pair<evidence::Hash, std::string>;
    Begun(Repeats& owner, Name name) : owner_(&owner), name_(std::move(name)) {}
    Repeats* owner_;
    Name name_;
  };
  struct Request {
    evidence::Hash client;  // SHA-256 of its SubjectPublicKeyInfo
    std::string key;
    evidence::Hash digest;  // SHA-256 of method, path and body
  };
  // begin gives the answer that was given before, or the right to answer: then `keep` is called with the answer.
  struct Beginning {
    std::optional<base::HttpReply> answer;
    std::optional<Begun> begun;
  };
  [[nodiscard]] base::Result<Beginning> begin(const Request& request);
  // keep keeps an answer, unless it says that the request may be tried again (429 and 5xx).
  [[nodiscard]] base::Result<> keep(const Request& request, const base::HttpReply& answer);

 private:
  const RestParts& parts_;
  std::mutex mutex_;
  std::set<Begun::Name> begun_;
};

}  // namespace yuxin::ra::rest
