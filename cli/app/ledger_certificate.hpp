// The certificate of a home's ledger: by it whoever trusts the root knows whose key signs the checkpoints.
#pragma once

#include <string>
#include <vector>

#include "home.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/x509/certificate.hpp"

namespace yuxin::cli {

// keep_ledger_certificate has the key of the ledger certified (profile ledger, the ledger's origin as common name) by
// the authority of the home that certifies its services, where nobody did so yet (a home of an earlier version) or
// less than two years are left; says whether it did. The key stays the same. Nothing is done in a home without an
// authority that could. The home must be unlocked.
[[nodiscard]] base::Result<bool> keep_ledger_certificate(Home& home, const std::string& actor);

// ledger_certificates are the certificate in service for this key and those of the authorities above it, without the
// root; nothing where there is none. Reads the database alone.
[[nodiscard]] base::Result<std::vector<x509::Certificate>> ledger_certificates(store::Store& store,
                                                                               const x509::PublicKey& key);

}  // namespace yuxin::cli
