// What has happened at the authority, as its ledger tells it: made on one host, read on the other.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "yuxin/base/json.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/evidence/checkpoint.hpp"
#include "yuxin/evidence/followed.hpp"
#include "yuxin/store/store.hpp"

namespace yuxin::ra::news {

// News are {"authority", "checkpoint" (signed note), "policy" (digest), "proof" (of consistency from the last of
// these records to the checkpoint), "records"}. A record is {"leaf"} where it is not for registration authorities,
// and otherwise {"attachment"?, "certificate"?, "text"}.
struct Source {
  store::Store& store;
  std::function<base::Result<std::string>(const evidence::TreeHead&)> sign_head;
  std::string authority;  // that issues
  std::string policy;
};
// make gives the records after the first `after`, as many as fit. kConflict where there are not so many.
[[nodiscard]] base::Result<base::JsonObject> make(const Source& source, std::int64_t after);

// Reading is what news are held against. open moves `ledger` on: kIntegrity where they do not continue what was read
// before; kMalformed, kBadSignature. keep puts what they tell into the tables.
struct Reading {
  const x509::PublicKey& key;
  const std::string& origin;
  evidence::FollowedLedger& ledger;
};
struct Told {
  evidence::CopiedRecord record;
  base::Bytes certificate;  // of one that was issued
};
struct Opened {
  std::vector<Told> told;
  std::string authority;  // that issues
  std::int64_t left = 0;  // records that are still to be read
};
[[nodiscard]] base::Result<Opened> open(const Reading& reading, const base::JsonObject& news);
[[nodiscard]] base::Result<> keep(store::Writer& writer, const Opened& opened);

}  // namespace yuxin::ra::news
