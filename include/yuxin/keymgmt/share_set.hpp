// A set of shares as a whole: made from a plan, proved share by share, joined again.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "yuxin/base/result.hpp"
#include "yuxin/base/secret.hpp"
#include "yuxin/base/time.hpp"
#include "yuxin/keymgmt/share_plan.hpp"
#include "yuxin/keymgmt/share_register.hpp"
#include "yuxin/keymgmt/share_text.hpp"

namespace yuxin::keymgmt {

// MadeShare is a custodian's share before it is sealed.
struct MadeShare {
  std::size_t group = 0;   // index into the register and the plan
  std::size_t number = 0;  // index into the group
  OpenedShare opened;
};

struct MadeSet {
  ShareRegister shares;
  std::vector<MadeShare> made;  // in the order of the register
};

// make_share_set splits a secret by a plan, with fresh randomness; before it gives the set, it has joined it again
// from the first custodians who are enough. kUsage for a secret of other than 16 to 64 octets, an even number.
[[nodiscard]] base::Result<MadeSet> make_share_set(const base::Secret& secret, const SharePlan& plan,
                                                   base::UnixTime now,
                                                   const std::optional<x509::Digest256>& replaces);

// SharePlace is a line of a register.
struct SharePlace {
  std::size_t group = 0;
  std::size_t number = 0;
  friend auto operator<=>(const SharePlace&, const SharePlace&) = default;
};

// prove_share says whose share this is, from the register and this share alone. kBadSignature when it is of another
// set or not the one that the register commits to; kUsage when it has no proof words.
[[nodiscard]] base::Result<SharePlace> prove_share(const ShareRegister& shares, const OpenedShare& opened);
// place_share is the same for a share that may be without its proof: then it only fits the set, and the place is the
// first that has its number.
[[nodiscard]] base::Result<SharePlace> place_share(const ShareRegister& shares, const OpenedShare& opened);

// Quorum counts whose shares are there. Where one of a group is enough, its members count as one.
class Quorum {
 public:
  explicit Quorum(const ShareRegister& shares);
  enum class Added { kCounted, kThere, kNotNeeded };
  Added add(const SharePlace& place);
  [[nodiscard]] bool met() const;
  // present counts the shares that are there of a group, at most its threshold.
  [[nodiscard]] std::size_t present(std::size_t group) const;
  // status says for people what is there and what is missing: "bureau A 1 of 2, bureau B 0 of 1".
  [[nodiscard]] std::string status() const;

 private:
  struct Group {
    std::string name;
    std::size_t threshold = 1;
    std::vector<std::uint8_t> members;  // SLIP-0039 index of each line
    std::vector<std::uint8_t> there;
  };
  std::vector<Group> groups_;
  std::size_t group_threshold_ = 1;
};

// join_share_set gives the secret from at least the shares that are needed, in any order; those beyond are not used.
// kUsage with the quorum's status for too few; errors of place_share and combine_shares.
[[nodiscard]] base::Result<base::Secret> join_share_set(const ShareRegister& shares,
                                                        std::span<const OpenedShare> opened);

}  // namespace yuxin::keymgmt
