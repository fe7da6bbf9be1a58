// From octets to EVP_PKEY without OpenSSL's decoders: those cost twice a verification and hold a lock.
#include <openssl/core_names.h>
#include <openssl/err.h>

#include <algorithm>
#include <array>
#include <string>

#include "key_impl.hpp"

namespace yuxin::x509 {

namespace {

// make_template is a key of this curve with its parameters and no point.
EvpPkeyPtr make_template(const CurveRow& curve) {
  const EvpPkeyContextPtr context(EVP_PKEY_CTX_new_from_name(nullptr, curve.openssl_key, nullptr));
  std::string group = curve.openssl_group;
  const std::array<OSSL_PARAM, 2> parameters{
      OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group.data(), group.size()),
      OSSL_PARAM_construct_end()};
  EVP_PKEY* key = nullptr;
  if (!context || EVP_PKEY_fromdata_init(context.get()) != 1) return nullptr;
  auto* writable = const_cast<OSSL_PARAM*>(parameters.data());  // an interface without const; it is only read
  if (EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_KEY_PARAMETERS, writable) != 1) return nullptr;
  return EvpPkeyPtr(key);
}

// curve_template lives as long as the program: building parameters is what makes an import slow.
const EVP_PKEY* curve_template(const CurveRow& curve) {
  switch (curve.type) {
    case KeyType::kP256: {
      static const EVP_PKEY* const p256 = make_template(curve).release();
      return p256;
    }
    case KeyType::kP384: {
      static const EVP_PKEY* const p384 = make_template(curve).release();
      return p384;
    }
    case KeyType::kP521: {
      static const EVP_PKEY* const p521 = make_template(curve).release();
      return p521;
    }
    case KeyType::kSm2: {
      static const EVP_PKEY* const sm2 = make_template(curve).release();
      return sm2;
    }
    default:
      return nullptr;
  }
}

// The library checks that the coordinates are smaller than the prime and that the point is on its curve; all these
// curves have cofactor 1, so the point then has the right order.
EvpPkeyPtr import_point(const CurveRow& curve, base::ByteView encoded) {
  const EVP_PKEY* parameters = curve_template(curve);
  EvpPkeyPtr key(parameters == nullptr ? nullptr : EVP_PKEY_dup(const_cast<EVP_PKEY*>(parameters)));
  if (!key || EVP_PKEY_set1_encoded_public_key(key.get(), encoded.data(), encoded.size()) != 1) return nullptr;
  return key;
}

// EdwardsCurve is a x^2 + y^2 = 1 + d x^2 y^2 over the integers modulo p (RFC 8032 sections 5.1 and 5.2).
struct EdwardsCurve {
  const char* p;
  int a;
  // d as a fraction, because that is how the standard gives it
  int d_numerator;
  unsigned d_denominator;
  // y coordinates of points of small order besides 0, 1 and -1
  std::array<const char*, 2> small_order;
};

constexpr EdwardsCurve kEdwards25519{"7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffed",
                                     -1,
                                     -121665,
                                     121666,
                                     {"7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7",
                                      "05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826"}};
constexpr EdwardsCurve kEdwards448{
    "fffffffffffffffffffffffffffffffffffffffffffffffffffffffe"
    "ffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    1,
    -39081,
    1,
    {nullptr, nullptr}};

BignumPtr from_hex_digits(const char* digits) {
  BIGNUM* number = nullptr;
  BN_hex2bn(&number, digits);
  return BignumPtr(number);
}

// multiply_small is number * factor modulo p for a small factor of either sign.
bool multiply_small(BIGNUM* number, int factor, const BIGNUM* p, BN_CTX* context) {
  const auto magnitude = static_cast<BN_ULONG>(factor < 0 ? -factor : factor);
  if (BN_mul_word(number, magnitude) != 1) return false;
  if (factor < 0) BN_set_negative(number, 1);
  return BN_nnmod(number, number, p, context) == 1;
}

bool has_small_order(const EdwardsCurve& curve, const BIGNUM* y, const BIGNUM* p) {
  const BignumPtr minus_one(BN_dup(p));
  if (!minus_one || BN_sub_word(minus_one.get(), 1) != 1) return true;
  if (BN_is_zero(y) != 0 || BN_is_one(y) != 0 || BN_cmp(y, minus_one.get()) == 0) return true;
  return std::ranges::any_of(curve.small_order, [&](const char* digits) {
    return digits != nullptr && BN_cmp(y, from_hex_digits(digits).get()) == 0;
  });
}

