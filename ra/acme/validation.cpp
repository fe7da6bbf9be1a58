#include "validation.hpp"

#include <algorithm>

#include "yuxin/base/text.hpp"
#include "yuxin/x509/certificate.hpp"
#include "yuxin/x509/der.hpp"
#include "yuxin/x509/digest.hpp"

namespace yuxin::ra::acme {

namespace {

constexpr std::string_view kAcmeIdentifier = "1.3.6.1.5.5.7.1.31";  // RFC 8737 section 6.1

Refusal of_probe(const ProbeError& error) {
  switch (error.kind) {
    case ProbeError::Kind::kDns:
      return Refusal(Problem(ProblemType::kDns, error.detail));
    case ProbeError::Kind::kTls:
      return Refusal(Problem(ProblemType::kTls, error.detail));
    case ProbeError::Kind::kRefused:
    case ProbeError::Kind::kConnection:
      break;
  }
  return Refusal(Problem(ProblemType::kConnection, error.detail));
}

std::string digest_text(std::string_view text) { return base::base64url(x509::sha256(base::as_bytes(text))); }

Outcome<> look_at_web(AcmeProber& prober, const Proof& proof) {
  const auto text = prober.web_text(proof.host, proof.token);
  if (!text) return of_probe(text.error());
  // RFC 8555 section 8.3: white space at the end of the body does not count.
  std::string_view found = *text;
  while (!found.empty() && std::string_view(" \t\r\n").find(found.back()) != std::string_view::npos)
    found.remove_suffix(1);
  if (found == proof.key_authorization) return {};
  // Nothing of what was found is shown: a redirect may have led where the applicant cannot look.
  return deny(ProblemType::kUnauthorized,
              "http://{}/.well-known/acme-challenge/{} does not hold the key authorization.", proof.host,
              proof.token);
}

Outcome<> look_in_dns(AcmeProber& prober, const Proof& proof) {
  const auto name = "_acme-challenge." + proof.host;
  const auto texts = prober.texts(name);
  if (!texts) return of_probe(texts.error());
  const auto expected = digest_text(proof.key_authorization);
  if (std::ranges::find(*texts, expected) != texts->end()) return {};
  if (texts->empty()) return deny(ProblemType::kUnauthorized, "There is no TXT record at {}.", name);
  return deny(ProblemType::kUnauthorized, "None of the {} TXT records at {} is the digest of the key authorization.",
              texts->size(), name);
}

Outcome<> look_at_handshake(AcmeProber& prober, const Proof& proof) {
  const auto der = prober.alpn_certificate(proof.host);
  if (!der) return of_probe(der.error());
  return judge_alpn_certificate(*der, proof);
}

}  // namespace

std::string key_authorization(std::string_view token, base::ByteView thumbprint) {
  return std::string(token) + "." + base::base64url(thumbprint);
}

Outcome<> judge_alpn_certificate(base::ByteView der, const Proof& proof) {
  const auto refused = [&] {
    return deny(ProblemType::kUnauthorized,
                "The certificate that {} shows for acme-tls/1 is not the one of this challenge (RFC 8737 section 3).",
                proof.host);
  };
  const auto certificate = x509::Certificate::from_der(der);
  if (!certificate) return refused();
  const auto* names = certificate->tbs().find(x509::oid::kSubjectAltName);
  const auto* mark = certificate->tbs().find(*x509::oid_from_dotted(kAcmeIdentifier));
  if (names == nullptr || mark == nullptr || !mark->critical) return refused();
  const auto alt_names = x509::read_alternative_names(names->value);
  if (!alt_names || alt_names->size() != 1 || alt_names->front().kind != x509::GeneralNameKind::kDns ||
      base::lower(alt_names->front().value) != proof.host)
    return refused();
  const auto digest = x509::sha256(base::as_bytes(proof.key_authorization));
  const auto octets = x509::der::single(mark->value, x509::der::kOctetString);
  if (!octets || !base::equal(octets->content, digest)) return refused();
  return {};
}

Outcome<> look(AcmeProber& prober, const Proof& proof) {
  switch (proof.type) {
    case ChallengeType::kHttp01:
      return look_at_web(prober, proof);
    case ChallengeType::kDns01:
      return look_in_dns(prober, proof);
    case ChallengeType::kTlsAlpn01:
      break;
  }
  return look_at_handshake(prober, proof);
}

}  // namespace yuxin::ra::acme
