#include "information.hpp"

#include <algorithm>

#include "machine/key_attribute.hpp"
#include "yuxin/x509/der.hpp"

namespace yuxin::ra::cmp {

using base::ByteView;
namespace der = x509::der;

namespace {

// id-it of RFC 4210 and RFC 9480, 1.3.6.1.5.5.7.4.N, and id-regCtrl, 1.3.6.1.5.5.7.5.1.N.
constexpr std::string_view kInfo = "1.3.6.1.5.5.7.4.";
constexpr std::string_view kControl = "1.3.6.1.5.5.7.5.1.";
enum class InfoType : unsigned {
  kUnsupported = 7,
  kCaCertificates = 17,
  kRootKeyUpdate = 18,
  kRequestTemplate = 19,
  kRootCertificate = 20,
};
enum class Control : unsigned { kAlgorithm = 11, kRsaKeyLength = 12 };

void write_dotted(der::Writer& out, std::string_view dotted) {
  const auto content = x509::oid_from_dotted(dotted);
  if (content) out.oid(*content);
}
void write_type(der::Writer& out, InfoType type) {
  write_dotted(out, std::string(kInfo) + std::to_string(static_cast<unsigned>(type)));
}

bool is(const Info& info, InfoType type) {
  return x509::dotted(info.type) == std::string(kInfo) + std::to_string(static_cast<unsigned>(type));
}

// Section 4.3.1: the certificates of authorities above whom one may enrol with, without the root.
void write_authorities(der::Writer& out, const std::vector<x509::Certificate>& chain) {
  const auto info = out.open(der::kSequence);
  write_type(out, InfoType::kCaCertificates);
  const auto list = out.open(der::kSequence);
  for (const auto& one : chain) {
    if (!one.subject().same(one.issuer()) || chain.size() == 1) out.raw(one.der());
  }
  out.close(list);
  out.close(info);
}

// Section 4.3.2: without a value where there is no other root than the one that is shown.
// RootCaKeyUpdateContent ::= SEQUENCE { newWithNew, newWithOld [0] OPTIONAL, oldWithNew [1] OPTIONAL }
void write_root_update(der::Writer& out, ByteView shown, const std::vector<x509::Certificate>& chain) {
  const auto info = out.open(der::kSequence);
  write_type(out, InfoType::kRootKeyUpdate);
  const auto& top = chain.back();
  if (top.subject().same(top.issuer()) && !shown.empty() && !base::equal(top.der(), shown)) {
    const auto update = out.open(der::kSequence);
    out.raw(top.der());
    out.close(update);
  }
  out.close(info);
}

// keySpec: AttributeTypeAndValue of algId with the algorithm of a key, or of rsaKeyLen (RFC 9480 section 2.15).
void write_key(der::Writer& out, const ca::KeyRule& rule) {
  const auto& known = key_attribute(rule.type);
  const bool rsa = rule.type == x509::KeyType::kRsa;
  const auto control = out.open(der::kSequence);
  const auto number = static_cast<unsigned>(rsa ? Control::kRsaKeyLength : Control::kAlgorithm);
  write_dotted(out, std::string(kControl) + std::to_string(number));
  if (rsa) {
    out.integer(rule.min_bits);
  } else {
    const auto algorithm = out.open(der::kSequence);
    write_dotted(out, known.key);
    if (!known.curve.empty()) write_dotted(out, known.curve);
    out.close(algorithm);
  }
  out.close(control);
}

// A subject with what is required and, as values, what is fixed; an empty value is to be filled in.
x509::Name subject_of(const ca::Profile& profile) {
  std::vector<x509::NameAttribute> attributes;
  for (const auto& rule : profile.subject) {
    if (rule.required || rule.fixed) attributes.push_back({rule.type, der::kUtf8String, rule.fixed.value_or("")});
  }
  return x509::Name::from_attributes(std::move(attributes));
}

// Section 4.3.3. CertReqTemplateContent ::= SEQUENCE { certTemplate CertTemplate, keySpec Controls OPTIONAL }
void write_template(der::Writer& out, const ca::Profile& profile) {
  constexpr unsigned kSubject = 5;
  const auto info = out.open(der::kSequence);
  write_type(out, InfoType::kRequestTemplate);
  const auto content = out.open(der::kSequence);
  const auto wanted = out.open(der::kSequence);
  const auto subject = out.open(der::constructed_tag(kSubject));
  out.raw(subject_of(profile).der());
  out.close(subject);
  out.close(wanted);
  const auto keys = out.open(der::kSequence);
  for (const auto& rule : profile.keys) write_key(out, rule);
  out.close(keys);
  out.close(content);
  out.close(info);
}

// RFC 4210 section 5.3.19.7: what was asked for and is not known. UnsupportedOIDsValue ::= SEQUENCE OF OBJECT
// IDENTIFIER
void write_unsupported(der::Writer& out, const std::vector<x509::Oid>& types) {
  const auto info = out.open(der::kSequence);
  write_type(out, InfoType::kUnsupported);
  const auto list = out.open(der::kSequence);
  for (const auto type : types) out.oid(type);
  out.close(list);
  out.close(info);
}

}  // namespace

Outcome<base::Bytes> general_answer(const CmpParts& parts, const std::vector<Info>& infos,
                                    const std::string& profile) {
  TRY(const auto chain, parts.desk->chain());
  std::vector<x509::Oid> unknown;
  der::Writer out;
  const auto list = out.open(der::kSequence);
  for (const auto& info : infos) {
    if (is(info, InfoType::kCaCertificates)) {
      write_authorities(out, chain);
    } else if (is(info, InfoType::kRootCertificate)) {
      write_root_update(out, info.value, chain);
    } else if (is(info, InfoType::kRequestTemplate)) {
      TRY(const auto wanted, parts.profiles.find(profile));
      write_template(out, *wanted);
    } else {
      unknown.push_back(info.type);
    }
  }
  if (!unknown.empty()) write_unsupported(out, unknown);
  out.close(list);
  return out.take();
}

}  // namespace yuxin::ra::cmp
