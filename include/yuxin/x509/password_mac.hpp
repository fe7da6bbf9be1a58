// Message authentication codes under a shared secret, as CMP protects its messages with.
#pragma once

#include "yuxin/base/result.hpp"
#include "yuxin/base/secret.hpp"

namespace yuxin::x509 {

// PasswordMac is a password-based MAC with its parameters: PasswordBasedMac of RFC 4211 section 4.4 (an iterated
// digest makes the key) or PBMAC1 of RFC 8018 section 7.1 with PBKDF2. Digests are SHA-256 or longer; as the MAC over
// the message HMAC-SHA1, which is unbroken and older clients' default, is taken as well. Immutable; safe to share
// between threads.
class PasswordMac {
 public:
  // Somebody who has proven nothing names the number of iterations, so that it is bounded: ten thousand are about 2
  // ms with SHA-256 and 5 ms with SHA-512. Iterations are for weak passwords, and the secrets of clients are 160
  // random bits. By themselves clients do 500 (openssl cmp), 1000 (BouncyCastle's PasswordBasedMac) or 8192 (its
  // PBMAC1).
  static constexpr std::int64_t kMostIterations = 10'000;
  // from_identifier reads a DER AlgorithmIdentifier. kMalformed where it does not parse; kRefused for other
  // algorithms, more iterations (over all blocks of the key, RFC 8018 section 5.2) or a salt that is shorter than 8
  // or longer than 128 octets.
  [[nodiscard]] static base::Result<PasswordMac> from_identifier(base::ByteView algorithm_identifier);
  // renewed is the same with a new salt, for an answer.
  [[nodiscard]] PasswordMac renewed() const;

  [[nodiscard]] const base::Bytes& identifier() const { return identifier_; }  // DER AlgorithmIdentifier
  // mac: kInternal where the library fails.
  [[nodiscard]] base::Result<base::Bytes> mac(const base::Secret& secret, base::ByteView message) const;

 private:
  PasswordMac() = default;
  enum class Scheme { kPbm, kPbmac1 };
  Scheme scheme_ = Scheme::kPbm;
  base::Bytes identifier_;
  std::size_t parameters_ = 0;  // where the DER of the parameters begins in identifier_
  std::size_t salt_ = 0;        // where the salt begins in identifier_
  std::size_t salt_size_ = 0;
  int iterations_ = 0;
  std::size_t key_size_ = 0;    // of PBMAC1
  base::Bytes derivation_;      // OID of the HMAC that PBKDF2 derives by
  base::Bytes authentication_;  // OID of the HMAC over the message
};

}  // namespace yuxin::x509
