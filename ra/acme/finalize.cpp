// From a ready order to its certificate: RFC 8555 section 7.4.
#include <algorithm>
#include <chrono>

#include "machine/applicant.hpp"
#include "operations.hpp"
#include "repository.hpp"
#include "validation.hpp"
#include "yuxin/base/log.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/x509/oid.hpp"
#include "yuxin/x509/request.hpp"

namespace yuxin::ra::acme {

using base::Code;

namespace {

Refusal bad_request(std::string detail) { return Refusal(Problem(ProblemType::kBadCsr, std::move(detail))); }

Outcome<x509::CertificateRequest> read_request(const base::JsonObject& payload) {
  const auto der = base::from_base64url(base::json_string(payload, "csr"));
  if (!der || der->empty())
    return bad_request(base::message("The request (csr) is PKCS #10 in DER, as base64url (RFC 8555 section 7.4)."));
  auto request = x509::CertificateRequest::from_der(*der);
  if (!request) return bad_request(std::move(request).error().detail);
  if (auto possession = request->verify_possession(); !possession)
    return bad_request(std::move(possession).error().detail);
  return std::move(*request);
}

// Section 7.4: the request names exactly the identifiers of the order, in the common name or in the alternative
// names.
Outcome<> check_names_are(const x509::CertificateRequest& request, const std::vector<std::string>& identifiers) {
  std::vector<std::string> names;
  for (const auto& name : request.subject_alt_names()) {
    if (name.kind != x509::GeneralNameKind::kDns)
      return bad_request(base::message("The request holds a name that is no DNS name: {}.", name.value));
    names.push_back(base::lower(name.value));
  }
  std::ranges::sort(names);
  names.erase(std::ranges::unique(names).begin(), names.end());
  if (names == identifiers) return {};
  return bad_request(base::message("The alternative names of the request are {}, those of the order {}.",
                                   base::join(names, base::message(", ")),
                                   base::join(identifiers, base::message(", "))));
}

// Section 11.1: an account key that is a certificate's key would be in more hands than one.
Outcome<> check_key_is_another(const x509::CertificateRequest& request, const Account& account) {
  const auto json = base::parse_json(account.jwk);
  if (json && json->is_object()) {
    const auto jwk = read_jwk(json->get_object());
    if (jwk && base::equal(jwk->key.key_bits(), request.public_key().key_bits()))
      return bad_request(base::message("The key of the request is the key of the account. Make another one."));
  }
  return {};
}

// check_request gives who asks, by clients.toml as it is now.
Outcome<Applicant> check_request(World& world, const Account& account, const Order& order,
                                 const x509::CertificateRequest& request) {
  TRY(check_names_are(request, order.identifiers));
  TRY(check_key_is_another(request, account));
  TRY(check_bound(world, account));
  TRY(const auto client, client_named(world, account.client));
  if (!client->may_have(order.profile))
    return deny(ProblemType::kUnauthorized, "Client {} may not have profile {} any more.", client->name,
                order.profile);
  const auto names = check_names(*client.client, request);
  if (!names) return bad_request(names.error().detail);
  return Applicant{client->name, order.profile, client->organisation};
}

// CA/Browser Forum, Baseline Requirements 3.2.2.8: CAA is asked within the eight hours before a certificate is
// issued. It was asked when the name was proven.
Outcome<> ask_caa_again(World& world, const Account& account, const Order& order) {
  constexpr base::Seconds kGoodFor = base::hours(8);
  // A request waits here, and somebody's name servers may take their time over each of a hundred names.
  constexpr std::chrono::seconds kPatience{15};
  const auto until = std::chrono::steady_clock::now() + kPatience;
  const auto& issuers = world.parts.config.caa_identities;
  if (issuers.empty()) return {};
  for (const auto& one : order.authorizations) {
    const auto proof = std::ranges::find(one.challenges, Status::kValid, &Challenge::status);
    if (proof == one.challenges.end()) continue;
    if (proof->validated && world.now() - *proof->validated < kGoodFor) continue;
    if (std::chrono::steady_clock::now() > until)
      return deny(ProblemType::kDns, "The CAA records could not be fetched in time. Finalise the order again.");
    TRY(check_caa(*world.parts.prober,
                  {issuers, one.host, one.wildcard, world.url("account", account.name), proof->type}));
  }
  return {};
}

Outcome<Order> order_now(World& world, const std::string& name) {
  std::optional<Order> found;
  TRY(world.read([&](store::Session& session) -> Outcome<> {
    TRY(found, repository::order_named(session, name));
    return {};
  }));
  if (!found) return no_such_object();
  return std::move(*found);
}

// The order as it is now is taken from ready to processing, by one of those who ask.
Outcome<> begin(World& world, Order& order, base::ByteView request) {
  return world.write([&](store::Session& session) -> Outcome<> {
    TRY(auto found, repository::order_named(session, order.name));
    if (!found) return no_such_object();
    const auto status = found->status_at(world.now());
    if (status != Status::kReady) {
      return deny(ProblemType::kOrderNotReady, "The order is {}; only one that is ready is finalised.",
                  std::string(status_name(status)));
    }
    order = std::move(*found);
    order.status = Status::kProcessing;
    order.request = base::to_bytes(request);
    TRY(repository::update_order(session, order, Status::kPending));
    return {};
  });
}

Outcome<std::string> chain_of(World& world, const x509::Certificate& certificate) {
  TRY(const auto above, world.parts.desk->chain());
  std::string chain = certificate.pem();
  for (const auto& one : above) {
    // Section 9.1: whoever trusts the root has it.
    if (!one.subject().same(one.issuer())) chain += one.pem();
  }
  return chain;
}

bool passes(Code code) {
  return code == Code::kUnavailable || code == Code::kSigner || code == Code::kInternal || code == Code::kIntegrity;
}

Problem problem_of_desk(const base::Error& error) {
  const bool not_for_this = error.code == Code::kNotAuthorised;
  return {not_for_this ? ProblemType::kUnauthorized : ProblemType::kBadCsr, error.detail};
}

Outcome<Order> finish(World& world, Order order) {
  TRY(world.write([&](store::Session& session) -> Outcome<> {
    TRY(repository::update_order(session, order, Status::kProcessing));
    return {};
  }));
  return order;
}

Outcome<Order> finish_refused(World& world, Order order, const Problem& problem) {
  order.status = Status::kInvalid;
  order.error = base::print_json(problem_json(problem));
  return finish(world, std::move(order));
}

Outcome<Order> finish_granted(World& world, Order order, const x509::Certificate& certificate) {
  TRY(order.chain, chain_of(world, certificate));
  order.status = Status::kValid;
  order.certificate = base::to_bytes(certificate.der());
  order.expires = std::max(order.expires, certificate.not_after());
  return finish(world, std::move(order));
}

}  // namespace

Outcome<Order> advance(World& world, const Account& account, Order order) {
  const auto claim = world.issuing.claim(order.name);
  if (!claim) return order;
  // Whoever had it before may have finished it.
  TRY(order, order_now(world, order.name));
  if (order.status != Status::kProcessing) return order;
  auto request = x509::CertificateRequest::from_der(order.request);
  if (!request) return Refusal(Problem(request.error()));
  const auto allowed = check_request(world, account, order, *request);
  if (!allowed) return finish_refused(world, std::move(order), allowed.error());
  auto wish = wish_of(std::move(*request), *allowed, Protocol::kAcme, IfPersonNeeded::kWait);
  wish.reference = order.name;
  const auto answer = world.parts.desk->enrol(wish);
  if (answer) {
    if (const auto* granted = std::get_if<Granted>(&*answer))
      return finish_granted(world, std::move(order), granted->certificate);
    return order;
  }
  const auto& error = answer.error();
  if (!passes(error.code)) return finish_refused(world, std::move(order), problem_of_desk(error));
  base::log_warning("ACME: " + error.detail + " " + error.diagnostic);
  return order;
}

Outcome<Order> finalize_order(World& world, const Asked& asked, Order order) {
  const auto status = order.status_at(world.now());
  if (status != Status::kReady) {
    return deny(ProblemType::kOrderNotReady, "The order is {}; only one that is ready is finalised.",
                std::string(status_name(status)));
  }
  TRY(const auto request, read_request(asked.payload));
  TRY(check_request(world, *asked.account, order, request));
  TRY(ask_caa_again(world, *asked.account, order));
  TRY(begin(world, order, request.der()));
  return advance(world, *asked.account, std::move(order));
}

}  // namespace yuxin::ra::acme
