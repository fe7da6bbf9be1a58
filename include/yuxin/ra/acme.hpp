// ACME, automatic certificate management: RFC 8555, with tls-alpn-01 (RFC 8737), renewal information (RFC 9773) and
// profiles (draft-ietf-acme-profiles).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "yuxin/base/http_message.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/base/time.hpp"
#include "yuxin/ca/profile.hpp"
#include "yuxin/ra/machine.hpp"
#include "yuxin/store/store.hpp"

namespace yuxin::ra {

// AcmeConfig is what an operator may choose.
struct AcmeConfig {
  std::string url;  // what all addresses begin with, "https://ra.city.example:8443/acme"; without a slash at its end
  std::string terms;    // address of the terms of service that an account agrees to; empty: none
  std::string website;  // for people; empty: none
  // Client of clients.toml that an account without external account binding counts as; empty: the binding is
  // required.
  std::string anonymous_client;
  std::vector<std::string> challenges = {"http-01", "dns-01", "tls-alpn-01"};
  std::vector<std::string> caa_identities;  // names of this authority in CAA records; empty: they are not looked at
  base::Seconds order_for = base::days(7);  // how long an order may take
  base::Seconds authorization_for = base::days(30);  // how long a name that was proven stays so
  // Limits. Beyond them: rateLimited.
  std::int64_t accounts_per_client = 1000;  // that are valid
  std::int64_t accounts_per_hour = 100;     // new ones of a client
  std::int64_t orders_per_hour = 300;       // of an account
  std::int64_t names_per_hour = 3000;       // in the orders of an account
  std::int64_t failures_per_hour = 60;      // challenges of an account that failed, or are being looked at
};

// ProbeError is why nothing was found where the proof had to be.
struct ProbeError {
  enum class Kind { kDns, kConnection, kTls, kRefused } kind = Kind::kConnection;  // kRefused: an address of ours
  std::string detail;
};
template <typename T>
using Probed = tl::expected<T, ProbeError>;

// CaaRecord is one record of RFC 8659 section 4.1.
struct CaaRecord {
  bool critical = false;
  std::string tag;  // lower case
  std::string value;
};

// AcmeProber looks where only the holder of a name can put something. It waits for the network, within bounds of its
// own, and is called by many threads at once.
class AcmeProber {
 public:
  virtual ~AcmeProber() = default;
  // web_text fetches http://HOST/.well-known/acme-challenge/TOKEN: the body of an answer with status 200, of 4 KiB at
  // the most.
  [[nodiscard]] virtual Probed<std::string> web_text(const std::string& host, const std::string& token) = 0;
  // texts gives every TXT record of a name, each with its strings joined.
  [[nodiscard]] virtual Probed<std::vector<std::string>> texts(const std::string& name) = 0;
  // alpn_certificate gives the DER certificate that the host shows for the protocol acme-tls/1.
  [[nodiscard]] virtual Probed<base::Bytes> alpn_certificate(const std::string& host) = 0;
  // caa gives the CAA records of exactly this name; none where there are none.
  [[nodiscard]] virtual Probed<std::vector<CaaRecord>> caa(const std::string& name) = 0;
};

struct AcmeParts {
  MachineDesk* desk = nullptr;  // outlives the service, as do the prober and the clock
  AcmeProber* prober = nullptr;
  const base::Clock* clock = nullptr;
  std::shared_ptr<store::Store> store;  // with the tables of `ra`
  ClientSource clients;
  ca::ProfileSet profiles;
  AcmeConfig config;
};

// AcmeService answers below /acme/. Every account belongs to a client of clients.toml that speaks "acme": by external
// account binding, with the client's name as key identifier and acme_binding_key as key, or, where the configuration
// names a client for them, without. The names and profiles that the client may have are the account's.
//
// An order is ready when every name was proven; the certificate is asked of the desk under the order's name, so that
// an interruption anywhere is made good by the next poll of the client. Challenges are looked at by threads of the
// service's own, each a few times within a minute, two of an account at once, and then judged for good. What a CAA
// record says is asked again when an order is finalised and it was asked more than eight hours ago. Orders and
// authorizations are kept for thirty days after they are over.
//
// An account ends with the secret that its client had when the account was made: clients.toml is asked at every
// request.
//
// Stands behind TLS. Thread-safe.
class AcmeService final : public base::HttpService {
 public:
  static constexpr std::string_view kPath = "/acme/";
  explicit AcmeService(AcmeParts parts);
  ~AcmeService() override;
  AcmeService(const AcmeService&) = delete;
  AcmeService& operator=(const AcmeService&) = delete;
  [[nodiscard]] std::optional<base::HttpReply> answer_now(const base::HttpRequest& request) override;
  [[nodiscard]] base::HttpReply answer(const base::HttpRequest& request) override;

  struct Impl;

 private:
  std::unique_ptr<Impl> impl_;
};

// acme_binding_key is the key of a client's external account bindings (RFC 8555 section 7.3.4), made of the digest of
// its secret, which is all that is kept of that: whoever can read clients.toml can open accounts in the client's
// name, which must prove every name like any other.
[[nodiscard]] base::Bytes acme_binding_key(const MachineClient& client);

// AcmeAccountView is an account as it is shown to an operator.
struct AcmeAccountView {
  std::string name;
  std::string client;
  std::vector<std::string> contacts;
  bool active = true;
  base::UnixTime created;
};
[[nodiscard]] base::Result<std::vector<AcmeAccountView>> acme_accounts(store::Store& store);
[[nodiscard]] base::Result<AcmeAccountView> find_acme_account(store::Store& store,
                                                              std::string_view name);  // kNotFound
// deactivate_acme_account ends an account and records who did: kNotFound, kConflict when it has ended. Its
// certificates stay.
struct AcmeActor {
  std::string name;
  base::UnixTime now;
};
[[nodiscard]] base::Result<> deactivate_acme_account(store::Store& store, std::string_view name,
                                                     const AcmeActor& actor);

}  // namespace yuxin::ra