// is_on_edwards_curve decodes y and asks whether x^2 = (1 - y^2) / (a - d y^2) has a root, which the library does
// not do before it verifies. Points of small order verify signatures that nobody made; they are refused as well.
bool is_on_edwards_curve(const EdwardsCurve& curve, base::ByteView encoded) {
  base::Bytes little_endian = base::to_bytes(encoded);
  little_endian.back() &= 0x7fU;  // the sign of x
  const BignumContextPtr context(BN_CTX_new());
  const BignumPtr p = from_hex_digits(curve.p);
  const BignumPtr y(BN_lebin2bn(little_endian.data(), static_cast<int>(little_endian.size()), nullptr));
  const BignumPtr square(BN_new());
  const BignumPtr numerator(BN_new());
  const BignumPtr denominator(BN_new());
  if (!context || !p || !y || !square || !numerator || !denominator) return false;
  if (BN_cmp(y.get(), p.get()) >= 0 || has_small_order(curve, y.get(), p.get())) return false;
  if (BN_mod_sqr(square.get(), y.get(), p.get(), context.get()) != 1) return false;
  // Over the common factor d_denominator: root of (1 - y^2) * d_denominator / (a d_denominator - d_numerator y^2).
  // A fraction has a root exactly when the product of its parts has one.
  bool done = BN_one(numerator.get()) == 1 && BN_sub(numerator.get(), numerator.get(), square.get()) == 1 &&
              BN_mul_word(numerator.get(), curve.d_denominator) == 1;
  done = done && BN_one(denominator.get()) == 1 && BN_mul_word(denominator.get(), curve.d_denominator) == 1;
  if (curve.a < 0) BN_set_negative(denominator.get(), 1);
  done = done && multiply_small(square.get(), curve.d_numerator, p.get(), context.get()) &&
         BN_sub(denominator.get(), denominator.get(), square.get()) == 1 &&
         BN_mod_mul(numerator.get(), numerator.get(), denominator.get(), p.get(), context.get()) == 1;
  return done && BN_kronecker(numerator.get(), p.get(), context.get()) == 1;
}

EvpPkeyPtr import_edwards(const CurveRow& curve, base::ByteView encoded) {
  if (!is_on_edwards_curve(curve.type == KeyType::kEd25519 ? kEdwards25519 : kEdwards448, encoded)) return nullptr;
  return EvpPkeyPtr(
      EVP_PKEY_new_raw_public_key_ex(nullptr, curve.openssl_key, nullptr, encoded.data(), encoded.size()));
}

// native_number turns a big-endian number into what OSSL_PARAM takes.
base::Bytes native_number(base::ByteView big_endian) {
  base::Bytes native(big_endian.size());
  const BignumPtr number(BN_bin2bn(big_endian.data(), static_cast<int>(big_endian.size()), nullptr));
  if (!number || BN_bn2nativepad(number.get(), native.data(), static_cast<int>(native.size())) < 0) native.clear();
  return native;
}

// rsa_import_context belongs to the thread: making one costs as much as the import.
EVP_PKEY_CTX* rsa_import_context() {
  thread_local EvpPkeyContextPtr context;
  if (!context) {
    context.reset(EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr));
    if (context && EVP_PKEY_fromdata_init(context.get()) != 1) context.reset();
  }
  return context.get();
}

}  // namespace

EvpPkeyPtr import_curve_key(const CurveRow& curve, base::ByteView encoded) {
  return curve.openssl_group == nullptr ? import_edwards(curve, encoded) : import_point(curve, encoded);
}

EvpPkeyPtr import_rsa_key(base::ByteView modulus, base::ByteView exponent) {
  EVP_PKEY_CTX* context = rsa_import_context();
  base::Bytes n = native_number(modulus);
  base::Bytes e = native_number(exponent);
  if (context == nullptr || n.empty() || e.empty()) return nullptr;
  std::array<OSSL_PARAM, 3> parameters{OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_N, n.data(), n.size()),
                                       OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_E, e.data(), e.size()),
                                       OSSL_PARAM_construct_end()};
  EVP_PKEY* key = nullptr;
  if (EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, parameters.data()) != 1) return nullptr;
  return EvpPkeyPtr(key);
}

}  // namespace yuxin::x509
