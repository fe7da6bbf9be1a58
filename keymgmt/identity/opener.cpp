// A key with its certificate, to open what is sealed to them.

#include <algorithm>
#include <cstring>

#include "join.hpp"
#include "yuxin/base/file.hpp"

namespace yuxin::keymgmt {

using base::Code;
using base::fail;
using base::Result;
using base::Secret;

namespace {

constexpr std::size_t kLargestFile = 4U << 20U;

// Octets of a file that may hold a key in the clear.
Result<Secret> read_secret(const std::string& file) {
  TRY(auto octets, base::read_file(file, kLargestFile));
  Secret secret{base::ByteView(octets)};
  ::explicit_bzero(octets.data(), octets.size());
  return secret;
}

bool is_encrypted(base::ByteView pem) {
  return base::as_text(pem).find("-----BEGIN ENCRYPTED PRIVATE KEY-----") != std::string_view::npos;
}

Result<KeyAndCertificates> read_pem(const Secret& certificates, const Secret& key, const AskPassphrase& ask) {
  Secret passphrase;
  const bool encrypted = is_encrypted(key.view());
  if (encrypted) {
    TRY(passphrase, ask());
  }
  TRY(auto opened, x509::PrivateKey::from_pem(key.view(), encrypted ? &passphrase : nullptr));
  TRY(auto all, x509::certificates_from_bytes(certificates.view()));
  return KeyAndCertificates{std::move(opened), std::move(all)};
}

Result<KeyAndCertificates> read_files(std::string_view name, const AskPassphrase& ask) {
  const auto comma = name.find(',');
  TRY(const auto first, read_secret(std::string(name.substr(0, comma))));
  if (comma != std::string_view::npos) {
    TRY(const auto second, read_secret(std::string(name.substr(comma + 1))));
    return read_pem(first, second, ask);
  }
  const bool der = !first.empty() && first.view()[0] == 0x30;
  return der ? read_pkcs12(first.view(), ask) : read_pem(first, first, ask);
}

}  // namespace

Result<Opener> load_opener(std::string_view name, const AskPassphrase& ask) {
  if (name.starts_with("pkcs11:"))
    return fail(Code::kUsage,
                "\"{}\" is a key on a token and not in a file. Name a PKCS #12 file, or PEM files: "
                "certificate.pem,key.pem",
                name);
  auto contents = read_files(name, ask);
  if (!contents)
    return base::fail_with(contents.error().code, contents.error().diagnostic, "{}: {}", name,
                           contents.error().detail);
  for (auto& certificate : contents->certificates) {
    if (base::equal(certificate.tbs().spki, contents->key.public_key().spki()))
      return Opener{std::move(certificate), contents->key.decrypter()};
  }
  return fail(Code::kIntegrity, "None of the {} certificates is for the private key beside them.",
              contents->certificates.size());
}

Result<Opener> opener_from_token(const TokenKeyStore& token, std::string_view uri,
                                 const std::optional<std::string>& certificate_file, const x509::Digest256& wanted) {
  TRY(auto certificates, certificates_beside(token, uri, certificate_file));
  TRY(auto key, token.decrypter(uri));
  const auto count = certificates.size();
  std::erase_if(certificates, [&](const x509::Certificate& certificate) {
    return !base::equal(certificate.tbs().spki, key->public_key().spki());
  });
  if (certificates.empty())
    return fail(Code::kIntegrity, "None of the {} certificates is for the private key beside them.", count);
  const auto found = std::ranges::find_if(certificates, [&](const x509::Certificate& certificate) {
    return base::equal(certificate.sha256_fingerprint(), wanted);
  });
  return Opener{found == certificates.end() ? certificates.front() : *found, std::move(key)};
}

}  // namespace yuxin::keymgmt
