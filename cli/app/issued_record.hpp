// What the ledger says of a certificate of the home, for decisions that must not stand on a column of a table.
#pragma once

#include <string>

#include "certificate_view.hpp"
#include "yuxin/base/result.hpp"

namespace yuxin::cli {

// issued_profile reads the profile from the record "certificate.issued" of a certificate. kIntegrity when there is no
// such record, when it was changed, when it stands for another certificate, or when the row names another profile.
[[nodiscard]] base::Result<std::string> issued_profile(Home& home, const FoundCertificate& found);

}  // namespace yuxin::cli
