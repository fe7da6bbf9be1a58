// Certification requests: PKCS#10, and the request messages of CRMF.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "yuxin/base/result.hpp"
#include "yuxin/base/secret.hpp"
#include "yuxin/x509/extension.hpp"
#include "yuxin/x509/key.hpp"
#include "yuxin/x509/name.hpp"

namespace yuxin::x509 {

// PKCS#10 is what people and most protocols send; CRMF (RFC 4211) is CMP's own form.
enum class RequestForm { kPkcs10, kCrmf };

// CertificateRequest is a CertificationRequest (RFC 2986), or a CertReqMsg (RFC 4211) whose possession is proven by a
// signature, that keeps its exact DER. Immutable; copies share one body. Making one does not prove possession of the
// key: call verify_possession.
class CertificateRequest {
 public:
  // from_bytes takes PEM ("CERTIFICATE REQUEST" or "NEW CERTIFICATE REQUEST", one of them) or DER with nothing after
  // it. kMalformed for anything else, and for a public key that PublicKey refuses.
  [[nodiscard]] static base::Result<CertificateRequest> from_bytes(base::ByteView pem_or_der);
  [[nodiscard]] static base::Result<CertificateRequest> from_der(base::ByteView der);
  // from_crmf takes one CertReqMsg. kMalformed for anything else; kRefused for a template without a key, which wants
  // one to be made, and for one that chooses what is the authority's to choose (serial number, signature algorithm,
  // unique identifiers); kBadSignature where possession is claimed in another way than by the key's own signature
  // over the request (RFC 4211 section 4.1 without poposkInput). A validity that it asks for is not read.
  [[nodiscard]] static base::Result<CertificateRequest> from_crmf(base::ByteView der);
  // from_either tells the two forms apart: what is kept of an application is one of them.
  [[nodiscard]] static base::Result<CertificateRequest> from_either(base::ByteView der);

  [[nodiscard]] RequestForm form() const;
  [[nodiscard]] base::ByteView der() const;
  // signed_part is what the signature covers: two requests with the same one differ in nothing but the signature.
  [[nodiscard]] base::ByteView signed_part() const;
  [[nodiscard]] const Name& subject() const;
  [[nodiscard]] const PublicKey& public_key() const;
  // extensions of the extensionRequest attribute (RFC 2985 section 5.4.2); views into this request.
  [[nodiscard]] const std::vector<ExtensionView>& extensions() const;
  // subject_alt_names of the requested extensions; empty when there are none or they do not parse.
  [[nodiscard]] std::vector<GeneralName> subject_alt_names() const;
  // challenge_password is the attribute of that name (RFC 2985 section 5.4.1); nothing when there is none.
  [[nodiscard]] const std::optional<base::Secret>& challenge_password() const;
  [[nodiscard]] base::ByteView signature_algorithm() const;

  // verify_possession checks the request's own signature. kBadSignature when it is wrong. Of a CRMF request by an SM2
  // key the empty identifier is taken beside "1234567812345678": the CMP client of OpenSSL signs with that.
  [[nodiscard]] base::Result<> verify_possession() const;

  struct Impl;
  explicit CertificateRequest(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}

 private:
  std::shared_ptr<const Impl> impl_;
};

// make_request signs a request for the signer's own key, with complete DER extensions to ask for.
[[nodiscard]] base::Result<base::Bytes> make_request(const Name& subject, const std::vector<base::Bytes>& extensions,
                                                     const Signer& signer);

}  // namespace yuxin::x509
