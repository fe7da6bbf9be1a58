#include "issued_record.hpp"

#include <optional>

#include "yuxin/evidence/ledger.hpp"
#include "yuxin/x509/digest.hpp"

namespace yuxin::cli {

using base::Code;
using base::fail;
using base::Result;

namespace {

constexpr base::Seconds kMargin = base::minutes(5);

Result<std::optional<base::UnixTime>> time_of(store::Reader& reader, std::int64_t sequence) {
  std::optional<base::UnixTime> time;
  TRY(evidence::for_each(reader, sequence, sequence + 1, [&](const evidence::StoredRecord& record) -> Result<> {
    const auto json = base::parse_json(record.text);
    if (json && json->is_object()) time = base::parse_rfc3339(base::json_string(json->get_object(), "time"));
    return {};
  }));
  return time;
}

// The ledger is in the order of time but for clocks that were set back: a first guess of where to look, not an
// answer.
Result<std::int64_t> first_after(store::Reader& reader, std::int64_t size, base::UnixTime time) {
  std::int64_t low = 0;
  std::int64_t high = size;
  while (low < high) {
    const auto middle = low + (high - low) / 2;
    TRY(const auto at, time_of(reader, middle));
    if (at && *at < time) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

// find_record looks for the record of an issuance among a part of the ledger.
Result<std::optional<evidence::StoredRecord>> find_record(store::Reader& reader, std::int64_t from, std::int64_t to,
                                                          const std::string& object) {
  std::optional<evidence::StoredRecord> found;
  TRY(evidence::for_each(reader, from, to, [&](const evidence::StoredRecord& record) -> Result<> {
    if (found || record.text.find(object) == std::string::npos) return {};
    const auto json = base::parse_json(record.text);
    if (!json || !json->is_object()) return {};
    const auto& fields = json->get_object();
    if (base::json_string(fields, "kind") == "certificate.issued" && base::json_string(fields, "object") == object)
      found = record;
    return {};
  }));
  return found;
}

Result<std::optional<evidence::StoredRecord>> record_of(store::Reader& reader, const std::string& object,
                                                        base::UnixTime issued_at) {
  TRY(const auto size, evidence::size(reader));
  TRY(const auto from, first_after(reader, size, issued_at - kMargin));
  TRY(const auto to, first_after(reader, size, issued_at + kMargin));
  TRY(auto found, find_record(reader, from, to, object));
  if (found) return found;
  return find_record(reader, 0, size, object);
}

}  // namespace

Result<std::string> issued_profile(Home& home, const FoundCertificate& found) {
  const auto object = found.authority + "/" + found.serial.hex();
  std::optional<evidence::StoredRecord> record;
  TRY(home.store().read([&](store::Reader& reader) -> Result<> {
    TRY(record, record_of(reader, object, found.row.issued_at));
    return {};
  }));
  if (!record)
    return fail(Code::kIntegrity, "No record of the ledger says that {} was issued. See: yuxin audit verify", object);
  const auto json = base::parse_json(record->text);
  if (!json || !json->is_object() || evidence::leaf_hash(base::as_bytes(record->text)) != record->leaf)
    return fail(Code::kIntegrity, "Record {} of the ledger was changed. See: yuxin audit verify", record->sequence);
  const auto* data = json->get_object().if_contains("data");
  if (data == nullptr || !data->is_object() ||
      base::json_string(data->get_object(), "certificate") != base::hex(x509::sha256(found.row.der))) {
    return fail(Code::kIntegrity,
                "The stored certificate {} is not the one that record {} stands for. See: yuxin audit verify", object,
                record->sequence);
  }
  auto profile = base::json_string(data->get_object(), "profile");
  if (profile == found.row.profile) return profile;
  return fail(Code::kIntegrity,
              "The table says that {} was issued by profile {}, record {} of the ledger says {}. The table was "
              "changed; see: yuxin audit verify",
              object, found.row.profile, record->sequence, profile);
}

}  // namespace yuxin::cli
