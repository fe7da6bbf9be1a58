// The first octet chooses: DER of a name, a name as people type it, or a general name.
#include "yuxin/x509/name.hpp"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace yuxin;
  if (size == 0) return 0;
  const base::ByteView rest(data + 1, size - 1);
  if (data[0] == 'g') {
    static_cast<void>(x509::parse_general_name(base::as_text(rest)));
    static_cast<void>(x509::read_general_names(rest));
    return 0;
  }
  const auto name = data[0] == 'd' ? x509::Name::from_der(rest) : x509::Name::parse(base::as_text(rest));
  if (!name) return 0;
  const std::string text = name->text();
  if (data[0] == 'd' || name->empty()) return 0;
  // What was typed, printed and typed again is the same name.
  const auto again = x509::Name::parse(text);
  if (!again || !again->same(*name)) std::abort();
  return 0;
}
