// TbsMould: a TBSCertificate of which every part can be spoilt, because no builder of the program would make bad
// ones.
#pragma once

#include <initializer_list>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "lint_keys.hpp"
#include "yuxin/x509/certificate.hpp"
#include "yuxin/x509/der.hpp"
#include "yuxin/x509/oid.hpp"

namespace yuxin::test {

using base::Bytes;
using base::ByteView;
namespace der = x509::der;
namespace oid = x509::oid;

inline Bytes unhex(std::string_view text) { return base::from_hex(text).value(); }

// Small DER: element(tag, parts...) joins its parts, which are DER or content octets, under one tag.
inline Bytes join(std::initializer_list<ByteView> parts) {
  Bytes out;
  for (const ByteView part : parts) base::append(out, part);
  return out;
}
inline Bytes element(std::uint8_t tag, std::initializer_list<ByteView> parts) {
  der::Writer writer;
  writer.element(tag, join(parts));
  return writer.take();
}
inline Bytes text(std::uint8_t tag, std::string_view value) { return element(tag, {base::as_bytes(value)}); }
inline Bytes sequence(std::initializer_list<ByteView> parts) { return element(der::kSequence, parts); }
inline Bytes object_identifier(ByteView content) { return element(der::kOid, {content}); }
inline Bytes small_integer(std::int64_t value) {
  der::Writer writer;
  writer.integer(value);
  return writer.take();
}

// dns_name ... are GeneralName; attribute is a RelativeDistinguishedName of one member.
inline Bytes dns_name(std::string_view value) { return text(der::context_tag(2), value); }
inline Bytes email_name(std::string_view value) { return text(der::context_tag(1), value); }
inline Bytes uri_name(std::string_view value) { return text(der::context_tag(6), value); }
inline Bytes ip_name(std::string_view hex) { return element(der::context_tag(7), {unhex(hex)}); }
inline Bytes attribute_value(ByteView type, std::uint8_t tag, std::string_view value) {
  return sequence({object_identifier(type), text(tag, value)});
}
inline Bytes attribute(ByteView type, std::uint8_t tag, std::string_view value) {
  return element(der::kSet, {attribute_value(type, tag, value)});
}
inline Bytes point(std::string_view uri) {
  return sequence({element(der::constructed_tag(0), {element(der::constructed_tag(0), {uri_name(uri)})})});
}
inline Bytes access(ByteView method, std::string_view uri) {
  return sequence({object_identifier(method), uri_name(uri)});
}
// usage_bits is a BIT STRING of two octets at most, the first bit of the standard in front.
inline Bytes usage_bits(std::uint32_t bits) {
  der::Writer writer;
  writer.named_bits(bits, 9);
  return writer.take();
}

inline Bytes rsa_spki(std::string_view modulus, std::string_view exponent = "010001") {
  der::Writer numbers;
  numbers.unsigned_integer(unhex(modulus));
  numbers.unsigned_integer(unhex(exponent));
  der::Writer key;
  key.bit_string(sequence({numbers.view()}));
  return sequence({unhex("300d06092a864886f70d0101010500"), key.view()});
}

struct MouldExtension {
  Bytes oid;
  bool critical = false;
  Bytes value;
  bool writes_default = false;
};

struct TbsMould {
  std::optional<std::int64_t> version = 2;
  Bytes serial = unhex("3f9a77c20b5d1e4466aa");
  Bytes signature_algorithm;
  Bytes issuer;
  Bytes not_before = text(der::kUtcTime, "260101000000Z");
  Bytes not_after = text(der::kUtcTime, "261231235959Z");
  Bytes subject;
  Bytes spki = unhex(keys::kP256);
  Bytes unique_identifiers;
  std::vector<MouldExtension> extensions;

  [[nodiscard]] MouldExtension& at(ByteView type) {
    for (auto& extension : extensions) {
      if (base::equal(extension.oid, type)) return extension;
    }
    throw std::logic_error("the mould has no such extension");
  }
  void drop(ByteView type) {
    std::erase_if(extensions, [&](const auto& extension) { return base::equal(extension.oid, type); });
  }
  void set(ByteView type, bool critical, Bytes value) {
    drop(type);
    extensions.push_back({base::to_bytes(type), critical, std::move(value)});
  }

  [[nodiscard]] Bytes build() const {
    der::Writer writer;
    const auto tbs = writer.open(der::kSequence);
    if (version) writer.element(der::constructed_tag(0), small_integer(*version));
    writer.element(der::kInteger, serial);
    writer.raw(signature_algorithm);
    writer.raw(issuer);
    writer.raw(sequence({not_before, not_after}));
    writer.raw(subject);
    writer.raw(spki);
    writer.raw(unique_identifiers);
    if (!extensions.empty()) write_extensions(writer);
    writer.close(tbs);
    return writer.take();
  }
  // certificate has a signature that nobody made.
  [[nodiscard]] x509::Certificate certificate() const { return certificate(signature_algorithm); }
  [[nodiscard]] x509::Certificate certificate(ByteView outer_algorithm) const {
    return x509::Certificate::from_der(x509::join_signature(build(), outer_algorithm, unhex("3000"))).value();
  }

