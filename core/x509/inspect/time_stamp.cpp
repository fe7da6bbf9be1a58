// Time stamps (RFC 3161).
#include <array>

#include "inspect/parts.hpp"
#include "yuxin/base/language.hpp"

namespace yuxin::x509::inspect_detail {

namespace {

// genTime may have fractions of a second (RFC 3161 section 2.4.2): "20261122100411.25Z".
std::optional<Node> generated_at(const der::Element& element) {
  if (element.tag != der::kGeneralizedTime) return std::nullopt;
  std::string text(base::as_text(element.content));
  constexpr std::size_t kSecondsEnd = 14;
  std::string fraction;
  if (text.size() > kSecondsEnd + 2 && text[kSecondsEnd] == '.' && text.back() == 'Z') {
    fraction = text.substr(kSecondsEnd, text.size() - 1 - kSecondsEnd);
    if (fraction.find_first_not_of("0123456789", 1) != std::string::npos) return std::nullopt;
    text.erase(kSecondsEnd, fraction.size());
  }
  const auto moment = der::parse_time({element.tag, base::as_bytes(text), {}});
  if (!moment) return std::nullopt;
  Node node = time("generated_at", base::tr("time of the stamp"), *moment);
  if (fraction.empty()) return node;
  std::string precise = base::rfc3339(*moment);
  precise.insert(precise.size() - 1, fraction);
  node.json = precise;
  node.lines.push_back(precise);
  return node;
}

// Accuracy ::= SEQUENCE { seconds INTEGER OPTIONAL, millis [0] OPTIONAL, micros [1] OPTIONAL }
std::optional<Node> accuracy_node(base::ByteView content) {
  der::Reader fields(content);
  std::int64_t microseconds = 0;
  if (fields.next_is(der::kInteger)) {
    const auto seconds = fields.small_integer();
    constexpr std::int64_t kMost = 1'000'000'000;
    if (!seconds || *seconds < 0 || *seconds > kMost) return std::nullopt;
    microseconds = *seconds * 1'000'000;
  }
  std::int64_t unit = 1000;
  for (const unsigned tag : {0U, 1U}) {
    if (fields.next_is(der::context_tag(tag))) {
      const auto part = fields.content(der::context_tag(tag));
      const auto number = part ? der::parse_small_integer(*part) : std::nullopt;
      if (!number || *number < 0 || *number > 999) return std::nullopt;
      microseconds += *number * unit;
    }
    unit = 1;
  }
  if (!fields.at_end()) return std::nullopt;
  Node node = leaf("accuracy_microseconds", base::tr("accuracy"), base::message("{} µs", microseconds));
  node.json = microseconds;
  return node;
}

// MessageImprint ::= SEQUENCE { hashAlgorithm, hashedMessage OCTET STRING }
bool add_imprint(der::Reader& fields, std::vector<Node>& nodes) {
  auto imprint = fields.nested(der::kSequence);
  const auto algorithm = imprint ? imprint->element(der::kSequence) : std::nullopt;
  const auto hash = algorithm ? imprint->content(der::kOctetString) : std::nullopt;
  if (!hash || !imprint->at_end()) return false;
  nodes.push_back(algorithm_node("digest_algorithm", base::tr("digest algorithm"), algorithm->whole));
  nodes.push_back(octets("digest", base::tr("digest of the document"), *hash));
  return true;
}

// What may follow genTime: accuracy, ordering, nonce, tsa [0] GeneralName, extensions [1].
bool add_optional_fields(der::Reader& fields, std::vector<Node>& nodes) {
  if (fields.next_is(der::kSequence)) {
    const auto content = fields.content(der::kSequence);
    auto accuracy = content ? accuracy_node(*content) : std::nullopt;
    if (!accuracy) return false;
    nodes.push_back(std::move(*accuracy));
  }
  if (fields.next_is(der::kBoolean)) {
    const auto ordering = fields.boolean();
    if (!ordering) return false;
    nodes.push_back(quiet("ordering", *ordering));
  }
  if (fields.next_is(der::kInteger)) {
    const auto nonce = fields.integer();
    if (!nonce) return false;
    nodes.push_back(octets("nonce", base::tr("nonce"), *nonce));
  }
  if (fields.next_is(der::constructed_tag(0))) {
    const auto name = fields.content(der::constructed_tag(0));
    const auto names = name ? read_general_names(*name) : std::nullopt;
    if (!names || names->size() != 1) return false;
    nodes.push_back(leaf("tsa", base::tr("time stamp authority"), general_name_text(names->front())));
  }
  if (fields.next_is(der::constructed_tag(1))) {
    const auto list = fields.content(der::constructed_tag(1));
    const auto extensions = list ? read_extensions(*list) : std::nullopt;
    if (!extensions) return false;
    nodes.push_back(extensions_node(*extensions));
  }
  return fields.at_end();
}

std::string status_text(std::int64_t status) {
  static constexpr std::array<std::string_view, 6> kNames{"granted", "grantedWithMods",   "rejection",
                                                          "waiting", "revocationWarning", "revocationNotification"};
  return status >= 0 && static_cast<std::size_t>(status) < kNames.size()
             ? std::string(kNames.at(static_cast<std::size_t>(status)))
             : std::to_string(status);
}

// PKIFailureInfo (RFC 3161 section 2.4.2) by its bits.
std::string failure_text(base::ByteView bits) {
  struct Failure {
    std::size_t bit;
    std::string_view name;
  };
  static constexpr std::array<Failure, 8> kFailures{{{0, "badAlg"},
                                                     {2, "badRequest"},
                                                     {5, "badDataFormat"},
                                                     {14, "timeNotAvailable"},
                                                     {15, "unacceptedPolicy"},
                                                     {16, "unacceptedExtension"},
                                                     {17, "addInfoNotAvailable"},
                                                     {25, "systemFailure"}}};
  std::string text;
  for (const auto& [bit, name] : kFailures) {
    if (bit / 8 >= bits.size() || (bits[bit / 8] & (0x80U >> (bit % 8))) == 0) continue;
    text += (text.empty() ? "" : ", ") + std::string(name);
  }
  return text.empty() ? base::hex(bits) : text;
}

// PKIStatusInfo ::= SEQUENCE { status INTEGER, statusString SEQUENCE OF UTF8String OPTIONAL, failInfo OPTIONAL }
bool add_status(base::ByteView content, std::vector<Node>& nodes) {
  der::Reader fields(content);
  const auto status = fields.small_integer();
  if (!status) return false;
  nodes.push_back(leaf("status", base::tr("status"), status_text(*status)));
  if (fields.next_is(der::kSequence)) {
    auto texts = fields.nested(der::kSequence);
    std::vector<std::string> lines;
    while (texts && !texts->at_end()) {
      const auto text = texts->content(der::kUtf8String);
      if (!text) return false;
      lines.emplace_back(base::as_text(*text));
    }
    if (!texts) return false;
    nodes.push_back(list("status_text", base::tr("remark"), lines));
  }
  if (fields.next_is(der::kBitString)) {
    const auto bits = fields.content(der::kBitString);
    if (!bits || bits->empty()) return false;
    nodes.push_back(leaf("failure", base::tr("failure"), failure_text(bits->subspan(1))));
  }
  return fields.at_end();
}

}  // namespace

std::optional<std::vector<Node>> describe_tst_info(base::ByteView der) {
  const auto whole = der::single(der, der::kSequence);
  if (!whole) return std::nullopt;
  der::Reader fields(whole->content);
  const auto version = fields.small_integer();
  const auto policy = version ? fields.oid() : std::nullopt;
  if (!policy) return std::nullopt;
  std::vector<Node> nodes;
  if (!add_imprint(fields, nodes)) return std::nullopt;
  const auto serial = fields.integer();
  const auto moment = serial ? fields.element(der::kGeneralizedTime) : std::nullopt;
  auto generated = moment ? generated_at(*moment) : std::nullopt;
  if (!generated) return std::nullopt;
  nodes.insert(nodes.begin(), std::move(*generated));
  nodes.push_back(serial_node("serial", base::tr("serial"), *serial));
  nodes.push_back(leaf("policy", base::tr("policy"), dotted(*policy)));
  if (!add_optional_fields(fields, nodes)) return std::nullopt;
  return nodes;
}

// TimeStampResp ::= SEQUENCE { status PKIStatusInfo, timeStampToken ContentInfo OPTIONAL }
std::optional<Node> describe_time_stamp_response(base::ByteView der, const InspectOptions& options) {
  const auto whole = der::single(der, der::kSequence);
  if (!whole) return std::nullopt;
  der::Reader fields(whole->content);
  const auto status = fields.content(der::kSequence);
  std::vector<Node> nodes{quiet("type", object_kind_name(ObjectKind::kTimeStampResponse))};
  if (!status || !add_status(*status, nodes)) return std::nullopt;
  if (!fields.at_end()) {
    const auto token = fields.element(der::kSequence);
    auto described = token && fields.at_end() ? describe_cms(token->whole, options) : std::nullopt;
    if (!described || !described->is_time_stamp) return std::nullopt;
    described->node.key = "token";
    described->node.label = base::tr("time stamp token");
    nodes.push_back(std::move(described->node));
  }
  return group("", base::tr("Time stamp response"), std::move(nodes));
}

}  // namespace yuxin::x509::inspect_detail
