#include "yuxin/base/secret.hpp"
#include "yuxin/x509/der.hpp"
#include "yuxin/x509/ocsp_response.hpp"
#include "yuxin/x509/oid.hpp"

namespace yuxin::x509 {

namespace {

constexpr std::size_t kNonceOctets = 32;
constexpr std::size_t kLongestNonce = 128;

void write_request(der::Writer& out, const OcspRequestOptions& options, base::ByteView name_hash,
                   base::ByteView key_hash, base::ByteView serial) {
  const auto request = out.open(der::kSequence);
  const auto cert_id = out.open(der::kSequence);
  const auto algorithm = out.open(der::kSequence);
  out.oid(digest_oid(options.digest));
  out.null();  // what OpenSSL and others write; some responders compare octets
  out.close(algorithm);
  out.octet_string(name_hash);
  out.octet_string(key_hash);
  out.element(der::kInteger, serial);
  out.close(cert_id);
  out.close(request);
}

// requestExtensions [2] EXPLICIT with the nonce, whose value is an OCTET STRING inside extnValue.
void write_nonce(der::Writer& out, base::ByteView nonce) {
  const auto wrapper = out.open(der::constructed_tag(2));
  const auto extensions = out.open(der::kSequence);
  const auto extension = out.open(der::kSequence);
  out.oid(oid::kOcspNonce);
  const auto value = out.open(der::kOctetString);
  out.octet_string(nonce);
  out.close(value);
  out.close(extension);
  out.close(extensions);
  out.close(wrapper);
}

}  // namespace

base::Result<base::Bytes> make_ocsp_request(const Certificate& issuer, std::span<const base::ByteView> serials,
                                            const OcspRequestOptions& options) {
  if (serials.empty() || options.nonce.size() > kLongestNonce) {
    return base::fail(base::Code::kUsage,
                      "An OCSP request names at least one certificate and a nonce of at most {} "
                      "octets.",
                      kLongestNonce);
  }
  TRY(const PublicKey key, issuer.public_key());
  const base::Bytes name_hash = digest(options.digest, issuer.tbs().subject);
  const base::Bytes key_hash = digest(options.digest, key.key_bits());
  der::Writer out;
  const auto request = out.open(der::kSequence);
  const auto tbs = out.open(der::kSequence);
  const auto list = out.open(der::kSequence);
  for (const base::ByteView serial : serials) write_request(out, options, name_hash, key_hash, serial);
  out.close(list);
  if (!options.nonce.empty()) write_nonce(out, options.nonce);
  out.close(tbs);
  out.close(request);
  return out.take();
}

base::Bytes make_ocsp_nonce() {
  base::Bytes nonce(kNonceOctets);
  base::random_bytes(nonce);
  return nonce;
}

}  // namespace yuxin::x509
