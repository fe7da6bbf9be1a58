#include "authority/news.hpp"

#include <algorithm>
#include <array>

#include "authority/wire.hpp"
#include "yuxin/ca/copies.hpp"
#include "yuxin/evidence/canonical.hpp"
#include "yuxin/x509/certificate.hpp"
#include "yuxin/x509/serial.hpp"

namespace yuxin::ra::news {

using base::Code;
using base::fail;
using base::JsonArray;
using base::JsonObject;
using base::Result;
using evidence::CopiedRecord;

namespace {

constexpr std::int64_t kMostRecords = 20'000;
constexpr std::int64_t kPage = 200;
constexpr std::size_t kMostOctets = std::size_t{8} << 20U;
constexpr const char* kAuthorityName = "authority.name";

// What a registration authority needs to know; of everything else it learns a digest.
constexpr std::array<std::string_view, 8> kTold = {
    "authority.certified", "authority.imported",   "certificate.issued", "certificate.revoked",
    "certificate.held",    "certificate.released", "role.granted",       "role.revoked"};

bool is_told(std::string_view kind) { return std::ranges::find(kTold, kind) != kTold.end(); }

Result<base::Bytes> certificate_of(store::Reader& reader, const std::string& object) {
  const auto slash = object.find('/');
  const auto serial = x509::Serial::parse(slash == std::string::npos ? std::string() : object.substr(slash + 1));
  if (!serial) return fail(Code::kIntegrity, "A record names a certificate {} that cannot be.", object);
  TRY(const auto authority, reader.authority(object.substr(0, slash)));
  TRY(auto row, reader.find(authority.id, serial->content(), store::Reader::With::kDer));
  return std::move(row.der);
}

Result<JsonObject> print_record(store::Reader& reader, const evidence::StoredRecord& record) {
  TRY(const auto json, base::parse_json(record.text));
  const auto* object = json.if_object();
  const auto kind = object == nullptr ? std::string() : base::json_string(*object, "kind");
  if (!is_told(kind)) return JsonObject{{"leaf", base::hex(record.leaf)}};
  JsonObject printed{{"text", record.text}};
  if (!record.attachment.empty()) printed["attachment"] = base::base64(record.attachment);
  if (kind == "certificate.issued") {
    TRY(const auto der, certificate_of(reader, base::json_string(*object, "object")));
    printed["certificate"] = base::base64(der);
  }
  return printed;
}

JsonArray print_hashes(const std::vector<evidence::Hash>& hashes) {
  JsonArray array;
  for (const auto& hash : hashes) array.emplace_back(base::hex(hash));
  return array;
}

// An authority of this name with this certificate; there before, or from now on.
Result<> keep_authority(store::Writer& writer, const CopiedRecord& copied, const std::string& name,
                        base::ByteView der) {
  const auto digest = base::hex(x509::sha256(der));
  if (digest != base::json_string(copied.data, "certificate"))
    return fail(Code::kIntegrity, "The certificate of authority {} that came is another than its record says.", name);
  const auto known = writer.authority(name);
  if (known && base::equal(known->certificate, der)) return {};
  if (known) return fail(Code::kIntegrity, "Authority {} has another certificate than here.", name);
  store::AuthorityRow row;
  row.name = name;
  row.certificate = base::to_bytes(der);
  row.created_at = copied.record.time;
  TRY(writer.insert_authority(row));
  TRY(auto data, evidence::canonical_json(base::JsonObject{{"certificate", digest}, {"copied", copied.sequence}}));
  TRY(evidence::append(writer, {.kind = "authority.imported",
                                .object = name,
                                .actor = copied.record.actor,
                                .time = copied.record.time,
                                .data = std::move(data),
                                .attachment = row.certificate}));
  return {};
}

// A root that was made there is told of by nothing but the record of its own certificate.
Result<> keep_own_root(store::Writer& writer, const CopiedRecord& copied, base::ByteView der) {
  const auto name = copied.record.object.substr(0, copied.record.object.find('/'));
  const auto known = writer.authority(name);
  if (known || known.error().code != Code::kNotFound) return known ? Result<>() : tl::unexpected(known.error());
  TRY(const auto certificate, x509::Certificate::from_der(der));
  if (!certificate.is_ca() || !certificate.subject().same(certificate.issuer())) return {};
  return keep_authority(writer, copied, name, der);
}

Result<> keep_record(store::Writer& writer, const CopiedRecord& copied, base::ByteView certificate) {
  const auto& kind = copied.record.kind;
  if (kind.starts_with("authority."))
    return keep_authority(writer, copied, copied.record.object, copied.record.attachment);
  if (kind == "certificate.issued") {
    TRY(keep_own_root(writer, copied, certificate));
    return ca::copy_issued(writer, copied, certificate);
  }
  if (kind.starts_with("certificate.")) return ca::copy_status(writer, copied);
  if (kind == "role.granted") return evidence::copy_grant(writer, copied);
  return evidence::copy_role_end(writer, copied);
}

// read_records gives the leaves of all, and what was told of some.
Result<std::vector<Told>> read_records(const JsonArray& records, std::int64_t after,
                                       std::vector<evidence::Hash>& leaves) {
  std::vector<Told> told;
  for (const auto& one : records) {
    const auto* record = one.if_object();
    if (record == nullptr) return fail(Code::kMalformed, "What the authority sent cannot be read.");
    if (record->contains("leaf")) {
      const auto octets = base::from_hex(base::json_string(*record, "leaf"));
      evidence::Hash leaf{};
      if (!octets || octets->size() != leaf.size())
        return fail(Code::kMalformed, "What the authority sent cannot be read.");
      std::ranges::copy(*octets, leaf.begin());
      leaves.push_back(leaf);
      continue;
    }
    const auto text = base::json_string(*record, "text");
    leaves.push_back(evidence::leaf_hash(base::as_bytes(text)));
    base::Bytes attachment;
    if (record->contains("attachment")) {
      TRY(attachment, wire::octets(*record, "attachment"));
    }
    Told one_told;
    TRY(one_told.record, evidence::read_record(text, std::move(attachment)));
    one_told.record.sequence = after + static_cast<std::int64_t>(leaves.size()) - 1;
    if (record->contains("certificate")) {
      TRY(one_told.certificate, wire::octets(*record, "certificate"));
    }
    if (is_told(one_told.record.record.kind)) told.push_back(std::move(one_told));
  }
  return told;
}

}  // namespace

Result<JsonObject> make(const Source& source, std::int64_t after) {
  JsonArray records;
  evidence::TreeHead head;
  std::vector<evidence::Hash> proof;
  TRY(source.store.read([&](store::Reader& reader) -> Result<> {
    records.clear();
    TRY(head, evidence::tree_head(reader));
    if (after > head.size)
      return fail(Code::kConflict, "The ledger of this authority has {} records, not {}.", head.size, after);
    std::size_t octets = 0;
    auto next = after;
    const auto to = std::min(head.size, after + kMostRecords);
    while (next < to && octets <= kMostOctets) {
      TRY(evidence::for_each(reader, next, std::min(to, next + kPage),
                             [&](const evidence::StoredRecord& record) -> Result<> {
                               if (octets > kMostOctets) return {};
                               TRY(auto printed, print_record(reader, record));
                               octets += record.text.size() + record.attachment.size() * 2 + 200;
                               records.emplace_back(std::move(printed));
                               ++next;
                               return {};
                             }));
    }
    TRY(proof, evidence::consistency_proof(reader, next, head.size));
    return {};
  }));
  TRY(auto note, source.sign_head(head));
  return JsonObject{{"authority", source.authority},
                    {"checkpoint", std::move(note)},
                    {"policy", source.policy},
                    {"proof", print_hashes(proof)},
                    {"records", std::move(records)}};
}

Result<Opened> open(const Reading& reading, const JsonObject& news) {
  TRY(wire::check_members(news, {"authority", "checkpoint", "policy", "proof", "records"}));
  TRY(const auto checkpoint, evidence::open_checkpoint(base::json_string(news, "checkpoint"), reading.key));
  const auto& records = news.at("records");
  if (!records.is_array()) return fail(Code::kMalformed, "What the authority sent cannot be read.");
  const auto after = reading.ledger.size();
  std::vector<evidence::Hash> leaves;
  Opened opened;
  TRY(opened.told, read_records(records.get_array(), after, leaves));
  TRY(const auto proof, wire::hash_list(news, "proof"));
  if (checkpoint.origin != reading.origin || checkpoint.head.size < after ||
      !reading.ledger.take(leaves, checkpoint.head, proof)) {
    return fail(
        Code::kIntegrity,
        "The authority shows another history than before: its ledger does not continue the {} records that "
        "were read here. Nothing of it is believed. Find out what happened there: it was set back to an older "
        "copy, or somebody has written it anew.",
        after);
  }
  opened.authority = base::json_string(news, "authority");
  opened.left = checkpoint.head.size - reading.ledger.size();
  return opened;
}

Result<> keep(store::Writer& writer, const Opened& opened) {
  for (const auto& one : opened.told) TRY(keep_record(writer, one.record, one.certificate));
  return writer.set_setting(kAuthorityName, opened.authority);
}

}  // namespace yuxin::ra::news
