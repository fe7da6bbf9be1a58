// What the ledger keeps of keys.
#pragma once

#include <string>

#include "home.hpp"
#include "yuxin/base/result.hpp"

namespace yuxin::cli {

// KeyRecord is a record of the ledger about a key: "key.KIND" about "keys/NAME". `data` is canonical JSON.
struct KeyRecord {
  std::string kind;
  std::string name;
  std::string data = "{}";
};

// append_key_record writes it inside a transaction; record_key in one of its own, for deeds outside of the database.
// Those are recorded before they are done: a key that nobody knows of would be worse than a record without one.
[[nodiscard]] base::Result<> append_key_record(store::Writer& writer, const std::string& actor, base::UnixTime now,
                                               const KeyRecord& record);
[[nodiscard]] base::Result<> record_key(Home& home, const std::string& actor, const KeyRecord& record);

// record_generated keeps that a key was made, once for each key, whatever its name (`name` may be a URI): what a
// power cut kept from being written down is written by the next attempt.
[[nodiscard]] base::Result<> append_generated(store::Writer& writer, const std::string& actor, base::UnixTime now,
                                              const std::string& name, const x509::PublicKey& key);
[[nodiscard]] base::Result<> record_generated(Home& home, const std::string& actor, const std::string& name,
                                              const x509::PublicKey& key);

}  // namespace yuxin::cli
