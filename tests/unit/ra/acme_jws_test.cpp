// JSON Web Keys and Signatures against the examples of RFC 7515, RFC 7638 and RFC 8037.
#include "ra/acme/jws.hpp"

#include <doctest/doctest.h>

#include "need.hpp"
#include "yuxin/x509/digest.hpp"

using namespace yuxin;
using ra::acme::parse_jws;
using ra::acme::ProblemType;
using ra::acme::read_jwk;
using ra::acme::verify_jws;
using ra::acme::verify_mac;

namespace {

base::JsonObject object(std::string_view text) {
  const auto json = base::parse_json(text);
  REQUIRE_MESSAGE(json, text);
  return json->as_object();
}

// A flattened JWS as ACME sends it, with a header that names a url.
std::string message(std::string_view header, std::string_view payload, std::string_view signature) {
  return R"({"protected":")" + base::base64url(base::as_bytes(header)) + R"(","payload":")" +
         base::base64url(base::as_bytes(payload)) + R"(","signature":")" + std::string(signature) + "\"}";
}

// The examples carry headers without url; everything but that is theirs.
ra::acme::Jws example(std::string_view algorithm, std::string_view signed_text, std::string_view signature) {
  ra::acme::Jws jws;
  jws.algorithm = algorithm;
  jws.signed_text = signed_text;
  jws.signature = *base::from_base64url(signature);
  return jws;
}

ProblemType problem_of(const ra::acme::Outcome<ra::acme::Jws>& jws) {
  REQUIRE_FALSE(jws);
  return jws.error().type;
}

// RFC 7515 appendix A.3.1 (the public part).
constexpr std::string_view kEcKey = R"({"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",)"
                                    R"("y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"})";
// RFC 7515 appendix A.2.1 (the public part).
constexpr std::string_view kRsaKey =
    R"({"kty":"RSA","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL)"
    R"(-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WT)"
    R"(BEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDT)"
    R"(W9gb54h4FRWyuXpoQ","e":"AQAB"})";
// {"iss":"joe", "exp":1300819380, "http://example.com/is_root":true} of appendix A.1 to A.3.
constexpr std::string_view kPayload =
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";

}  // namespace

TEST_CASE("base64url has no padding, and is read strictly (RFC 7515 appendix C, RFC 4648 section 10)") {
  const base::Bytes octets = {3, 236, 255, 224, 193};
  CHECK(base::base64url(octets) == "A-z_4ME");
  CHECK(base::from_base64url("A-z_4ME") == octets);
  CHECK(base::from_base64url("") == base::Bytes{});
  for (const auto* wrong : {"A-z_4ME=", "A-z_4M", "A+z/4ME", "A-z_4ME\n", "A-z_4MF", "A", "A-z_4ME*"})
    CHECK_FALSE_MESSAGE(base::from_base64url(wrong), wrong);
}