 private:
  void write_extensions(der::Writer& writer) const {
    const auto wrapper = writer.open(der::constructed_tag(3));
    const auto list = writer.open(der::kSequence);
    for (const auto& extension : extensions) {
      const auto one = writer.open(der::kSequence);
      writer.oid(extension.oid);
      if (extension.critical || extension.writes_default) writer.boolean(extension.critical ? 0xff : 0);
      writer.octet_string(extension.value);
      writer.close(one);
    }
    writer.close(list);
    writer.close(wrapper);
  }
};

// The names and keys of the moulds.
inline const Bytes kEcdsaSha256 = unhex("300a06082a8648ce3d040302");
inline const Bytes kAuthorityKey = unhex("a1b2c3d4e5f60718293a4b5c6d7e8f9001122334");
inline const Bytes kSubjectKey = unhex("00112233445566778899aabbccddeeff01234567");

inline Bytes mould_name(std::string_view common_name) {
  return sequence({attribute(oid::kCountryName, der::kPrintableString, "CN"),
                   attribute(oid::kOrganizationName, der::kUtf8String, "Test City"),
                   attribute(oid::kCommonName, der::kUtf8String, common_name)});
}

// A root that may certify two levels below it, and the three kinds of certificate that it issues.
inline TbsMould root_mould() {
  TbsMould mould;
  mould.signature_algorithm = kEcdsaSha256;
  mould.issuer = mould_name("Test Root");
  mould.subject = mould.issuer;
  mould.not_before = text(der::kUtcTime, "250101000000Z");
  mould.not_after = text(der::kGeneralizedTime, "20550101000000Z");
  mould.set(oid::kBasicConstraints, true, sequence({unhex("0101ff"), small_integer(2)}));
  mould.set(oid::kKeyUsage, true, usage_bits(x509::kKeyCertSign | x509::kCrlSign));
  mould.set(oid::kSubjectKeyIdentifier, false, element(der::kOctetString, {kAuthorityKey}));
  return mould;
}

inline TbsMould issued_mould(std::string_view subject) {
  TbsMould mould;
  mould.signature_algorithm = kEcdsaSha256;
  mould.issuer = mould_name("Test Root");
  mould.subject = mould_name(subject);
  mould.set(oid::kAuthorityKeyIdentifier, false, sequence({element(der::context_tag(0), {kAuthorityKey})}));
  mould.set(oid::kSubjectKeyIdentifier, false, element(der::kOctetString, {kSubjectKey}));
  mould.set(oid::kCrlDistributionPoints, false, sequence({point("http://crl.city.test/root.crl")}));
  return mould;
}

inline TbsMould server_mould() {
  TbsMould mould = issued_mould("portal.city.test");
  mould.set(oid::kKeyUsage, true, usage_bits(x509::kDigitalSignature));
  mould.set(oid::kExtKeyUsage, false, sequence({object_identifier(oid::kServerAuth)}));
  mould.set(oid::kSubjectAltName, false, sequence({dns_name("portal.city.test")}));
  mould.set(oid::kAuthorityInfoAccess, false,
            sequence({access(oid::kOcspAccess, "http://ocsp.city.test/"),
                      access(oid::kCaIssuersAccess, "http://crl.city.test/root.cer")}));
  mould.set(oid::kCertificatePolicies, false, sequence({sequence({object_identifier(unhex("2a811c8647010203"))})}));
  return mould;
}

inline TbsMould authority_mould() {
  TbsMould mould = issued_mould("Test Issuing 1");
  mould.set(oid::kBasicConstraints, true, sequence({unhex("0101ff"), small_integer(0)}));
  mould.set(oid::kKeyUsage, true, usage_bits(x509::kKeyCertSign | x509::kCrlSign));
  return mould;
}

inline TbsMould ocsp_signer_mould() {
  TbsMould mould = issued_mould("Test OCSP 1");
  mould.set(oid::kKeyUsage, true, usage_bits(x509::kDigitalSignature));
  mould.set(oid::kExtKeyUsage, false, sequence({object_identifier(oid::kOcspSigning)}));
  mould.set(oid::kOcspNoCheck, false, unhex("0500"));
  mould.drop(oid::kCrlDistributionPoints);
  return mould;
}

inline TbsMould time_stamper_mould() {
  TbsMould mould = issued_mould("Test TSA 1");
  mould.set(oid::kKeyUsage, true, usage_bits(x509::kDigitalSignature));
  mould.set(oid::kExtKeyUsage, true, sequence({object_identifier(oid::kTimeStamping)}));
  return mould;
}

}  // namespace yuxin::test
