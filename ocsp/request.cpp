#include "yuxin/ocsp/request.hpp"

#include "yuxin/x509/der.hpp"
#include "yuxin/x509/oid.hpp"

namespace yuxin::ocsp {

namespace {

using base::ByteView;
namespace der = x509::der;

constexpr std::size_t kMaxNonce = 128;

// AlgorithmIdentifier of a digest: parameters are absent or NULL (RFC 5754 section 2, RFC 3370 section 2.1).
bool read_digest(der::Reader& reader, CertIdView& id) {
  auto algorithm = reader.nested(der::kSequence);
  if (!algorithm) return false;
  const auto oid = algorithm->oid();
  if (!oid) return false;
  id.digest = x509::digest_by_oid(*oid);
  if (algorithm->at_end()) return true;
  const auto parameters = algorithm->content(der::kNull);
  return parameters && parameters->empty() && algorithm->at_end();
}

std::optional<CertIdView> read_cert_id(der::Reader& reader) {
  const auto element = reader.element(der::kSequence);
  if (!element) return std::nullopt;
  CertIdView id;
  id.der = element->whole;
  der::Reader fields(element->content);
  if (!read_digest(fields, id)) return std::nullopt;
  const auto name_hash = fields.content(der::kOctetString);
  if (!name_hash) return std::nullopt;
  const auto key_hash = fields.content(der::kOctetString);
  if (!key_hash) return std::nullopt;
  const auto serial = fields.integer();
  if (!serial || !fields.at_end()) return std::nullopt;
  id.issuer_name_hash = *name_hash;
  id.issuer_key_hash = *key_hash;
  id.serial = *serial;
  return id;
}

// Extensions ::= SEQUENCE SIZE (1..MAX) OF Extension, handed one by one to `take(oid, value)`, which says whether it
// understood the extension.
template <typename Take>
bool read_extensions(ByteView wrapped, Take take) {
  const auto sequence = der::single(wrapped, der::kSequence);
  if (!sequence || sequence->content.empty()) return false;
  der::Reader reader(sequence->content);
  while (!reader.at_end()) {
    auto fields = reader.nested(der::kSequence);
    if (!fields) return false;
    const auto oid = fields->oid();
    if (!oid) return false;
    bool critical = false;
    if (fields->next_is(der::kBoolean)) {
      const auto flag = fields->boolean();
      if (!flag || !*flag) return false;  // DEFAULT FALSE written out is not DER
      critical = true;
    }
    const auto value = fields->content(der::kOctetString);
    if (!value || !fields->at_end()) return false;
    const std::optional<bool> understood = take(*oid, *value);
    // RFC 6960 section 4.4: critical extensions that are not understood must not be passed over.
    if (!understood || (critical && !*understood)) return false;
  }
  return true;
}

// Request ::= SEQUENCE { reqCert CertID, singleRequestExtensions [0] EXPLICIT Extensions OPTIONAL }
std::optional<CertIdView> read_request(der::Reader& list) {
  auto fields = list.nested(der::kSequence);
  if (!fields) return std::nullopt;
  auto id = read_cert_id(*fields);
  if (!id || fields->at_end()) return id;
  const auto extensions = fields->content(der::constructed_tag(0));
  if (!extensions || !fields->at_end()) return std::nullopt;
  // None of the single extensions (serviceLocator) means anything to a responder of its own authorities.
  const auto ignore = [](x509::Oid, ByteView) -> std::optional<bool> { return false; };
  if (!read_extensions(*extensions, ignore)) return std::nullopt;
  return id;
}

bool read_list(OcspQuery& query) {
  der::Reader list(query.list);
  while (!list.at_end()) {
    if (query.count == kMaxRequests) return false;
    const auto id = read_request(list);
    if (!id) return false;
    if (query.count++ == 0) query.first = *id;
  }
  return query.count > 0;
}

bool read_request_extensions(ByteView wrapped, OcspQuery& query) {
  return read_extensions(wrapped, [&query](x509::Oid oid, ByteView value) -> std::optional<bool> {
    if (!base::equal(oid, x509::oid::kOcspNonce)) return false;
    const auto nonce = der::single(value, der::kOctetString);
    // RFC 9654 section 2.1: a nonce has 1 to 128 octets.
    if (!nonce || nonce->content.empty() || nonce->content.size() > kMaxNonce) return std::nullopt;
    if (!query.nonce.empty()) return std::nullopt;
    query.nonce = nonce->content;
    return true;
  });
}

// requestorName [1] EXPLICIT GeneralName: one element of the context class, [0] to [8].
bool is_general_name(ByteView content) {
  der::Reader reader(content);
  const auto name = reader.element();
  return name && reader.at_end() && (name->tag & 0xc0U) == 0x80U && (name->tag & 0x1fU) <= 8;
}

// Signature ::= SEQUENCE { AlgorithmIdentifier, BIT STRING, certs [0] EXPLICIT SEQUENCE OF Certificate OPTIONAL }
bool is_signature(ByteView wrapped) {
  const auto sequence = der::single(wrapped, der::kSequence);
  if (!sequence) return false;
  der::Reader fields(sequence->content);
  if (!fields.element(der::kSequence) || !fields.bit_string()) return false;
  if (fields.at_end()) return true;
  const auto certificates = fields.content(der::constructed_tag(0));
  return certificates && fields.at_end() && der::single(*certificates, der::kSequence);
}

}  // namespace

std::optional<OcspQuery> parse_request(ByteView request) {
  const auto outer = der::single(request, der::kSequence);
  if (!outer) return std::nullopt;
  der::Reader fields(outer->content);
  auto tbs = fields.nested(der::kSequence);
  if (!tbs) return std::nullopt;

  // version [0] is DEFAULT v1, and there is no other: whoever writes it asks for a version unknown here.
  const bool has_requestor = tbs->next_is(der::constructed_tag(1));
  if (has_requestor) {
    const auto requestor = tbs->content(der::constructed_tag(1));
    if (!requestor || !is_general_name(*requestor)) return std::nullopt;
  }

  OcspQuery query;
  const auto list = tbs->content(der::kSequence);
  if (!list) return std::nullopt;
  query.list = *list;
  if (!read_list(query)) return std::nullopt;
  if (!tbs->at_end()) {
    const auto extensions = tbs->content(der::constructed_tag(2));
    if (!extensions || !tbs->at_end() || !read_request_extensions(*extensions, query)) return std::nullopt;
  }

  if (fields.at_end()) return query;
  const auto signature = fields.content(der::constructed_tag(0));
  if (!signature || !fields.at_end() || !is_signature(*signature)) return std::nullopt;
  // RFC 6960 section 4.1.2: "If the request is signed, the requestor SHALL specify its name".
  if (!has_requestor) return std::nullopt;
  return query;
}

std::vector<CertIdView> cert_ids(const OcspQuery& query) {
  std::vector<CertIdView> ids;
  ids.reserve(query.count);
  der::Reader list(query.list);
  while (!list.at_end()) {
    const auto id = read_request(list);
    if (!id) break;
    ids.push_back(*id);
  }
  return ids;
}

}  // namespace yuxin::ocsp
