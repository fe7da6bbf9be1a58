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
};

namespace transactions {

// How long a transaction is kept after its last message.
inline constexpr base::Seconds kWaitingFor = base::days(30);
inline constexpr base::Seconds kOthersFor = base::days(1);

// Room is how many are kept at once: for one more the oldest goes. Those of a client are all that concern it, those
// of a key the ones that a device has begun by signing with it.
struct Room {
  std::int64_t open = 0;
  std::int64_t done = 0;
};
inline constexpr Room kRoomOfClient{.open = 1000, .done = 5000};
inline constexpr Room kRoomOfKey{.open = 20, .done = 100};

[[nodiscard]] base::Result<std::optional<Transaction>> find(store::Session& session, std::string_view speaker,
                                                            base::ByteView name);
// keep writes one, new or changed, and forgets what is over and what there is no room for.
enum class SpokenBy { kSecret, kKey };
[[nodiscard]] base::Result<> keep(store::Session& session, const Transaction& transaction, SpokenBy by,
                                  base::UnixTime now);

}  // namespace transactions
}  // namespace yuxin::ra::cmp
