#include "token_algorithm.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "yuxin/x509/der.hpp"
#include "yuxin/x509/digest.hpp"

namespace yuxin::keymgmt {

using base::Bytes;
using base::ByteView;
using base::Code;
using base::fail;
using base::Result;
using x509::KeyKind;
using x509::KeyType;
using x509::PublicKey;
namespace der = x509::der;

namespace {

constexpr unsigned kSmallestRsa = 2048;
constexpr unsigned kLargestRsa = 4096;

// Objects of RFC 8017 appendix C, RFC 5480 section 2.1.1 and RFC 8410 section 3, content octets.
constexpr std::array<std::uint8_t, 9> kRsaEncryption = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01};
constexpr std::array<std::uint8_t, 9> kRsaPss = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a};
constexpr std::array<std::uint8_t, 7> kEcPublicKey = {0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01};
constexpr std::array<std::uint8_t, 3> kEd25519 = {0x2b, 0x65, 0x70};

// CurveForm is a curve as CKA_EC_PARAMS has it: the DER of its object identifier.
struct CurveForm {
  KeyType type;
  ByteView parameters;
  std::size_t coordinate;
};
constexpr std::array<std::uint8_t, 10> kP256 = {0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07};
constexpr std::array<std::uint8_t, 7> kP384 = {0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22};
constexpr std::array<std::uint8_t, 7> kP521 = {0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x23};
constexpr std::array<std::uint8_t, 5> kEdwards = {0x06, 0x03, 0x2b, 0x65, 0x70};
constexpr std::array<CurveForm, 3> kCurves = {
    {{KeyType::kP256, kP256, 32}, {KeyType::kP384, kP384, 48}, {KeyType::kP521, kP521, 66}}};
constexpr std::size_t kEd25519Octets = 32;

// PssForm names a digest for CK_RSA_PKCS_PSS_PARAMS.
struct PssForm {
  x509::DigestAlgorithm digest;
  CK_MECHANISM_TYPE hash;
  CK_RSA_PKCS_MGF_TYPE mask;
};
constexpr std::array<PssForm, 3> kPssForms = {{{x509::DigestAlgorithm::kSha256, CKM_SHA256, CKG_MGF1_SHA256},
                                               {x509::DigestAlgorithm::kSha384, CKM_SHA384, CKG_MGF1_SHA384},
                                               {x509::DigestAlgorithm::kSha512, CKM_SHA512, CKG_MGF1_SHA512}}};

Bytes spki(ByteView algorithm, ByteView key_bits) {
  der::Writer writer;
  const auto whole = writer.open(der::kSequence);
  const auto identifier = writer.open(der::kSequence);
  writer.raw(algorithm);
  writer.close(identifier);
  writer.bit_string(key_bits);
  writer.close(whole);
  return writer.take();
}

Bytes oid_element(ByteView oid) {
  der::Writer writer;
  writer.oid(oid);
  return writer.take();
}

Bytes rsa_spki(const PublicParts& parts) {
  der::Writer key;
  const auto sequence = key.open(der::kSequence);
  key.unsigned_integer(parts.modulus);
  key.unsigned_integer(parts.exponent);
  key.close(sequence);
  der::Writer algorithm;
  // RFC 4055 sections 1.2 and 3.1: NULL for keys of every use; without parameters a PSS key takes every digest
  algorithm.oid(parts.bound_to_pss ? ByteView(kRsaPss) : ByteView(kRsaEncryption));
  if (!parts.bound_to_pss) algorithm.null();
  return spki(algorithm.view(), key.view());
}

// PKCS #11 wants CKA_EC_POINT as a DER OCTET STRING, version 3.0 a BIT STRING for Edwards curves; some tokens give
// the bare point.
ByteView bare_point(const Bytes& point, std::size_t size) {
  if (point.size() == size) return point;
  if (const auto wrapped = der::single(point, der::kOctetString)) return wrapped->content;
  der::Reader reader(point);
  return reader.bit_string().value_or(ByteView());
}

std::optional<Bytes> ec_spki(const PublicParts& parts) {
  const auto curve = std::ranges::find_if(
      kCurves, [&](const CurveForm& known) { return base::equal(known.parameters, parts.curve); });
  if (curve == kCurves.end()) return std::nullopt;
  der::Writer algorithm;
  algorithm.oid(kEcPublicKey);
  algorithm.raw(curve->parameters);
  return spki(algorithm.view(), bare_point(parts.point, 2 * curve->coordinate + 1));
}

std::optional<Bytes> edwards_spki(const PublicParts& parts) {
  const ByteView point = bare_point(parts.point, kEd25519Octets);
  if (point.size() != kEd25519Octets) return std::nullopt;
  return spki(oid_element(kEd25519), point);
}

std::optional<Bytes> spki_of(const PublicParts& parts) {
  if (parts.type == CKK_RSA) return rsa_spki(parts);
  if (parts.type == CKK_EC) return ec_spki(parts);
  if (parts.type == CKK_EC_EDWARDS) return edwards_spki(parts);
  return std::nullopt;
}

