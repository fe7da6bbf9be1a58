#include "yuxin/keymgmt/identity.hpp"

#include <algorithm>

#include "join.hpp"
#include "yuxin/base/file.hpp"

namespace yuxin::keymgmt {

using base::ByteView;
using base::Code;
using base::fail;
using base::Result;
using x509::Certificate;

namespace {

constexpr std::size_t kLargestFile = 4U << 20U;

// Which kind of file it is decides its first octet: DER begins with a SEQUENCE, PEM with text.
bool is_der(ByteView octets) { return !octets.empty() && octets[0] == 0x30; }

bool is_encrypted(ByteView pem) {
  return std::ranges::any_of(base::parse_pem(base::as_text(pem)),
                             [](const base::PemBlock& block) { return block.label == "ENCRYPTED PRIVATE KEY"; });
}

base::Failure in_file(const std::string& file, const base::Error& error) {
  return base::fail_with(error.code, error.diagnostic, "{}: {}", file, error.detail);
}

// The chain in the order in which each certifies the one before, whatever the order in the file.
std::vector<Certificate> chain_above(const Certificate& certificate, const std::vector<Certificate>& others) {
  std::vector<Certificate> chain;
  const Certificate* top = &certificate;
  while (chain.size() < others.size() && !top->subject().same(top->issuer())) {
    const auto issuer = std::ranges::find_if(
        others, [&](const Certificate& candidate) { return candidate.subject().same(top->issuer()); });
    if (issuer == others.end()) break;
    chain.push_back(*issuer);
    top = &*issuer;
  }
  return chain;
}

bool is_for(const Certificate& certificate, const x509::PublicKey& key) {
  return base::equal(certificate.tbs().spki, key.spki());
}

}  // namespace

// Of several certificates for the key the one that is valid longest counts.
Result<Identity> join_identity(std::shared_ptr<const x509::Signer> signer,
                               const std::vector<Certificate>& certificates) {
  const Certificate* own = nullptr;
  for (const auto& certificate : certificates) {
    if (!is_for(certificate, signer->public_key())) continue;
    if (own == nullptr || certificate.not_after() > own->not_after()) own = &certificate;
  }
  if (own == nullptr)
    return fail(Code::kIntegrity, "None of the {} certificates is for the private key beside them.",
                certificates.size());
  return Identity{*own, std::move(signer), chain_above(*own, certificates), {}};
}

Result<Identity> join_identity(const x509::PrivateKey& key, const std::vector<Certificate>& certificates) {
  TRY(auto signer, key.signer(x509::default_signature(key.public_key().kind())));
  TRY(auto identity, join_identity(std::move(signer), certificates));
  identity.software = std::make_shared<const x509::PrivateKey>(key);
  return identity;
}

Result<std::vector<Certificate>> certificates_beside(const TokenKeyStore& token, std::string_view uri,
                                                     const std::optional<std::string>& certificate_file) {
  if (certificate_file) {
    TRY(const auto octets, base::read_file(*certificate_file, kLargestFile));
    return x509::certificates_from_bytes(octets);
  }
  TRY(auto certificates, token.certificates(uri));
  if (!certificates.empty()) return certificates;
  return fail(Code::kNotFound,
              "Token {} has no certificate. Put it there beside the key, or name its file: --as-certificate FILE",
              token.title());
}

Result<Identity> identity_from_token(std::string_view uri, const TokenOptions& options,
                                     const std::optional<std::string>& certificate_file) {
  TRY(const auto store, TokenKeyStore::open(uri, options));
  TRY(const auto certificates, certificates_beside(*store, uri, certificate_file));
  TRY(auto signer, store->signer(uri));
  return join_identity(std::move(signer), certificates);
}

Result<Identity> identity_from_pem(ByteView certificates, ByteView key, const AskPassphrase& ask) {
  base::Secret passphrase;
  const bool encrypted = is_encrypted(key);
  if (encrypted) {
    TRY(passphrase, ask());
  }
  TRY(auto opened, x509::PrivateKey::from_pem(key, encrypted ? &passphrase : nullptr));
  TRY(auto all, x509::certificates_from_bytes(certificates));
  return join_identity(opened, all);
}

Result<Identity> load_identity(std::string_view name, const AskPassphrase& ask) {
  if (name.starts_with("pkcs11:"))
    return fail(Code::kUsage,
                "\"{}\" is a key on a token and not in a file. Name a PKCS #12 file, or PEM files: "
                "certificate.pem,key.pem",
                name);
  const auto comma = name.find(',');
  const std::string first(name.substr(0, comma));
  TRY(auto octets, base::read_file(first, kLargestFile));
  if (comma == std::string_view::npos && is_der(octets)) {
    auto identity = identity_from_pkcs12(octets, ask);
    if (!identity) return in_file(first, identity.error());
    return identity;
  }
  base::Secret key;
  std::string second = first;
  if (comma != std::string_view::npos) {
    second = name.substr(comma + 1);
    TRY(auto read, base::read_file(second, kLargestFile));
    key = base::Secret(ByteView(read));
    std::ranges::fill(read, std::uint8_t{0});
  } else {
    key = base::Secret(ByteView(octets));
    std::ranges::fill(octets, std::uint8_t{0});
  }
  auto identity = identity_from_pem(comma == std::string_view::npos ? key.view() : ByteView(octets), key.view(), ask);
  if (!identity) return in_file(second, identity.error());
  return identity;
}

}  // namespace yuxin::keymgmt
