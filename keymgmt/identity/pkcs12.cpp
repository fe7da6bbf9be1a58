// PKCS #12 (RFC 7292), read by OpenSSL.
#include <openssl/err.h>

#include <algorithm>
#include <memory>

#include "join.hpp"
#include "library_objects.hpp"
#include "yuxin/keymgmt/identity.hpp"

namespace yuxin::keymgmt {

using base::ByteView;
using base::Code;
using base::fail;
using base::fail_with;
using base::Result;
using base::Secret;
using x509::Certificate;

namespace {

constexpr long kMostIterations = 10'000'000;  // a hostile file shall not cost a day's work

std::string library_words() {
  std::string words;
  for (unsigned long code = ERR_get_error(); code != 0; code = ERR_get_error()) {
    char line[256];
    ERR_error_string_n(code, line, sizeof line);
    words += (words.empty() ? "" : "; ") + std::string(line);
  }
  return words;
}

base::Failure too_old() {
  return fail_with(
      Code::kRefused, library_words(),
      "The PKCS #12 file is encrypted in a way that is too weak to be opened here. Make it anew: openssl "
      "pkcs12 -legacy -in OLD -nodes | openssl pkcs12 -export -out NEW");
}

// What is left of the queue tells a wrong passphrase from an algorithm that is not there any more.
bool mentions_unsupported() {
  for (const unsigned long code : {ERR_peek_error(), ERR_peek_last_error()}) {
    const int reason = ERR_GET_REASON(code);
    if (reason == ERR_R_UNSUPPORTED || (ERR_GET_LIB(code) == ERR_LIB_EVP && reason == EVP_R_UNSUPPORTED_ALGORITHM))
      return true;
  }
  return false;
}

Result<> check_iterations(const PKCS12* file) {
  const ASN1_INTEGER* iterations = nullptr;
  PKCS12_get0_mac(nullptr, nullptr, nullptr, &iterations, file);
  if (iterations == nullptr) return {};
  const long count = ASN1_INTEGER_get(iterations);
  if (count < 1 || count > kMostIterations)
    return fail(Code::kRefused, "The PKCS #12 file asks for more than {} iterations; nobody writes such files.",
                kMostIterations);
  return {};
}

Result<x509::PrivateKey> our_key(EVP_PKEY* key) {
  const Pkcs8Ptr info(EVP_PKEY2PKCS8(key));
  const int size = info ? i2d_PKCS8_PRIV_KEY_INFO(info.get(), nullptr) : -1;
  if (size <= 0)
    return fail_with(Code::kMalformed, library_words(), "The key in the PKCS #12 file is of a kind not known here.");
  Secret plain(static_cast<std::size_t>(size));
  std::uint8_t* out = plain.data();
  i2d_PKCS8_PRIV_KEY_INFO(info.get(), &out);
  return x509::PrivateKey::from_pkcs8(plain.view());
}

Result<Certificate> our_certificate(X509* certificate) {
  unsigned char* der = nullptr;
  const int size = i2d_X509(certificate, &der);
  if (size <= 0)
    return fail_with(Code::kMalformed, library_words(), "A certificate in the PKCS #12 file does not parse.");
  auto parsed = Certificate::from_der({der, static_cast<std::size_t>(size)});
  OPENSSL_free(der);
  return parsed;
}

}  // namespace

Result<KeyAndCertificates> read_pkcs12(ByteView der, const AskPassphrase& ask) {
  ERR_clear_error();
  const auto* next = der.data();
  const Pkcs12Ptr file(d2i_PKCS12(nullptr, &next, static_cast<long>(der.size())));
  if (!file || next != der.data() + der.size())
    return fail_with(
        Code::kMalformed, library_words(),
        "This is neither PKCS #12 nor PEM. An identity is a file with a private key and its certificate.");
  TRY(check_iterations(file.get()));
  TRY(const auto passphrase, ask());
  const std::string_view text = passphrase.text();
  // The library wants it ended by a zero.
  Secret ended(text.size() + 1);
  std::ranges::copy(text, ended.data());
  EVP_PKEY* raw_key = nullptr;
  X509* raw_own = nullptr;
  STACK_OF(X509)* raw_others = nullptr;
  const int parsed = PKCS12_parse(file.get(), ended.text().data(), &raw_key, &raw_own, &raw_others);
  const KeyPtr key(raw_key);
  const X509Ptr own(raw_own);
  const StackPtr others(raw_others);
  if (parsed != 1) {
    if (mentions_unsupported()) return too_old();
    return fail_with(Code::kNotAuthorised, library_words(), "The passphrase does not open the PKCS #12 file.");
  }
  if (!key) return fail(Code::kMalformed, "The PKCS #12 file holds no private key.");
  TRY(auto ours, our_key(key.get()));
  std::vector<Certificate> certificates;
  if (own) {
    TRY(auto certificate, our_certificate(own.get()));
    certificates.push_back(std::move(certificate));
  }
  for (int i = 0; i < sk_X509_num(others.get()); ++i) {
    TRY(auto certificate, our_certificate(sk_X509_value(others.get(), i)));
    certificates.push_back(std::move(certificate));
  }
  return KeyAndCertificates{std::move(ours), std::move(certificates)};
}

Result<Identity> identity_from_pkcs12(ByteView der, const AskPassphrase& ask) {
  TRY(const auto contents, read_pkcs12(der, ask));
  return join_identity(contents.key, contents.certificates);
}

}  // namespace yuxin::keymgmt
