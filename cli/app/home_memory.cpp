#include "home_memory.hpp"

#include "yuxin/x509/certificate.hpp"
#include "yuxin/x509/path.hpp"

namespace yuxin::cli {

using base::Result;

HomeMemory::HomeMemory(const std::string& home)
    : organisation(home, "organisation.toml"), approvals(home, "approvals.toml") {}

Result<evidence::ActTrust> HomeMemory::trust(std::vector<base::Bytes> authorities) {
  const std::lock_guard lock(mutex_);
  if (trust_ && authorities == authorities_) return *trust_;
  x509::PathMaterial material;
  for (const auto& der : authorities) {
    TRY(auto certificate, x509::Certificate::from_der(der));
    const bool root = certificate.subject().same(certificate.issuer());
    (root ? material.anchors : material.untrusted).push_back(std::move(certificate));
  }
  TRY(auto paths, x509::PathVerifier::prepare(material));
  trust_ = evidence::ActTrust{.paths = std::move(paths)};
  authorities_ = std::move(authorities);
  return *trust_;
}

}  // namespace yuxin::cli
