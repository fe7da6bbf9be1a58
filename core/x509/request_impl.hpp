// What stands behind CertificateRequest.
#pragma once

#include <optional>
#include <vector>

#include "yuxin/x509/request.hpp"

namespace yuxin::x509 {

struct CertificateRequest::Impl {
  RequestForm form = RequestForm::kPkcs10;
  base::Bytes der;
  base::ByteView signed_part;  // CertificationRequestInfo or CertRequest
  base::ByteView signature_algorithm;
  base::ByteView signature;
  Name subject;
  std::optional<PublicKey> key;
  std::vector<ExtensionView> extensions;
  std::optional<base::Secret> challenge;
};

// refuse_repeated: kRefused where an extension stands twice, which RFC 5280 section 4.2 forbids.
[[nodiscard]] base::Result<> refuse_repeated(const std::vector<ExtensionView>& extensions);

}  // namespace yuxin::x509
