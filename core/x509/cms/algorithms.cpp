#include "cms/algorithms.hpp"

#include "oid_table.hpp"

namespace yuxin::x509::cms {

namespace {

using base::Bytes;
using base::ByteView;

constexpr std::uint8_t kDerNull[] = {der::kNull, 0};
constexpr std::int64_t kShake256Bits = 512;

struct Identifier {
  Oid algorithm;
  ByteView parameters;  // DER; NULL counts as absent
};

std::optional<Identifier> take_apart(ByteView algorithm_identifier) {
  der::Reader reader(algorithm_identifier);
  const auto whole = reader.element();
  if (!whole || !reader.at_end()) return std::nullopt;
  der::Reader fields(whole->content);
  const auto algorithm = fields.oid();
  if (!algorithm) return std::nullopt;
  const ByteView parameters = fields.rest();
  if (parameters.empty() || base::equal(parameters, kDerNull)) return Identifier{*algorithm, {}};
  if (!fields.element() || !fields.at_end()) return std::nullopt;
  return Identifier{*algorithm, parameters};
}

std::optional<SignatureAlgorithm> rsa_with(DigestAlgorithm digest) {
  switch (digest) {
    case DigestAlgorithm::kSha256:
      return SignatureAlgorithm::kRsaSha256;
    case DigestAlgorithm::kSha384:
      return SignatureAlgorithm::kRsaSha384;
    case DigestAlgorithm::kSha512:
      return SignatureAlgorithm::kRsaSha512;
    default:
      return std::nullopt;
  }
}

std::optional<SignatureAlgorithm> by_identifier(ByteView algorithm_identifier, DigestAlgorithm digest) {
  if (const auto known = scheme_by_identifier(algorithm_identifier)) return known;
  const auto identifier = take_apart(algorithm_identifier);
  if (!identifier || !identifier->parameters.empty()) return std::nullopt;
  if (base::equal(identifier->algorithm, oid::kRsaEncryption)) return rsa_with(digest);
  if (base::equal(identifier->algorithm, oid::kSm2Sign)) return SignatureAlgorithm::kSm2Sm3;
  return std::nullopt;
}

}  // namespace

std::optional<DigestAlgorithm> read_digest(ByteView algorithm_identifier) {
  const auto identifier = take_apart(algorithm_identifier);
  if (!identifier) return std::nullopt;
  if (base::equal(identifier->algorithm, oid::kShake256Len)) {
    der::Reader bits(identifier->parameters);
    const bool right = bits.small_integer() == kShake256Bits && bits.at_end();
    return right ? std::optional(DigestAlgorithm::kShake256) : std::nullopt;
  }
  return identifier->parameters.empty() ? digest_by_oid(identifier->algorithm) : std::nullopt;
}

void write_digest(der::Writer& writer, DigestAlgorithm digest) {
  const auto identifier = writer.open(der::kSequence);
  if (digest == DigestAlgorithm::kShake256) {
    writer.oid(oid::kShake256Len);
    writer.integer(kShake256Bits);
  } else {
    writer.oid(digest_oid(digest));  // RFC 5754 section 2: the parameters SHOULD be omitted
  }
  writer.close(identifier);
}

std::optional<SignatureAlgorithm> signature_of(ByteView algorithm_identifier, DigestAlgorithm digest) {
  const auto algorithm = by_identifier(algorithm_identifier, digest);
  if (!algorithm) return std::nullopt;
  const auto own = scheme(*algorithm).digest;
  return own && *own != digest ? std::nullopt : algorithm;
}

Bytes plain_rsa() {
  der::Writer writer;
  const auto identifier = writer.open(der::kSequence);
  writer.oid(oid::kRsaEncryption);
  writer.null();
  writer.close(identifier);
  return writer.take();
}

Bytes identifier_of(SignatureAlgorithm algorithm, CmsForm form) {
  if (form == CmsForm::kRfc5652) return base::to_bytes(scheme(algorithm).identifier);
  der::Writer writer;
  const auto identifier = writer.open(der::kSequence);
  writer.oid(oid::kSm2Sign);
  writer.close(identifier);
  return writer.take();
}

DigestAlgorithm digest_of(SignatureAlgorithm algorithm) {
  if (const auto own = scheme(algorithm).digest) return *own;
  return algorithm == SignatureAlgorithm::kEd448 ? DigestAlgorithm::kShake256 : DigestAlgorithm::kSha512;
}

bool same_algorithm(ByteView a, ByteView b) {
  const auto first = take_apart(a);
  const auto second = take_apart(b);
  return first && second && base::equal(first->algorithm, second->algorithm) &&
         base::equal(first->parameters, second->parameters);
}

}  // namespace yuxin::x509::cms
