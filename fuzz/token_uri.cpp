// Reads any text as an RFC 7512 URI of a token. What is accepted names the same token with an object and without.
#include <cstdlib>

#include "yuxin/keymgmt/token_key_store.hpp"

using namespace yuxin;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = base::as_text({data, size});
  const auto key = keymgmt::token_key_name(text, "root;=?%&");
  if (!key) return 0;
  const auto token = keymgmt::token_of(text);
  const auto again = keymgmt::token_of(*key);
  if (!token || !again || *token != *again || !keymgmt::is_token_name(*key)) std::abort();
  return 0;
}
