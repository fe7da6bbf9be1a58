// Distribution points, in certificates and in lists (RFC 5280 sections 4.2.1.13 and 5.2.5).
#include "extension_der.hpp"
#include "general_name_der.hpp"
#include "yuxin/x509/extension.hpp"

namespace yuxin::x509 {

namespace {

constexpr std::size_t kReasonBits = 16;  // ReasonFlags has nine

// DistributionPointName ::= CHOICE { fullName [0] GeneralNames, nameRelativeToCRLIssuer [1] }
template <typename Point>
bool read_point_name(der::Reader& fields, Point& point) {
  if (!fields.next_is(der::constructed_tag(0))) return true;
  auto choice = fields.nested(der::constructed_tag(0));
  const auto name = choice ? choice->element() : std::nullopt;
  if (!name || !choice->at_end()) return false;
  if (name->tag == der::constructed_tag(1)) {
    point.has_relative_name = true;
    point.relative_name = base::to_bytes(name->content);
    return !name->content.empty();
  }
  if (name->tag != der::constructed_tag(0)) return false;
  auto names = read_general_names(name->content);
  if (!names) return false;
  point.full_name = std::move(*names);
  return true;
}

std::optional<std::uint32_t> read_reasons(der::Reader& fields, unsigned tag) {
  const auto content = fields.content(der::context_tag(tag));
  return content ? read_named_bits(*content, kReasonBits) : std::nullopt;
}

std::optional<DistributionPoint> read_distribution_point(der::Reader& reader) {
  auto fields = reader.nested(der::kSequence);
  DistributionPoint point;
  if (!fields || !read_point_name(*fields, point)) return std::nullopt;
  if (fields->next_is(der::context_tag(1))) {
    const auto reasons = read_reasons(*fields, 1);
    if (!reasons) return std::nullopt;
    point.has_reasons = true;
    point.reasons = *reasons;
  }
  if (fields->next_is(der::constructed_tag(2))) {
    const auto issuer = fields->content(der::constructed_tag(2));
    auto names = issuer ? read_general_names(*issuer) : std::nullopt;
    if (!names) return std::nullopt;
    point.crl_issuer = std::move(*names);
  }
  if (!fields->at_end()) return std::nullopt;
  return point;
}

// BOOLEAN DEFAULT FALSE under an IMPLICIT tag
bool read_flag(der::Reader& fields, unsigned tag, bool& flag) {
  if (!fields.next_is(der::context_tag(tag))) return true;
  const auto content = fields.content(der::context_tag(tag));
  if (!content || content->size() != 1 || ((*content)[0] != 0 && (*content)[0] != 0xff)) return false;
  flag = (*content)[0] != 0;
  return true;
}

void write_flag(der::Writer& writer, unsigned tag, bool flag) {
  constexpr std::uint8_t kTrue = 0xff;
  if (flag) writer.element(der::context_tag(tag), base::ByteView(&kTrue, 1));
}

}  // namespace

std::optional<std::vector<DistributionPoint>> read_crl_distribution_points(base::ByteView value) {
  return read_list<DistributionPoint>(value, read_distribution_point);
}

std::optional<IssuingDistributionPoint> read_issuing_distribution_point(base::ByteView value) {
  auto fields = whole_sequence(value);
  IssuingDistributionPoint point;
  // RFC 5280 section 5.2.5: an empty sequence must not be written.
  if (!fields || fields->at_end() || !read_point_name(*fields, point)) return std::nullopt;
  if (!read_flag(*fields, 1, point.only_user_certificates)) return std::nullopt;
  if (!read_flag(*fields, 2, point.only_ca_certificates)) return std::nullopt;
  if (fields->next_is(der::context_tag(3))) {
    point.only_some_reasons = read_reasons(*fields, 3);
    if (!point.only_some_reasons) return std::nullopt;
  }
  if (!read_flag(*fields, 4, point.indirect_crl)) return std::nullopt;
  if (!read_flag(*fields, 5, point.only_attribute_certificates)) return std::nullopt;
  if (!fields->at_end()) return std::nullopt;
  return point;
}

// One distribution point: the URIs are ways to the same list (RFC 5280 section 4.2.1.13).
base::Bytes make_crl_distribution_points(const std::vector<std::string>& uris) {
  der::Writer writer;
  const auto points = writer.open(der::kSequence);
  const auto point = writer.open(der::kSequence);
  const auto name = writer.open(der::constructed_tag(0));
  const auto full_name = writer.open(der::constructed_tag(0));
  for (const auto& uri : uris) write_general_name(writer, uri_name(uri));
  writer.close(full_name);
  writer.close(name);
  writer.close(point);
  writer.close(points);
  return extension(oid::kCrlDistributionPoints, Critical::kNo, writer.view());
}

base::Bytes make_issuing_distribution_point(const IssuingDistributionPoint& point) {
  der::Writer writer;
  const auto sequence = writer.open(der::kSequence);
  if (!point.full_name.empty()) {
    const auto name = writer.open(der::constructed_tag(0));
    const auto full_name = writer.open(der::constructed_tag(0));
    for (const auto& general_name : point.full_name) write_general_name(writer, general_name);
    writer.close(full_name);
    writer.close(name);
  }
  write_flag(writer, 1, point.only_user_certificates);
  write_flag(writer, 2, point.only_ca_certificates);
  if (point.only_some_reasons) {
    der::Writer bits;
    bits.named_bits(*point.only_some_reasons, 9);
    writer.element(der::context_tag(3), bits.view().subspan(2));  // the content, under an IMPLICIT tag
  }
  write_flag(writer, 4, point.indirect_crl);
  write_flag(writer, 5, point.only_attribute_certificates);
  writer.close(sequence);
  return extension(oid::kIssuingDistributionPoint, Critical::kYes, writer.view());
}

}  // namespace yuxin::x509
