// What is written down of another host's orders and acts.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "yuxin/ra/authority_interface.hpp"

namespace yuxin::ra {

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
