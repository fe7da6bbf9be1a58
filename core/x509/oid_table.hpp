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

// OIDs of keys, curves and signature algorithms: only the algorithm table and messages look at them.
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
extern const Oid kSm2Sign;
extern const Oid kSm2Encrypt;
extern const Oid kShake256Len;
extern const Oid kRsaesOaep;
extern const Oid kPSpecified;
extern const Oid kEcdhSha256Kdf;
extern const Oid kEcdhSha384Kdf;
extern const Oid kEcdhSha512Kdf;
extern const Oid kEcdhSha1Kdf;
extern const Oid kAes128Wrap;
extern const Oid kAes192Wrap;
extern const Oid kAes256Wrap;
extern const Oid kAes128Cbc;
extern const Oid kAes192Cbc;
extern const Oid kAes256Cbc;
extern const Oid kSm4;
extern const Oid kSm4Cbc;
}  // namespace oid

}  // namespace yuxin::x509
