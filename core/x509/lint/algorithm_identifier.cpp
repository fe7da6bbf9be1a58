#include "lint/algorithm_identifier.hpp"

#include "oid_table.hpp"
#include "yuxin/x509/der.hpp"

namespace yuxin::x509 {

ParametersForm key_parameters_form(Oid key_algorithm) {
  if (base::equal(key_algorithm, oid::kEcPublicKey)) return ParametersForm::kNamedCurve;
  if (base::equal(key_algorithm, oid::kRsaEncryption)) return ParametersForm::kNull;
  const bool eddsa = base::equal(key_algorithm, oid::kEd25519) || base::equal(key_algorithm, oid::kEd448);
  return eddsa ? ParametersForm::kAbsent : ParametersForm::kAny;
}

std::string algorithm_name(base::ByteView algorithm_identifier) {
  der::Reader reader(algorithm_identifier);
  auto fields = reader.nested(der::kSequence);
  const auto algorithm = fields ? fields->oid() : std::nullopt;
  return oid_name(algorithm.value_or(Oid{}));
}

}  // namespace yuxin::x509
