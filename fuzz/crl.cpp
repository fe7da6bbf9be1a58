#include "yuxin/x509/crl.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using yuxin::x509::Crl;
  const auto list = Crl::from_bytes({data, size});
  if (!list) return 0;
  static_cast<void>(list->issuer().text());
  static_cast<void>(list->number());
  static_cast<void>(list->authority_key_identifier());
  static_cast<void>(list->for_each([](const auto&) { return Crl::Visit::kGoOn; }).has_value());
  static_cast<void>(list->for_each_view([](const auto&) { return Crl::Visit::kGoOn; }).has_value());
  return 0;
}
