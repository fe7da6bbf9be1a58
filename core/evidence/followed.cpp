#include "yuxin/evidence/followed.hpp"

#include "merkle.hpp"
#include "yuxin/base/json.hpp"
#include "yuxin/evidence/canonical.hpp"

namespace yuxin::evidence {

using base::Code;
using base::fail;
using base::Result;

struct FollowedLedger::Impl {
  Frontier tree;
};

FollowedLedger::FollowedLedger() : impl_(std::make_unique<Impl>()) {}
FollowedLedger::FollowedLedger(const FollowedLedger& other) : impl_(std::make_unique<Impl>(*other.impl_)) {}
FollowedLedger& FollowedLedger::operator=(const FollowedLedger& other) {
  *impl_ = *other.impl_;
  return *this;
}
FollowedLedger::~FollowedLedger() = default;

Result<FollowedLedger> FollowedLedger::parse(std::string_view text) {
  FollowedLedger ledger;
  if (text.empty()) return ledger;
  const auto json = base::parse_json(text);
  std::vector<Hash> hashes;
  bool whole = json && json->is_object();
  if (whole) {
    const auto* list = json->get_object().if_contains("hashes");
    whole = list != nullptr && list->is_array();
    for (const auto& one : whole ? list->get_array() : base::JsonArray()) {
      const auto octets = one.is_string() ? base::from_hex(std::string_view(one.get_string())) : std::nullopt;
      whole = whole && octets && octets->size() == Hash{}.size();
      if (!whole) break;
      std::ranges::copy(*octets, hashes.emplace_back().begin());
    }
  }
  auto tree =
      whole ? Frontier::from_stored(base::json_int(json->get_object(), "size", -1), std::move(hashes)) : std::nullopt;
  if (!tree) return fail(Code::kIntegrity, "What was kept of the authority's ledger is damaged.");
  ledger.impl_->tree = std::move(*tree);
  return ledger;
}

std::string FollowedLedger::print() const {
  base::JsonArray hashes;
  for (const auto& hash : impl_->tree.hashes()) hashes.emplace_back(base::hex(hash));
  return base::print_json(base::JsonObject{{"size", impl_->tree.size()}, {"hashes", std::move(hashes)}});
}

std::int64_t FollowedLedger::size() const { return impl_->tree.size(); }

Result<> FollowedLedger::take(std::span<const Hash> leaves, const TreeHead& checkpoint,
                              const std::vector<Hash>& proof) {
  auto tree = impl_->tree;
  for (const auto& leaf : leaves) tree.push(leaf);
  TRY(verify_consistency(tree.head(), checkpoint, proof));
  impl_->tree = std::move(tree);
  return {};
}

Result<CopiedRecord> read_record(std::string_view text, base::Bytes attachment) {
  TRY(const auto json, base::parse_json(text));
  const auto* object = json.if_object();
  const auto* data = object == nullptr ? nullptr : object->if_contains("data");
  if (data == nullptr || !data->is_object())
    return fail(Code::kMalformed, "A record of the authority's ledger is none.");
  CopiedRecord copied;
  copied.data = data->get_object();
  copied.record.kind = base::json_string(*object, "kind");
  copied.record.object = base::json_string(*object, "object");
  copied.record.actor = base::json_string(*object, "actor");
  const auto time = base::parse_rfc3339(base::json_string(*object, "time"));
  if (!time) return fail(Code::kMalformed, "A record of the authority's ledger says no time.");
  copied.record.time = *time;
  const auto digest = attachment.empty() ? std::string() : base::hex(x509::sha256(attachment));
  if (digest != base::json_string(*object, "attachment"))
    return fail(Code::kIntegrity, "What is attached to a record of the authority's ledger is another than it says.");
  copied.record.attachment = std::move(attachment);
  return copied;
}

}  // namespace yuxin::evidence
