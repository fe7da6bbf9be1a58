// GeneralName in DER, shared by the extensions that hold general names.
#pragma once

#include <optional>
#include <vector>

#include "yuxin/x509/der.hpp"
#include "yuxin/x509/name.hpp"

namespace yuxin::x509 {

// IpForm says whether an iPAddress is an address or, in name constraints, an address with its mask.
enum class IpForm { kAddress, kAddressAndMask };
// read_general_name reads one element; nothing for a tag that is no GeneralName or for content that does not fit it.
[[nodiscard]] std::optional<GeneralName> read_general_name(const der::Element& element, IpForm ip);
[[nodiscard]] std::optional<std::vector<GeneralName>> read_general_names(base::ByteView sequence_content, IpForm ip);
void write_general_name(der::Writer& writer, const GeneralName& name);
// uri_name is a GeneralName of a URI that was checked already.
[[nodiscard]] GeneralName uri_name(std::string_view uri);

}  // namespace yuxin::x509
