// Certificates of a home as JSON, for --json and for the REST interface.
#pragma once

#include <string>
#include <string_view>

#include "yuxin/base/json.hpp"
#include "yuxin/base/time.hpp"
#include "yuxin/store/store.hpp"

namespace yuxin::ca {

// state_name is a word: "good", "revoked", "on-hold", "void", "expired".
[[nodiscard]] std::string_view state_name(const store::CertificateRow& row, base::UnixTime now);
// certificate_json names a certificate and its status. The names of the members are stable.
[[nodiscard]] base::JsonObject certificate_json(const store::CertificateRow& row, const std::string& authority,
                                                base::UnixTime now);

}  // namespace yuxin::ca
