// The names of an order: RFC 8555 section 7.1.4 and 7.4.
#pragma once

#include <string>
#include <vector>

#include "problem.hpp"
#include "yuxin/base/json.hpp"
#include "yuxin/ca/profile.hpp"
#include "yuxin/ra/machine.hpp"

namespace yuxin::ra::acme {

// read_identifiers takes the identifiers of a newOrder: DNS names in the form that a certificate has (A-labels), each
// perhaps with one left-most wildcard. Gives them in lower case, sorted, each once. What is wrong with which is in
// the subproblems.
[[nodiscard]] Outcome<std::vector<std::string>> read_identifiers(const base::JsonObject& payload);
// check_allowed refuses names that lie under none of the client's domains, and those that the profile does not take.
[[nodiscard]] Outcome<> check_allowed(const std::vector<std::string>& identifiers, const MachineClient& client,
                                      const ca::Profile& profile);

// identifier_json is {"type": "dns", "value": name}.
[[nodiscard]] base::JsonObject identifier_json(std::string_view name);

}  // namespace yuxin::ra::acme
