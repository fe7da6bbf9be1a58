// Certificates and their status as another home's ledger tells them, kept in the tables of this one.
#pragma once

#include "yuxin/base/result.hpp"
#include "yuxin/evidence/followed.hpp"
#include "yuxin/store/store.hpp"

namespace yuxin::ca {

// copy_issued and copy_status keep what another home has issued ("certificate.issued", with the DER certificate
// beside the record) and what became of it ("certificate.revoked", "…held", "…released"), with a record of the own
// ledger that names theirs ("copied"). The authority of the certificate is known here, by the name that it has there:
// kNotFound otherwise. kIntegrity where certificate and record contradict each other. What is there already stays.
[[nodiscard]] base::Result<> copy_issued(store::Writer& writer, const evidence::CopiedRecord& copied,
                                         base::ByteView der);
[[nodiscard]] base::Result<> copy_status(store::Writer& writer, const evidence::CopiedRecord& copied);

}  // namespace yuxin::ca
