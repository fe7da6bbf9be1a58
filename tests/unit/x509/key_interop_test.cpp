// Keys and signatures go to the openssl program and come from it.
#include <doctest/doctest.h>

#include "command.hpp"
#include "need.hpp"
#include "yuxin/x509/der.hpp"
#include "yuxin/x509/key.hpp"

namespace x509 = yuxin::x509;
using x509::PrivateKey;
using x509::PublicKey;
using x509::SignatureAlgorithm;
using yuxin::base::as_bytes;
using yuxin::base::Bytes;
using yuxin::base::hex;
using yuxin::base::pem;
using yuxin::base::Secret;
using yuxin::base::to_bytes;
using yuxin::test::read_octets;
using yuxin::test::TemporaryFolder;
using yuxin::test::write_octets;

namespace {

// Case is an algorithm in our words and in those of the openssl program, which signs and verifies the file `message`.
struct Case {
  SignatureAlgorithm algorithm;
  const char* kind;
  const char* genpkey;
  const char* sign;    // with key.pem, to the file `signature`
  const char* verify;  // with public.pem
};

constexpr const char* kEdSign = "pkeyutl -sign -rawin -inkey key.pem -in message -out signature";
constexpr const char* kEdVerify = "pkeyutl -verify -rawin -pubin -inkey public.pem -in message -sigfile signature";

const Case kCases[] = {
    {SignatureAlgorithm::kRsaSha256, "rsa:2048", "-algorithm RSA -pkeyopt rsa_keygen_bits:2048",
     "dgst -sha256 -sign key.pem -out signature message",
     "dgst -sha256 -verify public.pem -signature signature message"},
    {SignatureAlgorithm::kRsaSha384, "rsa:3072", "-algorithm RSA -pkeyopt rsa_keygen_bits:3072",
     "dgst -sha384 -sign key.pem -out signature message",
     "dgst -sha384 -verify public.pem -signature signature message"},
    {SignatureAlgorithm::kRsaPssSha256, "rsa:2048", "-algorithm RSA -pkeyopt rsa_keygen_bits:2048",
     "dgst -sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:32 -sign key.pem -out signature message",
     "dgst -sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:32 -verify public.pem -signature signature "
     "message"},
    {SignatureAlgorithm::kRsaPssSha512, "rsa-pss:2048", "-algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048",
     "dgst -sha512 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:64 -sign key.pem -out signature message",
     "dgst -sha512 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:64 -verify public.pem -signature signature "
     "message"},
    {SignatureAlgorithm::kEcdsaSha256, "ec:P-256", "-algorithm EC -pkeyopt ec_paramgen_curve:P-256",
     "dgst -sha256 -sign key.pem -out signature message",
     "dgst -sha256 -verify public.pem -signature signature message"},
    {SignatureAlgorithm::kEcdsaSha384, "ec:P-384", "-algorithm EC -pkeyopt ec_paramgen_curve:P-384",
     "dgst -sha384 -sign key.pem -out signature message",
     "dgst -sha384 -verify public.pem -signature signature message"},
    {SignatureAlgorithm::kEcdsaSha512, "ec:P-521", "-algorithm EC -pkeyopt ec_paramgen_curve:P-521",
     "dgst -sha512 -sign key.pem -out signature message",
     "dgst -sha512 -verify public.pem -signature signature message"},
    {SignatureAlgorithm::kEd25519, "ed25519", "-algorithm ED25519", kEdSign, kEdVerify},
    {SignatureAlgorithm::kEd448, "ed448", "-algorithm ED448", kEdSign, kEdVerify},
    {SignatureAlgorithm::kSm2Sm3, "sm2", "-algorithm SM2",
     "pkeyutl -sign -rawin -digest sm3 -pkeyopt distid:1234567812345678 -inkey key.pem -in message -out signature",
     "pkeyutl -verify -rawin -digest sm3 -pkeyopt distid:1234567812345678 -pubin -inkey public.pem -in message "
     "-sigfile signature"},
};

constexpr const char* kMessage = "To be signed, and read by the other side.";

void write_text(const std::string& path, std::string_view text) { write_octets(path, to_bytes(as_bytes(text))); }

// must runs `openssl ARGUMENTS` in the folder.
void must(const TemporaryFolder& folder, const std::string& arguments) {
  const auto outcome = folder.run("openssl " + arguments);
  CAPTURE(arguments);
  CAPTURE(outcome.output);
  REQUIRE(outcome.status == 0);
}

}  // namespace

