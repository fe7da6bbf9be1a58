#include "home_proofs.hpp"

#include <algorithm>

#include "attribute_authority.hpp"
#include "home_memory.hpp"
#include "time_stamping.hpp"
#include "yuxin/base/file.hpp"
#include "yuxin/ocsp/request.hpp"
#include "yuxin/ocsp/response.hpp"
#include "yuxin/x509/ocsp_response.hpp"

namespace yuxin::cli {

using base::Code;
using base::fail;
using base::Result;
using x509::Certificate;

namespace {

constexpr std::size_t kLongestList = 64U << 20U;

// authority_of finds the authority of this home that a certificate is of; kNotFound.
Result<store::AuthorityRow> authority_of(Home& home, const Certificate& certificate) {
  TRY(auto rows, home.store().status().authorities());
  const auto row = std::ranges::find_if(rows, [&](const store::AuthorityRow& candidate) {
    return base::equal(candidate.certificate, certificate.der());
  });
  if (row == rows.end())
    return fail(Code::kNotFound, "The authority {} is not known in {}: nobody here can say what it revoked.",
                certificate.subject().text(), home.path());
  return std::move(*row);
}

Result<std::optional<store::ServiceCertificateRow>> responder_of(Home& home, const store::AuthorityRow& authority) {
  TRY(auto rows, home.store().status().service_certificates("ocsp"));
  const auto row = std::ranges::find(rows, authority.id, &store::ServiceCertificateRow::authority);
  if (row == rows.end() || row->not_after < home.clock().now()) return std::optional<store::ServiceCertificateRow>();
  return std::optional(std::move(*row));
}

ocsp::SingleAnswer answer_about(const store::CertificateRow& row, base::ByteView cert_id) {
  constexpr int kCertificateHold = 6;
  ocsp::SingleAnswer answer{cert_id, ocsp::Verdict::kGood, row.status.revoked_at, row.status.reason,
                            row.status.invalidity_date};
  if (row.status.state != store::CertificateState::kGood) answer.verdict = ocsp::Verdict::kRevoked;
  if (row.status.state == store::CertificateState::kOnHold) answer.reason = kCertificateHold;
  return answer;
}

// The answer that the home's responder gives, made without asking over the network.
Result<base::Bytes> answer_of(Home& home, const store::AuthorityRow& authority,
                              const store::ServiceCertificateRow& responder, const Certificate& certificate,
                              const Certificate& issuer) {
  store::CertificateRow row;
  TRY(home.store().read([&](store::Reader& reader) -> Result<> {
    TRY(row, reader.find(authority.id, certificate.tbs().serial, store::Reader::With::kRowOnly));
    return {};
  }));
  TRY(auto responder_certificate, Certificate::from_der(responder.certificate));
  TRY(auto signer, home.keys().signer(responder.key_name));
  TRY(const auto made, ocsp::ResponseTemplate::make(issuer, {responder_certificate, signer}));
  const base::ByteView serials[] = {certificate.tbs().serial};
  TRY(const auto request, x509::make_ocsp_request(issuer, serials, {}));
  const auto query = ocsp::parse_request(request);
  if (!query) return fail(Code::kInternal, "A question about a certificate could not be put. Report this.");
  const auto now = home.clock().now();
  ocsp::AnswerFrame frame;
  frame.produced_at = now;
  frame.next_update = base::add(now, home.config().ocsp_valid_for);
  const ocsp::SingleAnswer answers[] = {answer_about(row, query->first.der)};
  return made->sign(answers, frame);
}

Result<std::optional<x509::Crl>> list_of(Home& home, const store::AuthorityRow& authority) {
  const auto row = home.store().status().latest_crl(authority.id);
  if (!row) {
    if (row.error().code == Code::kNotFound) return std::optional<x509::Crl>();
    return tl::unexpected(row.error());
  }
  TRY(const auto octets, base::read_file(home.path() + "/" + row->file, kLongestList));
  TRY(auto list, x509::Crl::from_der(octets));
  return std::optional(std::move(list));
}

}  // namespace

Result<base::Bytes> HomeProofs::time_stamp(base::ByteView octets) {
  const auto imprint = x509::sha256(octets);
  const auto request = x509::make_time_stamp_request({.imprint = imprint});
  TRY(const auto answer, stamping_ ? stamping_(request) : stamp_in_home(home_, request, actor_));
  TRY(const auto response, x509::parse_time_stamp_response(answer));
  if (!response.token)
    return fail(Code::kUnavailable, "The time-stamping authority of {} gives no stamp: {}", home_.path(),
                response.text);
  return base::to_bytes(response.token->der());
}

Result<evidence::ProofSource::Status> HomeProofs::status(const Certificate& certificate, const Certificate& issuer) {
  Status status;
  TRY(const auto authority, authority_of(home_, issuer));
  TRY(const auto responder, responder_of(home_, authority));
  if (responder) {
    TRY(auto answer, answer_of(home_, authority, *responder, certificate, issuer));
    status.ocsp_responses.push_back(std::move(answer));
    return status;
  }
  TRY(auto list, list_of(home_, authority));
  if (list) status.crls.push_back(std::move(*list));
  return status;
}

Result<evidence::RoleProof> HomeProofs::role(const Certificate& holder, const evidence::RoleCode& role,
                                             const x509::AttributeCertificate* brought) {
  std::optional<x509::AttributeCertificate> grant;
  if (brought != nullptr) grant = *brought;
  if (!grant) {
    std::vector<evidence::GrantRow> rows;
    TRY(home_.store().read([&](store::Reader& reader) -> Result<> {
      TRY(rows, evidence::grants_of(reader, holder, home_.clock().now()));
      return {};
    }));
    const auto row = std::ranges::find(rows, role.text(), &evidence::GrantRow::role);
    if (row == rows.end())
      return fail(Code::kNotAuthorised, "{} does not hold the role {} now. Who holds what: yuxin role list",
                  holder.subject().text(), role.text());
    TRY(grant, x509::AttributeCertificate::from_der(row->der));
  }
  TRY(auto authorities, attribute_authority_certificates(home_));
  TRY(auto list, current_role_list(home_, actor_));
  return evidence::RoleProof{
      .grant = std::move(*grant), .authorities = std::move(authorities), .crls = {std::move(list)}, .responses = {}};
}

Result<evidence::ActTrust> trust_of(Home& home) {
  TRY(auto rows, home.store().status().authorities());
  std::vector<base::Bytes> certificates;
  for (auto& row : rows) {
    if (!row.certificate.empty()) certificates.push_back(std::move(row.certificate));
  }
  return home.memory().trust(std::move(certificates));
}

}  // namespace yuxin::cli
