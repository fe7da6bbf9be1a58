// Certificates in OpenSSL's form, converted once: decoding costs as much as verifying a signature.
#pragma once

#include <map>
#include <mutex>

#include "path/openssl_objects.hpp"
#include "yuxin/x509/digest.hpp"

namespace yuxin::x509 {

// HeldCertificates gives the form that it made before. OpenSSL's certificates are safe to share between threads.
// Thread-safe; of bounded size.
class HeldCertificates {
 public:
  [[nodiscard]] HeldCertificate hold(const Certificate& certificate);

 private:
  static constexpr std::size_t kMost = 4096;
  std::mutex mutex_;
  std::map<Digest256, X509Ptr> made_;
};

}  // namespace yuxin::x509
