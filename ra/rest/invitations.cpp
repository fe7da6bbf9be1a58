// Invitations: answered by whoever has the code, looked at by whoever confirms them.
#include "operations.hpp"
#include "problem.hpp"
#include "yuxin/ra/invitation.hpp"

namespace yuxin::ra::rest {

using base::Code;
using base::fail;
using base::HttpReply;
using base::JsonObject;
using base::Result;

namespace {

Result<base::Bytes> octets_at(const JsonObject& body, std::string_view name) {
  auto octets = base::from_base64(base::json_string(body, name));
  if (!octets) return fail(Code::kMalformed, "\"{}\" is no base64.", name);
  return std::move(*octets);
}

}  // namespace

Result<HttpReply> take_answer(Call& call) {
  InvitationAnswer answer{base::json_string(call.body, "locator"), {}, {}};
  TRY(answer.request, octets_at(call.body, "request"));
  TRY(answer.proof, octets_at(call.body, "proof"));
  TRY(const auto desk, call.parts.desk());
  TRY(const auto state, answer_invitation(*desk, answer));
  call.object = state.case_id;
  JsonObject document{{"case", state.case_id},
                      {"state", state.certificate ? "issued" : "waiting"},
                      {"name", state.name},
                      {"subject", state.subject},
                      {"organisation", state.organisation},
                      {"roles", state.roles}};
  if (state.until) document["until"] = base::rfc3339(*state.until);
  if (state.certificate) {
    document["certificate"] = state.certificate->pem();
    base::JsonArray chain;
    for (const auto& above : state.chain) chain.emplace_back(above.pem());
    document["chain"] = std::move(chain);
  }
  return json_reply(document);
}

Result<HttpReply> show_answer(Call& call) {
  TRY(const auto item, call.desk->look(call.path.at("case"), call.caller->viewer));
  TRY(const auto answered, answered_of(*call.parts.store, item.standing.of.id));
  JsonObject document{{"answered", answered.has_value()}};
  if (answered) {
    document["at"] = base::rfc3339(answered->at);
    document["request"] = base::base64(answered->request);
    document["proof"] = base::base64(answered->proof);
  }
  return json_reply(document);
}

}  // namespace yuxin::ra::rest