TEST_CASE("keys and signatures of openssl are accepted") {
  for (const Case& each : kCases) {
    CAPTURE(each.sign);
    const TemporaryFolder folder;
    write_text(folder.file("message"), kMessage);
    must(folder, std::string("genpkey ") + each.genpkey + " -out key.pem");
    must(folder, "pkey -in key.pem -pubout -outform DER -out public.der");
    must(folder, each.sign);
    const auto key = PrivateKey::from_pem(read_octets(folder.file("key.pem")), nullptr);
    REQUIRE(key.has_value());
    CHECK(x509::print_key_kind(key->public_key().kind()) == each.kind);
    CHECK(hex(key->public_key().spki()) == hex(read_octets(folder.file("public.der"))));
    const Bytes signature = read_octets(folder.file("signature"));
    const auto identifier = x509::scheme(each.algorithm).identifier;
    CHECK(x509::verify_tbs(key->public_key(), identifier, as_bytes(kMessage), signature));
    CHECK_FALSE(x509::verify_tbs(key->public_key(), identifier, as_bytes("something else"), signature));
  }
}

TEST_CASE("keys and signatures of ours are accepted by openssl") {
  for (const Case& each : kCases) {
    CAPTURE(each.verify);
    const TemporaryFolder folder;
    write_text(folder.file("message"), kMessage);
    const auto key = PrivateKey::generate(*x509::parse_key_kind(each.kind)).value();
    write_text(folder.file("public.pem"), pem("PUBLIC KEY", key.public_key().spki()));
    const auto pkcs8 = key.to_pkcs8().value();
    write_octets(folder.file("key.der"), to_bytes(pkcs8.view()));
    must(folder, "pkey -inform DER -in key.der -pubout -out again.pem");
    must(folder, "pkey -pubin -in public.pem -outform DER -out public.der");
    CHECK(read_octets(folder.file("again.pem")) == read_octets(folder.file("public.pem")));
    const auto signer = key.signer(each.algorithm).value();
    write_octets(folder.file("signature"), signer->sign(as_bytes(kMessage)).value());
    must(folder, each.verify);
    write_text(folder.file("message"), "another message");
    CHECK(folder.run(std::string("openssl ") + each.verify).status != 0);
  }
}

TEST_CASE("PKCS#8 goes out and comes back, plain and sealed") {
  const Secret passphrase(std::string_view("correct horse 电池"));
  for (const char* kind : {"rsa:2048", "rsa-pss:2048", "ec:P-256", "ec:P-521", "ed25519", "ed448", "sm2"}) {
    CAPTURE(kind);
    const auto key = PrivateKey::generate(*x509::parse_key_kind(kind)).value();
    const auto plain = key.to_pkcs8().value();
    const auto again = PrivateKey::from_pkcs8(plain.view());
    REQUIRE(again.has_value());
    CHECK(hex(again->public_key().spki()) == hex(key.public_key().spki()));
    const Bytes sealed = key.to_encrypted_pkcs8(passphrase, 2000).value();
    const auto opened = PrivateKey::from_encrypted_pkcs8(sealed, passphrase);
    REQUIRE(opened.has_value());
    CHECK(hex(opened->public_key().spki()) == hex(key.public_key().spki()));
    const auto wrong = PrivateKey::from_encrypted_pkcs8(sealed, Secret(std::string_view("correct horse 電池")));
    REQUIRE_FALSE(wrong.has_value());
    CHECK(wrong.error().code == yuxin::base::Code::kNotAuthorised);
    const TemporaryFolder folder;
    write_octets(folder.file("sealed.der"), sealed);
    write_text(folder.file("passphrase"), passphrase.text());
    must(folder, "pkcs8 -inform DER -in sealed.der -passin file:passphrase -out plain.pem");
    CHECK(yuxin::base::as_text(read_octets(folder.file("plain.pem"))) == pem("PRIVATE KEY", plain.view()));
  }
}

