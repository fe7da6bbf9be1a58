// Who bundles come from and go to, and which ones did. In the database of a home; every change is in its ledger too.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "yuxin/base/bytes.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/base/time.hpp"
#include "yuxin/store/store.hpp"
#include "yuxin/x509/digest.hpp"
#include "yuxin/x509/key.hpp"

namespace yuxin::keymgmt {

// TransferPeer is the other side: a home with a ledger. Its key is pinned once a person has compared it.
struct TransferPeer {
  std::int64_t id = 0;
  std::string name;
  std::string origin;  // of its ledger; empty until the key is known
  base::Bytes key;     // SubjectPublicKeyInfo; empty until it is known
};

enum class TransferWay { kSent, kReceived };

struct LoggedTransfer {
  std::int64_t sequence = 0;
  x509::Digest256 digest{};
  std::string manifest;
  std::string checkpoint;  // the signed note of the sender's ledger that it carried; empty: none
  base::UnixTime moved_at;
};

// check_peer_name: lower-case letters, digits and hyphens, at most 32; kUsage otherwise.
[[nodiscard]] base::Result<> check_peer_name(std::string_view name);

[[nodiscard]] base::Result<std::vector<TransferPeer>> transfer_peers(store::Reader& reader);  // by name
// transfer_peer: kNotFound names those that are known.
[[nodiscard]] base::Result<TransferPeer> transfer_peer(store::Reader& reader, std::string_view name);

// know_peer makes a peer known, or gives one that has no key yet its key. kConflict when the name belongs to another
// key or the key to another name. Writes the record "transfer.peer".
[[nodiscard]] base::Result<TransferPeer> know_peer(store::Writer& writer, const TransferPeer& wanted,
                                                   std::string_view actor, base::UnixTime now);

// last_transfer gives the newest of one way, logged_transfers all of them, oldest first.
[[nodiscard]] base::Result<std::optional<LoggedTransfer>> last_transfer(store::Reader& reader, std::int64_t peer,
                                                                        TransferWay way);
[[nodiscard]] base::Result<std::vector<LoggedTransfer>> logged_transfers(store::Reader& reader, std::int64_t peer,
                                                                         TransferWay way);

// log_transfer adds the next one and writes the record "transfer.sent" or "transfer.received", whose attachment is
// the manifest. kConflict when that place is taken.
[[nodiscard]] base::Result<> log_transfer(store::Writer& writer, const TransferPeer& peer, TransferWay way,
                                          const LoggedTransfer& transfer, std::string_view actor);

// Restored is why a chain goes on although one of its homes was put back from an older copy: somebody has looked.
struct Restored {
  std::string reason;
  std::string_view actor;
  base::UnixTime now;
};
// resume_after makes the next bundle to a peer follow the one that the peer took in last, which this home forgot when
// it was put back; "transfer.resumed" in the ledger. kConflict when this home has sent later ones.
[[nodiscard]] base::Result<> resume_after(store::Writer& writer, const TransferPeer& peer, std::int64_t sequence,
                                          const x509::Digest256& digest, const Restored& restored);
// note_restored writes down that the ledger of a peer does not continue `last_note`, because its home was put back;
// "transfer.restored" in the ledger, with that note as the evidence of what was lost.
[[nodiscard]] base::Result<> note_restored(store::Writer& writer, const TransferPeer& peer,
                                           const std::string& last_note, const Restored& restored);

}  // namespace yuxin::keymgmt
