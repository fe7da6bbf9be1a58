// Enrolment by machine: who may have what without a person's hand, and what every protocol (EST, CMP, ACME, SCEP)
// asks of the registration authority.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "yuxin/base/result.hpp"
#include "yuxin/base/secret.hpp"
#include "yuxin/base/time.hpp"
#include "yuxin/ca/enrolment.hpp"
#include "yuxin/ca/revocation.hpp"
#include "yuxin/evidence/organisation.hpp"
#include "yuxin/x509/certificate.hpp"
#include "yuxin/x509/crl.hpp"
#include "yuxin/x509/digest.hpp"

namespace yuxin::ra {

enum class Protocol { kEst, kCmp, kAcme, kScep };
[[nodiscard]] std::string_view protocol_name(Protocol protocol);  // "est"
[[nodiscard]] std::optional<Protocol> protocol_by_name(std::string_view name);

// MachineClient is a device, a fleet of them, or a server that enrols by itself.
struct MachineClient {
  std::string name;  // "water-meters": lower-case letters, digits and hyphens
  std::vector<Protocol> protocols;
  std::vector<std::string> profiles;     // that it may have; the first where a request names none
  std::vector<std::string> names_under;  // every DNS name of a request lies at or below one of these
  x509::Digest256 secret{};              // SHA-256 of its secret
  enum class Renewal { kByCertificate, kBySecret } renewal = Renewal::kByCertificate;
  std::optional<evidence::OrgCode> organisation = {};  // registration point that its requests come by way of
  std::int64_t per_day = 0;                            // requests in any 24 hours; 0: as many as it likes
  [[nodiscard]] bool speaks(Protocol protocol) const;
  [[nodiscard]] bool may_have(std::string_view profile) const;
  // has says whether every name is a DNS name at or below one of its domains, and there is one.
  [[nodiscard]] bool has(const std::vector<x509::GeneralName>& names) const;
};

// Held is a certificate of ours that somebody shows.
struct Held {
  std::string profile;
  bool in_force = false;  // neither revoked nor on hold, not expired, and of an authority in good standing
  bool revoked = false;
  std::string client = {};  // that asked for it; empty where none is known
};

// MachineClients is a validated clients.toml. Immutable; share freely between threads.
class MachineClients {
 public:
  // parse: kMalformed names the file, the line and the nearest known key.
  [[nodiscard]] static base::Result<std::shared_ptr<const MachineClients>> parse(std::string_view text,
                                                                                 const std::string& file);
  [[nodiscard]] const std::vector<MachineClient>& all() const { return clients_; }
  [[nodiscard]] const MachineClient* find(std::string_view name) const;
  // any gives one that speaks the protocol, or nothing.
  [[nodiscard]] const MachineClient* any(Protocol protocol) const;
  // authenticate gives the client of a name and a secret; nothing when there is none, or the secret is another. The
  // time that it takes tells neither.
  [[nodiscard]] const MachineClient* authenticate(std::string_view name, base::ByteView secret) const;
  // by_secret gives the client of a protocol that a secret alone names, as SCEP's challengePassword does.
  [[nodiscard]] const MachineClient* by_secret(Protocol protocol, base::ByteView secret) const;
  // renewing gives a client that may renew a certificate with these names by showing it: it speaks the protocol,
  // renews by certificate, may have the profile, and its domains hold the names. What a client has asked for, that
  // client alone renews. Nothing where there is none.
  [[nodiscard]] const MachineClient* renewing(Protocol protocol, const Held& held,
                                              const x509::CertificateRequest& request) const;

