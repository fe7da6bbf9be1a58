// Message digests.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "yuxin/base/bytes.hpp"
#include "yuxin/x509/oid.hpp"

namespace yuxin::x509 {

// SHAKE256 has 512 bits here (RFC 8702 section 3.1); only messages signed with Ed448 want it.
enum class DigestAlgorithm { kSha1, kSha256, kSha384, kSha512, kSm3, kShake256 };

using Digest256 = std::array<std::uint8_t, 32>;

// sha256 digests the concatenation of its parts. Allocation-free; safe from every thread and fast on all of
// them at once (contexts and algorithms are fetched once a thread).
[[nodiscard]] Digest256 sha256(base::ByteView data);
[[nodiscard]] Digest256 sha256(base::ByteView first, base::ByteView second, base::ByteView third = {});

// key_tag is a number to find a SubjectPublicKeyInfo by among many, equal for keys that are the same (is_same_key):
// the first 8 octets of a SHA-256, never 0. It is not for knowing a key (store::CertificateRow::key_tag).
[[nodiscard]] std::int64_t key_tag(base::ByteView spki);

// Sha256 digests a message that comes in pieces. Not thread-safe.
class Sha256 {
 public:
  Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  ~Sha256();
  void update(base::ByteView data);
  [[nodiscard]] Digest256 finish();  // once

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// digest has 20, 32, 48 or 64 octets. SHA-1 is for OCSP CertID and key identifiers only, never for signatures.
[[nodiscard]] base::Bytes digest(DigestAlgorithm algorithm, base::ByteView data);
[[nodiscard]] std::size_t digest_size(DigestAlgorithm algorithm);
// hmac is RFC 2104 over one of the SHA-2 digests or SM3. Compare what it gives with base::equal_constant_time.
[[nodiscard]] base::Bytes hmac(DigestAlgorithm algorithm, base::ByteView key, base::ByteView data);
[[nodiscard]] std::string_view digest_name(DigestAlgorithm algorithm);  // "SHA-256", "SM3"
[[nodiscard]] Oid digest_oid(DigestAlgorithm algorithm);
[[nodiscard]] std::optional<DigestAlgorithm> digest_by_oid(Oid oid);

}  // namespace yuxin::x509
