// Carrying out what a step has ordered.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "yuxin/ra/desk.hpp"

namespace yuxin::ra {

// try_effect makes the refusals of carry_out and changes nothing.
[[nodiscard]] base::Result<> try_effect(const DeskParts& parts, const Order& order);

// carry_out brings it about with the authority of this home, or finds that it was brought about before. `also` writes
// in the transaction that changes a status.
using AlsoOfStatus = std::function<base::Result<>(store::Writer&, const Carried&)>;
[[nodiscard]] base::Result<Carried> carry_out(const DeskParts& parts, const Order& order,
                                              const AlsoOfStatus& also = {});

// is_final_failure says whether trying again is of no use.
[[nodiscard]] bool is_final_failure(const base::Error& error);

}  // namespace yuxin::ra
