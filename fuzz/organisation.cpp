#include "yuxin/evidence/organisation.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto organisation = yuxin::evidence::Organisation::parse(
      std::string_view(reinterpret_cast<const char*>(data), size), "organisation.toml");
  if (!organisation) return 0;
  // Parents come before their children, so that every walk upwards ends.
  for (const auto& unit : (*organisation)->units()) {
    if (unit.parent && (!(*organisation)->is_within(unit.code, *unit.parent) ||
                        (*organisation)->is_within(*unit.parent, unit.code))) {
      __builtin_trap();
    }
  }
  return 0;
}
