// The authorities that this responder knows, found by the hashes of a CertID.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "yuxin/base/bytes.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/ocsp/request.hpp"
#include "yuxin/store/store.hpp"
#include "yuxin/x509/certificate.hpp"

namespace yuxin::ocsp {

// Authority is an issuer of certificates with its hashes under every digest that a CertID may use. Immutable.
class Authority {
 public:
  // from_row: kIntegrity when the stored certificate does not parse.
  [[nodiscard]] static base::Result<Authority> from_row(const store::AuthorityRow& row);

  std::int64_t id = 0;
  std::string name;
  std::string parent;
  x509::Certificate certificate;

  // matches compares the hashes of a CertID (RFC 6960 section 4.1.1) with those of this authority.
  [[nodiscard]] bool matches(const CertIdView& id) const;

 private:
  struct Hashes {
    base::Bytes name;  // of the DER subject
    base::Bytes key;   // of the key's BIT STRING without its header
  };
  explicit Authority(x509::Certificate of) : certificate(std::move(of)) {}
  std::array<Hashes, 5> hashes_;  // by x509::DigestAlgorithm
};

// Authorities is the table of them: a handful, so it is walked. Immutable; share it freely.
class Authorities {
 public:
  // from_rows leaves out authorities that have no certificate yet. kIntegrity as above.
  [[nodiscard]] static base::Result<std::shared_ptr<const Authorities>> from_rows(
      const std::vector<store::AuthorityRow>& rows);

  [[nodiscard]] const Authority* find(const CertIdView& id) const;
  [[nodiscard]] const Authority* find(std::int64_t id) const;
  [[nodiscard]] const Authority* find(std::string_view name) const;
  [[nodiscard]] const std::vector<Authority>& all() const { return authorities_; }

 private:
  std::vector<Authority> authorities_;
};

}  // namespace yuxin::ocsp
