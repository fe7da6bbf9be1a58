// Certificates that were made elsewhere become those of authorities.
#pragma once

#include <string>
#include <vector>

#include "home.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/x509/certificate.hpp"

namespace yuxin::cli {

// refuse_same_subject: kConflict where another authority with a certificate, and another key, has the subject
// already. RFC 5280 section 4.1.2.6: a name is one authority's.
[[nodiscard]] base::Result<> refuse_same_subject(const std::vector<store::AuthorityRow>& rows,
                                                 const x509::Name& subject, base::ByteView spki);

// check_import makes every refusal of an import and changes nothing: it says whether the authority waits here for its
// certificate, or would be made known as one whose key is elsewhere. kRefused where it is no authority's certificate,
// or for another key; kConflict where the authority has one, the certificate is known, or its subject is another's;
// kNotFound where the issuer is not known, or where the name is not and the certificate is for the key of an
// authority that waits; kBadSignature where its issuer did not sign it; kUsage for a name that is none.
enum class ImportKind { kOwn, kElsewhere };
[[nodiscard]] base::Result<ImportKind> check_import(Home& home, const std::string& name,
                                                    const x509::Certificate& certificate);

// import_certificate gives an authority of this home the certificate that its issuer made. Errors of check_import.
[[nodiscard]] base::Result<> import_certificate(Home& home, const std::string& name,
                                                const x509::Certificate& certificate, const std::string& actor);

// ready_text says that an authority has its certificate now, and what comes next.
[[nodiscard]] std::string ready_text(const std::string& name);

// import_root makes an authority known whose key is elsewhere: people have compared its fingerprint, or its path was
// proven.
[[nodiscard]] base::Result<> import_root(Home& home, const std::string& name, const x509::Certificate& certificate,
                                         const std::string& actor);

}  // namespace yuxin::cli
