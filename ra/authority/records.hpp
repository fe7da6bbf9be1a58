// What is written down of another host's orders, and the acts that they rest on.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "yuxin/ra/authority_interface.hpp"

namespace yuxin::ra {

// The role of registration services.
inline constexpr std::string_view kServiceRole = "RA.SERVICE";

// verified_act believes nothing that came with an act: kBadSignature for what was signed as a document; errors of
// act_error and of ca::refuse_withdrawn.
[[nodiscard]] base::Result<evidence::VerifiedAct> verified_act(const Desk& desk, base::ByteView der);
[[nodiscard]] base::Result<std::vector<evidence::VerifiedAct>> verified_acts(const Desk& desk,
                                                                             const std::vector<base::Bytes>& ders);

// record_order notes the course of the case and writes "registry.order". The order as it came is kept with it, so
// that what was done here can be judged without the other host.
[[nodiscard]] base::Result<> record_order(store::Writer& writer, const Registry& by, const Order& order,
                                          const std::string& as_it_came, base::UnixTime now);
// record_act writes "registry.act": what officers decided elsewhere is known here by its digest.
[[nodiscard]] base::Result<> record_act(store::Writer& writer, const Registry& by, const evidence::VerifiedAct& act,
                                        base::UnixTime now);

// What was answered, as it is kept to be answered again.
[[nodiscard]] std::string print_outcome(const Carried& carried);
[[nodiscard]] base::Result<Carried> read_outcome(const std::string& text);

}  // namespace yuxin::ra
