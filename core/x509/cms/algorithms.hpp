// How a SignerInfo names its algorithms: a few ways more than certificates have.
#pragma once

#include <optional>

#include "yuxin/x509/algorithm.hpp"
#include "yuxin/x509/cms.hpp"
#include "yuxin/x509/der.hpp"

namespace yuxin::x509::cms {

// read_digest reads a digest's AlgorithmIdentifier; nothing for one that is not known. RFC 5754 section 2: NULL and
// absent parameters are one.
[[nodiscard]] std::optional<DigestAlgorithm> read_digest(base::ByteView algorithm_identifier);
void write_digest(der::Writer& writer, DigestAlgorithm digest);

// plain_rsa is rsaEncryption, which names an RSA signature whatever its digest (RFC 3370 section 3.2).
[[nodiscard]] base::Bytes plain_rsa();

// signature_of gives the table's row for a signatureAlgorithm beside a digest: as in certificates, as rsaEncryption
// (RFC 3370 section 3.2) and as the SM2 of GM/T 0010. Nothing when it is unknown or goes with another digest.
[[nodiscard]] std::optional<SignatureAlgorithm> signature_of(base::ByteView algorithm_identifier,
                                                             DigestAlgorithm digest);
// identifier_of is the signatureAlgorithm that is written.
[[nodiscard]] base::Bytes identifier_of(SignatureAlgorithm algorithm, CmsForm form);
// digest_of is what a message is digested with for this signature: the signature's own digest, and for EdDSA what
// RFC 8419 section 3.1 says.
[[nodiscard]] DigestAlgorithm digest_of(SignatureAlgorithm algorithm);

// same_algorithm compares two AlgorithmIdentifiers; their tags do not matter, nor does NULL against nothing.
[[nodiscard]] bool same_algorithm(base::ByteView a, base::ByteView b);

}  // namespace yuxin::x509::cms
