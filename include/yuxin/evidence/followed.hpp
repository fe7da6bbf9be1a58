// Following somebody else's ledger: read in pieces, each proven to continue what was read before.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "yuxin/base/result.hpp"
#include "yuxin/evidence/checkpoint.hpp"
#include "yuxin/evidence/ledger.hpp"

namespace yuxin::evidence {

// FollowedLedger is how far another ledger was read: its size and the roots of its complete subtrees. Not
// thread-safe.
class FollowedLedger {
 public:
  FollowedLedger();
  FollowedLedger(const FollowedLedger& other);
  FollowedLedger& operator=(const FollowedLedger& other);
  ~FollowedLedger();
  // parse reads what `print` wrote; empty text is a ledger of which nothing was read. kIntegrity.
  [[nodiscard]] static base::Result<FollowedLedger> parse(std::string_view text);
  [[nodiscard]] std::string print() const;
  [[nodiscard]] std::int64_t size() const;

  // take reads the next leaves. `proof` (RFC 6962 section 2.1.2) shows that the ledger of `checkpoint`, whose
  // signature the caller has judged, begins with what was read then. kIntegrity where it does not: then nothing was
  // read.
  [[nodiscard]] base::Result<> take(std::span<const Hash> leaves, const TreeHead& checkpoint,
                                    const std::vector<Hash>& proof);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// CopiedRecord is a record of another ledger as it came, with where it stands there.
struct CopiedRecord {
  std::int64_t sequence = 0;
  Record record;  // its data as canonical JSON
  base::JsonObject data;
};
// read_record reads the text of a record, with what is attached to it: kMalformed, and kIntegrity where the
// attachment is not the one that the text names. `sequence` is left to the caller.
[[nodiscard]] base::Result<CopiedRecord> read_record(std::string_view text, base::Bytes attachment);

// copy_grant and copy_role_end keep what another home has granted and ended ("role.granted", "role.revoked"), with a
// record of the own ledger that names theirs ("copied"). What is there already stays.
[[nodiscard]] base::Result<> copy_grant(store::Writer& writer, const CopiedRecord& copied);
[[nodiscard]] base::Result<> copy_role_end(store::Writer& writer, const CopiedRecord& copied);

}  // namespace yuxin::evidence