 private:
  MachineClients() = default;
  std::vector<MachineClient> clients_;
};

// ClientSource gives the clients as they are now: clients.toml may be edited while the server runs.
using ClientSource = std::function<std::shared_ptr<const MachineClients>()>;

// make_client_secret gives 160 random bits as 32 letters and digits without those that look alike (Crockford's base
// 32), to be told once.
[[nodiscard]] base::Secret make_client_secret();

// Whether a request that a person must look at may wait, or is refused because it cannot be brought again.
enum class IfPersonNeeded { kWait, kRefuse };

// Whether a request that is not known is begun, or only what became of a known one is told.
enum class IfNotKnown { kBegin, kRefuse };

// How it is known that the key of a request is held by who brings it: by the signature of the request, which whoever
// has overheard it can bring as well, or by something that was signed with the key just now.
enum class KeyHeld { kByRequest, kShown };

// MachineWish is a request, decoded once, with who brings it.
struct MachineWish {
  ca::Enrolment enrolment;
  std::string profile;
  Protocol protocol = Protocol::kEst;
  std::string client;  // its name in clients.toml
  IfPersonNeeded if_person_needed = IfPersonNeeded::kWait;
  std::string reference = {};  // what makes two wishes with one request two: the name of an order
  IfNotKnown if_not_known = IfNotKnown::kBegin;
  KeyHeld key_held = KeyHeld::kByRequest;
};
// Granted is a certificate that was issued now, or upon the same request before.
struct Granted {
  x509::Certificate certificate;
};
// Waiting is a request that a person must look at first. The same request, brought again, asks after it.
struct Waiting {
  std::string case_id;
  base::Seconds retry_after;
};
using MachineAnswer = std::variant<Granted, Waiting>;

// MachineRevocation is what a machine may do to a certificate, judged by whoever carries it over.
struct MachineRevocation {
  x509::Certificate certificate;
  x509::RevocationReason reason = x509::RevocationReason::kUnspecified;
  std::string actor;  // "cmp:water-meters", for the ledger
};

// MachineDesk is what the protocols are answered from. Thread-safe.
class MachineDesk {
 public:
  virtual ~MachineDesk() = default;
  // enrol gives Granted wherever waiting is refused. Errors: kRefused for what may not be had, so for a key that
  // stands in a certificate which another client, an officer or nobody known has asked for and that was not shown;
  // kNotAuthorised for
  // what this service may not have without a person and no case can be opened for; kNotFound for what is not known
  // and may not be begun; kUnavailable for the moment.
  [[nodiscard]] virtual base::Result<MachineAnswer> enrol(const MachineWish& wish) = 0;
  // may_begin refuses early what enrol would refuse anyhow, before a key is made for it: a profile whose certificates
  // wait for a person, and a client that has had its requests of the day. What it lets through, enrol judges.
  [[nodiscard]] virtual base::Result<> may_begin(std::string_view client, std::string_view profile) {
    static_cast<void>(client);
    static_cast<void>(profile);
    return {};
  }
  // chain gives the issuing authority's certificate and those above it, its own first.
  [[nodiscard]] virtual base::Result<std::vector<x509::Certificate>> chain() = 0;
  // held: kNotFound for a certificate that no authority here has issued.
  [[nodiscard]] virtual base::Result<Held> held(const x509::Certificate& certificate) = 0;
  // find: kNotFound where no authority here of that name has issued that serial number (INTEGER content).
  [[nodiscard]] virtual base::Result<x509::Certificate> find(const x509::Name& issuer, base::ByteView serial) = 0;
  // has_key_alone says whether everything that was issued here for the key of a certificate was asked for by this
  // client: only then does its word that the key has leaked end nobody else's.
  [[nodiscard]] virtual base::Result<bool> has_key_alone(std::string_view client,
                                                         const x509::Certificate& certificate) {
    static_cast<void>(client);
    static_cast<void>(certificate);
    return false;
  }
  // revoke is durable on return, and OCSP tells it from then on. kNotFound for a certificate that is not ours,
  // kConflict where it is revoked already.
  [[nodiscard]] virtual base::Result<> revoke(const MachineRevocation& revocation) = 0;
};

// check_names refuses (kRefused) a request with a name that lies under none of the client's domains, with one that is
// no DNS name, or with none, and a subject that says more than one of the names.
[[nodiscard]] base::Result<> check_names(const MachineClient& client, const x509::CertificateRequest& request);

}  // namespace yuxin::ra
