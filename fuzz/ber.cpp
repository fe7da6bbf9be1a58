#include "core/x509/ber.hpp"

#include "yuxin/x509/der.hpp"

using namespace yuxin;

// What is rewritten is one element of DER lengths, and stays as it is when it is rewritten again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto der = x509::ber_to_der({data, size});
  if (!der) return 0;
  x509::der::Reader reader(*der);
  if (!reader.element() || !reader.at_end()) __builtin_trap();
  const auto again = x509::ber_to_der(*der);
  if (!again || *again != *der) __builtin_trap();
  return 0;
}
