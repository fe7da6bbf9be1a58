// CMP messages: what is read of one lies within it, and so do the bodies of what may be asked.
#include <cstdlib>

#include "ra/cmp/contents.hpp"
#include "yuxin/x509/password_mac.hpp"

namespace {

void expect(bool holds) {
  if (!holds) std::abort();
}

bool is_within(yuxin::base::ByteView part, yuxin::base::ByteView whole) {
  return part.empty() || (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace yuxin;
  const auto message = ra::cmp::read_message({data, size});
  if (!message) return 0;
  for (const auto part : {message->header.transaction, message->header.sender_nonce, message->header.recipient_nonce,
                          message->header.sender, message->body, message->protection})
    expect(is_within(part, message->der));
  expect(message->header.transaction.size() <= ra::cmp::kLongestTransaction);
  expect(message->extra_certificates.size() <= ra::cmp::kMostExtraCertificates);
  if (const auto mac = x509::PasswordMac::from_identifier(message->header.protection_algorithm))
    static_cast<void>(mac->renewed());
  if (const auto wanted = ra::cmp::read_wanted(*message)) expect(wanted->request.verify_possession().has_value());
  if (const auto revocation = ra::cmp::read_revocation(*message)) expect(!revocation->serial.empty());
  static_cast<void>(ra::cmp::read_confirmation(*message).has_value());
  static_cast<void>(ra::cmp::read_poll(*message).has_value());
  static_cast<void>(ra::cmp::read_general(*message).has_value());
  return 0;
}
