// Data objects on a token: octets that only who has its PIN may see.
#pragma once

#include <optional>
#include <string>

#include "token_link.hpp"
#include "token_uri.hpp"

namespace yuxin::keymgmt {

// put_data_on_token makes a private data object (PKCS #11 section 4.5 of the base specification, CKO_DATA) and reads
// it back. kConflict when the label is taken by another one; the same octets are there already after an attempt that
// was cut off. kRefused where the token takes none, or not so many octets.
[[nodiscard]] base::Result<> put_data_on_token(TokenLink& link, const std::string& label, base::ByteView octets);
// data_on_token gives nothing when there is none; kConflict for several.
[[nodiscard]] base::Result<std::optional<base::Secret>> data_on_token(TokenLink& link, const KeySelector& selector);

}  // namespace yuxin::keymgmt
