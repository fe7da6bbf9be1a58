// The OCSP responder as an HTTP service (RFC 6960 appendix A, RFC 5019, RFC 9654).
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "yuxin/base/http_message.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/base/time.hpp"
#include "yuxin/ocsp/response.hpp"
#include "yuxin/store/store.hpp"

namespace yuxin::ocsp {

// ResponderOptions. An answer is served from memory for `renew_after` and says nextUpdate after `validity`, so that a
// copy taken at the last moment is fresh for their difference: that is the max-age of every cacheable answer (RFC
// 5019 section 6.2: it must end before nextUpdate).
struct ResponderOptions {
  std::string path = "/ocsp";                         // POST here; GET here, a slash, and the request
  base::Seconds validity = base::hours(1);            // thisUpdate to nextUpdate
  base::Seconds renew_after = base::minutes(30);      // below `validity`
  base::Seconds renew_lead = base::minutes(1);        // `tick` signs asked-for answers again this long before that
  std::size_t renewals_per_tick = 2000;               // signatures that one `tick` makes at most
  std::size_t cache_bytes = std::size_t{256} << 20U;  // memory for signed answers
  // What is said of a serial that the authority never issued: unknown, or revoked with the extension of RFC 6960
  // section 4.4.8 (which CA/Browser Forum audits like to see).
  enum class NeverIssued { kUnknown, kExtendedRevoked } never_issued = NeverIssued::kUnknown;
};

// ResponderCounters are totals since the start, for monitoring. Every request is counted in exactly one of the first
// seven.
struct ResponderCounters {
  std::atomic<std::uint64_t> cached{0};          // answered from memory
  std::atomic<std::uint64_t> live{0};            // signed for this request
  std::atomic<std::uint64_t> malformed{0};       // malformedRequest
  std::atomic<std::uint64_t> unauthorized{0};    // unauthorized: not our issuer
  std::atomic<std::uint64_t> try_later{0};       // tryLater: store, signer certificate or capacity
  std::atomic<std::uint64_t> internal_error{0};  // internalError: the key refused to sign
  std::atomic<std::uint64_t> not_ocsp{0};        // answered 405
  std::atomic<std::uint64_t> good{0};            // verdicts signed, pre-signed ones included
  std::atomic<std::uint64_t> revoked{0};
  std::atomic<std::uint64_t> unknown{0};
  std::atomic<std::uint64_t> renewed{0};  // signed ahead of time
};

// Responder answers POST {path} and GET {path}/{base64}.
//
// - A request about one certificate without a nonce is answered from memory on the network thread, if the index is
//   current; everything else in the pool. After a command that changed a status has reported success, in whatever
//   process, no answer says the old thing (see StatusIndex).
// - A request with a nonce is always signed anew, with the nonce echoed.
// - One signature speaks for one authority (RFC 6960 section 4.2.2.2): a responder that the issuing CA delegated
// proves
//   nothing about what the root issued, and the other way round. Where a request asks about certificates of several,
//   such as a certificate and its CA's, the first authority that has a signer here answers for its own, and every
//   other is `unknown`: section 2.2 means by it an issuer that is not served, and lets the client ask elsewhere. It
//   is never said to be revoked, also where never_issued would say so, and never good. openssl's responder does the
//   same; others answer the first CertID alone, which leaves section 4.2.1 (an answer for each) unfulfilled. An
//   issuer that is not served here is `unauthorized` (section 2.3) where no other is asked about.
// - An authority without a signer is `unauthorized`: this responder cannot speak for it. A responder certificate that
//   is not valid now, or a store that cannot be read, is `tryLater`.
// - Content-Type of a request is not looked at: what does not parse is malformedRequest anyway, and there are clients
//   that send none. Errors of OCSP are HTTP 200 (RFC 6960 section 2.3); only another method is 405.
//
// Thread-safe.
class Responder final : public base::HttpService {
 public:
  // start fills the index. `status` and `clock` must outlive the responder. Errors: kUsage when the spans of the
  // options are not in the order renew_lead < renew_after < validity; those of the store.
  [[nodiscard]] static base::Result<std::unique_ptr<Responder>> start(store::StatusReader& status,
                                                                      const base::Clock& clock,
                                                                      ResponderOptions options);
  ~Responder() override;

  // set_signer makes `signer` the one that speaks for an authority, from the next answer on; cached answers of the
  // one before are dropped. Errors: kNotFound for an authority without certificate; those of ResponseTemplate::make.
  [[nodiscard]] base::Result<> set_signer(std::int64_t authority, ResponderSigner signer);

  [[nodiscard]] std::optional<base::HttpReply> answer_now(const base::HttpRequest& request) override;
  [[nodiscard]] base::HttpReply answer(const base::HttpRequest& request) override;
  // busy is tryLater: RFC 6960 has a word for it, so that clients need not know HTTP's.
  [[nodiscard]] std::optional<base::HttpReply> busy(const base::HttpRequest& request) override;

  // tick is for a timer, about once a second, not on a network thread. It follows changes of a process that died
  // before it could tell, takes up new authorities, and signs ahead of time what is about to be too old. Errors:
  // those of the store; the next tick tries again.
  [[nodiscard]] base::Result<> tick();

  [[nodiscard]] const ResponderCounters& counters() const;
  [[nodiscard]] std::size_t cached_answers() const;
  [[nodiscard]] std::size_t indexed_certificates() const;

 private:
  struct Impl;
  explicit Responder(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace yuxin::ocsp
