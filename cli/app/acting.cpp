#include "acting.hpp"

#include "home_proofs.hpp"
#include "registry_home.hpp"

namespace yuxin::cli {

using base::Result;

Result<evidence::VerifiedAct> perform_act(Home& home, const keymgmt::Identity& identity, evidence::Act act) {
  act.time = home.clock().now();
  TRY(home.store().read([&](store::Reader& reader) -> Result<> {
    TRY(act.previous, evidence::last_act(reader, act.object));
    return {};
  }));
  TRY(const auto signed_act,
      evidence::sign_act(act, {identity.certificate, identity.signer}, identity.chain, x509::CmsForm::kRfc5652));
  TRY(const auto trust, trust_of(home));
  TRY(const auto proofs, proofs_for(home, identity.certificate.subject().text()));
  return evidence::accept_act(signed_act, *proofs, trust, act.previous);
}

}  // namespace yuxin::cli
