// The table of operations: what requests are led by, and what the document is made from.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "caller.hpp"
#include "target.hpp"
#include "yuxin/base/http_message.hpp"
#include "yuxin/base/json.hpp"
#include "yuxin/ra/rest.hpp"

namespace yuxin::ra::rest {

// Call is one request, as an operation sees it: its parameters and body fit what the table says of them.
struct Call {
  const RestParts& parts;
  // Set where the operation demands a certificate.
  Desk* desk = nullptr;
  const Caller* caller = nullptr;
  std::map<std::string, std::string, std::less<>> path;
  std::map<std::string, std::string, std::less<>> query;
  base::JsonObject body;
  bool repeated = false;    // it carries an idempotency key, so that it may have come before
  std::string object = {};  // what was changed, for the log: "R-1042"

  [[nodiscard]] std::string text(std::string_view name) const;  // of the query; empty: not given
  [[nodiscard]] std::int64_t number(std::string_view name, std::int64_t otherwise) const;
};

struct Parameter {
  enum class In { kPath, kQuery } in = In::kQuery;
  std::string_view name;
  enum class Kind { kText, kNumber, kCursor, kWord } kind = Kind::kText;
  std::vector<std::string_view> words = {};  // of kWord
  std::int64_t most = 0;                     // of kNumber, which begin with 1
  std::string_view what;
};

struct Operation {
  std::string_view method;
  std::string_view path;  // "/v1/cases/{case}"
  std::string_view name;  // operationId
  std::string_view what;
  enum class Access { kAnyone, kCertificate } access = Access::kCertificate;
  std::vector<Parameter> parameters;
  std::string_view body;    // schema of what it takes; empty: nothing
  std::string_view answer;  // schema of what it gives; empty: octets of `media`
  std::string_view media = "application/json";
  enum class Repeat { kAsOften, kWithKey } repeat = Repeat::kAsOften;  // kWithKey takes an Idempotency-Key
  base::Result<base::HttpReply> (*carry_out)(Call& call) = nullptr;
  // kSlow is for what somebody could guess at: few an address, and few for one "locator" of the body.
  enum class Pace { kUsual, kSlow } pace = Pace::kUsual;
};
[[nodiscard]] std::span<const Operation> operations();

// Found is what a method and path mean. Where only the path is known, `allowed` are its methods.
struct Found {
  const Operation* operation = nullptr;
  std::map<std::string, std::string, std::less<>> path;
  std::vector<std::string> allowed;
};
[[nodiscard]] Found find_operation(std::string_view method, const Target& target);
// check_query holds a query against the parameters of an operation; kUsage.
[[nodiscard]] base::Result<> check_query(const Operation& operation, const Target& target);

// concerned_json are certificates with their octets, for whoever is going to sign something about them.
[[nodiscard]] base::JsonArray concerned_json(const Call& call, const std::vector<Concerned>& concerned);

// What is carried out, by the file that does it.
base::Result<base::HttpReply> show_document(Call& call);
base::Result<base::HttpReply> show_problem_kind(Call& call);
base::Result<base::HttpReply> show_status(Call& call);
base::Result<base::HttpReply> list_organisations(Call& call);
base::Result<base::HttpReply> list_profiles(Call& call);
base::Result<base::HttpReply> show_profile(Call& call);
base::Result<base::HttpReply> list_workflows(Call& call);
base::Result<base::HttpReply> show_workflow(Call& call);
base::Result<base::HttpReply> list_cases(Call& call);
base::Result<base::HttpReply> show_case(Call& call);
base::Result<base::HttpReply> give_file(Call& call);
base::Result<base::HttpReply> give_case_certificate(Call& call);
base::Result<base::HttpReply> show_answer(Call& call);
base::Result<base::HttpReply> take_answer(Call& call);
base::Result<base::HttpReply> draft_step(Call& call);
base::Result<base::HttpReply> take_act(Call& call);
base::Result<base::HttpReply> list_certificates(Call& call);
base::Result<base::HttpReply> show_certificate(Call& call);
base::Result<base::HttpReply> give_certificate(Call& call);

}  // namespace yuxin::ra::rest
