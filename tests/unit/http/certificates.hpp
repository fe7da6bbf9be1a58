// Certificates for the TLS tests, made with OpenSSL and nothing of ours.
#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>

#include "yuxin/http/tls.hpp"

namespace yuxin::test {

// Party is a P-256 key with a certificate; without an issuer it signs itself and is an authority.
class Party {
 public:
  explicit Party(const std::string& name, const Party* issuer = nullptr, const std::string& alternative_names = {},
                 const std::string& purposes = {}, long seconds_left = 3600)
      : key_(EVP_EC_gen("P-256"), EVP_PKEY_free), certificate_(X509_new(), X509_free) {
    X509* const certificate = certificate_.get();
    X509_set_version(certificate, X509_VERSION_3);
    static long serial = 1;
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial++);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate), seconds_left);
    X509_set_pubkey(certificate, key_.get());
    X509_NAME* const subject = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(name.c_str()), -1,
                               -1, 0);
    const Party& by = issuer != nullptr ? *issuer : *this;
    X509_set_issuer_name(certificate, X509_get_subject_name(by.certificate_.get()));
    if (issuer == nullptr) add_extension(NID_basic_constraints, "critical,CA:TRUE");
    if (!alternative_names.empty()) add_extension(NID_subject_alt_name, alternative_names);
    if (!purposes.empty()) add_extension(NID_ext_key_usage, purposes);
    X509_sign(certificate, by.key_.get(), EVP_sha256());
  }

  [[nodiscard]] base::Bytes der() const {
    base::Bytes der(static_cast<std::size_t>(i2d_X509(certificate_.get(), nullptr)));
    unsigned char* out = der.data();
    i2d_X509(certificate_.get(), &out);
    return der;
  }
  [[nodiscard]] base::Secret key() const {
    base::Bytes der(static_cast<std::size_t>(i2d_PrivateKey(key_.get(), nullptr)));
    unsigned char* out = der.data();
    i2d_PrivateKey(key_.get(), &out);
    return base::Secret(base::ByteView(der));
  }
  // key_pem is PKCS#8 in PEM, encrypted when there is a passphrase.
  [[nodiscard]] base::Secret key_pem(const char* passphrase = nullptr) const {
    const std::unique_ptr<BIO, decltype(&BIO_free_all)> bio(BIO_new(BIO_s_mem()), BIO_free_all);
    PEM_write_bio_PKCS8PrivateKey(bio.get(), key_.get(), passphrase != nullptr ? EVP_aes_128_cbc() : nullptr,
                                  passphrase, passphrase != nullptr ? 4 : 0, nullptr, nullptr);
    char* text = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &text);
    return base::Secret(std::string_view(text, static_cast<std::size_t>(size)));
  }
  [[nodiscard]] http::TlsIdentity identity() const { return {{der()}, key()}; }

 private:
  void add_extension(int nid, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, certificate_.get(), certificate_.get(), nullptr, nullptr, 0);
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
    X509_add_ext(certificate_.get(), extension, -1);
    X509_EXTENSION_free(extension);
  }

  std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key_;
  std::unique_ptr<X509, decltype(&X509_free)> certificate_;
};

}  // namespace yuxin::test
