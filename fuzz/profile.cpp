// Certificate profiles: text that people wrote; what loads is usable and keeps its own text.
#include <cstdlib>

#include "yuxin/ca/profile.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace yuxin;
  const auto text = base::as_text({data, size});
  const auto profile = ca::parse_profile(text, "profile.toml");
  if (!profile) {
    if (profile.error().code != base::Code::kMalformed || profile.error().detail.empty()) std::abort();
    return 0;
  }
  if (profile->name.empty() || profile->keys.empty() || profile->text != text) std::abort();
  if (!ca::parse_profile(profile->text, "profile.toml")) std::abort();
  return 0;
}
