// The extensions of a profile that are the same in every certificate, encoded once.
#pragma once

#include <memory>
#include <vector>

#include "yuxin/base/bytes.hpp"
#include "yuxin/ca/issuer.hpp"
#include "yuxin/ca/profile.hpp"
#include "yuxin/x509/certificate.hpp"

namespace yuxin::ca {

// TbsTemplate belongs to one profile and one issuer. Immutable; share freely between threads.
class TbsTemplate {
 public:
  TbsTemplate(std::shared_ptr<const Profile> profile, base::ByteView authority_key_identifier,
              const PublicAddresses& addresses);

  struct Fields {
    x509::Serial serial;
    base::ByteView signature_algorithm;
    base::ByteView issuer;
    base::UnixTime not_before;
    base::UnixTime not_after;
    const x509::Name& subject;
    const x509::PublicKey& key;
    const std::vector<x509::GeneralName>& alt_names;
  };
  [[nodiscard]] base::Bytes make(const Fields& fields) const;
  // extensions is the content of a SEQUENCE of those that are the same in every certificate.
  [[nodiscard]] base::Bytes extensions() const;

 private:
  std::shared_ptr<const Profile> profile_;
  std::vector<base::Bytes> before_names_;  // everything but the key's own extensions, in their order
  std::vector<base::Bytes> after_names_;
};

}  // namespace yuxin::ca
