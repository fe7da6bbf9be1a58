// SCEP messages: what is read can be repeated in an answer.
#include <cstdlib>

#include "ra/scep/message.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace yuxin;
  const auto envelope = ra::scep::read_envelope({data, size});
  if (!envelope) return 0;
  if (envelope->transaction.empty() || envelope->sender_nonce.empty() || envelope->message.signers().size() != 1)
    std::abort();
  return 0;
}
