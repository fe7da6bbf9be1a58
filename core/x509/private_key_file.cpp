// Private keys as they lie in files: PEM, the forms older than PKCS#8, and encrypted PKCS#8.
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/pem.h>

#include <algorithm>

#include "key_impl.hpp"
#include "oid_table.hpp"
#include "yuxin/x509/der.hpp"
#include "yuxin/x509/key.hpp"

namespace yuxin::x509 {

namespace {

using base::Bytes;
using base::ByteView;
using base::Code;
using base::fail;
using base::fail_with;
using base::Result;
using base::Secret;

constexpr int kFewestIterations = 1000;             // NIST SP 800-132 section 5.2
constexpr std::int64_t kMostIterations = 10000000;  // a minute's work: a hostile file shall not cost a day's
constexpr int kSaltOctets = 16;

base::Failure unreadable() {
  return fail(Code::kMalformed,
              "No private key is found. It must be PEM with the label PRIVATE KEY, ENCRYPTED PRIVATE KEY, "
              "EC PRIVATE KEY or RSA PRIVATE KEY.");
}

// PemEntry is one block of a PEM text; its octets are wiped.
struct PemEntry {
  char* name = nullptr;
  char* header = nullptr;
  unsigned char* data = nullptr;
  long size = 0;

  PemEntry() = default;
  PemEntry(const PemEntry&) = delete;
  PemEntry& operator=(const PemEntry&) = delete;
  PemEntry(PemEntry&&) = delete;
  PemEntry& operator=(PemEntry&&) = delete;
  ~PemEntry() {
    OPENSSL_secure_free(name);
    OPENSSL_secure_free(header);
    OPENSSL_secure_clear_free(data, static_cast<std::size_t>(size));
  }
  [[nodiscard]] std::string_view label() const { return name; }
  [[nodiscard]] bool has_header() const { return header != nullptr && *header != '\0'; }
  [[nodiscard]] ByteView der() const { return {data, static_cast<std::size_t>(size)}; }
};

Bytes key_algorithm(Oid algorithm, std::optional<Oid> curve) {
  der::Writer writer;
  const auto identifier = writer.open(der::kSequence);
  writer.oid(algorithm);
  if (curve) {
    writer.oid(*curve);
  } else {
    writer.null();
  }
  writer.close(identifier);
  return writer.take();
}

Result<PrivateKey> from_pkcs1(ByteView der) {
  return PrivateKey::from_pkcs8(as_pkcs8(key_algorithm(oid::kRsaEncryption, std::nullopt), der).view());
}

// curve_of_sec1 finds the curve in an ECPrivateKey (RFC 5915): version, privateKey, parameters [0] OPTIONAL, ...
std::optional<Oid> curve_of_sec1(ByteView der) {
  const auto whole = der::single(der, der::kSequence);
  if (!whole) return std::nullopt;
  der::Reader reader(whole->content);
  if (!reader.integer() || !reader.content(der::kOctetString)) return std::nullopt;
  auto parameters = reader.nested(der::constructed_tag(0));
  if (!parameters) return std::nullopt;
  return parameters->oid();
}

Result<PrivateKey> from_sec1(ByteView der) {
  const auto curve = curve_of_sec1(der);
  if (!curve) {
    return fail(Code::kMalformed, "The EC private key does not parse, or does not name its curve.");
  }
  return PrivateKey::from_pkcs8(as_pkcs8(key_algorithm(oid::kEcPublicKey, curve), der).view());
}

Result<PrivateKey> from_entry(const PemEntry& entry, const Secret* passphrase) {
  if (entry.has_header()) {
    return fail(Code::kRefused,
                "The private key is encrypted in the old way of OpenSSL, which is weak. Convert it: "
                "openssl pkcs8 -topk8 -in KEY -out NEW");
  }
  if (entry.label() == "RSA PRIVATE KEY") return from_pkcs1(entry.der());
  if (entry.label() == "EC PRIVATE KEY" || entry.label() == "SM2 PRIVATE KEY") return from_sec1(entry.der());
  if (entry.label() == "PRIVATE KEY") return PrivateKey::from_pkcs8(entry.der());
  if (passphrase == nullptr) {
    return fail(Code::kNotAuthorised, "The private key is encrypted: its passphrase is needed.");
  }
  return PrivateKey::from_encrypted_pkcs8(entry.der(), *passphrase);
}

// pbkdf2_iterations looks into EncryptedPrivateKeyInfo (RFC 5958 section 3) for PBES2 with PBKDF2 (RFC 8018 section
// A) and gives the iterations, before any of them is run.
std::optional<std::int64_t> pbkdf2_iterations(ByteView der) {
  const auto whole = der::single(der, der::kSequence);
  if (!whole) return std::nullopt;
  der::Reader info(whole->content);
  auto algorithm = info.nested(der::kSequence);
  if (!algorithm) return std::nullopt;
  const auto pbes2 = algorithm->oid();
  if (!pbes2 || !base::equal(*pbes2, oid::kPbes2)) return std::nullopt;
  auto schemes = algorithm->nested(der::kSequence);
  if (!schemes) return std::nullopt;
  auto derivation = schemes->nested(der::kSequence);
  if (!derivation) return std::nullopt;
  const auto pbkdf2 = derivation->oid();
  if (!pbkdf2 || !base::equal(*pbkdf2, oid::kPbkdf2)) return std::nullopt;
  auto parameters = derivation->nested(der::kSequence);
  if (!parameters || !parameters->content(der::kOctetString)) return std::nullopt;
  return parameters->small_integer();
}

}  // namespace

Result<PrivateKey> PrivateKey::from_pem(ByteView pem, const Secret* passphrase) {
  const BioPtr bio(BIO_new_mem_buf(pem.data(), static_cast<int>(std::min<std::size_t>(pem.size(), 1U << 20U))));
  for (;;) {
    // The low-level reader never asks for a passphrase, which the convenient ones do on the terminal.
    PemEntry entry;
    if (!bio ||
        PEM_read_bio_ex(bio.get(), &entry.name, &entry.header, &entry.data, &entry.size, PEM_FLAG_SECURE) != 1) {
      ERR_clear_error();
      return unreadable();
    }
    if (entry.label().ends_with("PRIVATE KEY")) return from_entry(entry, passphrase);
  }
}

Result<Bytes> PrivateKey::to_encrypted_pkcs8(const Secret& passphrase, int iterations) const {
  if (passphrase.empty() || iterations < kFewestIterations || iterations > kMostIterations) {
    return fail(Code::kUsage, "A private key is sealed with a passphrase and {} to {} iterations.", kFewestIterations,
                kMostIterations);
  }
  const Pkcs8Ptr info(EVP_PKEY2PKCS8(impl_->key.get()));
  X509AlgorithmPtr algorithm(
      PKCS5_pbe2_set_iv(EVP_aes_256_cbc(), iterations, nullptr, kSaltOctets, nullptr, NID_hmacWithSHA256));
  const X509SigPtr sealed(
      info && algorithm
          ? PKCS8_set0_pbe(passphrase.text().data(), static_cast<int>(passphrase.size()), info.get(), algorithm.get())
          : nullptr);
  if (sealed) (void)algorithm.release();  // it belongs to the sealed key now
  unsigned char* der = nullptr;
  const int size = sealed ? i2d_X509_SIG(sealed.get(), &der) : -1;
  if (size <= 0) return fail_with(Code::kInternal, take_openssl_error(), "The private key could not be sealed.");
  Bytes result(der, der + size);
  OPENSSL_free(der);
  return result;
}

Result<PrivateKey> PrivateKey::from_encrypted_pkcs8(ByteView der, const Secret& passphrase) {
  const auto iterations = pbkdf2_iterations(der);
  if (!iterations || *iterations < 1 || *iterations > kMostIterations) {
    return fail(Code::kRefused,
                "The private key must be encrypted by PBES2 with PBKDF2 of at most {} iterations. Convert it: "
                "openssl pkcs8 -topk8 -in KEY -out NEW",
                kMostIterations);
  }
  const auto* next = der.data();
  const X509SigPtr sealed(d2i_X509_SIG(nullptr, &next, static_cast<long>(der.size())));
  if (!sealed) {
    return fail_with(Code::kMalformed, take_openssl_error(), "The encrypted private key does not parse.");
  }
  const Pkcs8Ptr info(PKCS8_decrypt(sealed.get(), passphrase.text().data(), static_cast<int>(passphrase.size())));
  if (!info) {
    return fail_with(Code::kNotAuthorised, take_openssl_error(),
                     "The passphrase does not open the private key. Nothing was changed.");
  }
  const int size = i2d_PKCS8_PRIV_KEY_INFO(info.get(), nullptr);
  if (size <= 0) return fail_with(Code::kMalformed, take_openssl_error(), "The private key does not parse.");
  Secret plain(static_cast<std::size_t>(size));
  std::uint8_t* out = plain.data();
  i2d_PKCS8_PRIV_KEY_INFO(info.get(), &out);
  return from_pkcs8(plain.view());
}

}  // namespace yuxin::x509
