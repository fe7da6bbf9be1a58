#include "yuxin/keymgmt/key_state.hpp"

#include <algorithm>
#include <array>

#include "yuxin/base/language.hpp"

namespace yuxin::keymgmt {

namespace {

constexpr std::array<std::string_view, 6> kNames = {"pre-active",  "active",      "suspended",
                                                    "deactivated", "compromised", "destroyed"};

constexpr std::size_t index_of(KeyState state) { return static_cast<std::size_t>(state); }

// Row: from; column: to. Section 7.1 to 7.6.
constexpr std::array<std::array<bool, 6>, 6> kWays = {{
    {false, true, true, false, true, true},     // pre-active: activated, suspended, compromised or destroyed unused
    {false, false, true, true, true, false},    // active
    {false, true, false, true, true, true},     // suspended: back into use, or never again
    {false, false, false, false, true, true},   // deactivated
    {false, false, false, false, false, true},  // compromised
    {false, false, false, false, false, false},
}};

}  // namespace

std::string_view key_state_name(KeyState state) { return kNames[index_of(state)]; }

std::string key_state_text(KeyState state) {
  switch (state) {
    case KeyState::kPreActive:
      return base::message("not in use yet");
    case KeyState::kActive:
      return base::message("in use");
    case KeyState::kSuspended:
      return base::message("suspended");
    case KeyState::kDeactivated:
      return base::message("out of use");
    case KeyState::kCompromised:
      return base::message("compromised");
    case KeyState::kDestroyed:
      break;
  }
  return base::message("destroyed");
}

std::optional<KeyState> parse_key_state(std::string_view name) {
  const auto found = std::ranges::find(kNames, name);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<KeyState>(found - kNames.begin());
}

bool is_key_state(long long number) { return number >= 0 && number < static_cast<long long>(kNames.size()); }

bool may_become(KeyState from, KeyState to) { return kWays[index_of(from)][index_of(to)]; }

bool may_protect(KeyState state) { return state == KeyState::kActive; }

bool may_process(KeyState state) {
  return state == KeyState::kActive || state == KeyState::kDeactivated || state == KeyState::kCompromised;
}

}  // namespace yuxin::keymgmt
