#include "yuxin/ocsp/authorities.hpp"

#include <algorithm>

namespace yuxin::ocsp {

namespace {

constexpr std::array kDigests = {x509::DigestAlgorithm::kSha1, x509::DigestAlgorithm::kSha256,
                                 x509::DigestAlgorithm::kSha384, x509::DigestAlgorithm::kSha512,
                                 x509::DigestAlgorithm::kSm3};

std::size_t position(x509::DigestAlgorithm digest) { return static_cast<std::size_t>(digest); }

}  // namespace

base::Result<Authority> Authority::from_row(const store::AuthorityRow& row) {
  auto certificate = x509::Certificate::from_der(row.certificate);
  if (!certificate) {
    return base::fail_with(
        base::Code::kIntegrity, certificate.error().diagnostic,
        "The stored certificate of authority {} does not parse; check the database with: yuxin doctor", row.name);
  }
  TRY(const x509::PublicKey key, certificate->public_key());
  Authority authority(std::move(*certificate));
  authority.id = row.id;
  authority.name = row.name;
  authority.parent = row.parent;
  for (const auto digest : kDigests) {
    auto& hashes = authority.hashes_[position(digest)];
    hashes.name = x509::digest(digest, authority.certificate.tbs().subject);
    hashes.key = x509::digest(digest, key.key_bits());
  }
  return authority;
}

bool Authority::matches(const CertIdView& cert_id) const {
  if (!cert_id.digest) return false;
  const auto& hashes = hashes_[position(*cert_id.digest)];
  return base::equal(hashes.key, cert_id.issuer_key_hash) && base::equal(hashes.name, cert_id.issuer_name_hash);
}

base::Result<std::shared_ptr<const Authorities>> Authorities::from_rows(
    const std::vector<store::AuthorityRow>& rows) {
  auto table = std::make_shared<Authorities>();
  for (const auto& row : rows) {
    if (row.certificate.empty()) continue;
    TRY(Authority authority, Authority::from_row(row));
    table->authorities_.push_back(std::move(authority));
  }
  return table;
}

const Authority* Authorities::find(const CertIdView& id) const {
  const auto found = std::ranges::find_if(authorities_, [&](const Authority& a) { return a.matches(id); });
  return found == authorities_.end() ? nullptr : &*found;
}

const Authority* Authorities::find(std::int64_t id) const {
  const auto found = std::ranges::find(authorities_, id, &Authority::id);
  return found == authorities_.end() ? nullptr : &*found;
}

const Authority* Authorities::find(std::string_view name) const {
  const auto found = std::ranges::find(authorities_, name, &Authority::name);
  return found == authorities_.end() ? nullptr : &*found;
}

}  // namespace yuxin::ocsp
