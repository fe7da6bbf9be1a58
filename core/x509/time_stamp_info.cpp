#include <algorithm>

#include "general_name_der.hpp"
#include "yuxin/x509/der.hpp"
#include "yuxin/x509/time_stamp.hpp"

namespace yuxin::x509 {

namespace {

using base::ByteView;

constexpr std::int64_t kVersion = 1;
constexpr std::int64_t kMostAccuracySeconds = 1'000'000'000;
constexpr std::int64_t kMicroseconds = 1'000'000;

bool read_imprint(der::Reader& fields, TimeStampInfo& info) {
  auto imprint = fields.nested(der::kSequence);
  auto algorithm = imprint ? imprint->nested(der::kSequence) : std::nullopt;
  const auto oid = algorithm ? algorithm->oid() : std::nullopt;
  const auto hash = oid ? imprint->content(der::kOctetString) : std::nullopt;
  if (!hash || !imprint->at_end()) return false;
  info.digest = digest_by_oid(*oid);
  if (info.digest && hash->size() != digest_size(*info.digest)) return false;
  info.imprint = base::to_bytes(*hash);
  return true;
}

// genTime is a GeneralizedTime with seconds, perhaps a fraction without zeros at its end, and Z (RFC 3161 section
// 2.4.2): "19990609001326.34352Z".
bool read_time(der::Reader& fields, TimeStampInfo& info) {
  const auto element = fields.element(der::kGeneralizedTime);
  if (!element) return false;
  constexpr std::size_t kSecondsEnd = 14;
  std::string text(base::as_text(element->content));
  if (text.size() > kSecondsEnd && text[kSecondsEnd] == '.') {
    const std::string fraction = text.substr(kSecondsEnd + 1, text.size() - kSecondsEnd - 2);
    const bool digits = fraction.find_first_not_of("0123456789") == std::string::npos;
    if (fraction.empty() || !digits || fraction.back() == '0' || text.back() != 'Z') return false;
    std::uint32_t unit = kMicroseconds / 10;
    for (std::size_t i = 0; i < std::min<std::size_t>(fraction.size(), 6); ++i, unit /= 10)
      info.time_microseconds += static_cast<std::uint32_t>(fraction[i] - '0') * unit;
    text.erase(kSecondsEnd, fraction.size() + 1);
  }
  const auto time = der::parse_time({der::kGeneralizedTime, base::as_bytes(text), {}});
  if (!time) return false;
  info.time = *time;
  return true;
}

// Accuracy ::= SEQUENCE { seconds INTEGER OPTIONAL, millis [0] INTEGER (1..999) OPTIONAL, micros [1] INTEGER (1..999)
// OPTIONAL }. Zeros are read too; they say the same.
bool read_accuracy(der::Reader& fields, TimeStampInfo& info) {
  if (!fields.next_is(der::kSequence)) return true;
  auto accuracy = fields.nested(der::kSequence);
  if (!accuracy) return false;
  std::int64_t total = 0;
  if (accuracy->next_is(der::kInteger)) {
    const auto seconds = accuracy->small_integer();
    if (!seconds || *seconds < 0 || *seconds > kMostAccuracySeconds) return false;
    total = *seconds * kMicroseconds;
  }
  std::int64_t unit = 1000;
  for (const unsigned number : {0U, 1U}) {
    const auto tag = der::context_tag(number);
    if (accuracy->next_is(tag)) {
      const auto part = accuracy->content(tag);
      const auto value = part ? der::parse_small_integer(*part) : std::nullopt;
      if (!value || *value < 0 || *value > 999) return false;
      total += *value * unit;
    }
    unit = 1;
  }
  if (!accuracy->at_end()) return false;
  info.accuracy_microseconds = total;
  return true;
}

bool read_ordering_and_nonce(der::Reader& fields, TimeStampInfo& info) {
  if (fields.next_is(der::kBoolean)) {
    const auto ordering = fields.boolean();
    if (!ordering) return false;
    if (*ordering) info.ordering = TimeStampInfo::Ordering::kYes;
  }
  if (fields.next_is(der::kInteger)) {
    const auto nonce = fields.integer();
    if (!nonce) return false;
    info.nonce = base::to_bytes(*nonce);
  }
  return true;
}

// tsa [0] EXPLICIT GeneralName OPTIONAL, extensions [1] IMPLICIT Extensions OPTIONAL
bool read_name_and_extensions(der::Reader& fields, TimeStampInfo& info) {
  if (fields.next_is(der::constructed_tag(0))) {
    auto wrapper = fields.nested(der::constructed_tag(0));
    const auto element = wrapper ? wrapper->element() : std::nullopt;
    if (!element || !wrapper->at_end()) return false;
    info.tsa = read_general_name(*element, IpForm::kAddress);
    if (!info.tsa) return false;
  }
  if (fields.next_is(der::constructed_tag(1))) {
    const auto content = fields.content(der::constructed_tag(1));
    const auto extensions = content ? read_extensions(*content) : std::nullopt;
    if (!extensions) return false;
    info.has_critical_extension = std::ranges::any_of(*extensions, &ExtensionView::critical);
  }
  return true;
}

}  // namespace

std::optional<TimeStampInfo> parse_time_stamp_info(ByteView der) {
  const auto whole = der::single(der, der::kSequence);
  if (!whole) return std::nullopt;
  der::Reader fields(whole->content);
  if (fields.small_integer() != kVersion) return std::nullopt;
  const auto policy = fields.oid();
  TimeStampInfo info;
  if (!policy || !read_imprint(fields, info)) return std::nullopt;
  info.policy = base::to_bytes(*policy);
  const auto serial = fields.integer();
  if (!serial) return std::nullopt;
  info.serial = base::to_bytes(*serial);
  if (!read_time(fields, info) || !read_accuracy(fields, info) || !read_ordering_and_nonce(fields, info) ||
      !read_name_and_extensions(fields, info) || !fields.at_end()) {
    return std::nullopt;
  }
  return info;
}

}  // namespace yuxin::x509
