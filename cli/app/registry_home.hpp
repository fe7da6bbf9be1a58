// A registration authority whose authority is on another host: what it has of it, and how it asks it.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "home.hpp"
#include "home_proofs.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/ra/remote_authority.hpp"
#include "yuxin/x509/algorithm.hpp"

namespace yuxin::cli {

// RegistryKey is a key that a registration authority has certified by its authority: the purpose of the certificate
// is the name of its profile.
struct RegistryKey {
  std::string_view purpose;
  std::string_view key_name;
  x509::KeyKind kind;
};
[[nodiscard]] const std::array<RegistryKey, 6>& registry_keys();

// write_registry_request makes the keys that are lacking, and exchange/registry.csr: requests for all of them, one
// PEM block after the other, whose common names are the purposes. Gives its path.
[[nodiscard]] base::Result<std::string> write_registry_request(Home& home);

// joined says whether the authority's answer was taken in; authority_elsewhere is the authority that issues, as far
// as it is known here: kConflict before that, with what to do.
[[nodiscard]] base::Result<bool> joined(Home& home);
[[nodiscard]] base::Result<store::AuthorityRow> authority_elsewhere(Home& home);

// join_authority takes in what `registry add` has written: every certificate leads to the root of the settings and is
// for a key of this home, and so is that of the authority's ledger. kIntegrity, kMalformed; nothing was changed then.
struct Joined {
  std::string name;       // under which it is known there
  std::string authority;  // that issues
  std::vector<x509::Certificate> certificates;
};
[[nodiscard]] base::Result<Joined> join_authority(Home& home, base::ByteView document, const std::string& actor);

// authority_call asks the authority by mutual TLS; the home is unlocked and outlives it.
[[nodiscard]] base::Result<ra::AuthorityCall> authority_call(Home& home);
// open_remote_authority is the authority as the desk has it. The home outlives it.
[[nodiscard]] base::Result<std::shared_ptr<ra::Authority>> open_remote_authority(Home& home);

// proofs_for gives what acts are completed with: by the home, or by its authority elsewhere. `stamping` as of
// HomeProofs.
[[nodiscard]] base::Result<std::unique_ptr<evidence::ProofSource>> proofs_for(Home& home, const std::string& actor,
                                                                              Stamping stamping = {});

}  // namespace yuxin::cli
