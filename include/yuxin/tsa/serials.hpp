// Serial numbers of time stamps: never the same twice, whatever crashes (RFC 3161 section 2.4.2: "it MUST be unique
// for each TimeStampToken issued by a given TSA (i.e., ... even after a possible interruption (e.g., crash) of the
// service)").
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "yuxin/base/result.hpp"
#include "yuxin/base/time.hpp"
#include "yuxin/store/store.hpp"

namespace yuxin::tsa {

// SerialNumber is the content of a positive, minimal INTEGER: 01, the number of the block (5 octets), random octets
// drawn for the block (7), and the place in the block (3). The random part keeps numbers apart also when a database
// is restored from a copy and counts its blocks from there again.
using SerialNumber = std::array<std::uint8_t, 16>;

struct SerialOptions {
  std::uint32_t block_size = 65'536;             // 1 to 2^24 numbers
  base::Seconds block_life = base::minutes(10);  // what is left of a block by then is never used
  std::string actor = "service:tsa";             // in the ledger
};

// SerialBlocks hands out serial numbers from blocks. A block is reserved in one transaction before the first of its
// numbers is used: a row in the tables of this module, and the record "tsa.serials" in the ledger, whose time and
// "until" bound when its numbers can have been used. Several processes may do so on one home. Not thread-safe.
class SerialBlocks {
 public:
  SerialBlocks(std::shared_ptr<store::Store> store, SerialOptions options)
      : store_(std::move(store)), options_(std::move(options)) {}
  // take gives the next number, for a stamp of time `now`; times of one object never go back. Writes to the database
  // once a block. Errors: those of the store; then nothing was used.
  [[nodiscard]] base::Result<SerialNumber> take(base::UnixTime now);

 private:
  [[nodiscard]] base::Result<> reserve(base::UnixTime now);

  std::shared_ptr<store::Store> store_;
  SerialOptions options_;
  SerialNumber next_{};
  std::uint32_t used_ = 0;
  std::uint32_t size_ = 0;
  base::UnixTime until_;
};

// migrations are the steps of this module's tables.
[[nodiscard]] std::span<const store::Migration> migrations();

}  // namespace yuxin::tsa
