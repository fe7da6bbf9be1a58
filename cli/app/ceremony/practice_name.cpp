#include "practice_name.hpp"

#include "yuxin/base/text.hpp"
#include "yuxin/keymgmt/ceremony_record.hpp"
#include "yuxin/x509/oid.hpp"

namespace yuxin::cli {

namespace {

constexpr std::size_t kLongestCommonName = 64;

std::string cut(std::string text) {
  while (base::code_points(text) > kLongestCommonName || !base::is_utf8(text)) text.pop_back();
  return std::string(base::trim(text));
}

}  // namespace

x509::Name practice_name(const x509::Name& name) {
  auto attributes = name.attributes();
  bool found = false;
  for (auto& attribute : attributes) {
    if (!base::equal(attribute.type, x509::oid::kCommonName) || found) continue;
    if (!attribute.value.starts_with(keymgmt::kPracticeMark))
      attribute.value = cut(keymgmt::kPracticeMark + attribute.value);
    found = true;
  }
  if (!found) {
    attributes.push_back(
        {base::to_bytes(x509::oid::kCommonName), 0, cut(keymgmt::kPracticeMark + std::string("certificate")), true});
  }
  return x509::Name::from_attributes(std::move(attributes));
}

}  // namespace yuxin::cli
