// What stands behind SignedData, and how one is written.
#pragma once

#include <vector>

#include "yuxin/x509/cms.hpp"
#include "yuxin/x509/der.hpp"

namespace yuxin::x509 {

struct SignedData::Impl {
  base::Bytes der;
  CmsForm form = CmsForm::kRfc5652;
  // What there is more of than anybody needs; the message is not read then.
  enum class Excess { kNone, kSigners, kCertificates, kRevocations } excess = Excess::kNone;
  base::ByteView digest_algorithms;  // whole SET
  base::ByteView encapsulated;       // whole encapContentInfo, in the GM form contentInfo
  Oid content_type;
  std::optional<base::ByteView> content;
  // What the sets hold, whole elements, also those that are not understood.
  std::vector<base::ByteView> certificate_choices;
  std::vector<base::ByteView> revocation_choices;
  std::vector<base::ByteView> signer_elements;
  std::vector<Certificate> certificates;
  std::vector<base::Bytes> attribute_certificate_der;  // the set holds them under another tag
  std::vector<base::ByteView> attribute_certificates;
  std::vector<base::ByteView> crls;
  std::vector<base::ByteView> ocsp_responses;
  std::vector<CmsSignerInfo> signers;
};

namespace cms {

// CertificateChoices and RevocationInfoChoice of RFC 5652 sections 10.2.2 and 10.2.1.
inline constexpr std::uint8_t kAttributeCertificateV1 = der::constructed_tag(1);
inline constexpr std::uint8_t kAttributeCertificateV2 = der::constructed_tag(2);
inline constexpr std::uint8_t kOtherCertificate = der::constructed_tag(3);
inline constexpr std::uint8_t kOtherRevocation = der::constructed_tag(1);

// SignedDataParts is what a message is put together from; sets are sorted when they are written.
struct SignedDataParts {
  CmsForm form = CmsForm::kRfc5652;
  base::ByteView digest_algorithms;
  base::ByteView encapsulated;
  Oid content_type;
  std::vector<base::ByteView> certificate_choices;
  std::vector<base::ByteView> revocation_choices;
  std::vector<base::ByteView> signer_infos;
};
// write_signed_data gives the ContentInfo; its version follows RFC 5652 section 5.1, in the GM form it is 1.
[[nodiscard]] base::Bytes write_signed_data(const SignedDataParts& parts);

// is_data says whether a content type is id-data of either form.
[[nodiscard]] bool is_data(Oid content_type);

}  // namespace cms

}  // namespace yuxin::x509