TEST_CASE("a sealed key says PBES2, PBKDF2 with HMAC-SHA-256, AES-256-CBC, and its iterations") {
  const auto key = PrivateKey::generate(*x509::parse_key_kind("ed25519")).value();
  const TemporaryFolder folder;
  write_octets(folder.file("sealed.der"), key.to_encrypted_pkcs8(Secret(std::string_view("p")), 4096).value());
  const std::string text = folder.run("openssl asn1parse -inform DER -in sealed.der").output;
  CAPTURE(text);
  for (const char* part : {":PBES2", ":PBKDF2", ":1000", ":hmacWithSHA256", ":aes-256-cbc"}) {
    CHECK(text.find(part) != std::string::npos);  // 4096 is printed as hexadecimal 1000
  }
}

TEST_CASE("keys sealed by openssl are opened with the right passphrase only, and nobody is asked for one") {
  const TemporaryFolder folder;
  must(folder, "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -aes-256-cbc -pass pass:sesame -out key.pem");
  const Bytes text = read_octets(folder.file("key.pem"));
  const Secret right(std::string_view("sesame"));
  const Secret wrong(std::string_view("simsim"));
  const Secret empty;
  CHECK(PrivateKey::from_pem(text, &right).has_value());
  for (const Secret* passphrase : {&wrong, &empty, static_cast<const Secret*>(nullptr)}) {
    const auto key = PrivateKey::from_pem(text, passphrase);
    REQUIRE_FALSE(key.has_value());
    CHECK(key.error().code == yuxin::base::Code::kNotAuthorised);
  }
}

TEST_CASE("older forms are read; old encryption and costly derivations are refused with advice") {
  const TemporaryFolder folder;
  const auto code_of = [&](const char* file) {
    const Secret passphrase(std::string_view("sesame"));
    const auto key = PrivateKey::from_pem(read_octets(folder.file(file)), &passphrase);
    return key ? std::string("read") : std::string(yuxin::base::code_name(key.error().code));
  };
  must(folder, "ecparam -name prime256v1 -genkey -out sec1.pem");  // EC PARAMETERS comes first
  CHECK(code_of("sec1.pem") == "read");
  must(folder, "ecparam -name SM2 -genkey -out sm2.pem");
  CHECK(code_of("sm2.pem") == "read");
  must(folder, "genrsa -traditional -out pkcs1.pem 2048");
  CHECK(code_of("pkcs1.pem") == "read");
  must(folder, "ec -in sec1.pem -aes128 -passout pass:sesame -out old.pem");
  CHECK(code_of("old.pem") == "refused");
  must(folder, "pkcs8 -topk8 -scrypt -in sec1.pem -passout pass:sesame -out scrypt.pem");
  CHECK(code_of("scrypt.pem") == "refused");
  must(folder, "pkcs8 -topk8 -v1 PBE-SHA1-3DES -in sec1.pem -passout pass:sesame -out pbes1.pem");
  CHECK(code_of("pbes1.pem") == "refused");
  must(folder, "pkcs8 -topk8 -in sec1.pem -passout pass:sesame -out pbes2.pem");
  CHECK(code_of("pbes2.pem") == "read");
  must(folder, "ec -in sec1.pem -conv_form compressed -out compressed.pem");
  CHECK(code_of("compressed.pem") == "read");
  must(folder, "ecparam -name secp256k1 -genkey -out koblitz.pem");
  CHECK(code_of("koblitz.pem") == "malformed");
  must(folder, "ecparam -name prime256v1 -param_enc explicit -genkey -noout -out explicit.pem");
  CHECK(code_of("explicit.pem") == "malformed");
  must(folder, "genpkey -algorithm X25519 -out x25519.pem");
  CHECK(code_of("x25519.pem") == "malformed");
  must(folder, "pkey -in sec1.pem -pubout -out public.pem");
  CHECK(code_of("public.pem") == "malformed");
  write_text(folder.file("empty.pem"), "");
  CHECK(code_of("empty.pem") == "malformed");
}

