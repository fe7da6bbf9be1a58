// Cases: listed, shown, their files and certificates.
#include <algorithm>

#include "operations.hpp"
#include "problem.hpp"
#include "yuxin/ra/item_json.hpp"
#include "yuxin/x509/serial.hpp"

namespace yuxin::ra::rest {

using base::Code;
using base::fail;
using base::HttpReply;
using base::JsonObject;
using base::Result;

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
  auto document = print_item(item, steps);
  document["files"] = print_files(files);
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
  const auto text = base::json_string(item.standing.of.facts, "serial");
  const auto serial = x509::Serial::parse(text);
  if (!serial) return fail(Code::kNotFound, "No certificate was issued upon case {}.", item.standing.of.id);
  store::CertificateRow row;
  TRY(call.parts.store->read([&](store::Reader& reader) -> Result<> {
    TRY(const auto authority, reader.authority(call.desk->parts().authority));
    TRY(row, reader.find(authority.id, serial->content(), store::Reader::With::kDer));
    return {};
  }));
  HttpReply reply;
  reply.content_type = "application/pem-certificate-chain";
  reply.fields.emplace_back("Cache-Control", "no-store");
  reply.body = base::to_bytes(base::as_bytes(base::pem("CERTIFICATE", row.der)));
  return reply;
}

}  // namespace yuxin::ra::rest
