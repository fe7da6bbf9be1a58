// The states of a key's life (NIST SP 800-57 Part 1 Revision 5, section 7), and what a key may do in each.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace yuxin::keymgmt {

enum class KeyState {
  kPreActive = 0,    // made, and not in use yet
  kActive = 1,       // may protect (sign, wrap) and process (unwrap)
  kSuspended = 2,    // out of use until somebody has looked into it
  kDeactivated = 3,  // may only process what it protected before
  kCompromised = 4,  // somebody else may know it; may only process, with care
  kDestroyed = 5,    // its octets are gone, what is known about it stays
};

// key_state_name is the word of files and JSON: "pre-active", "active", "suspended", "deactivated", "compromised",
// "destroyed".
[[nodiscard]] std::string_view key_state_name(KeyState state);
// key_state_text is for people, in the language of the process.
[[nodiscard]] std::string key_state_text(KeyState state);
[[nodiscard]] std::optional<KeyState> parse_key_state(std::string_view name);
// is_key_state says whether a number that was stored is one of them.
[[nodiscard]] bool is_key_state(long long number);

// may_become says whether section 7 knows the way from one state to the other. Nothing leads out of `destroyed`, and
// out of `compromised` nothing but destruction.
[[nodiscard]] bool may_become(KeyState from, KeyState to);

// may_protect: sign, wrap. may_process: unwrap what was wrapped before.
[[nodiscard]] bool may_protect(KeyState state);
[[nodiscard]] bool may_process(KeyState state);

}  // namespace yuxin::keymgmt
