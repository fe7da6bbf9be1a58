#include "other_object.hpp"

#include <optional>

#include "signed_object.hpp"
#include "yuxin/base/language.hpp"
#include "yuxin/x509/certificate.hpp"
#include "yuxin/x509/crl.hpp"
#include "yuxin/x509/der.hpp"
#include "yuxin/x509/request.hpp"

namespace yuxin::x509 {

using base::message;

namespace {

enum class Kind { kCertificate, kRequest, kRevocationList, kMessage, kPublicKey, kPrivateKey, kPkcs12 };

std::string words_of(Kind kind) {
  switch (kind) {
    case Kind::kCertificate:
      return message("a certificate");
    case Kind::kRequest:
      return message("a certification request");
    case Kind::kRevocationList:
      return message("a revocation list");
    case Kind::kMessage:
      return message("a signed or encrypted message (CMS)");
    case Kind::kPublicKey:
      return message("a public key");
    case Kind::kPrivateKey:
      return message("a private key");
    case Kind::kPkcs12:
      break;
  }
  return message("a PKCS #12 file, which holds a private key");
}

Kind kind_of(AskedObject asked) {
  switch (asked) {
    case AskedObject::kCertificate:
      return Kind::kCertificate;
    case AskedObject::kRequest:
      return Kind::kRequest;
    case AskedObject::kRevocationList:
      break;
  }
  return Kind::kRevocationList;
}

// PFX ::= SEQUENCE { version INTEGER (3), authSafe ContentInfo, ... } (RFC 7292 section 4), which software also
// writes in BER. A private key is SEQUENCE { version INTEGER (0 or 1), ... } in all its forms, and an encrypted one
// an algorithm before an OCTET STRING (RFC 5958 section 3).
std::optional<Kind> key_kind(base::ByteView octets) {
  constexpr std::uint8_t kIndefinite = 0x80;
  constexpr std::uint8_t kPfxVersion[] = {der::kInteger, 1, 3};
  if (octets.size() > 5 && octets[0] == der::kSequence && octets[1] == kIndefinite &&
      base::equal(octets.subspan(2, 3), kPfxVersion))
    return Kind::kPkcs12;
  const auto whole = der::single(octets, der::kSequence);
  if (!whole) return std::nullopt;
  der::Reader fields(whole->content);
  if (fields.next_is(der::kInteger)) {
    const auto version = fields.small_integer();
    if (version == 3 && fields.next_is(der::kSequence)) return Kind::kPkcs12;
    if (version == 0 || version == 1) return Kind::kPrivateKey;
    return std::nullopt;
  }
  const bool sealed = fields.element(der::kSequence) && fields.content(der::kOctetString) && fields.at_end();
  return sealed ? std::optional(Kind::kPrivateKey) : std::nullopt;
}

std::optional<Kind> kind_of_der(base::ByteView octets) {
  if (Certificate::from_der(octets)) return Kind::kCertificate;
  if (CertificateRequest::from_der(octets)) return Kind::kRequest;
  if (Crl::from_der(octets)) return Kind::kRevocationList;
  if (PublicKey::from_spki(octets)) return Kind::kPublicKey;
  if (const auto kind = key_kind(octets)) return kind;
  const auto whole = der::single(octets, der::kSequence);
  if (!whole) return std::nullopt;
  // ContentInfo ::= SEQUENCE { contentType OBJECT IDENTIFIER, content [0] } (RFC 5652 section 3)
  der::Reader fields(whole->content);
  if (fields.oid() && fields.content(der::constructed_tag(0)) && fields.at_end()) return Kind::kMessage;
  return std::nullopt;
}

std::optional<Kind> kind_of_label(std::string_view label) {
  if (label.ends_with("PRIVATE KEY")) return Kind::kPrivateKey;
  if (label == "PKCS12") return Kind::kPkcs12;
  if (label.ends_with("CERTIFICATE REQUEST")) return Kind::kRequest;
  if (label == "CERTIFICATE" || label == "X509 CERTIFICATE" || label == "TRUSTED CERTIFICATE")
    return Kind::kCertificate;
  if (label == "X509 CRL" || label == "CRL") return Kind::kRevocationList;
  if (label == "PUBLIC KEY") return Kind::kPublicKey;
  if (label == "CMS" || label == "PKCS7") return Kind::kMessage;
  return std::nullopt;
}

// Of a PEM file the first block that is known, but a private key before everything else.
std::optional<Kind> kind_of_octets(base::ByteView octets) {
  if (!looks_like_pem(octets)) return kind_of_der(unframed(octets));
  std::optional<Kind> first;
  for (const auto& block : base::parse_pem(base::as_text(octets))) {
    const auto kind = kind_of_label(block.label);
    if (kind == Kind::kPrivateKey || kind == Kind::kPkcs12) return kind;
    if (!first) first = kind;
  }
  return first;
}

}  // namespace

base::Failure other_object(base::ByteView octets, AskedObject asked, base::Failure otherwise) {
  const auto wanted = kind_of(asked);
  const auto kind = kind_of_octets(octets);
  if (!kind || kind == wanted) return otherwise;
  if (kind == Kind::kPrivateKey || kind == Kind::kPkcs12) {
    return base::fail(base::Code::kMalformed,
                      "This is {}, not {}. Never send it to anybody; keep it where only its owner can read it.",
                      words_of(*kind), words_of(wanted));
  }
  return base::fail(base::Code::kMalformed, "This is {}, not {}.", words_of(*kind), words_of(wanted));
}

}  // namespace yuxin::x509
