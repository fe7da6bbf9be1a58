// Making attribute certificates (RFC 5755).
#include <algorithm>

#include "yuxin/x509/attribute_certificate.hpp"
#include "yuxin/x509/der.hpp"

namespace yuxin::x509 {

namespace {

void write_directory_name(der::Writer& writer, base::ByteView name) {
  const auto directory = writer.open(der::constructed_tag(4));
  writer.raw(name);
  writer.close(directory);
}

void write_holder(der::Writer& writer, const Certificate& certificate) {
  const auto holder = writer.open(der::kSequence);
  const auto entity = writer.open(der::constructed_tag(1));
  write_directory_name(writer, certificate.tbs().subject);
  writer.close(entity);
  const auto object = writer.open(der::constructed_tag(2));
  constexpr std::uint8_t kPublicKey = 0;
  writer.element(der::kEnumerated, base::ByteView(&kPublicKey, 1));
  const auto algorithm = writer.open(der::kSequence);
  writer.oid(oid::kSha256);
  writer.close(algorithm);
  // RFC 5755 section 4.2.2: over the SubjectPublicKeyInfo of the certificate, algorithm included
  writer.bit_string(sha256(certificate.tbs().spki));
  writer.close(object);
  writer.close(holder);
}

void write_attribute(der::Writer& writer, const Attribute& attribute) {
  auto values = attribute.values;
  std::ranges::sort(values);  // X.690 section 11.6: the elements of a SET OF are sorted
  const auto sequence = writer.open(der::kSequence);
  writer.oid(attribute.type);
  const auto set = writer.open(der::kSet);
  for (const auto& value : values) writer.raw(value);
  writer.close(set);
  writer.close(sequence);
}

base::Bytes make_info(const AttributeCertificateFields& fields, base::ByteView algorithm) {
  der::Writer writer;
  const auto info = writer.open(der::kSequence);
  writer.integer(1);
  write_holder(writer, fields.holder);
  const auto form = writer.open(der::constructed_tag(0));
  const auto names = writer.open(der::kSequence);
  write_directory_name(writer, fields.issuer);
  writer.close(names);
  writer.close(form);
  writer.raw(algorithm);
  writer.element(der::kInteger, fields.serial.content());
  const auto validity = writer.open(der::kSequence);
  writer.generalized_time(fields.not_before);
  writer.generalized_time(fields.not_after);
  writer.close(validity);
  const auto attributes = writer.open(der::kSequence);
  for (const auto& attribute : fields.attributes) write_attribute(writer, attribute);
  writer.close(attributes);
  if (!fields.extensions.empty()) {
    const auto list = writer.open(der::kSequence);
    for (const auto& extension : fields.extensions) writer.raw(extension);
    writer.close(list);
  }
  writer.close(info);
  return writer.take();
}

}  // namespace

Attribute make_role_attribute(std::string_view role_uri) {
  der::Writer writer;
  const auto syntax = writer.open(der::kSequence);
  const auto name = writer.open(der::constructed_tag(1));  // GeneralName is a CHOICE: the tag is explicit
  writer.element(der::context_tag(6), base::as_bytes(role_uri));
  writer.close(name);
  writer.close(syntax);
  return {base::to_bytes(oid::kRole), {writer.take()}};
}

base::Result<base::Bytes> make_attribute_certificate(const AttributeCertificateFields& fields,
                                                     const Signer& authority) {
  if (fields.holder.subject().empty()) {
    return base::fail(base::Code::kUsage,
                      "The certificate of the holder has no subject, so nothing can be granted to it. Take one that "
                      "names its holder.");
  }
  if (fields.attributes.empty() || fields.not_after < fields.not_before) {
    return base::fail(base::Code::kUsage,
                      "An attribute certificate needs an attribute, and an end that is not before its beginning.");
  }
  const auto algorithm = scheme(authority.algorithm()).identifier;
  const base::Bytes info = make_info(fields, algorithm);
  TRY(const base::Bytes signature, authority.sign(info));
  return join_signature(info, algorithm, signature);
}

}  // namespace yuxin::x509
