// What a home has for the other side of the gap.
#pragma once

#include <string>
#include <vector>

#include "home.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/keymgmt/transfer.hpp"
#include "yuxin/keymgmt/transfer_log.hpp"

namespace yuxin::cli {

// Freight is what goes into a bundle.
struct Freight {
  std::vector<keymgmt::TransferItem> items;
  std::string checkpoint;             // the note among them
  std::vector<std::string> left_out;  // what should have gone and could not, in words
};
// gather_freight collects what the peer has not been sent yet: from a home of either kind the requests of authorities
// that wait for their certificate; from an offline root home also its authorities' certificates and newest lists and
// the certificates of the authorities below; and that the ledger grew since the last bundle. The ledger's checkpoint
// must have been signed before and the home unlocked. kIntegrity for a request of another key than its authority's.
[[nodiscard]] base::Result<Freight> gather_freight(Home& home, const keymgmt::TransferPeer& peer);

// add_files adds what a person names. A certificate, a request or a list is known by its content, PEM or DER, and is
// carried in DER; everything else is a file, or with kRecord the record of a ceremony. kUsage for a name that does
// not do or is taken.
[[nodiscard]] base::Result<> add_files(Freight& freight, const std::vector<std::string>& paths,
                                       keymgmt::TransferKind otherwise);

}  // namespace yuxin::cli
