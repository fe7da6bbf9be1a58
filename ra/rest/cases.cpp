// Cases: listed, shown, their files and certificates.
#include <algorithm>

#include "operations.hpp"
#include "problem.hpp"
#include "yuxin/ca/certificate_json.hpp"
#include "yuxin/ra/item_json.hpp"

namespace yuxin::ra::rest {

using base::Code;
using base::fail;
using base::HttpReply;
using base::JsonObject;
using base::Result;

base::JsonArray concerned_json(const Call& call, const std::vector<Concerned>& concerned) {
  base::JsonArray certificates;
  for (const auto& one : concerned) {
    auto json = ca::certificate_json(one.row, one.authority, call.parts.clock->now());
    json["der"] = base::base64(one.row.der);
    certificates.push_back(std::move(json));
  }
  return certificates;
}

Result<HttpReply> list_cases(Call& call) {
  workflow::CaseFilter filter;
  filter.workflow = call.text("workflow");
  filter.state = call.text("state");
  const auto which = call.text("which");
  if (which == "closed") filter.which = workflow::CaseFilter::Which::kClosed;
  if (which == "all") filter.which = workflow::CaseFilter::Which::kAll;
  filter.limit = call.number("limit", 100);
  filter.after_row = call.number("cursor", 0);
  const auto whose = call.text("whose") == "mine" ? Desk::Whose::kMine : Desk::Whose::kAnybody;
  TRY(const auto page, call.desk->page(call.caller->viewer, filter, whose));
  base::JsonArray cases;
  for (const auto& item : page.items) cases.push_back(print_item(item));
  JsonObject document{{"cases", std::move(cases)}};
  if (page.next) document["next"] = std::to_string(*page.next);
  return json_reply(document);
}

Result<HttpReply> show_case(Call& call) {
  TRY(const auto item, call.desk->look(call.path.at("case"), call.caller->viewer));
  TRY(const auto steps, call.desk->cases().steps(item.standing));
  TRY(const auto files, call.desk->cases().files(item.standing));
  TRY(const auto concerned, call.desk->certificates(item.standing.of));
  auto document = print_item(item, steps);
  document["files"] = print_files(files);
  document["certificates"] = concerned_json(call, concerned);
  return json_reply(document);
}

Result<HttpReply> give_file(Call& call) {
  TRY(const auto item, call.desk->look(call.path.at("case"), call.caller->viewer));
  TRY(auto files, call.desk->cases().files(item.standing));
  const auto& wanted = call.path.at("sha256");
  const auto file = std::ranges::find_if(
      files, [&](const workflow::File& one) { return base::hex(x509::sha256(one.octets)) == wanted; });
  if (file == files.end())
    return fail(Code::kNotFound, "Case {} has no file with the digest {}.", item.standing.of.id, wanted);
  HttpReply reply;
  reply.content_type = "application/octet-stream";
  // What somebody attached is data, whatever a browser makes of it.
  reply.fields = {
      {"Cache-Control", "no-store"}, {"Content-Disposition", "attachment"}, {"X-Content-Type-Options", "nosniff"}};
  reply.body = std::move(file->octets);
  return reply;
}

Result<HttpReply> give_case_certificate(Call& call) {
  TRY(const auto item, call.desk->look(call.path.at("case"), call.caller->viewer));
  TRY(const auto chain, call.desk->issued(item.standing.of));
  std::string text = chain.front().pem();
  if (call.text("chain") == "yes") {
    for (std::size_t i = 1; i < chain.size(); ++i) text += chain[i].pem();
  }
  HttpReply reply;
  reply.content_type = "application/pem-certificate-chain";
  reply.fields.emplace_back("Cache-Control", "no-store");
  reply.body = base::to_bytes(base::as_bytes(text));
  return reply;
}

}  // namespace yuxin::ra::rest
