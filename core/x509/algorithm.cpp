#include "yuxin/x509/algorithm.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include "algorithm_table.hpp"
#include "oid_table.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/x509/der.hpp"

namespace yuxin::x509 {

namespace {

constexpr unsigned kSmallestRsa = 1024;
constexpr unsigned kLargestRsa = 16384;

// Parameters says what stands behind the OID in an AlgorithmIdentifier.
enum class Parameters { kAbsent, kNull, kPss };

struct SchemeRow {
  SignatureAlgorithm algorithm;
  std::string_view name;
  SignatureFamily family;
  std::optional<DigestAlgorithm> digest;
  const char* oid;
  Parameters parameters;
  std::optional<Parameters> also;  // what is found in the field besides
};

using enum SignatureAlgorithm;

constexpr std::array<SchemeRow, 14> kSchemes{{
    // RFC 4055 section 5: NULL is written, absent parameters must be accepted.
    {kRsaSha256, "sha256WithRSAEncryption", SignatureFamily::kRsaPkcs1, DigestAlgorithm::kSha256,
     "1.2.840.113549.1.1.11", Parameters::kNull, Parameters::kAbsent},
    {kRsaSha384, "sha384WithRSAEncryption", SignatureFamily::kRsaPkcs1, DigestAlgorithm::kSha384,
     "1.2.840.113549.1.1.12", Parameters::kNull, Parameters::kAbsent},
    {kRsaSha512, "sha512WithRSAEncryption", SignatureFamily::kRsaPkcs1, DigestAlgorithm::kSha512,
     "1.2.840.113549.1.1.13", Parameters::kNull, Parameters::kAbsent},
    {kRsaPssSha256, "rsassaPss-with-SHA256", SignatureFamily::kRsaPss, DigestAlgorithm::kSha256,
     "1.2.840.113549.1.1.10", Parameters::kPss, std::nullopt},
    {kRsaPssSha384, "rsassaPss-with-SHA384", SignatureFamily::kRsaPss, DigestAlgorithm::kSha384,
     "1.2.840.113549.1.1.10", Parameters::kPss, std::nullopt},
    {kRsaPssSha512, "rsassaPss-with-SHA512", SignatureFamily::kRsaPss, DigestAlgorithm::kSha512,
     "1.2.840.113549.1.1.10", Parameters::kPss, std::nullopt},
    // RFC 5758 section 3.2 and RFC 8410 section 3: parameters must be absent.
    {kEcdsaSha256, "ecdsa-with-SHA256", SignatureFamily::kEcdsa, DigestAlgorithm::kSha256, "1.2.840.10045.4.3.2",
     Parameters::kAbsent, std::nullopt},
    {kEcdsaSha384, "ecdsa-with-SHA384", SignatureFamily::kEcdsa, DigestAlgorithm::kSha384, "1.2.840.10045.4.3.3",
     Parameters::kAbsent, std::nullopt},
    {kEcdsaSha512, "ecdsa-with-SHA512", SignatureFamily::kEcdsa, DigestAlgorithm::kSha512, "1.2.840.10045.4.3.4",
     Parameters::kAbsent, std::nullopt},
    {kEd25519, "Ed25519", SignatureFamily::kEdDsa, std::nullopt, "1.3.101.112", Parameters::kAbsent, std::nullopt},
    {kEd448, "Ed448", SignatureFamily::kEdDsa, std::nullopt, "1.3.101.113", Parameters::kAbsent, std::nullopt},
    // Public authorities in China write either; the standard does not say.
    {kSm2Sm3, "SM2-with-SM3", SignatureFamily::kSm2, DigestAlgorithm::kSm3, "1.2.156.10197.1.501",
     Parameters::kAbsent, Parameters::kNull},
    {kRsaSha1, "sha1WithRSAEncryption", SignatureFamily::kRsaPkcs1, DigestAlgorithm::kSha1, "1.2.840.113549.1.1.5",
     Parameters::kNull, Parameters::kAbsent},
    {kEcdsaSha1, "ecdsa-with-SHA1", SignatureFamily::kEcdsa, DigestAlgorithm::kSha1, "1.2.840.10045.4.1",
     Parameters::kAbsent, std::nullopt},
}};

// The point of P-521 has 66 octets a coordinate.
constexpr std::array<CurveRow, 6> kCurves{{
    {KeyType::kP256, 256, 65, &oid::kEcPublicKey, &oid::kCurveP256, "EC", "P-256"},
    {KeyType::kP384, 384, 97, &oid::kEcPublicKey, &oid::kCurveP384, "EC", "P-384"},
    {KeyType::kP521, 521, 133, &oid::kEcPublicKey, &oid::kCurveP521, "EC", "P-521"},
    {KeyType::kSm2, 256, 65, &oid::kEcPublicKey, &oid::kCurveSm2, "SM2", "SM2"},
    {KeyType::kEd25519, 256, 32, &oid::kEd25519, nullptr, "ED25519", nullptr},
    {KeyType::kEd448, 448, 57, &oid::kEd448, nullptr, "ED448", nullptr},
}};

struct FixedKind {
  std::string_view name;
  KeyKind kind;
};
constexpr std::array<FixedKind, 6> kFixedKinds{{
    {"ec:P-256", {KeyType::kP256, 256}},
    {"ec:P-384", {KeyType::kP384, 384}},
    {"ec:P-521", {KeyType::kP521, 521}},
    {"ed25519", {KeyType::kEd25519, 256}},
    {"ed448", {KeyType::kEd448, 448}},
    {"sm2", {KeyType::kSm2, 256}},
}};

// RFC 4055 section 3.1: the digest appears twice, each time as an AlgorithmIdentifier with NULL.
void write_pss_parameters(der::Writer& writer, DigestAlgorithm digest) {
  const auto write_digest = [&] {
    const auto identifier = writer.open(der::kSequence);
    writer.oid(digest_oid(digest));
    writer.null();
    writer.close(identifier);
  };
  const auto parameters = writer.open(der::kSequence);
  const auto hash = writer.open(der::constructed_tag(0));
  write_digest();
  writer.close(hash);
  const auto mask = writer.open(der::constructed_tag(1));
  const auto mgf1 = writer.open(der::kSequence);
  writer.oid(oid::kMgf1);
  write_digest();
  writer.close(mgf1);
  writer.close(mask);
  const auto salt = writer.open(der::constructed_tag(2));
  writer.integer(static_cast<std::int64_t>(digest_size(digest)));
  writer.close(salt);
  writer.close(parameters);
}

base::Bytes make_identifier(const SchemeRow& row, Parameters parameters) {
  der::Writer writer;
  const auto identifier = writer.open(der::kSequence);
  writer.oid(*oid_from_dotted(row.oid));
  if (parameters == Parameters::kNull) writer.null();
  if (parameters == Parameters::kPss) write_pss_parameters(writer, *row.digest);
  writer.close(identifier);
  return writer.take();
}

// SchemeTable holds the encodings of the rows, made once.
struct SchemeTable {
  std::array<base::Bytes, kSchemes.size()> written;
  std::array<base::Bytes, kSchemes.size()> also_read;
  std::vector<SignatureScheme> schemes;

