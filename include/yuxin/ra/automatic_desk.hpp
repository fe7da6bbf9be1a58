// The desk for machines over a home: what its clients may have by themselves is issued, the rest waits for officers.
#pragma once

#include <functional>
#include <memory>
#include <mutex>

#include "yuxin/base/result.hpp"
#include "yuxin/ca/approval.hpp"
#include "yuxin/evidence/act.hpp"
#include "yuxin/ra/desk.hpp"
#include "yuxin/ra/machine.hpp"

namespace yuxin::ra {

struct AutomaticDeskParts {
  // The registration desk of the home, with its profiles and its authority; asked for at every request.
  std::function<base::Result<std::shared_ptr<Desk>>()> desk;
  // What the authority demands for which profile. The authority judges by itself; this only says which way to go.
  std::function<base::Result<std::shared_ptr<const ca::ApprovalPolicy>>()> approvals;
  ClientSource clients;
  // Signs an act with the registration service's own certificate and completes it. kNotAuthorised where the service
  // does not hold the act's role.
  std::function<base::Result<evidence::VerifiedAct>(evidence::Act act)> sign;
  // The key (SHA-256 of its SubjectPublicKeyInfo) of the certificate that `sign` signs with: the numbers of the cases
  // that it opens are its own, and nobody else's.
  std::function<base::Result<evidence::Hash>()> signer;
};

class Turns;

// AutomaticDesk issues a profile that demands no approval at once: the rules of clients.toml were kept by whoever
// asks, and the number of certificates a day is kept here. Of a profile that demands one it signs
// "certificate-request.enrol" as the registration service, where approvals.toml names the profile under [[service]],
// and the authority decides; what that refuses, and every other such profile, waits as a case of certificate-request
// that the service has submitted.
//
// The same request of the same client is one request: while it waits its case is asked after, and for half of its
// certificate's life it is given that certificate again, unless it was revoked. Two of them at the same time are
// carried out one after the other. A key is one client's: what another one has, or an officer, it certifies for
// nobody who has not shown it. Thread-safe.
class AutomaticDesk final : public MachineDesk {
 public:
  explicit AutomaticDesk(AutomaticDeskParts parts);
  ~AutomaticDesk() override;
  [[nodiscard]] base::Result<MachineAnswer> enrol(const MachineWish& wish) override;
  [[nodiscard]] base::Result<> may_begin(std::string_view client, std::string_view profile) override;
  [[nodiscard]] base::Result<std::vector<x509::Certificate>> chain() override;
  [[nodiscard]] base::Result<Held> held(const x509::Certificate& certificate) override;
  [[nodiscard]] base::Result<x509::Certificate> find(const x509::Name& issuer, base::ByteView serial) override;
  [[nodiscard]] base::Result<bool> has_key_alone(std::string_view client,
                                                 const x509::Certificate& certificate) override;
  [[nodiscard]] base::Result<> revoke(const MachineRevocation& revocation) override;

 private:
  AutomaticDeskParts parts_;
  std::unique_ptr<Turns> turns_;  // keys that something is being issued for
  std::mutex signing_;            // acts are signed and taken one after the other
};

[[nodiscard]] std::span<const store::Migration> migrations();

}  // namespace yuxin::ra
