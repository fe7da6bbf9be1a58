// A request that somebody brought becomes a certificate: of a subordinate authority, or one that crosses to another
// root.
#include "actions.hpp"
#include "practice_name.hpp"
#include "yuxin/base/file.hpp"
#include "yuxin/ca/key_use.hpp"
#include "yuxin/keymgmt/ceremony_keys.hpp"
#include "yuxin/keymgmt/ceremony_record.hpp"
#include "yuxin/x509/oid.hpp"

namespace yuxin::cli {

using base::Code;
using base::fail;
using base::Result;

namespace {

constexpr std::size_t kLargestRequest = 1U << 20U;

// The certificate that was signed before a power cut is the one whose TBSCertificate the witnesses agreed to.
Result<std::optional<x509::Certificate>> find_agreed(const CeremonySession& session, Home& home,
                                                     std::int64_t authority) {
  std::optional<x509::Certificate> found;
  if (!session.ceremony().agreed()) return found;
  const auto wanted = base::json_string(session.ceremony().prepared(), "tbs");
  TRY(home.store().read([&](store::Reader& reader) {
    found.reset();
    return reader.for_each_certificate(store::Reader::With::kDer, [&](const store::CertificateRow& row) -> Result<> {
      if (row.authority != authority || row.der.empty()) return {};
      TRY(auto certificate, x509::Certificate::from_der(row.der));
      if (base::hex(x509::sha256(certificate.tbs().der)) == wanted) found = std::move(certificate);
      return {};
    });
  }));
  return found;
}

Result<Deed> certified(CeremonySession& session, const x509::Certificate& certificate,
                       const x509::Certificate& issuer, base::ByteView request) {
  const auto pem = certificate.pem();
  TRY(auto output, session.keep_output(session.step().value("output"), base::as_bytes(pem)));
  return Deed{{{"certificate", base::hex(certificate.sha256_fingerprint())},
               {"issuer", base::base64(issuer.der())},
               {"request", base::hex(x509::sha256(request))},
               {"subject", certificate.subject().text()}},
              {std::move(output)}};
}

}  // namespace

Result<Deed> sign_request(CeremonySession& session) {
  TRY(const auto home, session.home());
  const auto& step = session.step();
  const auto file = session.source(step.value("request"));
  TRY(const auto octets, base::read_file(file, kLargestRequest));
  TRY(auto request, x509::CertificateRequest::from_bytes(octets));
  TRY(const auto issuer, home->issuer(step.value("authority")));
  TRY(const auto done, find_agreed(session, *home, issuer->authority().id));
  if (done) return certified(session, *done, issuer->certificate(), octets);

  ca::Enrolment enrolment{.request = std::move(request), .subject = {}, .alt_names = {}, .validity = {}};
  if (session.practice()) {
    enrolment.subject = practice_name(enrolment.request.subject());
  } else if (enrolment.request.subject().first(x509::oid::kCommonName).starts_with(keymgmt::kPracticeMark)) {
    return fail(Code::kRefused, "The request is a rehearsal's: {}.", enrolment.request.subject().text());
  }
  TRY(const auto profiles, home->profiles());
  TRY(const auto profile, profiles.find(step.value("profile")));
  TRY(auto prepared, issuer->prepare(profile, enrolment, {session.context().actor()}));
  TRY(home->store().read([&](store::Reader& reader) {
    return ca::refuse_compromised_key(reader, enrolment.request.public_key().spki());
  }));
  const auto& signer = issuer->signer();
  TRY(const auto digest, keymgmt::try_certificate(prepared.tbs(), signer.public_key().kind(), signer.algorithm(),
                                                  &issuer->certificate()));
  TRY(session.agree({{"authority", step.value("authority")},
                     {"key_kind", x509::print_key_kind(enrolment.request.public_key().kind())},
                     {"not_after", base::rfc3339(prepared.not_after())},
                     {"not_before", base::rfc3339(prepared.not_before())},
                     {"profile", prepared.profile()},
                     {"public_key", base::hex(x509::sha256(enrolment.request.public_key().spki()))},
                     {"request", base::hex(x509::sha256(octets))},
                     {"serial", prepared.serial().grouped()},
                     {"subject", prepared.subject()},
                     {"tbs", base::hex(digest)}}));
  TRY(const auto issued, issuer->issue(std::move(prepared)));
  end_work(session.context(), *home);
  if (x509::sha256(issued.certificate.tbs().der) != digest)
    return fail(Code::kInternal, "The signed certificate differs from the one that was agreed to.");
  return certified(session, issued.certificate, issuer->certificate(), octets);
}

}  // namespace yuxin::cli
