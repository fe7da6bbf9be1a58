// The ledger: what was done, in an order that cannot be changed afterwards (RFC 6962 Merkle tree over records).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "yuxin/base/bytes.hpp"
#include "yuxin/base/json.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/base/time.hpp"
#include "yuxin/store/store.hpp"
#include "yuxin/x509/digest.hpp"

namespace yuxin::evidence {

using Hash = x509::Digest256;

// Record is one fact. Its octets, which the tree hashes, are the canonical JSON (RFC 8785) of
// {"actor", "attachment" (SHA-256 in hex, when there is one), "data", "kind", "object", "time"}.
struct Record {
  std::string kind;    // "certificate.intent", "certificate.issued", "certificate.revoked", "crl.published" ...
  std::string object;  // what it is about: "issuing/3F9A..."
  std::string actor;   // who: "local:root", or the subject of a certificate
  base::UnixTime time;
  std::string data;        // one canonical JSON object, "{}" at least
  base::Bytes attachment;  // octets kept beside the record, bound by their digest (a TBSCertificate ...)
};

struct StoredRecord {
  std::int64_t sequence = 0;  // position in the tree, from 0
  std::string text;           // the canonical JSON
  base::Bytes attachment;
  Hash leaf{};  // SHA-256(0x00 || text), RFC 6962 section 2.1
};

struct TreeHead {
  std::int64_t size = 0;
  Hash root{};  // of the empty tree: SHA-256 of nothing
  friend bool operator==(const TreeHead&, const TreeHead&) = default;
};

// append writes the next record in the caller's transaction: the fact and its record are durable together or not at
// all. Gives the sequence. There is no way to change or remove one.
[[nodiscard]] base::Result<std::int64_t> append(store::Writer& writer, const Record& record);

// size, tree_head: of the ledger as this transaction sees it. tree_head works from the last stored frontier.
[[nodiscard]] base::Result<std::int64_t> size(store::Reader& reader);
[[nodiscard]] base::Result<TreeHead> tree_head(store::Reader& reader);
[[nodiscard]] base::Result<> for_each(store::Reader& reader, std::int64_t from, std::int64_t to,
                                      const std::function<base::Result<>(const StoredRecord&)>& visitor);

// remember_frontier stores the roots of the complete subtrees so that later heads need only the records after it.
[[nodiscard]] base::Result<> remember_frontier(store::Writer& writer);

// inclusion_proof and consistency_proof are the audit paths of RFC 6962 section 2.1.1 and 2.1.2.
[[nodiscard]] base::Result<std::vector<Hash>> inclusion_proof(store::Reader& reader, std::int64_t sequence,
                                                              std::int64_t tree_size);
[[nodiscard]] base::Result<std::vector<Hash>> consistency_proof(store::Reader& reader, std::int64_t old_size,
                                                                std::int64_t new_size);
// verify_inclusion and verify_consistency are pure; kIntegrity when the proof does not hold.
[[nodiscard]] base::Result<> verify_inclusion(const Hash& leaf, std::int64_t sequence, const TreeHead& head,
                                              const std::vector<Hash>& proof);
[[nodiscard]] base::Result<> verify_consistency(const TreeHead& older, const TreeHead& newer,
                                                const std::vector<Hash>& proof);
[[nodiscard]] Hash leaf_hash(base::ByteView record);

// VerifyReport is what an audit of the whole ledger found. Both lists stop growing at a thousand entries; the last
// one then says how many more there are.
struct VerifyReport {
  TreeHead head;
  std::int64_t records = 0;
  std::vector<std::string> problems;  // empty: nothing wrong. Each names the record and what is wrong with it
  std::vector<std::string> remarks;   // not wrong, but worth knowing: intents that have no outcome yet
};
// verify recomputes every leaf from its text, every attachment from its digest, checks that sequences have no gap,
// that the stored frontier and checkpoints fit, and that tables and ledger agree: every certificate has one "issued"
// record with its digest and says what its DER says, every status its last record, every intent at most one outcome;
// and likewise every granted role.
// Needs no key: what proves that somebody who can write to the whole home did not write it anew is a checkpoint kept
// elsewhere (check_against). Memory is flat whatever the size; a temporary file takes about 150 octets a record.
[[nodiscard]] base::Result<VerifyReport> verify(store::Reader& reader);

[[nodiscard]] std::span<const store::Migration> migrations();

}  // namespace yuxin::evidence
