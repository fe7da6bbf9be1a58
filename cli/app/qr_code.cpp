#include "qr_code.hpp"

#include <qrencode.h>

#include <memory>

namespace yuxin::cli {

using base::Code;
using base::Result;

namespace {

constexpr int kQuiet = 4;         // modules on every side, section 5.3.8
constexpr int kPageModules = 89;  // version 18: with its quiet zone 97 columns
constexpr const char* kInk[] = {" ", "\xe2\x96\x80", "\xe2\x96\x84", "\xe2\x96\x88"};  // none, upper, lower, both

struct Free {
  void operator()(QRcode* code) const { QRcode_free(code); }
};
using CodePtr = std::unique_ptr<QRcode, Free>;

CodePtr encode(base::ByteView octets, QRecLevel level) {
  return CodePtr(QRcode_encodeData(static_cast<int>(octets.size()), octets.data(), 0, level));
}

bool is_dark(const QRcode& code, int x, int y) {
  if (x < 0 || y < 0 || x >= code.width || y >= code.width) return false;
  return (code.data[y * code.width + x] & 1U) != 0;
}

}  // namespace

Result<std::vector<std::string>> qr_lines(base::ByteView octets) {
  constexpr std::size_t kMost = 2900;
  auto code = octets.size() <= kMost ? encode(octets, QR_ECLEVEL_M) : nullptr;
  if (octets.size() <= kMost && (code == nullptr || code->width > kPageModules)) code = encode(octets, QR_ECLEVEL_L);
  if (code == nullptr) {
    return base::fail(Code::kRefused, "{} octets are more than a QR code holds; print it without one.",
                      octets.size());
  }
  std::vector<std::string> lines;
  for (int y = -kQuiet; y < code->width + kQuiet; y += 2) {
    std::string line;
    for (int x = -kQuiet; x < code->width + kQuiet; ++x) {
      const unsigned ink = (is_dark(*code, x, y) ? 1U : 0U) | (is_dark(*code, x, y + 1) ? 2U : 0U);
      line += kInk[ink];
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace yuxin::cli
