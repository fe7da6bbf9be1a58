#include "yuxin/x509/password_mac.hpp"

#include <openssl/crmf.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>

#include "openssl.hpp"
#include "yuxin/x509/der.hpp"
#include "yuxin/x509/digest.hpp"
#include "yuxin/x509/oid.hpp"

namespace yuxin::x509 {

using base::Bytes;
using base::ByteView;
using base::Code;
using base::fail;
using base::Result;

namespace {

// 1.2.840.113533.7.66.13, 1.2.840.113549.1.5.14 and .12, content octets.
constexpr std::array<std::uint8_t, 9> kPasswordBasedMac = {0x2a, 0x86, 0x48, 0x86, 0xf6, 0x7d, 0x07, 0x42, 0x0d};
constexpr std::array<std::uint8_t, 9> kPbmac1 = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05, 0x0e};
constexpr std::array<std::uint8_t, 9> kPbkdf2 = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05, 0x0c};

constexpr std::size_t kShortestSalt = 8;
constexpr std::size_t kLongestSalt = 128;
constexpr std::int64_t kShortestKey = 20;
constexpr std::size_t kLongestKey = 64;
constexpr std::int64_t kFewestOfPbm = 100;

// The HMACs: hmac-sha1 of 1.3.6.1.5.5.8.1.2 (RFC 4211 section 4.4), and 1.2.840.113549.2.N (RFC 8018 appendix B.1).
const EVP_MD* hmac_digest(ByteView oid) {
  static constexpr std::array<std::uint8_t, 8> kOldSha1 = {0x2b, 0x06, 0x01, 0x05, 0x05, 0x08, 0x01, 0x02};
  static constexpr std::array<std::uint8_t, 7> kArc = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02};
  if (base::equal(oid, kOldSha1)) return EVP_sha1();
  if (oid.size() != kArc.size() + 1 || !base::equal(oid.first(kArc.size()), kArc)) return nullptr;
  switch (oid.back()) {
    case 7:
      return EVP_sha1();
    case 9:
      return EVP_sha256();
    case 10:
      return EVP_sha384();
    case 11:
      return EVP_sha512();
    default:
      return nullptr;
  }
}

// An AlgorithmIdentifier whose parameters are absent or NULL gives its OID.
std::optional<ByteView> plain_algorithm(der::Reader& reader) {
  auto identifier = reader.nested(der::kSequence);
  const auto oid = identifier ? identifier->oid() : std::nullopt;
  if (!oid || !identifier->skip_optional(der::kNull) || !identifier->at_end()) return std::nullopt;
  return oid;
}

base::Failure malformed() {
  return fail(Code::kMalformed, "The parameters of the message's password-based MAC do not parse.");
}
base::Failure refused_algorithm() {
  return fail(Code::kRefused,
              "Messages are protected with PasswordBasedMac or PBMAC1 over SHA-256 or longer, and HMAC.");
}

// Parameters are those of either scheme; views into the identifier.
struct Parameters {
  ByteView salt;
  std::int64_t iterations = 0;
  std::int64_t key_size = 0;
  ByteView derivation;
  ByteView authentication;
};

// PBMParameter ::= SEQUENCE { salt, owf, iterationCount, mac }
Result<Parameters> read_pbm(ByteView der) {
  const auto whole = der::single(der, der::kSequence);
  der::Reader fields(whole ? whole->content : ByteView());
  const auto salt = fields.content(der::kOctetString);
  const auto owf = salt ? plain_algorithm(fields) : std::nullopt;
  const auto iterations = owf ? fields.small_integer() : std::nullopt;
  const auto mac = iterations ? plain_algorithm(fields) : std::nullopt;
  if (!mac || !fields.at_end()) return malformed();
  const auto digest = digest_by_oid(*owf);
  if (!digest || *digest == DigestAlgorithm::kSha1 || *digest == DigestAlgorithm::kShake256 ||
      hmac_digest(*mac) == nullptr)
    return refused_algorithm();
  return Parameters{*salt, *iterations, 0, {}, *mac};
}

// PBKDF2-params ::= SEQUENCE { salt, iterationCount, keyLength OPTIONAL, prf DEFAULT hmacWithSHA1 }
Result<Parameters> read_derivation(der::Reader& fields) {
  auto identifier = fields.nested(der::kSequence);
  const auto oid = identifier ? identifier->oid() : std::nullopt;
  auto inside = oid ? identifier->nested(der::kSequence) : std::nullopt;
  if (!inside || !identifier->at_end()) return malformed();
  if (!base::equal(*oid, kPbkdf2)) return refused_algorithm();
  Parameters found;
  const auto salt = inside->content(der::kOctetString);
  const auto iterations = salt ? inside->small_integer() : std::nullopt;
  if (!iterations) return malformed();
  found.salt = *salt;
  found.iterations = *iterations;
  if (inside->next_is(der::kInteger)) {
    const auto size = inside->small_integer().value_or(-1);
    found.key_size = size < 1 ? -1 : size;  // 0 stands for what is not there
  }
  const auto prf = inside->at_end() ? std::nullopt : plain_algorithm(*inside);
  if (!inside->at_end()) return malformed();
  // without one it would be HMAC-SHA1
  if (!prf || hmac_digest(*prf) == nullptr || hmac_digest(*prf) == EVP_sha1()) return refused_algorithm();
  found.derivation = *prf;
  return found;
}

