// A responder with one authority, a delegated signer and a history: the scene of most OCSP tests.
#pragma once

#include <fstream>
#include <memory>
#include <string>
#include <string_view>

#include "command.hpp"
#include "fake_clock.hpp"
#include "fake_status_reader.hpp"
#include "small_authority.hpp"
#include "yuxin/ocsp/responder.hpp"
#include "yuxin/x509/ocsp_response.hpp"

namespace yuxin::test {

// 2026-11-22T10:00:00Z
inline constexpr base::UnixTime kNoon{1795341600};

inline store::AuthorityRow row_of(std::int64_t id, const std::string& name, const SmallAuthority& authority) {
  return {id, name, name, {}, base::to_bytes(authority.certificate().der()), kNoon};
}

// OcspCity: authority 1 is `issuing` and has a delegated signer; authority 2 is `other` and has its own key as
// signer; authority 3 is `silent` and has none.
struct OcspCity {
  explicit OcspCity(const ocsp::ResponderOptions& options = {})
      : OcspCity(options, x509::KeyKind{x509::KeyType::kP256, 256}, kNoon) {}
  OcspCity(const ocsp::ResponderOptions& options, const x509::KeyKind& kind, base::UnixTime now)
      : clock(now),
        issuing("CN=Issuing", kind),
        other("CN=Other", {x509::KeyType::kP256, 256}),
        silent("CN=Silent", {x509::KeyType::kP256, 256}),
        delegate(issuing.responder("CN=OCSP of Issuing", kind)) {
    reader.set_authorities({row_of(1, "issuing", issuing), row_of(2, "other", other), row_of(3, "silent", silent)});
    responder = need(ocsp::Responder::start(reader, clock, options));
    need(responder->set_signer(1, {delegate.certificate, delegate.signer}));
    need(responder->set_signer(2, {other.certificate(), other.signer()}));
  }

  [[nodiscard]] static base::Bytes request(const SmallAuthority& authority, const x509::Serial& serial,
                                           const x509::OcspRequestOptions& options = {}) {
    const base::ByteView view = serial.content();
    return need(x509::make_ocsp_request(authority.certificate(), std::span(&view, 1), options));
  }
  // now is what the network thread has, or nothing; ask goes on to the pool as the server does.
  [[nodiscard]] std::shared_ptr<const base::HttpContent> now(base::ByteView der) const {
    const auto reply = responder->answer_now(post(der));
    return reply ? reply->shared : nullptr;
  }
  std::shared_ptr<const base::HttpContent> ask(base::ByteView der) const {
    auto content = now(der);
    return content ? content : responder->answer(post(der)).shared;
  }
  // status reads an answer about `serial` and proves it, as a client would.
  [[nodiscard]] tl::expected<x509::OcspEvidence, x509::OcspProblem> proven(const SmallAuthority& authority,
                                                                           const x509::Serial& serial,
                                                                           base::ByteView answer,
                                                                           base::ByteView nonce = {}) const {
    const auto response = need(x509::OcspResponse::from_der(answer));
    x509::OcspVerifyOptions options;
    options.at = clock.now();
    options.skew = base::Seconds{0};
    options.nonce = nonce;
    options.missing_nonce = x509::OcspVerifyOptions::MissingNonce::kRefused;
    return x509::verify_ocsp(response, {authority.certificate(), serial.content()}, options);
  }
  [[nodiscard]] x509::OcspStatus status(const x509::Serial& serial) const {
    const auto content = ask(request(issuing, serial));
    const auto evidence = proven(issuing, serial, content->body);
    if (!evidence) throw std::runtime_error(x509::ocsp_problem_text(evidence.error()));
    return evidence->status;
  }
  [[nodiscard]] static base::HttpRequest post(base::ByteView der) {
    base::HttpRequest request;
    request.method = "POST";
    request.target = "/ocsp";
    request.content_type = "application/ocsp-request";
    request.body = der;
    return request;
  }

  FakeClock clock;
  FakeStatusReader reader;
  SmallAuthority issuing;
  SmallAuthority other;
  SmallAuthority silent;
  SmallAuthority::Delegate delegate;
  std::unique_ptr<ocsp::Responder> responder;
};

inline store::CertificateStatus revoked(int reason, base::UnixTime at = kNoon) {
  return {store::CertificateState::kRevoked, at, reason, {}};
}

inline void write_text(const std::string& path, std::string_view text) { std::ofstream(path) << text; }

}  // namespace yuxin::test
