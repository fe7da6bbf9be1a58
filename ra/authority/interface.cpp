// One request of a registration authority: who asks, what, whether, and what of it is written down.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <exception>

#include "authority/judge.hpp"
#include "authority/news.hpp"
#include "rest/caller.hpp"
#include "rest/problem.hpp"
#include "rest/rate.hpp"
#include "yuxin/base/log.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/base/translation.hpp"
#include "yuxin/evidence/canonical.hpp"
#include "yuxin/ra/authority_interface.hpp"
#include "yuxin/ra/rest.hpp"

namespace yuxin::ra {

using base::Code;
using base::fail;
using base::HttpReply;
using base::HttpRequest;
using base::JsonObject;
using base::message;
using base::Result;
using rest::kind_of;
using rest::refusal;
using rest::Trouble;

namespace {

// Who is no registration authority here is written down this often, so that nobody fills the ledger.
constexpr RestLimits kStrangers{.per_minute = 1, .burst = 5, .clients = 10'000};
// Refusals of a registration authority are written down as fast as officers and clients make them, and not as fast as
// a program can.
constexpr RestLimits kRefusals{.per_minute = 10, .burst = 500, .clients = 1000};
// So are the acts that it tells of; it tells the rest later.
constexpr RestLimits kHearing{.per_minute = 300, .burst = 5000, .clients = 1000};
constexpr std::size_t kLongestDetail = 1000;

RestLimits limits_of(const InterfaceLimits& limits) {
  return {.per_minute = limits.per_minute, .burst = limits.burst, .clients = 1000};
}

}  // namespace

struct AuthorityInterface::Impl {
  explicit Impl(InterfaceParts given)
      : parts(std::move(given)),
        judge(parts),
        rate(limits_of(parts.limits)),
        strangers(kStrangers),
        refusals(kRefusals),
        hearing(kHearing) {}

  HttpReply answer(const HttpRequest& request);
  Result<Registry> registry_of(const HttpRequest& request);

  InterfaceParts parts;
  Judge judge;
  rest::RateLimit rate;
  rest::RateLimit strangers;
  rest::RateLimit refusals;
  rest::RateLimit hearing;

 private:
  using Operation = Result<JsonObject> (Impl::*)(const Registry&, const JsonObject&);
  struct Known {
    std::string_view name;
    Operation carry_out;
    bool orders;  // refusals are records of the ledger
  };
  static const std::array<Known, 8> kOperations;

