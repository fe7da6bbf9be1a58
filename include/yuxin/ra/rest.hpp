// The REST interface of the registration authority: what an officer's terminal and other programs of the city use.
// docs/rest.md; GET /v1/openapi.json is made from the same table that requests are led by.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "yuxin/base/http_message.hpp"
#include "yuxin/base/json.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/base/time.hpp"
#include "yuxin/evidence/act.hpp"
#include "yuxin/ra/desk.hpp"
#include "yuxin/store/store.hpp"

namespace yuxin::ra {

// RestLimits bound what one client may ask for: a bucket of `burst` requests that fills again at `per_minute`. A
// client is the key of a certificate, or an address that shows none.
struct RestLimits {
  std::size_t per_minute = 1200;
  std::size_t burst = 300;
  std::size_t clients = 10'000;  // that are remembered; beyond, those who have been quiet longest are forgotten
};

// RestParts is what the interface stands on. Functions are called from many threads at once.
struct RestParts {
  std::shared_ptr<store::Store> store;
  const base::Clock* clock = nullptr;
  std::string home;     // folder, for lists of authorities elsewhere (ca::standing_of)
  std::string version;  // of the program
  // The desk as definitions, profiles and organisation are now.
  std::function<base::Result<std::shared_ptr<Desk>>()> desk;
  // What an act of somebody is completed with.
  std::function<base::Result<std::unique_ptr<evidence::ProofSource>>(const std::string& actor)> proofs;
  // Told after a step that changed the status of certificates.
  std::function<void()> status_changed;
  RestLimits limits;
};

// RestService answers everything below /v1/. Whoever asks is who the TLS certificate says, if it is one of this
// home's, in force and not revoked at that moment; what they see and may do follows from the roles that they hold at
// that moment. The officer's key never comes here: the service drafts an act, the client signs it, and the service
// judges it as the desk of the home does. Every call is logged with who, what and result. Thread-safe.
class RestService final : public base::HttpService {
 public:
  explicit RestService(RestParts parts);
  ~RestService() override;
  [[nodiscard]] std::optional<base::HttpReply> answer_now(const base::HttpRequest&) override { return std::nullopt; }
  [[nodiscard]] base::HttpReply answer(const base::HttpRequest& request) override;
  // largest_body is kLargestAct for POST /v1/acts by somebody whose certificate is good at this moment: what an
  // application encloses comes with its act.
  [[nodiscard]] std::size_t largest_body(const base::HttpRequest& head) override;
  static constexpr std::size_t kLargestAct = std::size_t{32} << 20U;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// rest_document is the description of the interface (OpenAPI 3.1.0).
[[nodiscard]] base::JsonObject rest_document(const std::string& version);

// check_schema holds a value against one of the schemas of the document, by name: kMalformed says where it does not
// fit ("files/0/label: ..."). Of JSON Schema 2020-12 it knows what the document uses: type, properties, required,
// additionalProperties, items, enum, oneOf, $ref, and the bounds of numbers, texts and arrays.
[[nodiscard]] base::Result<> check_schema(const base::Json& value, std::string_view name);

}  // namespace yuxin::ra