TEST_CASE("a hostile number of iterations is refused before any is run") {
  namespace der = x509::der;
  const auto code_of = [](std::int64_t iterations) {
    der::Writer writer;
    const auto info = writer.open(der::kSequence);
    const auto algorithm = writer.open(der::kSequence);
    writer.oid(*x509::oid_by_name("PBES2"));
    const auto schemes = writer.open(der::kSequence);
    const auto derivation = writer.open(der::kSequence);
    writer.oid(*x509::oid_by_name("PBKDF2"));
    const auto parameters = writer.open(der::kSequence);
    writer.octet_string(Bytes(16, 1));
    writer.integer(iterations);
    writer.close(parameters);
    writer.close(derivation);
    const auto cipher = writer.open(der::kSequence);
    writer.oid(*x509::oid_by_name("aes256-CBC"));
    writer.octet_string(Bytes(16, 2));
    writer.close(cipher);
    writer.close(schemes);
    writer.close(algorithm);
    writer.octet_string(Bytes(64, 3));
    writer.close(info);
    return yuxin::test::error_of(PrivateKey::from_encrypted_pkcs8(writer.view(), Secret(std::string_view("x")))).code;
  };
  CHECK(code_of(1000) == yuxin::base::Code::kNotAuthorised);  // well-formed otherwise
  CHECK(code_of(10000001) == yuxin::base::Code::kRefused);
  CHECK(code_of(2147483647) == yuxin::base::Code::kRefused);
  CHECK(code_of(0) == yuxin::base::Code::kRefused);
  CHECK(code_of(-1) == yuxin::base::Code::kRefused);
}

TEST_CASE("a key that is bound to one digest by its parameters signs and verifies with that only") {
  const TemporaryFolder folder;
  write_text(folder.file("message"), kMessage);
  must(folder,
       "genpkey -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048 -pkeyopt rsa_pss_keygen_md:sha384 "
       "-pkeyopt rsa_pss_keygen_mgf1_md:sha384 -pkeyopt rsa_pss_keygen_saltlen:48 -out key.pem");
  must(folder, "dgst -sha384 -sigopt rsa_pss_saltlen:48 -sign key.pem -out signature message");
  const auto key = PrivateKey::from_pem(read_octets(folder.file("key.pem")), nullptr);
  REQUIRE(key.has_value());
  CHECK(key->public_key().kind() == x509::KeyKind{x509::KeyType::kRsaPss, 2048});
  CHECK(key->signer(SignatureAlgorithm::kRsaPssSha384).has_value());
  const auto other = key->signer(SignatureAlgorithm::kRsaPssSha256);
  REQUIRE_FALSE(other.has_value());
  CHECK(other.error().code == yuxin::base::Code::kUsage);
  const Bytes signature = read_octets(folder.file("signature"));
  const auto verified = [&](SignatureAlgorithm algorithm) {
    return x509::verify_tbs(key->public_key(), x509::scheme(algorithm).identifier, as_bytes(kMessage), signature)
        .has_value();
  };
  CHECK(verified(SignatureAlgorithm::kRsaPssSha384));
  CHECK_FALSE(verified(SignatureAlgorithm::kRsaPssSha256));
}

TEST_CASE("a PSS signature with another salt is refused") {
  const TemporaryFolder folder;
  write_text(folder.file("message"), kMessage);
  must(folder, "genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out key.pem");
  must(folder,
       "dgst -sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:20 -sign key.pem -out signature "
       "message");
  const auto key = PrivateKey::from_pem(read_octets(folder.file("key.pem")), nullptr).value();
  CHECK_FALSE(x509::verify_tbs(key.public_key(), x509::scheme(SignatureAlgorithm::kRsaPssSha256).identifier,
                               as_bytes(kMessage), read_octets(folder.file("signature"))));
}

TEST_CASE("SM2 signatures with the empty identifier, which openssl makes by default, are refused") {
  const TemporaryFolder folder;
  write_text(folder.file("message"), kMessage);
  must(folder, "genpkey -algorithm SM2 -out key.pem");
  must(folder, "pkeyutl -sign -rawin -digest sm3 -inkey key.pem -in message -out signature");
  const auto key = PrivateKey::from_pem(read_octets(folder.file("key.pem")), nullptr).value();
  CHECK_FALSE(x509::verify_tbs(key.public_key(), x509::scheme(SignatureAlgorithm::kSm2Sm3).identifier,
                               as_bytes(kMessage), read_octets(folder.file("signature"))));
}

