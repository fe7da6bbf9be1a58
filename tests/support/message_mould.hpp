// MessageMould: a SignedData of which every part can be spoilt, written from RFC 5652 and GM/T 0010 and not with the
// code that is tested.
#pragma once

#include <algorithm>
#include <optional>

#include "messages.hpp"
#include "yuxin/x509/der.hpp"
#include "yuxin/x509/digest.hpp"

namespace yuxin::test {

struct MessageMould {
  enum class Order { kDer, kReversed };
  enum class NamedBy { kIssuerAndSerial, kKeyIdentifier };

  MessageMould(const Person& signer, base::ByteView octets) : person(&signer), content(base::to_bytes(octets)) {
    attributes = {content_type_attribute(), message_digest(octets)};
  }

  const Person* person;
  base::Bytes content;
  x509::CmsForm form = x509::CmsForm::kRfc5652;
  base::Bytes content_type = base::to_bytes(x509::oid::kData);
  base::Bytes digest_algorithm = *base::from_hex("300b0609608648016503040201");   // SHA-256
  base::Bytes signature_algorithm = *base::from_hex("300a06082a8648ce3d040302");  // ecdsa-with-SHA256
  x509::DigestAlgorithm digest = x509::DigestAlgorithm::kSha256;
  std::vector<base::Bytes> attributes;  // DER Attributes; empty: none
  Order order = Order::kDer;
  Order signed_order = Order::kDer;
  NamedBy named_by = NamedBy::kIssuerAndSerial;
  std::optional<base::Bytes> signature;  // nothing: the right one

  static base::Bytes wrap(std::uint8_t tag, std::initializer_list<base::ByteView> parts) {
    x509::der::Writer writer;
    const auto mark = writer.open(tag);
    for (const auto part : parts) writer.raw(part);
    writer.close(mark);
    return writer.take();
  }
  static base::Bytes attribute(x509::Oid type, const std::vector<base::Bytes>& values) {
    x509::der::Writer writer;
    const auto set = writer.open(x509::der::kSet);
    for (const auto& value : values) writer.raw(value);
    writer.close(set);
    return wrap(x509::der::kSequence, {wrap(x509::der::kOid, {type}), writer.view()});
  }
  static bool is(const base::Bytes& attribute, x509::Oid type) {
    x509::der::Reader reader(attribute);
    auto fields = reader.nested(x509::der::kSequence);
    return base::equal(*fields->oid(), type);
  }

  [[nodiscard]] base::Bytes content_type_attribute() const {
    return attribute(x509::oid::kContentType, {wrap(x509::der::kOid, {content_type})});
  }
  [[nodiscard]] base::Bytes message_digest(base::ByteView octets) const {
    return attribute(x509::oid::kMessageDigest, {wrap(x509::der::kOctetString, {x509::digest(digest, octets)})});
  }

  [[nodiscard]] base::Bytes signed_set() const { return set(x509::der::kSet, signed_order); }
  [[nodiscard]] base::Bytes encapsulated() const {
    namespace der = x509::der;
    return wrap(der::kSequence, {wrap(der::kOid, {content_type}),
                                 wrap(der::constructed_tag(0), {wrap(der::kOctetString, {content})})});
  }

  // make signs the attributes as they are, or the content when there are none.
  [[nodiscard]] base::Bytes make() const {
    namespace der = x509::der;
    const bool by_key = named_by == NamedBy::kKeyIdentifier;
    const auto& tbs = person->certificate.tbs();
    const base::Bytes identifier = by_key ? wrap(der::context_tag(0), {person->certificate.subject_key_identifier()})
                                          : wrap(der::kSequence, {tbs.issuer, wrap(der::kInteger, {tbs.serial})});
    const base::Bytes value =
        signature ? *signature : need(person->signer->sign(attributes.empty() ? content : signed_set()));
    const base::Bytes version = wrap(der::kInteger, {base::Bytes{static_cast<std::uint8_t>(by_key ? 3 : 1)}});
    const base::Bytes sent = attributes.empty() ? base::Bytes{} : set(der::constructed_tag(0), order);
    const base::Bytes signer = wrap(der::kSequence, {version, identifier, digest_algorithm, sent, signature_algorithm,
                                                     wrap(der::kOctetString, {value})});
    const base::Bytes signed_data =
        wrap(der::kSequence, {version, wrap(der::kSet, {digest_algorithm}), encapsulated(),
                              wrap(der::constructed_tag(0), {person->certificate.der()}), wrap(der::kSet, {signer})});
    const auto type = form == x509::CmsForm::kGm ? x509::oid::kGmSignedData : x509::oid::kSignedData;
    return wrap(der::kSequence, {wrap(der::kOid, {type}), wrap(der::constructed_tag(0), {signed_data})});
  }

 private:
  [[nodiscard]] base::Bytes set(std::uint8_t tag, Order wanted) const {
    auto sorted = attributes;
    std::sort(sorted.begin(), sorted.end());
    if (wanted == Order::kReversed) std::reverse(sorted.begin(), sorted.end());
    x509::der::Writer writer;
    const auto mark = writer.open(tag);
    for (const auto& one : sorted) writer.raw(one);
    writer.close(mark);
    return writer.take();
  }
};

}  // namespace yuxin::test