  SchemeTable() {
    for (std::size_t i = 0; i < kSchemes.size(); ++i) {
      const SchemeRow& row = kSchemes[i];
      written[i] = make_identifier(row, row.parameters);
      if (row.also) also_read[i] = make_identifier(row, *row.also);
      schemes.push_back({row.algorithm, row.name, written[i], row.digest});
    }
  }
};

const SchemeTable& scheme_table() {
  static const SchemeTable table;
  return table;
}

const SchemeRow& row_of(SignatureAlgorithm algorithm) { return kSchemes[static_cast<std::size_t>(algorithm)]; }

// read_digest reads a digest's AlgorithmIdentifier; RFC 4055 section 2.1: NULL and absent parameters are equal.
std::optional<DigestAlgorithm> read_digest(der::Reader& reader) {
  auto identifier = reader.nested(der::kSequence);
  if (!identifier) return std::nullopt;
  const auto oid = identifier->oid();
  if (!oid) return std::nullopt;
  if (!identifier->at_end()) {
    const auto null = identifier->content(der::kNull);
    if (!null || !null->empty() || !identifier->at_end()) return std::nullopt;
  }
  return digest_by_oid(*oid);
}

// read_mask reads the digest of an MGF1 AlgorithmIdentifier.
std::optional<DigestAlgorithm> read_mask(der::Reader& reader) {
  auto identifier = reader.nested(der::kSequence);
  if (!identifier) return std::nullopt;
  const auto oid = identifier->oid();
  if (!oid || !base::equal(*oid, oid::kMgf1)) return std::nullopt;
  const auto digest = read_digest(*identifier);
  return identifier->at_end() ? digest : std::nullopt;
}

std::optional<SignatureAlgorithm> pss_scheme_by_identifier(base::ByteView algorithm_identifier) {
  const auto whole = der::single(algorithm_identifier, der::kSequence);
  if (!whole) return std::nullopt;
  der::Reader reader(whole->content);
  const auto oid = reader.oid();
  if (!oid || !base::equal(*oid, oid::kRsaPss)) return std::nullopt;
  const auto parameters = parse_pss_parameters(reader.rest());
  if (!parameters) return std::nullopt;
  if (parameters->salt_octets != static_cast<std::int64_t>(digest_size(parameters->digest))) return std::nullopt;
  return pss_algorithm(parameters->digest);
}

}  // namespace

std::optional<KeyKind> parse_key_kind(std::string_view text) {
  for (const FixedKind& fixed : kFixedKinds) {
    if (base::lower(fixed.name) == base::lower(text)) return fixed.kind;
  }
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const std::string name = base::lower(text.substr(0, colon));
  if (name != "rsa" && name != "rsa-pss") return std::nullopt;
  const std::string_view digits = text.substr(colon + 1);
  unsigned bits = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  if (bits < kSmallestRsa || bits > kLargestRsa) return std::nullopt;
  return KeyKind{name == "rsa" ? KeyType::kRsa : KeyType::kRsaPss, bits};
}

std::string print_key_kind(const KeyKind& kind) {
  if (kind.type == KeyType::kRsa) return fmt::format("rsa:{}", kind.bits);
  if (kind.type == KeyType::kRsaPss) return fmt::format("rsa-pss:{}", kind.bits);
  const auto fixed = std::ranges::find(kFixedKinds, kind.type, [](const FixedKind& f) { return f.kind.type; });
  return std::string(fixed->name);
}

unsigned security_bits(const KeyKind& kind) {
  switch (kind.type) {
    case KeyType::kRsa:
    case KeyType::kRsaPss:
      if (kind.bits >= 15360) return 256;
      if (kind.bits >= 7680) return 192;
      if (kind.bits >= 3072) return 128;
      if (kind.bits >= 2048) return 112;
      return 80;
    case KeyType::kP256:
    case KeyType::kSm2:
    case KeyType::kEd25519:
      return 128;
    case KeyType::kP384:
      return 192;
    case KeyType::kEd448:
      return 224;
    case KeyType::kP521:
      return 256;
  }
  return 0;
}

const SignatureScheme& scheme(SignatureAlgorithm algorithm) {
  return scheme_table().schemes[static_cast<std::size_t>(algorithm)];
}

std::optional<SignatureAlgorithm> scheme_by_identifier(base::ByteView algorithm_identifier) {
  const SchemeTable& table = scheme_table();
  for (std::size_t i = 0; i < kSchemes.size(); ++i) {
    if (base::equal(table.written[i], algorithm_identifier)) return kSchemes[i].algorithm;
    if (kSchemes[i].also && base::equal(table.also_read[i], algorithm_identifier)) return kSchemes[i].algorithm;
  }
  return pss_scheme_by_identifier(algorithm_identifier);
}

SignatureAlgorithm default_signature(const KeyKind& kind) {
  const unsigned strength = security_bits(kind);
  switch (kind.type) {
    case KeyType::kRsa:
      return strength <= 128 ? kRsaSha256 : strength <= 192 ? kRsaSha384 : kRsaSha512;
    case KeyType::kRsaPss:
      return strength <= 128 ? kRsaPssSha256 : strength <= 192 ? kRsaPssSha384 : kRsaPssSha512;
    case KeyType::kP256:
      return kEcdsaSha256;
    case KeyType::kP384:
      return kEcdsaSha384;
    case KeyType::kP521:
      return kEcdsaSha512;
    case KeyType::kEd25519:
      return kEd25519;
    case KeyType::kEd448:
      return kEd448;
    case KeyType::kSm2:
      return kSm2Sm3;
  }
  return kRsaSha256;
}

bool fits(const KeyKind& kind, SignatureAlgorithm algorithm) {
  const SchemeRow& row = row_of(algorithm);
  if (row.digest == DigestAlgorithm::kSha1) return false;
  switch (row.family) {
    case SignatureFamily::kRsaPkcs1:
      return kind.type == KeyType::kRsa;
    case SignatureFamily::kRsaPss: {
      // RFC 8017 section 9.1.1 step 3: digest and salt, two octets more, must find room in the encoded message.
      const std::size_t room = (kind.bits + 6) / 8;
      const bool is_rsa = kind.type == KeyType::kRsa || kind.type == KeyType::kRsaPss;
      return is_rsa && room >= 2 * digest_size(*row.digest) + 2;
    }
    case SignatureFamily::kEcdsa:
      return kind.type == KeyType::kP256 || kind.type == KeyType::kP384 || kind.type == KeyType::kP521;
    case SignatureFamily::kEdDsa:
      return kind.type == (algorithm == kEd25519 ? KeyType::kEd25519 : KeyType::kEd448);
    case SignatureFamily::kSm2:
      return kind.type == KeyType::kSm2;
  }
  return false;
}

SignatureFamily family(SignatureAlgorithm algorithm) { return row_of(algorithm).family; }

const CurveRow* curve_by_oids(Oid algorithm, Oid parameters) {
  const auto row = std::ranges::find_if(kCurves, [&](const CurveRow& r) {
    return base::equal(*r.algorithm, algorithm) && base::equal(r.parameters ? *r.parameters : Oid(), parameters);
  });
  return row == kCurves.end() ? nullptr : &*row;
}

const CurveRow& curve_of(KeyType type) { return *std::ranges::find(kCurves, type, &CurveRow::type); }

std::optional<PssParameters> parse_pss_parameters(base::ByteView der) {
  const auto whole = der::single(der, der::kSequence);
  if (!whole) return std::nullopt;
  der::Reader reader(whole->content);
  // An absent digest or mask means SHA-1, which is never accepted; so both must be there. The trailer has only its
  // default, which DER leaves out.
  auto hash = reader.nested(der::constructed_tag(0));
  auto mask = reader.nested(der::constructed_tag(1));
  if (!hash || !mask) return std::nullopt;
  const auto digest = read_digest(*hash);
  const auto mask_digest = read_mask(*mask);
  if (!digest || !mask_digest || *digest != *mask_digest || !hash->at_end() || !mask->at_end()) return std::nullopt;
  std::int64_t salt_octets = 20;
  if (auto salt = reader.nested(der::constructed_tag(2))) {
    const auto octets = salt->small_integer();
    if (!octets || *octets < 0 || !salt->at_end()) return std::nullopt;
    salt_octets = *octets;
  }
  if (!reader.at_end() || !pss_algorithm(*digest)) return std::nullopt;
  return PssParameters{*digest, salt_octets};
}

std::optional<SignatureAlgorithm> pss_algorithm(DigestAlgorithm digest) {
  const auto row = std::ranges::find_if(
      kSchemes, [&](const SchemeRow& r) { return r.family == SignatureFamily::kRsaPss && r.digest == digest; });
  if (row == kSchemes.end()) return std::nullopt;
  return row->algorithm;
}

}  // namespace yuxin::x509