TEST_CASE("HMAC gives what RFC 4231 says") {
  // Test case 2 (a key shorter than the digest) and 6 (a key longer than a block).
  const auto data = base::as_bytes("what do ya want for nothing?");
  CHECK(base::hex(x509::hmac(x509::DigestAlgorithm::kSha256, base::as_bytes("Jefe"), data)) ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  CHECK(base::hex(x509::hmac(x509::DigestAlgorithm::kSha384, base::as_bytes("Jefe"), data)) ==
        "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649");
  const base::Bytes key(131, 0xaa);
  const auto text = base::as_bytes("Test Using Larger Than Block-Size Key - Hash Key First");
  CHECK(base::hex(x509::hmac(x509::DigestAlgorithm::kSha256, key, text)) ==
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
  CHECK(base::hex(x509::hmac(x509::DigestAlgorithm::kSha512, key, text)) ==
        "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f3526b56d037e05f2598bd0fd2215d6a1e52"
        "95e64f73f63f0aec8b915a985d786598");
}

TEST_CASE("ES256 and RS256 verify the examples of RFC 7515, and nothing beside them") {
  const auto ec = read_jwk(object(kEcKey));
  const auto rsa = read_jwk(object(kRsaKey));
  REQUIRE(ec);
  REQUIRE(rsa);
  const auto by_ec =
      example("ES256", "eyJhbGciOiJFUzI1NiJ9." + std::string(kPayload),
              "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q");
  CHECK(verify_jws(by_ec, ec->key));
  const auto by_rsa = example(
      "RS256", "eyJhbGciOiJSUzI1NiJ9." + std::string(kPayload),
      "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdb"
      "F9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383"
      "LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWy"
      "wlVmtVrBp0igcN_IoypGlUPQGe77Rw");
  CHECK(verify_jws(by_rsa, rsa->key));

  for (const auto* jws : {&by_ec, &by_rsa}) {
    const auto& key = jws == &by_ec ? ec->key : rsa->key;
    auto changed = *jws;
    changed.signed_text.back() = 'R';
    CHECK(yuxin::test::error_of(verify_jws(changed, key)).type == ProblemType::kMalformed);
    changed = *jws;
    changed.signature.push_back(0);
    CHECK(yuxin::test::error_of(verify_jws(changed, key)).type == ProblemType::kMalformed);
    changed.signature.clear();
    CHECK(yuxin::test::error_of(verify_jws(changed, key)).type == ProblemType::kMalformed);
  }
  auto zeros = by_ec;
  zeros.signature.assign(64, 0);
  CHECK_FALSE(verify_jws(zeros, ec->key));
}

TEST_CASE("an algorithm is taken only with the key that it is for, and none and the HMACs with no key") {
  const auto ec = read_jwk(object(kEcKey));
  REQUIRE(ec);
  for (const auto* algorithm : {"none", "HS256", "ES384", "RS256", "EdDSA", "es256", "", "PS256"}) {
    CAPTURE(algorithm);
    const auto verdict = verify_jws(example(algorithm, "a.b", ""), ec->key);
    REQUIRE_FALSE(verdict);
    CHECK(verdict.error().type == ProblemType::kBadSignatureAlgorithm);
  }
}

TEST_CASE("EdDSA verifies the example of RFC 8037 appendix A.4, and its key has the thumbprint of A.3") {
  const auto key =
      read_jwk(object(R"({"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})"));
  REQUIRE(key);
  CHECK(base::base64url(key->thumbprint()) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
  CHECK(verify_jws(example("EdDSA", "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc",
                           "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"),
                   key->key));
}

TEST_CASE("the thumbprint is that of RFC 7638 section 3.1, whatever else stands in the key") {
  const auto key = read_jwk(object(
      R"({"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWK)"
      R"(RXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9)"
      R"(c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csF)"
      R"(Cur-kEgU8awapJzKnqDKgw","e":"AQAB","alg":"RS256","kid":"2011-04-29"})"));
  REQUIRE(key);
  CHECK(base::base64url(key->thumbprint()) == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
}

TEST_CASE("HS256 verifies the example of RFC 7515 appendix A.1, for a binding only") {
  const auto jws = example("HS256", "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9." + std::string(kPayload),
                           "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
  const auto key =
      *base::from_base64url("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow");
  CHECK(verify_mac(jws, key));
  CHECK_FALSE(verify_mac(jws, base::as_bytes("another")));
  auto none = jws;
  none.algorithm = "none";
  CHECK_FALSE(verify_mac(none, key));
}

TEST_CASE("keys that are none are refused") {
  for (
      const auto* text :
      {R"({})", R"({"kty":"oct","k":"AAAA"})", R"({"kty":"EC","crv":"P-256","x":"AAAA","y":"AAAA"})",
       // a coordinate that is not of the full size, and a point that is not on the curve
       R"({"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVE","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"})",
       R"({"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"})",
       R"({"kty":"EC","crv":"secp256k1","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"})",
       // the private part of RFC 7515 appendix A.3
       R"({"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0","d":"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"})",
       // RSA with 1024 bits would be short of "n" here; with a leading zero, or an even exponent
       R"({"kty":"RSA","n":"AKHg","e":"AQAB"})", R"({"kty":"RSA","n":"oeA","e":"AQAA"})",
       R"({"kty":"OKP","crv":"Ed448","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})",
       R"({"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHUQ"})"}) {
    CAPTURE(text);
    const auto key = read_jwk(object(text));
    REQUIRE_FALSE(key);
    CHECK(key.error().type == ProblemType::kBadPublicKey);
  }
}

TEST_CASE("a message is one flattened JWS with a protected header that is understood (RFC 8555 section 6.2)") {
  const std::string head = R"({"alg":"ES256","kid":"https://ra/account/1","nonce":"n","url":"https://ra/new-order"})";
  const auto good = parse_jws(message(head, "{}", "AAAA"));
  REQUIRE(good);
  CHECK(good->algorithm == "ES256");
  CHECK(good->kid == "https://ra/account/1");
  CHECK(good->nonce == "n");
  CHECK(good->url == "https://ra/new-order");
  CHECK(base::as_text(good->payload) == "{}");
  CHECK_FALSE(good->jwk);

  for (const std::string header :
       {R"({"alg":"ES256"})", R"({"url":"u"})", R"({"alg":1,"url":"u"})", R"({"alg":"ES256","url":"u","kid":1})",
        R"({"alg":"ES256","url":"u","crit":["exp"]})", R"({"alg":"ES256","url":"u","b64":false})",
        R"({"alg":"ES256","url":"u","jwk":"x"})", R"({"alg":"ES256","alg":"none","url":"u"})", "[]", "x", ""}) {
    CAPTURE(header);
    CHECK(problem_of(parse_jws(message(header, "{}", "AAAA"))) == ProblemType::kMalformed);
  }
  CHECK(problem_of(parse_jws(message(R"({"alg":"ES256","url":"u","kid":"k","jwk":)" + std::string(kEcKey) + "}", "",
                                     "AAAA"))) == ProblemType::kMalformed);
  for (const auto& text :
       std::vector<std::string>{"{}", "[]", "", message(head, "{}", "AA=="), message(head, "{}", "A"),
                                R"({"signatures":[],)" + message(head, "", "").substr(1),
                                R"({"header":{},)" + message(head, "", "").substr(1), message(head, "", "") + "x"}) {
    CAPTURE(text);
    CHECK(problem_of(parse_jws(text)) == ProblemType::kMalformed);
  }
}
