// Identities: the key and certificate with which a person or a service acts, from a file or a token of their own.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "yuxin/base/bytes.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/base/secret.hpp"
#include "yuxin/keymgmt/token_key_store.hpp"
#include "yuxin/x509/certificate.hpp"
#include "yuxin/x509/decrypter.hpp"
#include "yuxin/x509/digest.hpp"
#include "yuxin/x509/key.hpp"

namespace yuxin::keymgmt {

// Identity is a certificate, the signer of its key, and the authorities above it as far as the file holds them,
// nearest first. Copies share the key.
struct Identity {
  x509::Certificate certificate;
  std::shared_ptr<const x509::Signer> signer;
  std::vector<x509::Certificate> chain;
  // The key itself, where it was read from a file: for TLS, which signs by itself. Nothing for one on a token.
  std::shared_ptr<const x509::PrivateKey> software = {};
};

// AskPassphrase gives the passphrase of an identity. It is called at most once, and only where the key is encrypted.
using AskPassphrase = std::function<base::Result<base::Secret>()>;

// load_identity opens what `--as` names:
//
//   officer.p12             PKCS #12 (RFC 7292) with one key and its certificate
//   officer.pem             PEM with the key, its certificate, and perhaps the chain
//   officer.pem,officer.key the certificates in the first file, the key in the second
//
// Errors: kUsage for a PKCS #11 URI, kNotFound and kNotAuthorised of the files,
// kNotAuthorised for a wrong passphrase, kMalformed for files that hold no key or no certificate, kRefused for
// encryption that is too weak to be opened, kIntegrity when no certificate is for the key.
[[nodiscard]] base::Result<Identity> load_identity(std::string_view name, const AskPassphrase& ask);

// identity_from_token opens the key that an RFC 7512 URI names ("pkcs11:token=officer;object=zhang"), with its
// certificate from the token, or from a file (PEM or DER, with the chain perhaps). Errors: those of TokenKeyStore;
// kNotFound when the token has no certificate, kIntegrity when none is for the key.
[[nodiscard]] base::Result<Identity> identity_from_token(std::string_view uri, const TokenOptions& options,
                                                         const std::optional<std::string>& certificate_file);

// The same as load_identity for octets that are in memory already.
[[nodiscard]] base::Result<Identity> identity_from_pkcs12(base::ByteView der, const AskPassphrase& ask);
[[nodiscard]] base::Result<Identity> identity_from_pem(base::ByteView certificates, base::ByteView key,
                                                       const AskPassphrase& ask);

// pkcs12_of packs a key with its certificate and the authorities above it as PKCS #12 (RFC 7292), sealed with PBES2
// (AES-256-CBC, PBKDF2 with HMAC-SHA-256) and its MAC with HMAC-SHA-256, as identity_from_pkcs12 and others open it.
// kIntegrity when the certificate is not for the key.
[[nodiscard]] base::Result<base::Secret> pkcs12_of(const x509::PrivateKey& key, const x509::Certificate& certificate,
                                                   std::span<const x509::Certificate> chain,
                                                   const base::Secret& passphrase);

// Opener is a certificate with its key: what opens messages that are sealed to it. Only who opens them holds one; to
// sign, take an Identity. Copies share the key.
struct Opener {
  x509::Certificate certificate;
  std::shared_ptr<const x509::Decrypter> key;
};
// load_opener opens the same files as load_identity, with the same errors.
[[nodiscard]] base::Result<Opener> load_opener(std::string_view name, const AskPassphrase& ask);
// opener_from_token takes a key on a token as identity_from_token does, which decrypts (RSA) or agrees (NIST curves);
// of several certificates for it `wanted` (SHA-256 of the DER) is preferred. The same errors, and those of
// TokenKeyStore::decrypter.
[[nodiscard]] base::Result<Opener> opener_from_token(const TokenKeyStore& token, std::string_view uri,
                                                     const std::optional<std::string>& certificate_file,
                                                     const x509::Digest256& wanted);

}  // namespace yuxin::keymgmt
