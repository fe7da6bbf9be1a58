// Carrying out what a step has ordered.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "yuxin/ra/desk.hpp"

namespace yuxin::ra {

// Order is an effect of a case, with the acts that it rests on.
struct Order {
  const workflow::Case& of;
  std::string effect;
  std::vector<evidence::VerifiedAct> acts;  // all on the case, in their order; the last is the one that ordered it
  std::vector<workflow::File> files;
};

// try_effect makes the refusals of carry_out and changes nothing.
[[nodiscard]] base::Result<> try_effect(const DeskParts& parts, const Order& order);

struct Carried {
  std::string text;
  base::JsonObject facts;
  bool status_changed = false;
};
// carry_out brings it about, or finds that it was brought about before.
[[nodiscard]] base::Result<Carried> carry_out(const DeskParts& parts, const Order& order);

// is_final_failure says whether trying again is of no use.
[[nodiscard]] bool is_final_failure(const base::Error& error);

}  // namespace yuxin::ra
