// The plan of a set of shares: who holds one, and whose shares together are enough.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "yuxin/base/result.hpp"
#include "yuxin/x509/certificate.hpp"
#include "yuxin/x509/digest.hpp"

namespace yuxin::keymgmt {

// ShareSeal is how a custodian's share is kept from everybody else.
enum class ShareSeal {
  kPassphrase,   // a file under the custodian's passphrase
  kCertificate,  // a file for the holder of the custodian's certificate
  kPaper,        // words and a code to be printed, not sealed at all
};
[[nodiscard]] std::string_view seal_name(ShareSeal seal);  // "passphrase", "certificate", "paper"
[[nodiscard]] std::optional<ShareSeal> seal_named(std::string_view name);

// Custodian (密钥分管者) is a person who holds one share.
struct Custodian {
  std::string name;  // unique in its plan
  ShareSeal seal = ShareSeal::kPassphrase;
  std::optional<x509::Certificate> certificate;  // with kCertificate
};

struct ShareGroup {
  std::string name;            // unique in its plan
  std::uint8_t threshold = 1;  // so many of the members are needed
  std::vector<Custodian> members;
};

// SharePlan asks for `threshold` members of each of `group_threshold` groups. "2 of bureau A and 1 of bureau B" is
// two groups, both needed. 1 to 16 groups of 1 to 16 members; where one member of several is enough, they all get the
// same share, as SLIP-0039 wants. Names have 1 to 64 characters, none of them a control character.
struct SharePlan {
  std::string title;
  std::uint8_t group_threshold = 1;
  std::vector<ShareGroup> groups;
};

// is_share_name says whether a text may name a custodian, a group or a set: what people would read as the same name
// must not be two, so nothing that cannot be seen is in it.
[[nodiscard]] bool is_share_name(std::string_view text);

// ReadCertificate gives the certificate of a file that a plan names.
using ReadCertificate = std::function<base::Result<x509::Certificate>(const std::string& file)>;

// parse_share_plan reads TOML; `file` is only named in errors, which are kMalformed and begin with "FILE:LINE: ", or
// those of `read_certificate`:
//
//   title = "Root of the city"
//   groups_needed = 2                  # all of them, if not said
//
//   [[group]]
//   name = "bureau A"
//   needed = 2
//   members = ["Li Wei", "Wang Fang", "Zhao Min"]
//
//   [[custodian]]                      # who is not listed here has a passphrase
//   name = "Li Wei"
//   seal = "certificate"               # or "passphrase", "paper"
//   certificate = "li.pem"
[[nodiscard]] base::Result<SharePlan> parse_share_plan(std::string_view text, std::string file,
                                                       const ReadCertificate& read_certificate);
// load_share_plan reads a file; certificates are looked for beside it. Errors of base::read_file, and those above.
[[nodiscard]] base::Result<SharePlan> load_share_plan(const std::string& path);

// plan_text is one line of JSON that says everything of the plan, certificates by their SHA-256, and which register
// the new set replaces (its fingerprint, or nothing). plan_digest is the SHA-256 of that line without a line end:
// what holders compare before they give their shares.
[[nodiscard]] std::string plan_text(const SharePlan& plan, const std::optional<x509::Digest256>& replaces);
[[nodiscard]] x509::Digest256 plan_digest(const SharePlan& plan, const std::optional<x509::Digest256>& replaces);

}  // namespace yuxin::keymgmt
