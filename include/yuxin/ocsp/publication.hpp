// Publication of revocation lists and issuer certificates over HTTP (RFC 5280 sections 4.2.1.13 and 4.2.2.1, RFC
// 2585).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "yuxin/base/http_message.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/base/time.hpp"
#include "yuxin/store/store.hpp"

namespace yuxin::ocsp {

struct PublicationOptions {
  std::string home;                          // folder that CrlRow::file is relative to
  base::Seconds crl_age = base::minutes(5);  // caches ask again after this: a list may appear ahead of schedule
  base::Seconds certificate_age = base::hours(1);
};

// Publication answers, for the authorities of this home that have a certificate:
//   GET /crl/{ca}.crl  the latest list, application/pkix-crl; 404 until there is one
//   GET /ca/{ca}.cer   the certificate in DER, application/pkix-cert
//   GET /ca/{ca}.p7c   the certificate and those above it, a certs-only CMS message (RFC 5652 section 5),
//                      application/pkcs7-mime
// Certificates are laid out once, and given on the network thread. The list is looked up for each request, in the
// pool, so that a new one is seen as soon as it is published; it is sent from its file, which is opened without
// following links and compared with the digest in the store once for each change of it. One that is missing or is not
// what was published is 503. Thread-safe.
class Publication final : public base::HttpService {
 public:
  // start reads the authorities. `status` and `clock` must outlive it. Errors: those of the store.
  [[nodiscard]] static base::Result<std::unique_ptr<Publication>> start(store::StatusReader& status,
                                                                        const base::Clock& clock,
                                                                        PublicationOptions options);
  ~Publication() override;

  [[nodiscard]] std::optional<base::HttpReply> answer_now(const base::HttpRequest& request) override;
  [[nodiscard]] base::HttpReply answer(const base::HttpRequest& request) override;

  // damaged_lists names the authorities whose latest list cannot be served, because its file is missing or is not
  // what was published. Cheap where nothing has changed. Errors: those of the store.
  [[nodiscard]] base::Result<std::vector<std::string>> damaged_lists();

  // tick takes up new authorities and certificates; for a timer. Errors: those of the store.
  [[nodiscard]] base::Result<> tick();

 private:
  struct Impl;
  explicit Publication(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace yuxin::ocsp
