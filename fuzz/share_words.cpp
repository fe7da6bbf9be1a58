// Words of shares: what is read is written in its full words and read back the same.
#include <cstdlib>

#include "yuxin/keymgmt/share_text.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace yuxin;
  const auto text = base::as_text({data, size});
  if (const auto share = keymgmt::parse_share_words(text)) {
    const auto words = keymgmt::share_words(*share);
    const auto again = keymgmt::parse_share_words(words.text());
    if (!again || again->set != share->set || !base::equal(again->value.view(), share->value.view())) std::abort();
  }
  for (const std::size_t secret_size : {16U, 32U, 64U}) {
    const auto opened = keymgmt::parse_share_text(text, secret_size);
    if (!opened || opened->salt.empty() || !opened->fingerprint) continue;
    const auto printed = keymgmt::print_share_text(*opened);
    const auto again = keymgmt::parse_share_text(printed.text(), secret_size);
    if (!again || !base::equal(again->salt.view(), opened->salt.view()) || again->set != opened->set) std::abort();
  }
  return 0;
}
