#include "yuxin/tsa/serials.hpp"

#include <algorithm>

#include "repository.hpp"
#include "yuxin/base/secret.hpp"
#include "yuxin/evidence/canonical.hpp"
#include "yuxin/evidence/ledger.hpp"

namespace yuxin::tsa {

using base::Code;
using base::Result;

namespace {

constexpr std::size_t kBlockAt = 1;
constexpr std::size_t kBlockOctets = 5;
constexpr std::size_t kRandomAt = kBlockAt + kBlockOctets;
constexpr std::size_t kRandomOctets = 7;
constexpr std::size_t kPlaceAt = kRandomAt + kRandomOctets;

void write_number(std::span<std::uint8_t> at, std::uint64_t value) {
  for (std::size_t i = at.size(); i > 0; --i, value >>= 8U) at[i - 1] = static_cast<std::uint8_t>(value);
}

SerialNumber first_of(std::int64_t block) {
  SerialNumber first{};
  first[0] = 1;
  write_number(std::span(first).subspan(kBlockAt, kBlockOctets), static_cast<std::uint64_t>(block));
  base::random_bytes(std::span(first).subspan(kRandomAt, kRandomOctets));
  return first;
}

}  // namespace

Result<> SerialBlocks::reserve(base::UnixTime now) {
  const std::uint32_t size = std::clamp<std::uint32_t>(options_.block_size, 1, 1U << 24U);
  const base::UnixTime until = now + options_.block_life;
  SerialNumber first{};
  TRY(store_->write([&](store::Writer& writer) -> Result<> {
    TRY(const auto last, repository::last_block(writer.session()));
    const std::int64_t block = last + 1;
    if (block >> (8 * kBlockOctets) != 0)
      return base::fail(Code::kConflict, "The serial numbers of time stamps are used up.");
    first = first_of(block);
    TRY(repository::insert_block(writer.session(), {block, first, size, now, until}));
    evidence::ObjectWriter data;
    data.add("count", std::int64_t{size}).add("first", base::hex_upper(first)).add("until", base::rfc3339(until));
    TRY(evidence::append(writer, {.kind = "tsa.serials",
                                  .object = "tsa/" + std::to_string(block),
                                  .actor = options_.actor,
                                  .time = now,
                                  .data = data.finish(),
                                  .attachment = {}}));
    return {};
  }));
  next_ = first;
  used_ = 0;
  size_ = size;
  until_ = until;
  return {};
}

Result<SerialNumber> SerialBlocks::take(base::UnixTime now) {
  if (used_ == size_ || now >= until_) TRY(reserve(now));
  SerialNumber serial = next_;
  write_number(std::span(serial).subspan(kPlaceAt), used_++);
  return serial;
}

}  // namespace yuxin::tsa
