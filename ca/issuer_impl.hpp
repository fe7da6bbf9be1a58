// What Issuer and PreparedIssuance are made of.
#pragma once

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

  // template_of finds or makes the constant extensions of a profile.
  [[nodiscard]] std::shared_ptr<const TbsTemplate> template_of(const std::shared_ptr<const Profile>& profile);

  // facts of a prepared certificate for its records; views into `prepared`.
  [[nodiscard]] IssuanceFacts facts(const PreparedIssuance::Impl& prepared) const;
  // sign_exactly signs the prepared TBS and joins them, then compares what stands in the certificate with it.
  [[nodiscard]] base::Result<x509::Certificate> sign_exactly(const PreparedIssuance::Impl& prepared) const;

  IssuerParts parts;
  base::Bytes key_identifier;

 private:
  std::shared_mutex mutex_;
  std::unordered_map<std::shared_ptr<const Profile>, std::shared_ptr<const TbsTemplate>> templates_;
};

struct PreparedIssuance::Impl {
  const Issuer::Impl* issuer = nullptr;
  base::Bytes tbs;
  x509::Serial serial;
  std::string subject;
  std::string alt_names;
  std::string profile;
  Validity validity;
  std::string actor;
};

}  // namespace yuxin::ca
