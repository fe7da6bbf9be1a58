#include "general_name_der.hpp"
#include "yuxin/x509/der.hpp"
#include "yuxin/x509/extension.hpp"

namespace yuxin::x509 {

namespace {

void write_access(der::Writer& writer, Oid method, const std::vector<std::string>& uris) {
  for (const auto& uri : uris) {
    const auto description = writer.open(der::kSequence);
    writer.oid(method);
    write_general_name(writer, uri_name(uri));
    writer.close(description);
  }
}

void write_subtrees(der::Writer& writer, unsigned tag, const std::vector<GeneralName>& names) {
  if (names.empty()) return;
  const auto subtrees = writer.open(der::constructed_tag(tag));
  for (const auto& name : names) {
    const auto subtree = writer.open(der::kSequence);
    write_general_name(writer, name);
    writer.close(subtree);
  }
  writer.close(subtrees);
}

void write_policy(der::Writer& writer, const PolicyInformation& policy) {
  const auto information = writer.open(der::kSequence);
  writer.oid(policy.policy);
  if (!policy.cps.empty()) {
    const auto qualifiers = writer.open(der::kSequence);
    for (const auto& uri : policy.cps) {
      const auto qualifier = writer.open(der::kSequence);
      writer.oid(oid::kCpsQualifier);
      writer.text(der::kIa5String, uri);
      writer.close(qualifier);
    }
    writer.close(qualifiers);
  }
  writer.close(information);
}

}  // namespace

base::Bytes extension(Oid oid, Critical critical, base::ByteView value) {
  der::Writer writer;
  const auto sequence = writer.open(der::kSequence);
  writer.oid(oid);
  if (critical == Critical::kYes) writer.boolean(0xff);
  writer.octet_string(value);
  writer.close(sequence);
  return writer.take();
}

base::Bytes make_basic_constraints(Critical critical, const BasicConstraints& constraints) {
  der::Writer writer;
  const auto sequence = writer.open(der::kSequence);
  if (constraints.ca) writer.boolean(0xff);
  if (constraints.path_length) writer.integer(*constraints.path_length);
  writer.close(sequence);
  return extension(oid::kBasicConstraints, critical, writer.view());
}

base::Bytes make_key_usage(Critical critical, std::uint32_t bits) {
  der::Writer writer;
  writer.named_bits(bits, 9);
  return extension(oid::kKeyUsage, critical, writer.view());
}

base::Bytes make_extended_key_usage(Critical critical, const std::vector<base::Bytes>& usages) {
  der::Writer writer;
  const auto sequence = writer.open(der::kSequence);
  for (const auto& usage : usages) writer.oid(usage);
  writer.close(sequence);
  return extension(oid::kExtKeyUsage, critical, writer.view());
}

base::Bytes make_subject_alt_name(Critical critical, const std::vector<GeneralName>& names) {
  der::Writer writer;
  const auto sequence = writer.open(der::kSequence);
  for (const auto& name : names) write_general_name(writer, name);
  writer.close(sequence);
  return extension(oid::kSubjectAltName, critical, writer.view());
}

base::Bytes make_subject_key_identifier(base::ByteView identifier) {
  der::Writer writer;
  writer.octet_string(identifier);
  return extension(oid::kSubjectKeyIdentifier, Critical::kNo, writer.view());
}

base::Bytes make_authority_key_identifier(base::ByteView identifier) {
  der::Writer writer;
  const auto sequence = writer.open(der::kSequence);
  writer.element(der::context_tag(0), identifier);
  writer.close(sequence);
  return extension(oid::kAuthorityKeyIdentifier, Critical::kNo, writer.view());
}

base::Bytes make_authority_info_access(const std::vector<std::string>& ocsp_uris,
                                       const std::vector<std::string>& issuer_uris) {
  der::Writer writer;
  const auto sequence = writer.open(der::kSequence);
  write_access(writer, oid::kOcspAccess, ocsp_uris);
  write_access(writer, oid::kCaIssuersAccess, issuer_uris);
  writer.close(sequence);
  return extension(oid::kAuthorityInfoAccess, Critical::kNo, writer.view());
}

base::Bytes make_certificate_policies(Critical critical, const std::vector<PolicyInformation>& policies) {
  der::Writer writer;
  const auto sequence = writer.open(der::kSequence);
  for (const auto& policy : policies) write_policy(writer, policy);
  writer.close(sequence);
  return extension(oid::kCertificatePolicies, critical, writer.view());
}

// RFC 5280 section 4.2.1.10: conforming CAs mark this extension as critical.
base::Bytes make_name_constraints(const NameConstraints& constraints) {
  der::Writer writer;
  const auto sequence = writer.open(der::kSequence);
  write_subtrees(writer, 0, constraints.permitted);
  write_subtrees(writer, 1, constraints.excluded);
  writer.close(sequence);
  return extension(oid::kNameConstraints, Critical::kYes, writer.view());
}

base::Bytes make_ocsp_no_check() {
  der::Writer writer;
  writer.null();
  return extension(oid::kOcspNoCheck, Critical::kNo, writer.view());
}

}  // namespace yuxin::x509
