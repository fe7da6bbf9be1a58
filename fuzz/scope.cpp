#include "yuxin/evidence/authority.hpp"

// The text that people type, and the value of the attribute: both come back as they went out.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  namespace evidence = yuxin::evidence;
  const auto typed = evidence::parse_scope(std::string_view(reinterpret_cast<const char*>(data), size));
  if (typed) {
    if (evidence::parse_scope(evidence::print_scope(*typed)).value() != *typed) __builtin_trap();
    if (!typed->unlimited() &&
        evidence::read_scope(evidence::make_scope_attribute(*typed).values.front()).value() != *typed) {
      __builtin_trap();
    }
  }
  const auto read = evidence::read_scope({data, size});
  if (read && evidence::parse_scope(evidence::print_scope(*read)).value() != *read) __builtin_trap();
  return 0;
}