// PBMAC1-params ::= SEQUENCE { keyDerivationFunc, messageAuthScheme }
Result<Parameters> read_pbmac1(ByteView der) {
  const auto whole = der::single(der, der::kSequence);
  der::Reader fields(whole ? whole->content : ByteView());
  TRY(auto found, read_derivation(fields));
  const auto mac = plain_algorithm(fields);
  if (!mac || !fields.at_end()) return malformed();
  const auto* digest = hmac_digest(*mac);
  if (digest == nullptr) return refused_algorithm();
  found.authentication = *mac;
  if (found.key_size == 0) found.key_size = EVP_MD_get_size(digest);
  // The message chooses it: a key of one octet would be found by trying, however long the secret is (RFC 9579 section
  // 9 has 20 octets at least).
  if (found.key_size < kShortestKey || std::cmp_greater(found.key_size, kLongestKey)) return refused_algorithm();
  return found;
}

// RFC 8018 section 5.2: PBKDF2 does its iterations for each block of the key, which is as long as the digest.
std::int64_t blocks_of(const Parameters& parameters) {
  if (parameters.derivation.empty()) return 1;
  const std::int64_t block = EVP_MD_get_size(hmac_digest(parameters.derivation));
  return (parameters.key_size + block - 1) / block;
}

using PbmParameterPtr = std::unique_ptr<OSSL_CRMF_PBMPARAMETER, Deleter<OSSL_CRMF_PBMPARAMETER_free>>;

base::Failure library_failure() {
  return base::fail_with(Code::kInternal, take_openssl_error(), "A message authentication code could not be made.");
}

Result<Bytes> pbm(ByteView parameters, const base::Secret& secret, ByteView message) {
  const auto* at = parameters.data();
  const PbmParameterPtr parsed(d2i_OSSL_CRMF_PBMPARAMETER(nullptr, &at, static_cast<long>(parameters.size())));
  unsigned char* made = nullptr;
  std::size_t size = 0;
  if (!parsed || OSSL_CRMF_pbm_new(nullptr, nullptr, parsed.get(), message.data(), message.size(),
                                   secret.view().data(), secret.size(), &made, &size) != 1)
    return library_failure();
  Bytes mac(made, made + size);
  OPENSSL_free(made);
  return mac;
}

}  // namespace

Result<PasswordMac> PasswordMac::from_identifier(ByteView algorithm_identifier) {
  PasswordMac made;
  made.identifier_ = base::to_bytes(algorithm_identifier);
  const auto whole = der::single(made.identifier_, der::kSequence);
  der::Reader fields(whole ? whole->content : ByteView());
  const auto oid = fields.oid();
  const auto parameters = oid ? fields.element() : std::nullopt;
  if (!oid || (parameters && !fields.at_end())) return malformed();
  const bool is_pbmac1 = base::equal(*oid, kPbmac1);
  if (!is_pbmac1 && !base::equal(*oid, kPasswordBasedMac)) return refused_algorithm();
  if (!parameters) return malformed();
  TRY(const auto found, is_pbmac1 ? read_pbmac1(parameters->whole) : read_pbm(parameters->whole));
  // the library does no fewer with PasswordBasedMac
  const std::int64_t fewest = is_pbmac1 ? 1 : kFewestOfPbm;
  const auto most = kMostIterations / blocks_of(found);
  if (found.iterations < fewest || found.iterations > most)
    return fail(Code::kRefused, "The key of the message's MAC takes {} iterations; {} at most are done here.",
                found.iterations, most);
  if (found.salt.size() < kShortestSalt || found.salt.size() > kLongestSalt)
    return fail(Code::kRefused, "The salt of the message's MAC has {} octets; 8 to 128 are taken.",
                found.salt.size());
  made.scheme_ = is_pbmac1 ? Scheme::kPbmac1 : Scheme::kPbm;
  made.parameters_ = static_cast<std::size_t>(parameters->whole.data() - made.identifier_.data());
  made.salt_ = static_cast<std::size_t>(found.salt.data() - made.identifier_.data());
  made.salt_size_ = found.salt.size();
  made.iterations_ = static_cast<int>(found.iterations);
  made.key_size_ = static_cast<std::size_t>(found.key_size);
  made.derivation_ = base::to_bytes(found.derivation);
  made.authentication_ = base::to_bytes(found.authentication);
  return made;
}

PasswordMac PasswordMac::renewed() const {
  auto copy = *this;
  base::random_bytes(std::span(copy.identifier_).subspan(salt_, salt_size_));
  return copy;
}

Result<Bytes> PasswordMac::mac(const base::Secret& secret, ByteView message) const {
  const ByteView whole(identifier_);
  if (scheme_ == Scheme::kPbm) return pbm(whole.subspan(parameters_), secret, message);
  const auto salt = whole.subspan(salt_, salt_size_);
  base::Secret key(key_size_);
  if (PKCS5_PBKDF2_HMAC(secret.text().data(), static_cast<int>(secret.size()), salt.data(),
                        static_cast<int>(salt.size()), iterations_, hmac_digest(derivation_),
                        static_cast<int>(key_size_), key.data()) != 1)
    return library_failure();
  Bytes mac(EVP_MAX_MD_SIZE);
  unsigned size = 0;
  if (HMAC(hmac_digest(authentication_), key.view().data(), static_cast<int>(key.size()), message.data(),
           message.size(), mac.data(), &size) == nullptr)
    return library_failure();
  mac.resize(size);
  return mac;
}

}  // namespace yuxin::x509
