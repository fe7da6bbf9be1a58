// What Issuer and PreparedIssuance are made of.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <unordered_map>

#include "certificate_rules.hpp"
#include "records.hpp"
#include "tbs_template.hpp"
#include "yuxin/ca/issuer.hpp"

namespace yuxin::ca {

struct Issuer::Impl {
  explicit Impl(IssuerParts given) : parts(std::move(given)) {}

  // identity tells this issuer from every other of the process, also from one that is gone: an address would be used
  // again.
  const std::uint64_t identity = next_identity();

  // template_of finds or makes the constant extensions of a profile.
  [[nodiscard]] std::shared_ptr<const TbsTemplate> template_of(const std::shared_ptr<const Profile>& profile);

  // facts of a prepared certificate for its records; views into `prepared`.
  [[nodiscard]] IssuanceFacts facts(const PreparedIssuance::Impl& prepared) const;
  // sign_exactly signs the prepared TBS and joins them, then compares what stands in the certificate with it.
  [[nodiscard]] base::Result<x509::Certificate> sign_exactly(const PreparedIssuance::Impl& prepared) const;

  IssuerParts parts;
  base::Bytes key_identifier;

 private:
  [[nodiscard]] static std::uint64_t next_identity() {
    static std::atomic<std::uint64_t> last{0};
    return ++last;
  }
  std::shared_mutex mutex_;
  std::unordered_map<std::shared_ptr<const Profile>, std::shared_ptr<const TbsTemplate>> templates_;
};

struct PreparedIssuance::Impl {
  std::uint64_t issuer = 0;  // Issuer::Impl::identity
  base::Bytes tbs;
  base::Bytes spki;
  x509::Serial serial;
  std::string subject;
  std::string alt_names;
  std::string profile;
  Validity validity;
  std::string actor;
  Approval approval;
};

}  // namespace yuxin::ca
