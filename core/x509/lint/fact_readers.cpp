#include "lint/fact_readers.hpp"

namespace yuxin::x509 {

namespace {

using der::constructed_tag;
using der::context_tag;

// read_list reads SEQUENCE SIZE (1..MAX) OF what `read_one` reads; `read_one` answers a Shape.
template <typename ReadOne>
Shape read_members(der::Reader members, ReadOne read_one) {
  Shape shape = members.at_end() ? Shape::kEmpty : Shape::kGood;
  while (!members.at_end()) {
    const Shape one = read_one(members);
    if (one == Shape::kMalformed) return one;
    if (one == Shape::kEmpty) shape = one;
  }
  return shape;
}

template <typename ReadOne>
Shape read_list(base::ByteView value, ReadOne read_one) {
  const auto list = der::single(value, der::kSequence);
  return list ? read_members(der::Reader(list->content), read_one) : Shape::kMalformed;
}

Shape worse(Shape a, Shape b) {
  if (a == Shape::kMalformed || b == Shape::kMalformed) return Shape::kMalformed;
  return a == Shape::kEmpty ? a : b;
}

constexpr bool is_constructed(unsigned number) { return number == 0 || number == 3 || number == 4 || number == 5; }

// The tags of GeneralName are 0 to 8 in the order of GeneralNameKind; directoryName is EXPLICIT.
bool read_name(const der::Element& element, NameView& to) {
  const unsigned number = element.tag & 0x1fU;
  if (number > 8) return false;
  if (element.tag != (is_constructed(number) ? constructed_tag(number) : context_tag(number))) return false;
  to = {static_cast<GeneralNameKind>(number), element.content};
  if (to.kind == GeneralNameKind::kDirectory) return der::single(element.content, der::kSequence).has_value();
  if (to.kind == GeneralNameKind::kRegisteredId) return der::is_oid(element.content);
  if (to.kind == GeneralNameKind::kOther) {
    der::Reader other(element.content);
    return other.oid() && other.element(constructed_tag(0)) && other.at_end();
  }
  return true;
}

Shape read_name_list(der::Reader names, std::vector<NameView>& to) {
  return read_members(names, [&](der::Reader& reader) {
    const auto element = reader.element();
    NameView name;
    if (!element || !read_name(*element, name)) return Shape::kMalformed;
    to.push_back(name);
    return Shape::kGood;
  });
}

// DistributionPointName ::= CHOICE { fullName [0] GeneralNames, nameRelativeToCRLIssuer [1] }
Shape read_point_name(der::Reader& fields, PointView& point) {
  auto choice = fields.nested(constructed_tag(0));
  const auto name = choice ? choice->element() : std::nullopt;
  if (!name || !choice->at_end()) return Shape::kMalformed;
  point.has_name = true;
  point.has_relative_name = name->tag == constructed_tag(1);
  if (point.has_relative_name) return Shape::kGood;
  return name->tag == constructed_tag(0) ? read_name_list(der::Reader(name->content), point.full_name)
                                         : Shape::kMalformed;
}

Shape read_point(der::Reader& reader, PointView& point) {
  auto fields = reader.nested(der::kSequence);
  if (!fields) return Shape::kMalformed;
  Shape shape = Shape::kGood;
  if (fields->next_is(constructed_tag(0))) shape = read_point_name(*fields, point);
  point.has_reasons = fields->next_is(context_tag(1));
  if (shape == Shape::kMalformed || !fields->skip_optional(context_tag(1))) return Shape::kMalformed;
  if (fields->next_is(constructed_tag(2))) {
    const auto names = fields->nested(constructed_tag(2));
    if (!names) return Shape::kMalformed;
    shape = worse(shape, read_name_list(*names, point.crl_issuer));
  }
  return fields->at_end() ? shape : Shape::kMalformed;
}

// UserNotice ::= SEQUENCE { noticeRef NoticeReference OPTIONAL, explicitText DisplayText OPTIONAL }
bool read_user_notice(QualifierView& qualifier) {
  if (qualifier.value.tag != der::kSequence) return false;
  der::Reader notice(qualifier.value.content);
  qualifier.has_notice_reference = notice.next_is(der::kSequence);
  if (!notice.skip_optional(der::kSequence)) return false;
  if (notice.at_end()) return true;
  const auto text = notice.element();
  if (!text || !notice.at_end()) return false;
  qualifier.explicit_text = *text;
  return true;
}

Shape read_qualifier(der::Reader& reader, PolicyView& policy) {
  auto fields = reader.nested(der::kSequence);
  const auto id = fields ? fields->oid() : std::nullopt;
  const auto value = id ? fields->element() : std::nullopt;
  if (!value || !fields->at_end()) return Shape::kMalformed;
  QualifierView qualifier{*id, *value, false, {}};
  if (base::equal(*id, oid::kUserNoticeQualifier) && !read_user_notice(qualifier)) return Shape::kMalformed;
  if (base::equal(*id, oid::kCpsQualifier) && value->tag != der::kIa5String) return Shape::kMalformed;
  policy.qualifiers.push_back(qualifier);
  return Shape::kGood;
}

Shape read_policy(der::Reader& reader, PolicyView& policy) {
  auto fields = reader.nested(der::kSequence);
  const auto id = fields ? fields->oid() : std::nullopt;
  if (!id) return Shape::kMalformed;
  policy.policy = *id;
  if (fields->at_end()) return Shape::kGood;
  const auto qualifiers = fields->nested(der::kSequence);
  if (!qualifiers || !fields->at_end()) return Shape::kMalformed;
  return read_members(*qualifiers, [&](der::Reader& one) { return read_qualifier(one, policy); });
}

// GeneralSubtree ::= SEQUENCE { base GeneralName, minimum [0] DEFAULT 0, maximum [1] OPTIONAL }
Shape read_subtree(der::Reader& reader, std::vector<SubtreeView>& to) {
  auto fields = reader.nested(der::kSequence);
  const auto base = fields ? fields->element() : std::nullopt;
  SubtreeView subtree;
  if (!base || !read_name(*base, subtree.base)) return Shape::kMalformed;
  subtree.has_minimum = fields->next_is(context_tag(0));
  if (!fields->skip_optional(context_tag(0))) return Shape::kMalformed;
  subtree.has_maximum = fields->next_is(context_tag(1));
  if (!fields->skip_optional(context_tag(1)) || !fields->at_end()) return Shape::kMalformed;
  to.push_back(subtree);
  return Shape::kGood;
}

Shape read_subtree_list(der::Reader& fields, unsigned tag, std::vector<SubtreeView>& to) {
  if (!fields.next_is(constructed_tag(tag))) return Shape::kGood;
  const auto list = fields.nested(constructed_tag(tag));
  if (!list) return Shape::kMalformed;
  return read_members(*list, [&](der::Reader& one) { return read_subtree(one, to); });
}

// read_optional_count reads [tag] IMPLICIT INTEGER (0..MAX) OPTIONAL.
bool read_optional_count(der::Reader& fields, unsigned tag, std::optional<std::int64_t>& to) {
  if (!fields.next_is(context_tag(tag))) return true;
  const auto content = fields.content(context_tag(tag));
  to = content ? der::parse_small_integer(*content) : std::nullopt;
  return to && *to >= 0;
}

}  // namespace

Shape read_octets(base::ByteView value, base::ByteView& to) {
  const auto octets = der::single(value, der::kOctetString);
  if (!octets) return Shape::kMalformed;
  to = octets->content;
  return Shape::kGood;
}

Shape read_constraints(base::ByteView value, BasicConstraintsView& to) {
  const auto sequence = der::single(value, der::kSequence);
  if (!sequence) return Shape::kMalformed;
  der::Reader fields(sequence->content);
  if (fields.next_is(der::kBoolean)) {
    const auto ca = fields.boolean();
    if (!ca) return Shape::kMalformed;
    to.ca = *ca;
    to.default_was_encoded = !*ca;
  }
  if (!fields.at_end()) {
    to.path_length = fields.small_integer();
    if (!to.path_length || *to.path_length < 0 || !fields.at_end()) return Shape::kMalformed;
  }
  return Shape::kGood;
}

Shape read_usage_bits(base::ByteView value, KeyUsageView& to) {
  const auto string = der::single(value, der::kBitString);
  if (!string || string->content.empty()) return Shape::kMalformed;
  const unsigned unused = string->content[0];
  const base::ByteView octets = string->content.subspan(1);
  if (unused > 7 || (octets.empty() && unused != 0) || octets.size() > 4) return Shape::kMalformed;
  for (std::size_t bit = 0; bit < octets.size() * 8; ++bit) {
    if ((octets[bit / 8] & (0x80U >> (bit % 8))) != 0) to.bits |= 1U << bit;
  }
  if (octets.empty()) return Shape::kGood;
  if ((octets.back() & ((1U << unused) - 1U)) != 0) return Shape::kMalformed;  // X.690 section 11.2.1
  to.minimal = (octets.back() >> unused & 1U) != 0;
  return Shape::kGood;
}

Shape read_oids(base::ByteView value, std::vector<Oid>& to) {
  return read_list(value, [&](der::Reader& reader) {
    const auto oid = reader.oid();
    if (!oid) return Shape::kMalformed;
    to.push_back(*oid);
    return Shape::kGood;
  });
}

Shape read_names(base::ByteView value, std::vector<NameView>& to) {
  const auto list = der::single(value, der::kSequence);
  return list ? read_name_list(der::Reader(list->content), to) : Shape::kMalformed;
}

Shape read_authority_key(base::ByteView value, AuthorityKeyView& to) {
  const auto sequence = der::single(value, der::kSequence);
  if (!sequence) return Shape::kMalformed;
  der::Reader fields(sequence->content);
  if (fields.next_is(context_tag(0))) {
    to.key_identifier = fields.content(context_tag(0));
    if (!to.key_identifier) return Shape::kMalformed;
  }
  Shape shape = Shape::kGood;
  to.has_issuer = fields.next_is(constructed_tag(1));
  if (to.has_issuer) {
    const auto names = fields.nested(constructed_tag(1));
    std::vector<NameView> issuer;
    if (!names) return Shape::kMalformed;
    shape = read_name_list(*names, issuer);
  }
  to.has_serial = fields.next_is(context_tag(2));
  if (to.has_serial) {
    const auto serial = fields.content(context_tag(2));
    if (!serial || !der::is_minimal_integer(*serial)) return Shape::kMalformed;
  }
  return fields.at_end() ? shape : Shape::kMalformed;
}

Shape read_access(base::ByteView value, std::vector<AccessView>& to) {
  return read_list(value, [&](der::Reader& reader) {
    auto fields = reader.nested(der::kSequence);
    const auto method = fields ? fields->oid() : std::nullopt;
    const auto location = method ? fields->element() : std::nullopt;
    AccessView access;
    if (!location || !fields->at_end() || !read_name(*location, access.location)) return Shape::kMalformed;
    access.method = *method;
    to.push_back(access);
    return Shape::kGood;
  });
}

Shape read_points(base::ByteView value, std::vector<PointView>& to) {
  return read_list(value, [&](der::Reader& reader) {
    PointView point;
    const Shape shape = read_point(reader, point);
    to.push_back(std::move(point));
    return shape;
  });
}

Shape read_policies(base::ByteView value, std::vector<PolicyView>& to) {
  return read_list(value, [&](der::Reader& reader) {
    PolicyView policy;
    const Shape shape = read_policy(reader, policy);
    to.push_back(std::move(policy));
    return shape;
  });
}

Shape read_mappings(base::ByteView value, std::vector<MappingView>& to) {
  return read_list(value, [&](der::Reader& reader) {
    auto fields = reader.nested(der::kSequence);
    const auto issuer = fields ? fields->oid() : std::nullopt;
    const auto subject = issuer ? fields->oid() : std::nullopt;
    if (!subject || !fields->at_end()) return Shape::kMalformed;
    to.push_back({*issuer, *subject});
    return Shape::kGood;
  });
}

Shape read_subtrees(base::ByteView value, NameConstraintsView& to) {
  const auto sequence = der::single(value, der::kSequence);
  if (!sequence) return Shape::kMalformed;
  der::Reader fields(sequence->content);
  if (fields.at_end()) return Shape::kEmpty;
  const Shape permitted = read_subtree_list(fields, 0, to.permitted);
  if (permitted == Shape::kMalformed) return permitted;
  const Shape excluded = read_subtree_list(fields, 1, to.excluded);
  return fields.at_end() ? worse(permitted, excluded) : Shape::kMalformed;
}

Shape read_policy_limits(base::ByteView value, PolicyConstraintsView& to) {
  const auto sequence = der::single(value, der::kSequence);
  if (!sequence) return Shape::kMalformed;
  der::Reader fields(sequence->content);
  if (fields.at_end()) return Shape::kEmpty;
  const bool good = read_optional_count(fields, 0, to.require_explicit_policy) &&
                    read_optional_count(fields, 1, to.inhibit_policy_mapping) && fields.at_end();
  return good ? Shape::kGood : Shape::kMalformed;
}

Shape read_skip_certs(base::ByteView value, std::int64_t& to) {
  der::Reader reader(value);
  const auto count = reader.small_integer();
  if (!count || *count < 0 || !reader.at_end()) return Shape::kMalformed;
  to = *count;
  return Shape::kGood;
}

Shape read_null(base::ByteView value, Nothing& /*to*/) {
  const auto null = der::single(value, der::kNull);
  return null && null->content.empty() ? Shape::kGood : Shape::kMalformed;
}

// SubjectDirectoryAttributes ::= SEQUENCE SIZE (1..MAX) OF SEQUENCE { type OID, values SET SIZE (1..MAX) OF ANY }
Shape read_attributes(base::ByteView value, Nothing& /*to*/) {
  return read_list(value, [](der::Reader& reader) {
    auto fields = reader.nested(der::kSequence);
    if (!fields || !fields->oid()) return Shape::kMalformed;
    const auto values = fields->nested(der::kSet);
    if (!values || !fields->at_end()) return Shape::kMalformed;
    return values->at_end() ? Shape::kEmpty : Shape::kGood;
  });
}

Shape read_integers(base::ByteView value, Nothing& /*to*/) {
  return read_list(value, [](der::Reader& reader) { return reader.integer() ? Shape::kGood : Shape::kMalformed; });
}

// RFC 6962 section 3.3: an OCTET STRING around a list with a length of two octets, at least one member.
Shape read_sct_list(base::ByteView value, Nothing& /*to*/) {
  const auto octets = der::single(value, der::kOctetString);
  if (!octets || octets->content.size() < 2) return Shape::kMalformed;
  const std::size_t length = (std::size_t{octets->content[0]} << 8U) | octets->content[1];
  if (length != octets->content.size() - 2) return Shape::kMalformed;
  return length == 0 ? Shape::kEmpty : Shape::kGood;
}

Shape read_sequence(base::ByteView value, Nothing& /*to*/) {
  return der::single(value, der::kSequence) ? Shape::kGood : Shape::kMalformed;
}

Shape read_bits(base::ByteView value, Nothing& /*to*/) {
  const auto bits = der::single(value, der::kBitString);
  return bits && !bits->content.empty() ? Shape::kGood : Shape::kMalformed;
}

}  // namespace yuxin::x509
