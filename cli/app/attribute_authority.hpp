// The attribute authority of a home: the key and certificate that roles are granted with, and its list.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "home.hpp"
#include "yuxin/base/http_message.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/evidence/authority.hpp"

namespace yuxin::cli {

// renew_attribute_authority makes a new key and certificate (profile attribute-authority) and puts them into service
// for the home. The subject stays the same, so that the list of the new one answers for the grants of the old one.
[[nodiscard]] base::Result<x509::Certificate> renew_attribute_authority(Home& home, const std::string& authority,
                                                                        const x509::KeyKind& key,
                                                                        const std::string& actor);

// open_attribute_authority opens the one in service, for signing. It makes one where there is none (a home of an
// earlier version), and a new one when less than two years are left. kConflict in a home without an authority.
[[nodiscard]] base::Result<evidence::AttributeAuthority> open_attribute_authority(Home& home,
                                                                                  const std::string& actor);

// require_granting_authority refuses (kConflict) where what certifies the attribute authority is revoked or expired:
// nobody would accept a grant. Revoking and lists go on.
[[nodiscard]] base::Result<> require_granting_authority(Home& home);

// attribute_authority_certificates are those of this home that are good, newest first: candidates for a RoleProof.
[[nodiscard]] base::Result<std::vector<x509::Certificate>> attribute_authority_certificates(Home& home);

// keep_role_list signs the next list of revoked roles when it is due (evidence::role_list_is_due); says whether it
// did. Nothing is due in a home that has no attribute authority yet. The home must be unlocked.
[[nodiscard]] base::Result<bool> keep_role_list(Home& home, const std::string& actor);

// current_role_list is the newest list, made first where it is due.
[[nodiscard]] base::Result<x509::Crl> current_role_list(Home& home, const std::string& actor);

// RoleListService answers GET /crl/roles.crl with the newest list, application/pkix-crl (RFC 2585); 404 until there
// is one. It looks the list up for each request, so that one of another process is seen at once. Thread-safe.
class RoleListService final : public base::HttpService {
 public:
  static constexpr std::string_view kPath = "/crl/roles.crl";
  explicit RoleListService(Home& home) : home_(home) {}
  [[nodiscard]] std::optional<base::HttpReply> answer_now(const base::HttpRequest&) override { return std::nullopt; }
  [[nodiscard]] base::HttpReply answer(const base::HttpRequest& request) override;

 private:
  Home& home_;
};

}  // namespace yuxin::cli