// RFC 8017 section 9.2 step 2: what stands before the digest in DigestInfo.
Bytes digest_info_head(x509::DigestAlgorithm digest) {
  der::Writer writer;
  const auto info = writer.open(der::kSequence);
  const auto algorithm = writer.open(der::kSequence);
  writer.oid(x509::digest_oid(digest));
  writer.null();
  writer.close(algorithm);
  const Bytes zeros(x509::digest_size(digest));
  writer.octet_string(zeros);
  writer.close(info);
  auto whole = writer.take();
  whole.resize(whole.size() - zeros.size());
  return whole;
}

}  // namespace

std::optional<PublicKey> public_key_of(const PublicParts& parts) {
  const auto octets = spki_of(parts);
  if (!octets) return std::nullopt;
  auto key = PublicKey::from_spki(*octets);
  if (!key) return std::nullopt;
  return std::move(*key);
}

std::optional<KeyRecipe> recipe_for(const KeyKind& kind) {
  const bool sized = kind.bits >= kSmallestRsa && kind.bits <= kLargestRsa;
  if (kind.type == KeyType::kRsa && sized) return KeyRecipe{CKM_RSA_PKCS_KEY_PAIR_GEN, CKM_RSA_PKCS, {}};
  if (kind.type == KeyType::kRsaPss && sized) return KeyRecipe{CKM_RSA_PKCS_KEY_PAIR_GEN, CKM_RSA_PKCS_PSS, {}};
  if (kind.type == KeyType::kEd25519)
    return KeyRecipe{CKM_EC_EDWARDS_KEY_PAIR_GEN, CKM_EDDSA, base::to_bytes(kEdwards)};
  const auto curve = std::ranges::find(kCurves, kind.type, &CurveForm::type);
  if (curve == kCurves.end()) return std::nullopt;
  return KeyRecipe{CKM_EC_KEY_PAIR_GEN, CKM_ECDSA, base::to_bytes(curve->parameters)};
}

bool is_pss_mechanism(CK_MECHANISM_TYPE mechanism) {
  return mechanism == CKM_RSA_PKCS_PSS || mechanism == CKM_SHA256_RSA_PKCS_PSS ||
         mechanism == CKM_SHA384_RSA_PKCS_PSS || mechanism == CKM_SHA512_RSA_PKCS_PSS;
}

Result<SignatureForm> SignatureForm::for_key(const PublicKey& key) {
  const auto kind = key.kind();
  const auto& scheme = x509::scheme(x509::default_signature(kind));
  SignatureForm form;
  if (!key.rsa_modulus().empty()) {
    // keys from elsewhere may be longer than those that are made here
    form.type_ = kind.type == KeyType::kRsaPss ? CKM_RSA_PKCS_PSS : CKM_RSA_PKCS;
    form.longest_ = key.rsa_modulus().size();
    if (form.type_ == CKM_RSA_PKCS) {
      form.digest_info_ = digest_info_head(*scheme.digest);
      return form;
    }
    const auto pss = std::ranges::find(kPssForms, *scheme.digest, &PssForm::digest);
    form.pss_ = CK_RSA_PKCS_PSS_PARAMS{pss->hash, pss->mask, x509::digest_size(*scheme.digest)};
    return form;
  }
  const auto recipe = recipe_for(kind);
  if (!recipe)
    return fail(Code::kUsage, "A key of kind {} on a token cannot be used here.", x509::print_key_kind(kind));
  form.type_ = recipe->sign;
  const auto curve = std::ranges::find(kCurves, kind.type, &CurveForm::type);
  if (curve != kCurves.end()) form.coordinate_ = curve->coordinate;
  form.longest_ = form.coordinate_ == 0 ? 2 * kEd25519Octets : 2 * form.coordinate_;
  return form;
}

CK_MECHANISM SignatureForm::mechanism() const {
  if (!pss_) return {type_, nullptr, 0};
  // the interface is not const-correct; modules read it only
  return {type_, const_cast<CK_RSA_PKCS_PSS_PARAMS*>(&*pss_), sizeof *pss_};
}

Bytes SignatureForm::to_sign(ByteView digest_or_message) const {
  Bytes octets = digest_info_;
  base::append(octets, digest_or_message);
  return octets;
}

std::optional<Bytes> SignatureForm::finish(ByteView signature) const {
  if (signature.size() != longest_) return std::nullopt;
  if (coordinate_ == 0) return base::to_bytes(signature);
  // PKCS #11 gives r || s; certificates hold Ecdsa-Sig-Value (RFC 3279 section 2.2.3)
  der::Writer writer;
  const auto value = writer.open(der::kSequence);
  writer.unsigned_integer(signature.first(coordinate_));
  writer.unsigned_integer(signature.subspan(coordinate_));
  writer.close(value);
  return writer.take();
}

}  // namespace yuxin::keymgmt
