// Every OID that the program can name.
#pragma once

#include <span>
#include <string_view>

#include "yuxin/x509/oid.hpp"

namespace yuxin::x509 {

struct KnownOid {
  std::string_view name;
  Oid oid;
};
[[nodiscard]] std::span<const KnownOid> known_oids();

// OIDs of keys, curves and signature algorithms: only the algorithm table looks at them.
namespace oid {
extern const Oid kRsaEncryption;
extern const Oid kRsaPss;
extern const Oid kMgf1;
extern const Oid kEcPublicKey;
extern const Oid kCurveP256;
extern const Oid kCurveP384;
extern const Oid kCurveP521;
extern const Oid kCurveSm2;
extern const Oid kEd25519;
extern const Oid kEd448;
extern const Oid kPbes2;
extern const Oid kPbkdf2;
}  // namespace oid

}  // namespace yuxin::x509
