#include "path/openssl_objects.hpp"

#include <string_view>

#include "yuxin/x509/algorithm.hpp"

namespace yuxin::x509 {

namespace {

constexpr std::string_view kSm2Identifier = "1234567812345678";  // GM/T 0009 section 10

bool set_sm2_identifier(X509* x509) {
  ASN1_OCTET_STRING* identifier = ASN1_OCTET_STRING_new();
  if (identifier == nullptr) return false;
  const auto* octets = reinterpret_cast<const unsigned char*>(kSm2Identifier.data());
  if (ASN1_OCTET_STRING_set(identifier, octets, static_cast<int>(kSm2Identifier.size())) != 1) {
    ASN1_OCTET_STRING_free(identifier);
    return false;
  }
  X509_set0_distinguishing_id(x509, identifier);  // takes it over
  return true;
}

using X509NamePtr = std::unique_ptr<X509_NAME, Deleter<X509_NAME_free>>;

X509NamePtr x509_name(const Name& name) {
  const unsigned char* at = name.der().data();
  return X509NamePtr(d2i_X509_NAME(nullptr, &at, static_cast<long>(name.der().size())));
}

}  // namespace

bool same_name(const Name& a, const Name& b) {
  if (a.same(b)) return true;
  const X509NamePtr left = x509_name(a);
  const X509NamePtr right = x509_name(b);
  return left && right && X509_NAME_cmp(left.get(), right.get()) == 0;
}

bool is_signed_with_sm2(base::ByteView algorithm_identifier) {
  return scheme_by_identifier(algorithm_identifier) == SignatureAlgorithm::kSm2Sm3;
}

HeldCertificate hold(const Certificate& certificate) {
  const base::ByteView der = certificate.der();
  const unsigned char* at = der.data();
  X509Ptr x509(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  // On certificates of other algorithms the identifier would make verification fail.
  if (x509 && is_signed_with_sm2(certificate.signature_algorithm()) && !set_sm2_identifier(x509.get())) x509.reset();
  return {certificate, std::move(x509)};
}

X509CrlPtr x509_crl(const Crl& crl) {
  const base::ByteView der = crl.der();
  const unsigned char* at = der.data();
  return X509CrlPtr(d2i_X509_CRL(nullptr, &at, static_cast<long>(der.size())));
}

}  // namespace yuxin::x509
