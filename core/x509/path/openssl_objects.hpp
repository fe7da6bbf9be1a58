// Our certificates and CRLs as OpenSSL's objects, for its path validation.
#pragma once

#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <vector>

#include "openssl.hpp"
#include "yuxin/x509/certificate.hpp"
#include "yuxin/x509/crl.hpp"

namespace yuxin::x509 {

using X509Ptr = std::unique_ptr<X509, Deleter<X509_free>>;
using X509CrlPtr = std::unique_ptr<X509_CRL, Deleter<X509_CRL_free>>;
using X509StorePtr = std::unique_ptr<X509_STORE, Deleter<X509_STORE_free>>;
using X509StoreContextPtr = std::unique_ptr<X509_STORE_CTX, Deleter<X509_STORE_CTX_free>>;

// The stacks do not own their members.
struct X509StackFree {
  void operator()(STACK_OF(X509) * stack) const noexcept { sk_X509_free(stack); }
};
struct X509CrlStackFree {
  void operator()(STACK_OF(X509_CRL) * stack) const noexcept { sk_X509_CRL_free(stack); }
};
using X509StackPtr = std::unique_ptr<STACK_OF(X509), X509StackFree>;
using X509CrlStackPtr = std::unique_ptr<STACK_OF(X509_CRL), X509CrlStackFree>;

// HeldCertificate is a certificate in both forms.
struct HeldCertificate {
  Certificate certificate;
  X509Ptr x509;
};

// hold makes the OpenSSL form; null `x509` if OpenSSL cannot read it. A certificate signed with SM2 is given the
// standard identifier, without which OpenSSL checks its signature with an empty one.
[[nodiscard]] HeldCertificate hold(const Certificate& certificate);
[[nodiscard]] X509CrlPtr x509_crl(const Crl& crl);

// same_name compares as RFC 5280 section 7.1 does: without regard to case, string type and repeated blanks.
[[nodiscard]] bool same_name(const Name& a, const Name& b);

[[nodiscard]] bool is_signed_with_sm2(base::ByteView algorithm_identifier);

}  // namespace yuxin::x509
