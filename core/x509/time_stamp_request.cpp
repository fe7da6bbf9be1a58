#include "yuxin/base/secret.hpp"
#include "yuxin/x509/der.hpp"
#include "yuxin/x509/time_stamp.hpp"

namespace yuxin::x509 {

namespace {

using base::ByteView;

constexpr std::int64_t kVersion = 1;
constexpr std::size_t kNonceOctets = 16;

// AlgorithmIdentifier of a digest: parameters are absent or NULL (RFC 5754 section 2).
std::optional<DigestAlgorithm> digest_of(der::Reader algorithm, ByteView oid) {
  if (!algorithm.at_end()) {
    const auto parameters = algorithm.content(der::kNull);
    if (!parameters || !parameters->empty() || !algorithm.at_end()) return std::nullopt;
  }
  return digest_by_oid(oid);
}

// MessageImprint ::= SEQUENCE { hashAlgorithm AlgorithmIdentifier, hashedMessage OCTET STRING }
bool read_imprint(der::Reader& fields, TimeStampRequest& request) {
  auto imprint = fields.nested(der::kSequence);
  const auto algorithm = imprint ? imprint->element(der::kSequence) : std::nullopt;
  if (!algorithm) return false;
  der::Reader parts(algorithm->content);
  const auto oid = parts.oid();
  const auto hash = imprint->content(der::kOctetString);
  if (!oid || !hash || !imprint->at_end()) return false;
  request.digest = digest_of(parts, *oid);
  request.digest_algorithm = algorithm->whole;
  request.imprint = *hash;
  return true;
}

// extensions [0] IMPLICIT Extensions: what they are is not looked at, since all are refused.
bool read_extensions_field(der::Reader& fields, TimeStampRequest& request) {
  if (!fields.next_is(der::constructed_tag(0))) return true;
  auto list = fields.nested(der::constructed_tag(0));
  if (!list || list->at_end()) return false;
  while (!list->at_end()) {
    if (!list->element(der::kSequence)) return false;
  }
  request.has_extensions = true;
  return true;
}

}  // namespace

// TimeStampReq ::= SEQUENCE { version INTEGER { v1(1) }, messageImprint, reqPolicy OID OPTIONAL, nonce INTEGER
// OPTIONAL, certReq BOOLEAN DEFAULT FALSE, extensions [0] IMPLICIT Extensions OPTIONAL }
std::optional<TimeStampRequest> parse_time_stamp_request(ByteView der) {
  const auto whole = der::single(der, der::kSequence);
  if (!whole) return std::nullopt;
  der::Reader fields(whole->content);
  TimeStampRequest request;
  if (fields.small_integer() != kVersion || !read_imprint(fields, request)) return std::nullopt;
  if (fields.next_is(der::kOid)) {
    const auto policy = fields.oid();
    if (!policy) return std::nullopt;
    request.policy = *policy;
  }
  if (fields.next_is(der::kInteger)) {
    const auto nonce = fields.integer();
    if (!nonce) return std::nullopt;
    request.nonce = *nonce;
  }
  if (fields.next_is(der::kBoolean)) {
    const auto asked = fields.boolean();
    if (!asked) return std::nullopt;
    if (*asked) request.certificates = TimeStampRequest::Certificates::kIncluded;
  }
  if (!read_extensions_field(fields, request) || !fields.at_end()) return std::nullopt;
  return request;
}

base::Bytes make_time_stamp_request(const TimeStampRequestOptions& options) {
  der::Writer out;
  const auto request = out.open(der::kSequence);
  out.integer(kVersion);
  const auto imprint = out.open(der::kSequence);
  const auto algorithm = out.open(der::kSequence);
  out.oid(digest_oid(options.digest));
  out.null();  // absent is the better form, and some services know only this one
  out.close(algorithm);
  out.octet_string(options.imprint);
  out.close(imprint);
  if (!options.policy.empty()) out.oid(options.policy);
  if (!options.nonce.empty()) out.element(der::kInteger, options.nonce);
  if (options.certificates == TimeStampRequest::Certificates::kIncluded) out.boolean(0xff);
  out.close(request);
  return out.take();
}

base::Bytes make_time_stamp_nonce() {
  base::Bytes nonce(kNonceOctets);
  base::random_bytes(nonce);
  // positive, and no leading zero octet that DER would forbid
  nonce[0] = static_cast<std::uint8_t>((nonce[0] & 0x3fU) | 0x40U);
  return nonce;
}

}  // namespace yuxin::x509
