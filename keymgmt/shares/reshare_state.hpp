// What stands in REGISTER.reshare while one set of shares takes another's place.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "yuxin/base/result.hpp"
#include "yuxin/base/time.hpp"
#include "yuxin/x509/digest.hpp"

namespace yuxin::keymgmt {

struct ReshareState {
  enum class Step { kPreparing, kComplete };
  Step step = Step::kPreparing;
  x509::Digest256 current{};  // fingerprints of the registers
  x509::Digest256 next{};
  x509::Digest256 plan{};  // what the holders agreed to
  std::string folder;      // of the new set, absolute
  base::UnixTime at;
};

[[nodiscard]] std::string print_reshare_state(const ReshareState& state);
[[nodiscard]] std::optional<ReshareState> parse_reshare_state(std::string_view text);

// The state beside a register: find gives nothing when there is none; kIntegrity for a damaged one. save is durable
// and one step.
[[nodiscard]] base::Result<std::optional<ReshareState>> find_reshare_state(const std::string& register_path);
[[nodiscard]] base::Result<> save_reshare_state(const std::string& register_path, const ReshareState& state);
void remove_reshare_state(const std::string& register_path);

}  // namespace yuxin::keymgmt