  Result<JsonObject> check(const Registry& by, const JsonObject& json);
  Result<JsonObject> try_order(const Registry& by, const JsonObject& json);
  Result<JsonObject> order(const Registry& by, const JsonObject& json);
  Result<JsonObject> hear(const Registry& by, const JsonObject& json);
  Result<JsonObject> revoke(const Registry& by, const JsonObject& json);
  Result<JsonObject> prove(const Registry& by, const JsonObject& json);
  Result<JsonObject> news(const Registry& by, const JsonObject& json);
  Result<JsonObject> policy(const Registry& by, const JsonObject& json);
  Result<JsonObject> done(const Carried& carried) const;
  void write_down(const std::string& who, std::string_view operation, const base::Error& refused);
  HttpReply turn_away(const HttpRequest& request, std::string_view operation, const base::Error& refused);
};

const std::array<AuthorityInterface::Impl::Known, 8> AuthorityInterface::Impl::kOperations = {{
    {"acts", &Impl::hear, false},
    {"check", &Impl::check, true},
    {"trials", &Impl::try_order, true},
    {"orders", &Impl::order, true},
    {"revocations", &Impl::revoke, true},
    {"proofs", &Impl::prove, false},
    {"news", &Impl::news, false},
    {"policy", &Impl::policy, false},
}};

Result<Registry> AuthorityInterface::Impl::registry_of(const HttpRequest& request) {
  RestParts rest_parts;
  rest_parts.store = parts.store;
  rest_parts.clock = parts.clock;
  rest_parts.home = parts.home;
  TRY(const auto caller, rest::caller_of(rest_parts, request.peer_certificate));
  bool is_registry = false;
  TRY(parts.store->read([&](store::Reader& reader) -> Result<> {
    TRY(const auto rows, reader.find_all(caller.certificate.tbs().serial, store::Reader::With::kDer));
    is_registry = std::ranges::any_of(rows, [&](const store::CertificateRow& row) {
      return row.profile == kProfile && base::equal(row.der, caller.certificate.der());
    });
    return {};
  }));
  if (!is_registry) return fail(Code::kNotAuthorised, "Your certificate is not one of a registration authority.");
  TRY(const auto registries, parts.registries());
  const auto* registry = registries->by_key(x509::sha256(caller.certificate.tbs().spki));
  if (registry == nullptr)
    return fail(Code::kNotAuthorised, "Your key is none of the registration authorities of registries.toml.");
  return *registry;
}

Result<JsonObject> AuthorityInterface::Impl::done(const Carried& carried) const {
  if (carried.status_changed && parts.status_changed) parts.status_changed();
  return JsonObject{{"facts", carried.facts}, {"status_changed", carried.status_changed}, {"text", carried.text}};
}

Result<JsonObject> AuthorityInterface::Impl::check(const Registry& by, const JsonObject& json) {
  TRY(const auto question, wire::read_check(json));
  TRY(judge.check(by, question));
  return JsonObject{};
}

Result<JsonObject> AuthorityInterface::Impl::try_order(const Registry& by, const JsonObject& json) {
  TRY(const auto order, wire::read_order(json));
  TRY(judge.try_order(by, order));
  return JsonObject{};
}

Result<JsonObject> AuthorityInterface::Impl::order(const Registry& by, const JsonObject& json) {
  TRY(const auto order, wire::read_order(json));
  TRY(const auto carried, judge.carry_out(by, order));
  return done(carried);
}

Result<JsonObject> AuthorityInterface::Impl::hear(const Registry& by, const JsonObject& json) {
  TRY(auto acts, wire::read_acts(json));
  std::size_t heard = 0;
  while (heard < acts.size() && !hearing.take(by.name, parts.clock->now())) ++heard;
  acts.resize(heard);
  TRY(judge.hear(by, acts));
  return JsonObject{{"heard", static_cast<std::int64_t>(heard)}};
}

Result<JsonObject> AuthorityInterface::Impl::revoke(const Registry& by, const JsonObject& json) {
  TRY(const auto act, wire::read_act(json));
  TRY(const auto carried, judge.revoke(by, act));
  return done(carried);
}

Result<JsonObject> AuthorityInterface::Impl::prove(const Registry& by, const JsonObject& json) {
  TRY(const auto question, wire::read_question(json));
  TRY(const auto proofs, parts.proofs("registry:" + by.name));
  if (!question.stamp.empty()) {
    TRY(const auto stamp, proofs->time_stamp(question.stamp));
    return JsonObject{{"stamp", base::base64(stamp)}};
  }
  const auto ders = [](const auto& list) {
    base::JsonArray array;
    for (const auto& one : list) array.emplace_back(base::base64(one.der()));
    return array;
  };
  if (question.certificate) {
    TRY(const auto status, proofs->status(*question.certificate, *question.issuer));
    return JsonObject{{"crls", ders(status.crls)}, {"ocsp", wire::print_octets(status.ocsp_responses)}};
  }
  TRY(const auto role,
      proofs->role(*question.holder, *question.role, question.brought ? &*question.brought : nullptr));
  return JsonObject{
      {"authorities", ders(role.authorities)}, {"crls", ders(role.crls)}, {"grant", base::base64(role.grant.der())}};
}

Result<JsonObject> AuthorityInterface::Impl::news(const Registry& by, const JsonObject& json) {
  TRY(const auto after, wire::read_after(json));
  TRY(const auto files, parts.policy());
  TRY(const auto text, evidence::canonical_json(files));
  TRY(const auto desk, parts.desk({by.name, base::hex(by.service), by.within}));
  return news::make(
      {*parts.store, parts.sign_head, desk->parts().authority, base::hex(x509::sha256(base::as_bytes(text)))}, after);
}

// NOLINTNEXTLINE(readability-make-member-function-const): one of a table
Result<JsonObject> AuthorityInterface::Impl::policy(const Registry&, const JsonObject& json) {
  TRY(wire::check_members(json, {}));
  TRY(auto files, parts.policy());
  return JsonObject{{"files", std::move(files)}};
}

// What cannot be written down is refused all the same.
void AuthorityInterface::Impl::write_down(const std::string& who, std::string_view operation,
                                          const base::Error& refused) {
  const auto written = parts.store->write([&](store::Writer& writer) -> Result<> {
    TRY(auto data, evidence::canonical_json(JsonObject{{"code", base::code_name(refused.code)},
                                                       {"detail", refused.detail.substr(0, kLongestDetail)},
                                                       {"operation", operation}}));
    TRY(evidence::append(writer, {.kind = "registry.refused",
                                  .object = "registries/" + who,
                                  .actor = "registry:" + who,
                                  .time = parts.clock->now(),
                                  .data = std::move(data),
                                  .attachment = {}}));
    return {};
  });
  if (!written) base::log_error(written.error().detail);
}

HttpReply AuthorityInterface::Impl::turn_away(const HttpRequest& request, std::string_view operation,
                                              const base::Error& refused) {
  if (refused.code != Code::kNotAuthorised) {
    // nobody's order is given up because a file here cannot be read
    base::log_error(refused.detail);
    return refusal({Code::kUnavailable, message("The authority cannot say now who may order here."), {}});
  }
  const auto shown = x509::Certificate::from_der(request.peer_certificate);
  const auto who = shown ? base::hex(x509::sha256(shown->tbs().spki)) : std::string("-");
  if (!strangers.take(who, parts.clock->now())) write_down(who, operation, refused);
  return refusal(kind_of(Trouble::kBadCertificate), refused.detail);
}

HttpReply AuthorityInterface::Impl::answer(const HttpRequest& request) {
  auto operation = request.path();
  operation.remove_prefix(std::min(operation.size(), kPath.size()));
  if (request.peer_certificate.empty())
    return refusal(kind_of(Trouble::kNoCertificate), message("Show the certificate of a registration authority."));
  const auto by = registry_of(request);
  if (!by) return turn_away(request, operation, by.error());
  if (const auto wait = rate.take(by->name, parts.clock->now())) {
    auto reply = refusal(kind_of(Trouble::kTooMany), message("You ask too often. Come again in {} seconds.", *wait));
    reply.fields.emplace_back("Retry-After", std::to_string(*wait));
    return reply;
  }
  const auto known = std::ranges::find(kOperations, operation, &Known::name);
  if (known == kOperations.end())
    return refusal(kind_of(Trouble::kNoSuchPath), message("Nothing is served at {}.", request.path()));
  if (request.method != "POST")
    return refusal(kind_of(Trouble::kMethod), message("{} is not answered here; {} is.", request.method, "POST"));
  if (base::lower(base::trim(request.content_type.substr(0, request.content_type.find(';')))) != "application/json")
    return refusal(kind_of(Trouble::kMediaType), message("Send the body as application/json."));
  auto outcome = [&]() -> Result<JsonObject> {
    if (request.body.size() > parts.limits.body)
      return fail(Code::kMalformed, "A question has {} octets at most.", parts.limits.body);
    TRY(const auto json, base::parse_json(base::as_text(request.body)));
    if (!json.is_object()) return fail(Code::kMalformed, "The body must be a JSON object.");
    return (this->*known->carry_out)(*by, json.get_object());
  }();
  base::log_info(fmt::format("authority interface {} by={}: {}", known->name, by->name,
                             outcome ? "done" : base::code_name(outcome.error().code)));
  if (outcome) return rest::json_reply(*outcome);
  const bool is_refusal = known->orders && outcome.error().code != Code::kUnavailable;
  if (is_refusal && !refusals.take(by->name, parts.clock->now())) write_down(by->name, known->name, outcome.error());
  return refusal(outcome.error());
}

AuthorityInterface::AuthorityInterface(InterfaceParts parts) : impl_(std::make_unique<Impl>(std::move(parts))) {}
AuthorityInterface::~AuthorityInterface() = default;

std::size_t AuthorityInterface::largest_body(const HttpRequest& head) {
  if (head.method != "POST" || head.peer_certificate.empty()) return 0;
  return impl_->registry_of(head) ? impl_->parts.limits.body : 0;
}

HttpReply AuthorityInterface::answer(const HttpRequest& request) {
  const base::LanguageScope scope(base::preferred_language(request.accept_language, base::language()));
  try {
    return impl_->answer(request);
  } catch (const std::exception& bug) {
    base::log_error(fmt::format("authority interface: {}", bug.what()));
    return refusal(kind_of(Code::kInternal), message("This is a fault of the program. Nothing more is known."));
  }
}

}  // namespace yuxin::ra
