#include "yuxin/evidence/ledger.hpp"

#include "clock_floor_memory.hpp"
#include "merkle.hpp"
#include "repository.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/evidence/canonical.hpp"

namespace yuxin::evidence {

using base::Code;
using base::fail;
using base::Result;

namespace {

// Nearly every record is plain ASCII, which is seen at a glance.
bool is_ascii(std::string_view text) {
  unsigned char seen = 0;
  for (const char c : text) seen |= static_cast<unsigned char>(c);
  return seen < 0x80;
}

// The members in the order of their names, as RFC 8785 section 3.2.3 sorts them.
std::string record_text(const Record& record) {
  ObjectWriter writer;
  writer.add("actor", record.actor);
  if (!record.attachment.empty()) writer.add("attachment", base::hex(x509::sha256(record.attachment)));
  return writer.add_raw("data", record.data)
      .add("kind", record.kind)
      .add("object", record.object)
      .add("time", base::rfc3339(record.time))
      .finish();
}

Result<Frontier> frontier(store::Session& session) {
  TRY(const auto size, repository::size(session));
  TRY(auto frontier, repository::latest_frontier(session));
  // Said here too, and not only by an audit: the next remember_frontier would wipe the trace.
  if (frontier.size() > size) {
    return fail(Code::kIntegrity,
                "The ledger had {} records and now has {}: its end was cut off. Run: yuxin audit verify",
                frontier.size(), size);
  }
  TRY(repository::for_each_leaf(session, frontier.size(), size, [&](const Hash& leaf) { frontier.push(leaf); }));
  return frontier;
}

Result<std::vector<Hash>> roots(store::Session& session, const std::vector<Range>& ranges) {
  std::vector<Hash> hashes;
  for (const auto& range : ranges) {
    Frontier subtree;
    TRY(repository::for_each_leaf(session, range.from, range.to, [&](const Hash& leaf) { subtree.push(leaf); }));
    hashes.push_back(subtree.root());
  }
  return hashes;
}

Result<> check_size(store::Session& session, std::int64_t asked) {
  TRY(const auto size, repository::size(session));
  if (asked < 0 || asked > size) return fail(Code::kUsage, "The ledger has {} records, not {}.", size, asked);
  return {};
}

}  // namespace

Result<std::int64_t> append(store::Writer& writer, const Record& record) {
  const std::string& data = record.data;
  if (data.size() < 2 || data.front() != '{' || data.back() != '}') {
    return fail(Code::kInternal, "The program gave the ledger data that are not an object.");
  }
  const std::string text = record_text(record);
  if (!is_ascii(text) && !base::is_utf8(text)) {
    return fail(Code::kMalformed, "The record about {} was not stored: its text is not UTF-8.", record.kind);
  }
  return repository::insert(writer.session(), text, record.attachment, leaf_hash(base::as_bytes(text)));
}

Result<std::int64_t> size(store::Reader& reader) { return repository::size(reader.session()); }

Result<TreeHead> tree_head(store::Reader& reader) {
  TRY(const auto tree, frontier(reader.session()));
  return tree.head();
}

Result<> for_each(store::Reader& reader, std::int64_t from, std::int64_t to,
                  const std::function<Result<>(const StoredRecord&)>& visitor) {
  return repository::for_each_record(reader.session(), from, to, visitor);
}

Result<> remember_frontier(store::Writer& writer) {
  TRY(const auto tree, frontier(writer.session()));
  TRY(repository::replace_frontier(writer.session(), tree));
  return remember_latest_time(writer);
}

Result<std::vector<Hash>> inclusion_proof(store::Reader& reader, std::int64_t sequence, std::int64_t tree_size) {
  TRY(check_size(reader.session(), tree_size));
  if (sequence < 0 || sequence >= tree_size) {
    return fail(Code::kUsage, "Record {} is not in a ledger of {} records.", sequence, tree_size);
  }
  return roots(reader.session(), inclusion_path(sequence, tree_size));
}

Result<std::vector<Hash>> consistency_proof(store::Reader& reader, std::int64_t old_size, std::int64_t new_size) {
  TRY(check_size(reader.session(), new_size));
  if (old_size < 0 || old_size > new_size) {
    return fail(Code::kUsage, "A ledger of {} records does not begin with one of {}.", new_size, old_size);
  }
  if (old_size == 0) return std::vector<Hash>{};
  return roots(reader.session(), consistency_path(old_size, new_size));
}

}  // namespace yuxin::evidence
