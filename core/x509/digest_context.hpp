// Digest contexts that belong to a thread: OpenSSL's one-shot digests fetch by name under a lock and do not scale.
#pragma once

#include <array>
#include <initializer_list>

#include "openssl.hpp"
#include "yuxin/x509/digest.hpp"

namespace yuxin::x509 {

// DigestValue is a digest of up to 64 octets, without allocation.
struct DigestValue {
  std::array<std::uint8_t, 64> octets{};
  std::size_t size = 0;
  [[nodiscard]] base::ByteView view() const { return {octets.data(), size}; }
};

// evp_digest is fetched once a process and never freed.
[[nodiscard]] const EVP_MD* evp_digest(DigestAlgorithm algorithm);

// digest_parts digests the concatenation of its parts with this thread's context.
[[nodiscard]] DigestValue digest_parts(DigestAlgorithm algorithm, std::initializer_list<base::ByteView> parts);

}  // namespace yuxin::x509
