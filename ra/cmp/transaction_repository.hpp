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

// How long a transaction is kept after its last message, and how many open ones of a client: the oldest goes for one
// more.
inline constexpr base::Seconds kWaitingFor = base::days(30);
inline constexpr base::Seconds kOthersFor = base::days(1);
inline constexpr std::int64_t kMostOpen = 1000;

[[nodiscard]] base::Result<std::optional<Transaction>> find(store::Session& session, std::string_view speaker,
                                                            base::ByteView name);
// keep writes one, new or changed, and forgets what is over.
[[nodiscard]] base::Result<> keep(store::Session& session, const Transaction& transaction, base::UnixTime now);

}  // namespace transactions
}  // namespace yuxin::ra::cmp
