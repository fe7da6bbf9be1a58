// AlgorithmIdentifier of keys and signatures, as far as the lints look at it.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "yuxin/x509/oid.hpp"

namespace yuxin::x509 {

inline constexpr std::array<std::uint8_t, 2> kDerNull{0x05, 0x00};

// ParametersForm is what the standard of a key algorithm wants as parameters.
enum class ParametersForm { kNull, kNamedCurve, kAbsent, kAny };
[[nodiscard]] ParametersForm key_parameters_form(Oid key_algorithm);

// algorithm_name is the name of the algorithm of a DER AlgorithmIdentifier, or its dotted form.
[[nodiscard]] std::string algorithm_name(base::ByteView algorithm_identifier);

}  // namespace yuxin::x509
