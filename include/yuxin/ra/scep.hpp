// SCEP, the Simple Certificate Enrolment Protocol: RFC 8894.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "yuxin/base/http_message.hpp"
#include "yuxin/base/time.hpp"
#include "yuxin/ra/machine.hpp"
#include "yuxin/x509/cms.hpp"
#include "yuxin/x509/decrypter.hpp"

namespace yuxin::ra {

// ScepIdentity is what the service decrypts requests and signs answers with: one RSA key with a certificate for both,
// because devices encrypt by key transport and many know nothing else.
struct ScepIdentity {
  x509::CmsSigner signer;
  std::shared_ptr<const x509::Decrypter> decrypter;
};

struct ScepParts {
  MachineDesk* desk = nullptr;  // outlives the service
  ClientSource clients;
  std::function<base::Result<std::shared_ptr<const ScepIdentity>>()> identity;
  const base::Clock* clock = nullptr;  // outlives the service
};

// ScepService answers GetCACaps, GetCACert and PKIOperation (PKCSReq, RenewalReq, CertPoll) at /scep, and below it
// with a label that names the profile ("/scep/device"). Whoever enrols puts the secret of a client of clients.toml
// into the request as its challengePassword; whoever renews signs with the certificate that is renewed, by RenewalReq
// or by PKCSReq. Messages are signed and encrypted in themselves, so that plain HTTP does: SHA-256 or better, AES.
// SHA-1, MD5 and DES are refused.
//
// What a message holds is nobody's to find out: from decrypting up to the proof that the request is the signer's own
// there is one answer, badMessageCheck, and a wrapped key is taken with one message only.
//
// What a person must look at first is answered PENDING; CertPoll by the same key, or the same request again, asks
// after it. A poll begins nothing, and its client is judged anew by clients.toml. Polls are remembered in memory,
// some thousands of them, until they are granted; after a restart the same request is sent again. Thread-safe.
class ScepService final : public base::HttpService {
 public:
  static constexpr std::string_view kPath = "/scep";
  explicit ScepService(ScepParts parts);
  ~ScepService() override;
  [[nodiscard]] std::optional<base::HttpReply> answer_now(const base::HttpRequest& request) override;
  [[nodiscard]] base::HttpReply answer(const base::HttpRequest& request) override;

  struct Impl;

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace yuxin::ra
