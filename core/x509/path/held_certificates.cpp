#include "path/held_certificates.hpp"

namespace yuxin::x509 {

namespace {

X509Ptr share(X509* x509) {
  if (x509 != nullptr) X509_up_ref(x509);
  return X509Ptr(x509);
}

}  // namespace

HeldCertificate HeldCertificates::hold(const Certificate& certificate) {
  const auto key = sha256(certificate.der());
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = made_.find(key); found != made_.end()) return {certificate, share(found->second.get())};
  }
  auto held = x509::hold(certificate);
  const std::lock_guard lock(mutex_);
  if (made_.size() >= kMost) made_.clear();
  made_.insert_or_assign(key, share(held.x509.get()));
  return held;
}

}  // namespace yuxin::x509
