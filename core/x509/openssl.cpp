#include "openssl.hpp"

#include <openssl/err.h>

#include <array>

namespace yuxin::x509 {

std::string take_openssl_error() {
  std::string line;
  const char* data = nullptr;
  int flags = 0;
  while (const auto code = ERR_get_error_all(nullptr, nullptr, nullptr, &data, &flags)) {
    std::array<char, 256> text{};
    ERR_error_string_n(code, text.data(), text.size());
    if (!line.empty()) line += "; ";
    line += text.data();
    if ((flags & ERR_TXT_STRING) != 0 && data != nullptr && *data != '\0') line.append(": ").append(data);
  }
  return line.empty() ? "openssl: no error queued" : line;
}

}  // namespace yuxin::x509
