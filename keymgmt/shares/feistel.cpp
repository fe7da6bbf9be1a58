#include "feistel.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace yuxin::keymgmt {

using base::ByteView;
using base::Code;
using base::Result;
using base::Secret;

namespace {

constexpr int kRoundIterations = 2500;  // times two to the power of the iteration exponent
constexpr std::array<std::uint8_t, 4> kForward = {0, 1, 2, 3};
constexpr std::array<std::uint8_t, 4> kBackward = {3, 2, 1, 0};

// Extendable sets have no salt of their own, so that shares can be added to a secret under another identifier.
base::Bytes salt_of(const ShareSetHeader& set) {
  if (set.extendable == Extendable::kYes) return {};
  auto salt = base::to_bytes(base::as_bytes("shamir"));
  salt.push_back(static_cast<std::uint8_t>(set.identifier >> 8U));
  salt.push_back(static_cast<std::uint8_t>(set.identifier & 0xffU));
  return salt;
}

Result<Secret> round_key(std::uint8_t round, const Secret& passphrase, const ShareSetHeader& set, ByteView right) {
  Secret password(1 + passphrase.size());
  password.data()[0] = round;
  std::ranges::copy(passphrase.view(), password.data() + 1);
  const auto prefix = salt_of(set);
  Secret salt(prefix.size() + right.size());
  std::ranges::copy(prefix, salt.data());
  std::ranges::copy(right, salt.data() + prefix.size());
  Secret key(right.size());
  const int done = PKCS5_PBKDF2_HMAC(password.text().data(), static_cast<int>(password.size()), salt.data(),
                                     static_cast<int>(salt.size()), kRoundIterations << set.iteration_exponent,
                                     EVP_sha256(), static_cast<int>(key.size()), key.data());
  if (done != 1) return base::fail(Code::kUnavailable, "A key could not be derived; is there enough memory?");
  return key;
}

Result<Secret> run(const Secret& input, const Secret& passphrase, const ShareSetHeader& set,
                   std::span<const std::uint8_t> rounds) {
  const std::size_t half = input.size() / 2;
  Secret left(input.view().first(half));
  Secret right(input.view().last(half));
  for (const auto round : rounds) {
    TRY(const auto key, round_key(round, passphrase, set, right.view()));
    for (std::size_t i = 0; i < half; ++i) left.data()[i] ^= key.view()[i];
    std::swap(left, right);
  }
  Secret output(input.size());
  std::ranges::copy(right.view(), output.data());
  std::ranges::copy(left.view(), output.data() + half);
  return output;
}

}  // namespace

Result<Secret> encrypt_master(const Secret& master, const Secret& passphrase, const ShareSetHeader& set) {
  return run(master, passphrase, set, kForward);
}

Result<Secret> decrypt_master(const Secret& encrypted, const Secret& passphrase, const ShareSetHeader& set) {
  return run(encrypted, passphrase, set, kBackward);
}

}  // namespace yuxin::keymgmt
