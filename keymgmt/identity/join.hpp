// A key and its certificate become an identity.
#pragma once

#include <vector>

#include "yuxin/keymgmt/identity.hpp"

namespace yuxin::keymgmt {

struct KeyAndCertificates {
  x509::PrivateKey key;
  std::vector<x509::Certificate> certificates;
};
// read_pkcs12 opens a PKCS #12 file with one key; errors of identity_from_pkcs12.
[[nodiscard]] base::Result<KeyAndCertificates> read_pkcs12(base::ByteView der, const AskPassphrase& ask);

// certificates_beside gives those of a file, or those on the token; kNotFound when there are none.
[[nodiscard]] base::Result<std::vector<x509::Certificate>> certificates_beside(
    const TokenKeyStore& token, std::string_view uri, const std::optional<std::string>& certificate_file);

// join_identity finds the certificate of a key among several, and the chain above it. kIntegrity when there is none.
[[nodiscard]] base::Result<Identity> join_identity(std::shared_ptr<const x509::Signer> signer,
                                                   const std::vector<x509::Certificate>& certificates);
// The same for a key in memory, which signs with its usual algorithm.
[[nodiscard]] base::Result<Identity> join_identity(const x509::PrivateKey& key,
                                                   const std::vector<x509::Certificate>& certificates);

}  // namespace yuxin::keymgmt
