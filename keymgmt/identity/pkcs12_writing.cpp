// PKCS #12 (RFC 7292), written by OpenSSL.
#include <openssl/err.h>

#include <algorithm>
#include <memory>

#include "library_objects.hpp"
#include "yuxin/keymgmt/identity.hpp"

namespace yuxin::keymgmt {

using base::Code;
using base::fail;
using base::Result;
using base::Secret;

namespace {

constexpr int kIterations = 600'000;  // what is sealed leaves the machine that it was made on

base::Failure not_packed() {
  const auto code = ERR_peek_last_error();
  char line[256];
  ERR_error_string_n(code, line, sizeof line);
  ERR_clear_error();
  return base::fail_with(Code::kInternal, line, "The key and its certificate could not be packed as PKCS #12.");
}

X509Ptr library_certificate(const x509::Certificate& certificate) {
  const auto* next = certificate.der().data();
  return X509Ptr(d2i_X509(nullptr, &next, static_cast<long>(certificate.der().size())));
}

Result<KeyPtr> library_key(const x509::PrivateKey& key) {
  TRY(const auto plain, key.to_pkcs8());
  const auto* next = plain.view().data();
  const Pkcs8Ptr info(d2i_PKCS8_PRIV_KEY_INFO(nullptr, &next, static_cast<long>(plain.size())));
  if (!info) return not_packed();
  KeyPtr made(EVP_PKCS82PKEY(info.get()));
  if (!made) return not_packed();
  return made;
}

}  // namespace

Result<Secret> pkcs12_of(const x509::PrivateKey& key, const x509::Certificate& certificate,
                         std::span<const x509::Certificate> chain, const Secret& passphrase) {
  ERR_clear_error();
  if (!base::equal(certificate.tbs().spki, key.public_key().spki()))
    return fail(Code::kIntegrity, "The certificate is not for the key.");
  TRY(const auto private_key, library_key(key));
  const auto own = library_certificate(certificate);
  const StackPtr above(sk_X509_new_null());
  if (!own || !above) return not_packed();
  for (const auto& one : chain) {
    auto parsed = library_certificate(one);
    if (!parsed || sk_X509_push(above.get(), parsed.get()) == 0) return not_packed();
    static_cast<void>(parsed.release());  // the stack has it
  }
  const auto text = passphrase.text();
  Secret ended(text.size() + 1);  // the library wants it ended by a zero
  std::ranges::copy(text, ended.data());
  const Pkcs12Ptr file(PKCS12_create(ended.text().data(), nullptr, private_key.get(), own.get(), above.get(),
                                     NID_aes_256_cbc, NID_aes_256_cbc, kIterations, kIterations, 0));
  const int size = file ? i2d_PKCS12(file.get(), nullptr) : -1;
  if (size <= 0) return not_packed();
  Secret der(static_cast<std::size_t>(size));
  auto* out = der.data();
  i2d_PKCS12(file.get(), &out);
  return der;
}

}  // namespace yuxin::keymgmt