TEST_CASE("private keys that do not belong to their public part are refused") {
  // RFC 5915 ECPrivateKey whose publicKey is another key's.
  const auto one = PrivateKey::generate(*x509::parse_key_kind("ec:P-256")).value();
  const auto two = PrivateKey::generate(*x509::parse_key_kind("ec:P-256")).value();
  const auto pkcs8 = one.to_pkcs8().value();
  Bytes mixed = to_bytes(pkcs8.view());
  const auto bits = two.public_key().key_bits();
  REQUIRE(hex(yuxin::base::ByteView(mixed).last(bits.size())) == hex(one.public_key().key_bits()));
  std::copy(bits.begin(), bits.end(), mixed.end() - static_cast<std::ptrdiff_t>(bits.size()));
  const auto key = PrivateKey::from_pkcs8(mixed);
  REQUIRE_FALSE(key.has_value());
  CHECK(key.error().code == yuxin::base::Code::kMalformed);
}

TEST_CASE("PKCS#8 that is cut short, lengthened or damaged is refused") {
  const auto key = PrivateKey::generate(*x509::parse_key_kind("ed25519")).value();
  const auto pkcs8 = key.to_pkcs8().value();
  for (std::size_t size = 0; size < pkcs8.size(); ++size) {
    CHECK_FALSE(PrivateKey::from_pkcs8(pkcs8.view().first(size)).has_value());
  }
  Bytes longer = to_bytes(pkcs8.view());
  longer.push_back(0);
  CHECK_FALSE(PrivateKey::from_pkcs8(longer).has_value());
  const Bytes sealed = key.to_encrypted_pkcs8(Secret(std::string_view("p")), 1000).value();
  for (const std::size_t size : {std::size_t{0}, std::size_t{10}, sealed.size() - 1}) {
    const auto cut = yuxin::base::ByteView(sealed).first(size);
    CHECK_FALSE(PrivateKey::from_encrypted_pkcs8(cut, Secret(std::string_view("p"))).has_value());
  }
}

TEST_CASE("sealing wants a passphrase and a sensible number of iterations; weak keys are not made") {
  const auto key = PrivateKey::generate(*x509::parse_key_kind("ed25519")).value();
  CHECK(yuxin::test::error_of(key.to_encrypted_pkcs8(Secret(), 2000)).code == yuxin::base::Code::kUsage);
  CHECK(yuxin::test::error_of(key.to_encrypted_pkcs8(Secret(std::string_view("p")), 999)).code ==
        yuxin::base::Code::kUsage);
  CHECK(yuxin::test::error_of(PrivateKey::generate({x509::KeyType::kRsa, 1024})).code == yuxin::base::Code::kRefused);
}

TEST_CASE("the private keys of RFC 8410 section 10.3 have their public key") {
  const char* const public_key = "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=";
  const auto key = PrivateKey::from_pem(as_bytes("-----BEGIN PRIVATE KEY-----\n"
                                                 "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n"
                                                 "-----END PRIVATE KEY-----\n"),
                                        nullptr);
  REQUIRE(key.has_value());
  CHECK(yuxin::base::base64(key->public_key().spki()) == public_key);
  // with attributes and the public key, which is version 2 (RFC 5958 section 2)
  Bytes second = *yuxin::base::from_base64(
      "MHICAQEwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC"
      "oB8wHQYKKoZIhvcNAQkJFDEPDA1DdXJkbGUgQ2hhaXJzgSEAGb9ECWmEzf6FQbrB"
      "Z9w7lshQhqowtrbLDFw4rXAxZuE=");
  const auto version_2 = PrivateKey::from_pkcs8(second);
  REQUIRE(version_2.has_value());
  CHECK(yuxin::base::base64(version_2->public_key().spki()) == public_key);
  second.back() ^= 1U;
  CHECK_FALSE(PrivateKey::from_pkcs8(second).has_value());
}
