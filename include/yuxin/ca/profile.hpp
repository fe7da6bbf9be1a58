// Certificate profiles: what a kind of certificate may contain, as data that people review.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "yuxin/base/bytes.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/base/time.hpp"
#include "yuxin/x509/algorithm.hpp"
#include "yuxin/x509/extension.hpp"
#include "yuxin/x509/name.hpp"

namespace yuxin::ca {

// kBackDate is how long before its signature a certificate begins to be valid, for clocks that are behind;
// kShortestValidity what it is valid at the least, so that something of it is left.
inline constexpr base::Seconds kBackDate = base::minutes(1);
inline constexpr base::Seconds kShortestValidity = base::minutes(10);

// KeyRule admits subject keys of a type, with RSA sizes from `min_bits` to `max_bits`.
struct KeyRule {
  x509::KeyType type = x509::KeyType::kP256;
  unsigned min_bits = 0;
  unsigned max_bits = 0;
  std::string text;  // as written: "rsa:2048-4096"
};

// AttributeRule constrains one attribute of the subject.
struct AttributeRule {
  std::string keyword;  // "CN"
  base::Bytes type;
  bool required = false;
  std::optional<std::string> fixed;  // set when missing; another value is refused
  std::vector<std::string> one_of;   // empty: any
  std::optional<x509::GeneralNameKind> must_be_in_san;
  std::int64_t max = 1;  // how many times it may stand in the name
};

// SanRule admits subject alternative names of one kind.
struct SanRule {
  x509::GeneralNameKind kind = x509::GeneralNameKind::kDns;
  std::int64_t min = 0;
  std::int64_t max = 0;
  x509::Wildcard wildcard = x509::Wildcard::kRefused;
  std::vector<std::string> single_labels;  // DNS names without a dot that are taken: "localhost"; "*" is any
  std::vector<std::string> under;  // domains (DNS, e-mail, URI host) or networks "192.0.2.0/24" (IP); empty: any
};

struct ExtraExtension {
  base::Bytes oid;
  x509::Critical critical = x509::Critical::kNo;
  base::Bytes value;  // DER of the value
};

// Profile is validated when it is loaded: if it exists, it is usable. Immutable; share freely between threads.
struct Profile {
  std::string name;
  std::string title_en;
  std::string title_zh;
  std::vector<std::string> issued_by;  // names of authorities; empty: any
  std::vector<KeyRule> keys;
  base::Period validity;
  std::string approval;                // "none", or the name of an approval rule
  std::vector<AttributeRule> subject;  // in the order in which they are encoded
  bool subject_may_be_empty = false;
  std::vector<SanRule> san;
  x509::Critical san_critical = x509::Critical::kNo;
  x509::Critical key_usage_critical = x509::Critical::kYes;
  std::uint32_t key_usage = 0;
  std::uint32_t key_usage_for_rsa = 0;  // added for RSA keys
  std::uint32_t key_usage_for_ec = 0;   // added for NIST curve keys
  std::uint32_t key_usage_for_sm2 = 0;  // added for SM2 keys
  x509::Critical extended_key_usage_critical = x509::Critical::kNo;
  std::vector<base::Bytes> extended_key_usage;
  std::optional<x509::BasicConstraints> basic_constraints;
  x509::Critical basic_constraints_critical = x509::Critical::kYes;
  x509::Critical policies_critical = x509::Critical::kNo;
  std::vector<x509::PolicyInformation> policies;
  std::optional<x509::NameConstraints> name_constraints;
  bool ocsp_no_check = false;
  bool authority_info_access = true;  // where the home has a public address
  bool crl_distribution_points = true;
  std::vector<ExtraExtension> extra;
  std::string text;  // the file, for `profile show`

  [[nodiscard]] bool is_ca() const { return basic_constraints && basic_constraints->ca; }
  // admits says whether the profile takes a subject key of this kind.
  [[nodiscard]] bool admits(const x509::KeyKind& kind) const;
  // key_usage_of is the key usage of a certificate for a key of this type.
  [[nodiscard]] std::uint32_t key_usage_of(x509::KeyType type) const;
  [[nodiscard]] std::string keys_text() const;  // "rsa:2048-4096, ec:P-256"
};

// is_under says whether a domain is another or lies below it; in either case.
[[nodiscard]] bool is_under(std::string_view name, std::string_view domain);

// parse_profile reads one profile file (docs/profiles.md describes every key). Errors are kMalformed and name the
// file and line; a profile that contradicts RFC 5280 is refused with the section that it breaks.
[[nodiscard]] base::Result<Profile> parse_profile(std::string_view text, const std::string& file);

// BrokenProfile is a file of a folder of profiles that does not hold, or one of two with the same name.
struct BrokenProfile {
  std::string name;  // of the profile where that can be read, else of the file without its ending
  base::Error error;
};

// ProfileSet is the profiles of a home, by name.
class ProfileSet {
 public:
  // load_directory reads every *.toml of a folder. What does not hold is put aside, so that one bad file stops no
  // other profile. kNotFound for a folder that cannot be read.
  [[nodiscard]] static base::Result<ProfileSet> load_directory(const std::string& directory);
  [[nodiscard]] static ProfileSet of(std::vector<Profile> profiles);

  // find: kNotFound names the nearest profile there is; kMalformed where the file of the profile is broken.
  [[nodiscard]] base::Result<std::shared_ptr<const Profile>> find(std::string_view name) const;
  [[nodiscard]] std::vector<std::shared_ptr<const Profile>> all() const;
  [[nodiscard]] const std::vector<BrokenProfile>& broken() const { return broken_; }

 private:
  std::map<std::string, std::shared_ptr<const Profile>, std::less<>> profiles_;
  std::vector<BrokenProfile> broken_;
};

// ShippedProfile is a profile file that comes with the program.
struct ShippedProfile {
  std::string_view name;
  std::string_view text;
};
// shipped_profiles are the files of ca/profiles/, written into new homes, where they may be edited.
[[nodiscard]] const std::vector<ShippedProfile>& shipped_profiles();

}  // namespace yuxin::ca
