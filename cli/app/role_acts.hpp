// Roles are granted and revoked by acts of those who may: the acts, and on whose word a role changes.
#pragma once

#include <optional>
#include <vector>

#include "context.hpp"
#include "home.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/evidence/act.hpp"
#include "yuxin/evidence/authority.hpp"
#include "yuxin/keymgmt/identity.hpp"
#include "yuxin/x509/crl.hpp"

namespace yuxin::cli {

// RoleWord is on whose word roles change: an act that was accepted and not yet stored, or, for founding roles only,
// the operator of the home.
struct RoleWord {
  std::string actor;
  std::optional<evidence::VerifiedAct> act;
};

// Person is who acts: the identity of --as, or nobody, which is the operator of the home.
using Person = std::optional<keymgmt::Identity>;
[[nodiscard]] base::Result<Person> person_of(const Context& context);

// may_grant and may_revoke find the role by which the person may do it; nothing for the operator of the home, whose
// word is enough for roles that nobody grants (granted_by = []) and for no others. kNotAuthorised names who could.
[[nodiscard]] base::Result<std::optional<evidence::RoleCode>> may_grant(
    Home& home, const evidence::Organisation& organisation, const Person& person,
    const std::vector<evidence::GrantOrder>& orders);
[[nodiscard]] base::Result<std::optional<evidence::RoleCode>> may_revoke(Home& home,
                                                                         const evidence::Organisation& organisation,
                                                                         const Person& person,
                                                                         const evidence::GrantRow& grant);

// word_for_grant and word_for_revocation let the person sign and judge the act; they change nothing. `operator_name`
// is the actor where nobody signs.
[[nodiscard]] base::Result<RoleWord> word_for_grant(Home& home, const evidence::Organisation& organisation,
                                                    const Person& person,
                                                    const std::vector<evidence::GrantOrder>& orders,
                                                    const std::string& operator_name);
[[nodiscard]] base::Result<RoleWord> word_for_revocation(Home& home, const evidence::Organisation& organisation,
                                                         const Person& person, const evidence::GrantRow& grant,
                                                         x509::RevocationReason reason,
                                                         const std::string& operator_name);

// keep_word stores the act of a word, where there is one, in the caller's transaction, and gives what the grant's own
// record says of it.
[[nodiscard]] base::Result<evidence::GrantContext> keep_word(store::Writer& writer, const RoleWord& word,
                                                             base::UnixTime now);

}  // namespace yuxin::cli
