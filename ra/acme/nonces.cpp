#include "nonces.hpp"

#include "yuxin/x509/digest.hpp"

namespace yuxin::ra::acme {

using base::Bytes;

namespace {

constexpr std::size_t kNumberOctets = 8;
constexpr std::size_t kMarkOctets = 16;
constexpr std::size_t kKeyOctets = 32;

}  // namespace

Nonces::Nonces() : key_(kKeyOctets), used_(kWindow, false) { base::random_bytes({key_.data(), key_.size()}); }

// The number in clear, and half of an HMAC-SHA-256 over it: 128 bits to guess.
Bytes Nonces::seal(std::uint64_t number) const {
  Bytes octets(kNumberOctets);
  for (std::size_t i = 0; i < kNumberOctets; ++i) octets[i] = static_cast<std::uint8_t>(number >> (56U - 8U * i));
  auto mark = x509::hmac(x509::DigestAlgorithm::kSha256, key_.view(), octets);
  mark.resize(kMarkOctets);
  base::append(octets, mark);
  return octets;
}

std::string Nonces::make() {
  std::uint64_t number = 0;
  {
    const std::scoped_lock lock(mutex_);
    number = next_++;
    used_[number % kWindow] = false;
  }
  return base::base64url(seal(number));
}

bool Nonces::use(std::string_view nonce) {
  const auto octets = base::from_base64url(nonce);
  if (!octets || octets->size() != kNumberOctets + kMarkOctets) return false;
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < kNumberOctets; ++i) number = number << 8U | (*octets)[i];
  if (!base::equal_constant_time(seal(number), *octets)) return false;
  const std::scoped_lock lock(mutex_);
  if (number >= next_ || next_ - number > kWindow || used_[number % kWindow]) return false;
  used_[number % kWindow] = true;
  return true;
}

}  // namespace yuxin::ra::acme
