// The table of CMP transactions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "message.hpp"
#include "yuxin/base/bytes.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/base/time.hpp"
#include "yuxin/store/database.hpp"
#include "yuxin/x509/digest.hpp"

namespace yuxin::ra::cmp {

struct Transaction {
  enum class State { kWaiting = 0, kUnconfirmed = 1, kDone = 2 };
  std::string speaker;  // Speaker::name
  base::Bytes name;     // transactionID
  std::string client;   // of clients.toml
  State state = State::kDone;
  Body body = Body::kInitialization;  // of the request
  std::int64_t request_id = 0;        // certReqId
  base::Bytes request;                // DER, while it waits
  std::string profile;
  bool implicit_confirm = false;
  base::Bytes nonce;        // senderNonce of the last answer
  base::Bytes certificate;  // DER, while it is not confirmed
  base::UnixTime begun_at;
  base::UnixTime polled_at{0};  // when a poll was last answered by more than the same again; 0: never
};

namespace transactions {

// How long a transaction is kept after its last message.
inline constexpr base::Seconds kWaitingFor = base::days(30);
inline constexpr base::Seconds kOthersFor = base::days(1);

// Room is how many are kept at once of each state: for one more the oldest of the same state goes. What is spoken by
// the secret of a client has its room, and what devices of it sign another; each of their keys has its own therein.
struct Room {
  std::int64_t open = 0;  // waiting, and as many unconfirmed
  std::int64_t done = 0;
};
inline constexpr Room kRoomOfClient{.open = 1000, .done = 5000};
inline constexpr Room kRoomOfKey{.open = 20, .done = 100};

[[nodiscard]] base::Result<std::optional<Transaction>> find(store::Session& session, std::string_view speaker,
                                                            base::ByteView name);
enum class SpokenBy { kSecret, kKey };
// Change is a transaction as it was found, or nothing for a new one, and as it is to be.
struct Change {
  std::optional<Transaction> before;
  const Transaction& after;
  SpokenBy by;
};
// keep writes it, and forgets what is over and what there is no room for. kConflict, and nothing is changed, where it
// is not as it was found.
[[nodiscard]] base::Result<> keep(store::Session& session, const Change& change, base::UnixTime now);

// Certificates that their holder has confirmed, by SHA-256, for as long as they are valid: who is given one again in
// a later transaction does not end it by rejecting it there.
[[nodiscard]] base::Result<> note_confirmed(store::Session& session, const x509::Digest256& certificate,
                                            base::UnixTime valid_until);
[[nodiscard]] base::Result<bool> is_confirmed(store::Session& session, const x509::Digest256& certificate);

}  // namespace transactions
}  // namespace yuxin::ra::cmp
