#include "yuxin/x509/ocsp_response.hpp"

#include <array>

#include "yuxin/x509/der.hpp"
#include "yuxin/x509/oid.hpp"

namespace yuxin::x509 {

struct OcspResponse::Impl {
  base::Bytes der;
  OcspResponseStatus status = OcspResponseStatus::kSuccessful;
  base::UnixTime produced_at;
  base::ByteView responder_name;
  base::ByteView responder_key_hash;
  std::vector<OcspSingle> singles;
  std::vector<ExtensionView> extensions;
  base::ByteView nonce;
  base::ByteView tbs;
  base::ByteView signature_algorithm;
  base::ByteView signature;
  std::vector<base::ByteView> certificates;
};

namespace {

using base::ByteView;

constexpr std::array<std::string_view, 7> kStatusNames = {
    "successful", "malformedRequest", "internalError", "tryLater", "", "sigRequired", "unauthorized"};
constexpr std::size_t kKeyHash = 20;

std::optional<base::UnixTime> generalized_time(der::Reader& reader) {
  return reader.next_is(der::kGeneralizedTime) ? reader.time() : std::nullopt;
}

// Extensions under an explicit tag; nothing there is no extensions. X.690 DEFAULT rules are not enforced: responses
// come from the programs of others.
bool read_explicit_extensions(der::Reader& fields, std::uint8_t tag, std::vector<ExtensionView>& to) {
  if (!fields.next_is(tag)) return true;
  auto wrapper = fields.nested(tag);
  const auto list = wrapper ? wrapper->content(der::kSequence) : std::nullopt;
  if (!list || !wrapper->at_end()) return false;
  auto extensions = read_extensions(*list);
  if (!extensions) return false;
  to = std::move(*extensions);
  return true;
}

// CertID ::= SEQUENCE { hashAlgorithm, issuerNameHash, issuerKeyHash OCTET STRING, serialNumber INTEGER }. The serial
// is not checked for its form, since there are certificates whose serial has none either.
bool read_cert_id(der::Reader& fields, OcspSingle& single) {
  auto id = fields.nested(der::kSequence);
  auto algorithm = id ? id->nested(der::kSequence) : std::nullopt;
  const auto digest = algorithm ? algorithm->oid() : std::nullopt;
  if (!digest) return false;
  single.digest = digest_by_oid(*digest);
  const auto name_hash = id->content(der::kOctetString);
  const auto key_hash = name_hash ? id->content(der::kOctetString) : std::nullopt;
  const auto serial = key_hash ? id->content(der::kInteger) : std::nullopt;
  if (!serial || !id->at_end()) return false;
  single.issuer_name_hash = *name_hash;
  single.issuer_key_hash = *key_hash;
  single.serial = *serial;
  return true;
}

bool read_reason(der::Reader& revoked, OcspSingle& single) {
  if (revoked.at_end()) return true;
  auto wrapper = revoked.nested(der::constructed_tag(0));
  const auto code = wrapper ? wrapper->content(der::kEnumerated) : std::nullopt;
  const auto number = code ? der::parse_small_integer(*code) : std::nullopt;
  if (!number || !wrapper->at_end() || !revoked.at_end()) return false;
  if (*number < 0 || *number > 10 || *number == 7) return false;  // RFC 5280 section 5.3.1
  single.reason = static_cast<RevocationReason>(*number);
  return true;
}

// CertStatus ::= CHOICE { good [0] NULL, revoked [1] RevokedInfo, unknown [2] NULL }, implicit tags
bool read_status(der::Reader& fields, OcspSingle& single) {
  const auto choice = fields.element();
  if (!choice) return false;
  if (choice->tag == der::context_tag(0) || choice->tag == der::context_tag(2)) {
    single.status = choice->tag == der::context_tag(0) ? OcspStatus::kGood : OcspStatus::kUnknown;
    return choice->content.empty();
  }
  if (choice->tag != der::constructed_tag(1)) return false;
  single.status = OcspStatus::kRevoked;
  der::Reader revoked(choice->content);
  const auto time = generalized_time(revoked);
  if (!time) return false;
  single.revoked_at = *time;
  return read_reason(revoked, single);
}

std::optional<OcspSingle> read_single(der::Reader& list) {
  auto fields = list.nested(der::kSequence);
  OcspSingle single;
  if (!fields || !read_cert_id(*fields, single) || !read_status(*fields, single)) return std::nullopt;
  const auto this_update = generalized_time(*fields);
  if (!this_update) return std::nullopt;
  single.this_update = *this_update;
  if (fields->next_is(der::constructed_tag(0))) {
    auto wrapper = fields->nested(der::constructed_tag(0));
    if (!wrapper) return std::nullopt;
    single.next_update = generalized_time(*wrapper);
    if (!single.next_update || !wrapper->at_end()) return std::nullopt;
  }
  if (!read_explicit_extensions(*fields, der::constructed_tag(1), single.extensions)) return std::nullopt;
  if (!fields->at_end()) return std::nullopt;
  return single;
}

// ResponderID ::= CHOICE { byName [1] EXPLICIT Name, byKey [2] EXPLICIT OCTET STRING }
bool read_responder(der::Reader& fields, OcspResponse::Impl& impl) {
  const auto choice = fields.element();
  if (!choice) return false;
  if (choice->tag == der::constructed_tag(1)) {
    impl.responder_name = choice->content;
    return der::single(choice->content, der::kSequence).has_value();
  }
  if (choice->tag != der::constructed_tag(2)) return false;
  const auto hash = der::single(choice->content, der::kOctetString);
  if (!hash || hash->content.size() != kKeyHash) return false;
  impl.responder_key_hash = hash->content;
  return true;
}

// version [0] EXPLICIT DEFAULT v1: written out by some.
bool read_version(der::Reader& fields) {
  if (!fields.next_is(der::constructed_tag(0))) return true;
  auto wrapper = fields.nested(der::constructed_tag(0));
  const auto version = wrapper ? wrapper->small_integer() : std::nullopt;
  return version == 0 && wrapper->at_end();
}

void read_nonce(OcspResponse::Impl& impl) {
  const ExtensionView* extension = find_extension(impl.extensions, oid::kOcspNonce);
  if (extension == nullptr) return;
  const auto nonce = der::single(extension->value, der::kOctetString);
  // Before RFC 6960 said OCTET STRING some wrote the octets themselves: no nonce of ours is found in that.
  impl.nonce = nonce ? nonce->content : extension->value;
}

bool read_data(ByteView data, OcspResponse::Impl& impl) {
  const auto outer = der::single(data, der::kSequence);
  if (!outer) return false;
  der::Reader fields(outer->content);
  if (!read_version(fields) || !read_responder(fields, impl)) return false;
  const auto produced_at = generalized_time(fields);
  auto list = produced_at ? fields.nested(der::kSequence) : std::nullopt;
  if (!list) return false;
  impl.produced_at = *produced_at;
  while (!list->at_end()) {
    auto single = read_single(*list);
    if (!single) return false;
    impl.singles.push_back(std::move(*single));
  }
  if (!read_explicit_extensions(fields, der::constructed_tag(1), impl.extensions)) return false;
  read_nonce(impl);
  return fields.at_end();
}

bool read_certificates(der::Reader& fields, OcspResponse::Impl& impl) {
  if (fields.at_end()) return true;
  auto wrapper = fields.nested(der::constructed_tag(0));
  auto list = wrapper ? wrapper->nested(der::kSequence) : std::nullopt;
  if (!list || !wrapper->at_end() || !fields.at_end()) return false;
  while (!list->at_end()) {
    const auto certificate = list->element(der::kSequence);
    if (!certificate) return false;
    impl.certificates.push_back(certificate->whole);
  }
  return true;
}

// BasicOCSPResponse ::= SEQUENCE { tbsResponseData, signatureAlgorithm, signature, certs [0] EXPLICIT OPTIONAL }
bool read_basic(ByteView basic, OcspResponse::Impl& impl) {
  const auto outer = der::single(basic, der::kSequence);
  if (!outer) return false;
  der::Reader fields(outer->content);
  const auto data = fields.element(der::kSequence);
  const auto algorithm = data ? fields.element(der::kSequence) : std::nullopt;
  const auto signature = algorithm ? fields.bit_string() : std::nullopt;
  if (!signature) return false;
  impl.tbs = data->whole;
  impl.signature_algorithm = algorithm->whole;
  impl.signature = *signature;
  return read_certificates(fields, impl) && read_data(impl.tbs, impl);
}

// responseBytes [0] EXPLICIT SEQUENCE { responseType OBJECT IDENTIFIER, response OCTET STRING }
bool read_bytes(der::Reader& fields, OcspResponse::Impl& impl) {
  auto wrapper = fields.nested(der::constructed_tag(0));
  auto bytes = wrapper ? wrapper->nested(der::kSequence) : std::nullopt;
  const auto type = bytes ? bytes->oid() : std::nullopt;
  const auto response = type ? bytes->content(der::kOctetString) : std::nullopt;
  if (!response || !bytes->at_end() || !wrapper->at_end()) return false;
  return base::equal(*type, oid::kOcspBasic) && read_basic(*response, impl);
}

bool read_response(OcspResponse::Impl& impl) {
  const auto outer = der::single(impl.der, der::kSequence);
  if (!outer) return false;
  der::Reader fields(outer->content);
  const auto code = fields.content(der::kEnumerated);
  const auto number = code ? der::parse_small_integer(*code) : std::nullopt;
  if (!number || *number < 0 || *number > 6 || *number == 4) return false;
  impl.status = static_cast<OcspResponseStatus>(*number);
  if (impl.status != OcspResponseStatus::kSuccessful) return fields.at_end();
  return read_bytes(fields, impl) && fields.at_end();
}

}  // namespace

std::string_view ocsp_response_status_name(OcspResponseStatus status) {
  return kStatusNames[static_cast<std::size_t>(status)];
}

base::Result<OcspResponse> OcspResponse::from_der(ByteView der) {
  auto impl = std::make_shared<Impl>();
  impl->der = base::to_bytes(der);
  if (!read_response(*impl)) {
    return base::fail(base::Code::kMalformed,
                      "This is no OCSP response: it does not parse as RFC 6960 in DER. Ask the responder again.");
  }
  return OcspResponse(std::move(impl));
}

ByteView OcspResponse::der() const { return impl_->der; }
OcspResponseStatus OcspResponse::status() const { return impl_->status; }
base::UnixTime OcspResponse::produced_at() const { return impl_->produced_at; }
ByteView OcspResponse::responder_name() const { return impl_->responder_name; }
ByteView OcspResponse::responder_key_hash() const { return impl_->responder_key_hash; }
const std::vector<OcspSingle>& OcspResponse::singles() const { return impl_->singles; }
const std::vector<ExtensionView>& OcspResponse::extensions() const { return impl_->extensions; }
ByteView OcspResponse::nonce() const { return impl_->nonce; }
ByteView OcspResponse::tbs() const { return impl_->tbs; }
ByteView OcspResponse::signature_algorithm() const { return impl_->signature_algorithm; }
ByteView OcspResponse::signature() const { return impl_->signature; }
const std::vector<ByteView>& OcspResponse::certificates() const { return impl_->certificates; }

}  // namespace yuxin::x509
