#include <algorithm>
#include <array>

#include "yuxin/x509/cms.hpp"
#include "yuxin/x509/der.hpp"

namespace yuxin::x509 {

namespace {

// 1.2.840.113549.1.7.2 and .1, content octets.
constexpr std::array<std::uint8_t, 9> kSignedData = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02};
constexpr std::array<std::uint8_t, 9> kData = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01};

}  // namespace

base::Bytes certs_only(std::vector<base::ByteView> certificates) {
  // X.690 section 11.6.
  std::ranges::sort(certificates, [](auto a, auto b) { return std::ranges::lexicographical_compare(a, b); });
  der::Writer out;
  const auto content_info = out.open(der::kSequence);
  out.oid(kSignedData);
  const auto content = out.open(der::constructed_tag(0));
  const auto signed_data = out.open(der::kSequence);
  out.integer(1);
  out.element(der::kSet, {});  // digestAlgorithms
  const auto encapsulated = out.open(der::kSequence);
  out.oid(kData);
  out.close(encapsulated);
  const auto set = out.open(der::constructed_tag(0));
  for (const auto certificate : certificates) out.raw(certificate);
  out.close(set);
  out.element(der::kSet, {});  // signerInfos
  out.close(signed_data);
  out.close(content);
  out.close(content_info);
  return out.take();
}

}  // namespace yuxin::x509
