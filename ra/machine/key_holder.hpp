// Whose a key is, by the certificates that were issued for it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "yuxin/base/result.hpp"
#include "yuxin/store/store.hpp"

namespace yuxin::ra {

// other_holder_of_key gives the subject of a certificate for exactly this key that another client has asked for, or
// nobody known to the protocols: an officer, or the applicant at a desk.
[[nodiscard]] base::Result<std::optional<std::string>> other_holder_of_key(store::Reader& reader, base::ByteView spki,
                                                                           std::string_view client);

}  // namespace yuxin::ra
