// The signing certificate attributes (RFC 5035): which certificate the signer meant.
#pragma once

#include <optional>

#include "yuxin/x509/certificate.hpp"
#include "yuxin/x509/digest.hpp"

namespace yuxin::x509::cms {

// SigningCertificate is the first ESSCertID or ESSCertIDv2 of an attribute, which names the signer's certificate.
struct SigningCertificate {
  std::optional<DigestAlgorithm> digest;  // nothing: an algorithm that is not known
  base::ByteView hash;
  base::ByteView issuer;  // content of GeneralNames; empty when issuerSerial is left out
  base::ByteView serial;  // INTEGER content
};
enum class SigningCertificateVersion { kV1, kV2 };
// read_signing_certificate reads the value of the attribute; nothing if malformed.
[[nodiscard]] std::optional<SigningCertificate> read_signing_certificate(base::ByteView value,
                                                                         SigningCertificateVersion version);
// names says whether the reference is to this certificate: hash, and issuer and serial where they are given.
[[nodiscard]] bool names(const SigningCertificate& reference, const Certificate& certificate);

// write_signing_certificate gives the value of signingCertificateV2, with issuerSerial.
[[nodiscard]] base::Bytes write_signing_certificate(const Certificate& certificate, DigestAlgorithm digest);

}  // namespace yuxin::x509::cms
