// Certificates: those in the scope of one's roles, and one's own.
#include <algorithm>
#include <utility>

#include "operations.hpp"
#include "problem.hpp"
#include "yuxin/ca/certificate_json.hpp"
#include "yuxin/x509/certificate.hpp"
#include "yuxin/x509/serial.hpp"

namespace yuxin::ra::rest {

using base::Code;
using base::fail;
using base::HttpReply;
using base::JsonObject;
using base::Result;

namespace {

// Of a certificate nobody knows by way of which registration point it came: a scope that names some covers it only
// through its case (/v1/cases/{case}/certificate).
bool may_see(const Call& call, const store::CertificateRow& row) {
  const auto& viewer = call.caller->viewer;
  evidence::Place place;
  place.profile = row.profile;
  if (std::ranges::any_of(viewer.roles, [&](const evidence::HeldRole& held) {
        return evidence::covers(held.scope, place, *call.desk->parts().organisation);
      }))
    return true;
  if (row.der.empty()) return false;
  const auto certificate = x509::Certificate::from_der(row.der);
  return certificate && x509::sha256(certificate->tbs().spki) == viewer.key;
}

std::optional<store::CertificateState> state_of(std::string_view word) {
  if (word == "good") return store::CertificateState::kGood;
  if (word == "revoked") return store::CertificateState::kRevoked;
  if (word == "on-hold") return store::CertificateState::kOnHold;
  return std::nullopt;
}

struct Found {
  store::CertificateRow row;
  std::string authority;
};

// Two authorities may have used one serial number: then the one that issues upon cases here is meant.
Result<Found> find(const Call& call) {
  const auto& text = call.path.at("serial");
  const auto serial = x509::Serial::parse(text);
  if (!serial) return fail(Code::kUsage, "\"{}\" is no serial number; it has hexadecimal digits only.", text);
  std::vector<Found> found;
  TRY(call.parts.store->read([&](store::Reader& reader) -> Result<> {
    TRY(const auto rows, reader.find_all(serial->content(), store::Reader::With::kDer));
    TRY(const auto authorities, reader.authorities());
    for (const auto& row : rows) {
      const auto authority = std::ranges::find(authorities, row.authority, &store::AuthorityRow::id);
      if (authority != authorities.end()) found.push_back({row, authority->name});
    }
    return {};
  }));
  std::ranges::stable_sort(found, {},
                           [&](const Found& one) { return one.authority == call.desk->parts().authority ? 0 : 1; });
  // who may not see it does not learn that it is there
  const auto seen = std::ranges::find_if(found, [&](const Found& one) { return may_see(call, one.row); });
  if (seen == found.end())
    return fail(Code::kNotFound, "No certificate with serial {} that you may see.", serial->hex());
  return std::move(*seen);
}

}  // namespace

Result<HttpReply> list_certificates(Call& call) {
  constexpr std::int64_t kChunk = 200;
  constexpr int kMostChunks = 10;
  store::CertificateFilter filter;
  filter.profile = call.text("profile");
  filter.text = call.text("text");
  filter.state = state_of(call.text("state"));
  filter.after_id = call.number("cursor", 0);
  filter.limit = kChunk;
  const auto wanted = static_cast<std::size_t>(call.number("limit", 100));
  const auto now = call.parts.clock->now();
  base::JsonArray list;
  bool more = true;
  TRY(call.parts.store->read([&](store::Reader& reader) -> Result<> {
    TRY(const auto authorities, reader.authorities());
    for (int chunk = 0; chunk < kMostChunks && more; ++chunk) {
      TRY(const auto rows, reader.list(filter, store::Reader::With::kDer));
      more = std::cmp_equal(rows.size(), kChunk);
      for (const auto& row : rows) {
        if (list.size() == wanted) {
          more = true;
          return {};
        }
        filter.after_id = row.id;
        if (!may_see(call, row)) continue;
        const auto authority = std::ranges::find(authorities, row.authority, &store::AuthorityRow::id);
        const auto name = authority == authorities.end() ? std::string() : authority->name;
        list.push_back(ca::certificate_json(row, name, now));
      }
    }
    return {};
  }));
  JsonObject document{{"certificates", std::move(list)}};
  if (more) document["next"] = std::to_string(filter.after_id);
  return json_reply(document);
}

Result<HttpReply> show_certificate(Call& call) {
  TRY(const auto found, find(call));
  return json_reply(ca::certificate_json(found.row, found.authority, call.parts.clock->now()));
}

Result<HttpReply> give_certificate(Call& call) {
  TRY(const auto found, find(call));
  if (found.row.der.empty() && found.row.status.state == store::CertificateState::kGood)
    return fail(Code::kIntegrity, "The stored octets of certificate {} are missing. Find out why: yuxin audit verify",
                call.path.at("serial"));
  if (found.row.der.empty())
    return fail(Code::kNotFound, "The certificate {} is not here, and counts as revoked.", call.path.at("serial"));
  HttpReply reply;
  reply.content_type = "application/pem-certificate-chain";
  reply.fields.emplace_back("Cache-Control", "no-store");
  reply.body = base::to_bytes(base::as_bytes(base::pem("CERTIFICATE", found.row.der)));
  return reply;
}

}  // namespace yuxin::ra::rest
