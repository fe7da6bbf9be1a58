#include "idle_keys.hpp"
#include "key_impl.hpp"
#include "oid_table.hpp"
#include "yuxin/x509/der.hpp"
#include "yuxin/x509/key.hpp"

namespace yuxin::x509 {

namespace {

using base::Bytes;
using base::ByteView;
using base::Code;
using base::fail;
using base::Result;

constexpr std::size_t kSmallestRsa = 1024;
constexpr std::size_t kLargestRsa = 16384;
constexpr std::size_t kLongestExponent = 32;  // octets; FIPS 186-5 section A.1.1 allows less than 2^256

base::Failure malformed() {
  return fail(Code::kMalformed,
              "The public key does not parse: it must be one DER SubjectPublicKeyInfo with nothing behind it.");
}

base::Failure wrong_parameters(Oid algorithm) {
  return fail(Code::kMalformed, "The parameters of the key algorithm {} are not those of its standard.",
              oid_name(algorithm));
}

// Spki is a SubjectPublicKeyInfo taken apart (RFC 5280 section 4.1).
struct Spki {
  ByteView algorithm;
  ByteView parameters;  // DER, empty if absent
  ByteView key_bits;
};

std::optional<Spki> take_apart(ByteView der) {
  const auto whole = der::single(der, der::kSequence);
  if (!whole) return std::nullopt;
  der::Reader reader(whole->content);
  auto identifier = reader.nested(der::kSequence);
  if (!identifier) return std::nullopt;
  const auto algorithm = identifier->oid();
  if (!algorithm) return std::nullopt;
  const ByteView parameters = identifier->rest();
  if (!parameters.empty() && (!identifier->element() || !identifier->at_end())) return std::nullopt;
  const auto key_bits = reader.bit_string();
  if (!key_bits || !reader.at_end()) return std::nullopt;
  return Spki{*algorithm, parameters, *key_bits};
}

std::size_t bit_length(ByteView magnitude) {
  std::size_t bits = 8 * magnitude.size();
  for (unsigned mask = 0x80; mask != 0 && bits != 0 && (magnitude[0] & mask) == 0; mask >>= 1U) --bits;
  return bits;
}

// positive is the magnitude of an INTEGER above zero.
std::optional<ByteView> positive(der::Reader& reader) {
  const auto content = reader.integer();
  if (!content || (content->front() & 0x80U) != 0) return std::nullopt;
  const ByteView magnitude = content->front() == 0 ? content->subspan(1) : *content;
  if (magnitude.empty()) return std::nullopt;
  return magnitude;
}

// read_rsa_numbers reads RSAPublicKey (RFC 8017 section A.1.1).
Result<> read_rsa_numbers(PublicKey::Impl& key) {
  const auto whole = der::single(key.key_bits, der::kSequence);
  if (!whole) return malformed();
  der::Reader reader(whole->content);
  const auto modulus = positive(reader);
  const auto exponent = positive(reader);
  if (!modulus || !exponent || !reader.at_end()) return malformed();
  const std::size_t bits = bit_length(*modulus);
  if (bits < kSmallestRsa || bits > kLargestRsa) {
    return fail(Code::kMalformed, "The RSA key has {} bits: only {} to {} are accepted.", bits, kSmallestRsa,
                kLargestRsa);
  }
  if ((modulus->back() & 1U) == 0) return fail(Code::kMalformed, "The RSA modulus is even: this is no RSA key.");
  const bool exponent_is_one = exponent->size() == 1 && exponent->front() == 1;
  if ((exponent->back() & 1U) == 0 || exponent_is_one || exponent->size() > kLongestExponent) {
    return fail(Code::kMalformed, "The RSA exponent must be odd, above 1 and below 2^256.");
  }
  key.kind.bits = static_cast<unsigned>(bits);
  key.rsa_modulus = *modulus;
  key.rsa_exponent = *exponent;
  return {};
}

Result<> import_rsa(PublicKey::Impl& key, const Spki& spki) {
  static constexpr std::uint8_t kDerNull[] = {der::kNull, 0};
  if (key.kind.type == KeyType::kRsa) {
    // RFC 3279 section 2.3.1: the parameters MUST be NULL.
    if (!base::equal(spki.parameters, kDerNull)) return wrong_parameters(spki.algorithm);
  } else if (!spki.parameters.empty()) {
    key.pss = parse_pss_parameters(spki.parameters);
    if (!key.pss) return wrong_parameters(spki.algorithm);
  }
  TRY(read_rsa_numbers(key));
  key.key = import_rsa_key(key.rsa_modulus, key.rsa_exponent);
  if (!key.key) return base::fail_with(Code::kMalformed, take_openssl_error(), "The RSA key is not usable.");
  return {};
}

Result<> import_curve(PublicKey::Impl& key, const CurveRow& curve) {
  const bool is_point = curve.openssl_group != nullptr;
  if (is_point && !key.key_bits.empty() && (key.key_bits[0] == 0x02 || key.key_bits[0] == 0x03)) {
    return fail(Code::kMalformed, "The point of the public key is compressed: give it uncompressed (RFC 5480).");
  }
  if (key.key_bits.size() != curve.key_octets || (is_point && key.key_bits[0] != 0x04)) return malformed();
  if (!reuse_idle_key(key)) key.key = import_curve_key(curve, key.key_bits);
  if (!key.key) {
    return base::fail_with(Code::kMalformed, take_openssl_error(),
                           "The public key is not a point of {}, or a point of small order.",
                           print_key_kind(key.kind));
  }
  if (key.kind.type == KeyType::kSm2) key.sm2_z = sm2_z(key.key_bits, Sm2Identifier::kStandard);
  return {};
}

// named_curve is the OID of ECParameters (RFC 5480 section 2.1.1); explicit parameters are never accepted.
std::optional<Oid> named_curve(ByteView parameters) {
  der::Reader reader(parameters);
  const auto oid = reader.oid();
  return reader.at_end() ? oid : std::nullopt;
}

Result<> import(PublicKey::Impl& key, const Spki& spki) {
  if (base::equal(spki.algorithm, oid::kRsaEncryption) || base::equal(spki.algorithm, oid::kRsaPss)) {
    key.kind.type = base::equal(spki.algorithm, oid::kRsaPss) ? KeyType::kRsaPss : KeyType::kRsa;
    return import_rsa(key, spki);
  }
  Oid curve_oid;
  if (base::equal(spki.algorithm, oid::kEcPublicKey)) {
    const auto named = named_curve(spki.parameters);
    if (!named) return wrong_parameters(spki.algorithm);
    curve_oid = *named;
  } else if (!spki.parameters.empty()) {
    return wrong_parameters(spki.algorithm);  // RFC 8410 section 3: parameters MUST be absent
  }
  const CurveRow* curve = curve_by_oids(spki.algorithm, curve_oid);
  if (curve == nullptr) {
    return fail(Code::kMalformed,
                "Public keys of {} are not supported: use RSA, P-256, P-384, P-521, SM2, Ed25519 or Ed448.",
                oid_name(curve_oid.empty() ? spki.algorithm : curve_oid));
  }
  key.kind = {curve->type, curve->bits};
  return import_curve(key, *curve);
}

}  // namespace

// GB/T 32918.2 section 5.5: Z = SM3(ENTL || ID || a || b || xG || yG || xA || yA) with the parameters of
// GB/T 32918.5 and, as a rule, the identifier of GM/T 0009 section 10.
DigestValue sm2_z(ByteView point, Sm2Identifier identifier) {
  static const Bytes standard = *base::from_hex("008031323334353637383132333435363738");
  static const Bytes empty = {0, 0};
  static const Bytes curve = *base::from_hex(
      "fffffffeffffffffffffffffffffffffffffffff00000000fffffffffffffffc"
      "28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93"
      "32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7"
      "bc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0");
  return digest_parts(DigestAlgorithm::kSm3,
                      {identifier == Sm2Identifier::kEmpty ? empty : standard, curve, point.subspan(1)});
}

PublicKey::Impl::~Impl() { keep_idle_key(*this); }

Result<PublicKey> PublicKey::from_spki(ByteView spki) {
  auto key = std::make_shared<Impl>();
  key->spki = base::to_bytes(spki);
  const auto parts = take_apart(key->spki);
  if (!parts) return malformed();
  key->key_bits = parts->key_bits;
  TRY(import(*key, *parts));
  return PublicKey(std::move(key));
}

const KeyKind& PublicKey::kind() const { return impl_->kind; }
ByteView PublicKey::spki() const { return impl_->spki; }
ByteView PublicKey::key_bits() const { return impl_->key_bits; }
ByteView PublicKey::rsa_modulus() const { return impl_->rsa_modulus; }
ByteView PublicKey::rsa_exponent() const { return impl_->rsa_exponent; }
Bytes PublicKey::identifier() const { return digest(DigestAlgorithm::kSha1, impl_->key_bits); }

}  // namespace yuxin::x509
