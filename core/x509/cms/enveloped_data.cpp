#include "cms/enveloped_data.hpp"

#include "ber.hpp"
#include "signed_object.hpp"
#include "yuxin/x509/der.hpp"

namespace yuxin::x509 {

namespace {

using base::ByteView;
using cms::WrappedKey;

constexpr std::uint8_t kKeyAgreement = der::constructed_tag(1);

bool read_issuer_and_serial(der::Reader& fields, WrappedKey& key) {
  auto pair = fields.nested(der::kSequence);
  const auto issuer = pair ? pair->element(der::kSequence) : std::nullopt;
  const auto serial = issuer ? pair->content(der::kInteger) : std::nullopt;
  if (!serial || serial->empty() || !pair->at_end()) return false;
  key.issuer = issuer->whole;
  key.serial = *serial;
  return true;
}

// KeyTransRecipientInfo ::= SEQUENCE { version, rid, keyEncryptionAlgorithm, encryptedKey OCTET STRING }
std::optional<WrappedKey> read_transport(ByteView content) {
  der::Reader fields(content);
  WrappedKey key;
  if (!fields.small_integer()) return std::nullopt;
  if (fields.next_is(der::context_tag(0))) {
    const auto identifier = fields.content(der::context_tag(0));
    if (!identifier || identifier->empty()) return std::nullopt;
    key.key_identifier = *identifier;
  } else if (!read_issuer_and_serial(fields, key)) {
    return std::nullopt;
  }
  const auto algorithm = fields.element(der::kSequence);
  const auto encrypted = algorithm ? fields.content(der::kOctetString) : std::nullopt;
  if (!encrypted || !fields.at_end()) return std::nullopt;
  key.algorithm = algorithm->whole;
  key.encrypted_key = *encrypted;
  return key;
}

// originator [0] EXPLICIT CHOICE { issuerAndSerialNumber, subjectKeyIdentifier [0], originatorKey [1] }. Only
// ephemeral keys are understood (RFC 5753 section 3.1.1); of the others the point stays empty.
bool read_originator(der::Reader& fields, WrappedKey& key) {
  auto wrapper = fields.nested(der::constructed_tag(0));
  const auto choice = wrapper ? wrapper->element() : std::nullopt;
  if (!choice || !wrapper->at_end()) return false;
  if (choice->tag != der::constructed_tag(1)) return true;
  der::Reader parts(choice->content);
  const auto algorithm = parts.element(der::kSequence);
  const auto bits = algorithm ? parts.bit_string() : std::nullopt;
  if (!bits || !parts.at_end()) return false;
  key.originator_point = *bits;
  return true;
}

// KeyAgreeRecipientIdentifier ::= CHOICE { issuerAndSerialNumber, rKeyId [0] IMPLICIT RecipientKeyIdentifier }
bool read_agreement_recipient(der::Reader& fields, WrappedKey& key) {
  if (!fields.next_is(der::constructed_tag(0))) return read_issuer_and_serial(fields, key);
  auto identifier = fields.nested(der::constructed_tag(0));
  const auto octets = identifier ? identifier->content(der::kOctetString) : std::nullopt;
  if (!octets || octets->empty()) return false;
  key.key_identifier = *octets;
  return true;
}

void add(EnvelopedData::Impl& impl, const WrappedKey& key) {
  impl.keys.push_back(key);
  impl.recipients.push_back({base::to_bytes(key.issuer), base::to_bytes(key.serial),
                             base::to_bytes(key.key_identifier), base::to_bytes(key.encrypted_key)});
}

// KeyAgreeRecipientInfo ::= SEQUENCE { version, originator [0], ukm [1] EXPLICIT OCTET STRING OPTIONAL,
// keyEncryptionAlgorithm, recipientEncryptedKeys SEQUENCE OF { rid, encryptedKey OCTET STRING } }
bool read_agreement(ByteView content, EnvelopedData::Impl& impl) {
  der::Reader fields(content);
  WrappedKey common;
  common.kind = WrappedKey::Kind::kAgreement;
  if (!fields.small_integer() || !read_originator(fields, common)) return false;
  if (fields.next_is(der::constructed_tag(1))) {
    auto wrapper = fields.nested(der::constructed_tag(1));
    const auto material = wrapper ? wrapper->content(der::kOctetString) : std::nullopt;
    if (!material || !wrapper->at_end()) return false;
    common.user_key_material = *material;
  }
  const auto algorithm = fields.element(der::kSequence);
  auto list = algorithm ? fields.nested(der::kSequence) : std::nullopt;
  if (!list || !fields.at_end()) return false;
  common.algorithm = algorithm->whole;
  while (!list->at_end()) {
    auto one = list->nested(der::kSequence);
    WrappedKey key = common;
    if (!one || !read_agreement_recipient(*one, key)) return false;
    const auto encrypted = one->content(der::kOctetString);
    if (!encrypted || !one->at_end()) return false;
    key.encrypted_key = *encrypted;
    add(impl, key);
  }
  return true;
}

// Recipients of other kinds (passwords, shared keys) are passed over: nobody here is one.
bool read_recipients(der::Reader& fields, EnvelopedData::Impl& impl) {
  auto set = fields.nested(der::kSet);
  if (!set || set->at_end()) return false;
  while (!set->at_end()) {
    const auto choice = set->element();
    if (!choice) return false;
    if (choice->tag == der::kSequence) {
      const auto key = read_transport(choice->content);
      if (!key) return false;
      add(impl, *key);
    } else if (choice->tag == kKeyAgreement && !read_agreement(choice->content, impl)) {
      return false;
    }
  }
  return true;
}

// encryptedContent [0] IMPLICIT OCTET STRING, which BER may have left in pieces.
bool read_encrypted(der::Reader& fields, EnvelopedData::Impl& impl) {
  const auto content = fields.element();
  if (!content) return false;
  if (content->tag == der::context_tag(0)) {
    impl.encrypted = content->content;
    return true;
  }
  if (content->tag != der::constructed_tag(0)) return false;
  der::Reader pieces(content->content);
  while (!pieces.at_end()) {
    const auto piece = pieces.content(der::kOctetString);
    if (!piece) return false;
    base::append(impl.joined, *piece);
  }
  impl.encrypted = impl.joined;
  return true;
}

// EncryptedContentInfo ::= SEQUENCE { contentType, contentEncryptionAlgorithm, encryptedContent [0] OPTIONAL },
// behind which GM/T 0010 has sharedInfo1 [1] and sharedInfo2 [2].
bool read_content(der::Reader& fields, EnvelopedData::Impl& impl) {
  auto info = fields.nested(der::kSequence);
  const auto type = info ? info->oid() : std::nullopt;
  auto algorithm = type ? info->nested(der::kSequence) : std::nullopt;
  const auto cipher = algorithm ? algorithm->oid() : std::nullopt;
  if (!cipher) return false;
  impl.cipher = *cipher;
  impl.cipher_parameters = algorithm->rest();
  if (!read_encrypted(*info, impl)) return false;
  if (impl.form == CmsForm::kGm &&
      (!info->skip_optional(der::context_tag(1)) || !info->skip_optional(der::context_tag(2)))) {
    return false;
  }
  return info->at_end();
}

bool read_enveloped(ByteView content, EnvelopedData::Impl& impl) {
  der::Reader fields(content);
  const auto version = fields.small_integer();
  if (!version || *version < 0 || *version > 4) return false;
  if (!fields.skip_optional(der::constructed_tag(0))) return false;  // originatorInfo
  if (!read_recipients(fields, impl) || !read_content(fields, impl)) return false;
  return fields.skip_optional(der::constructed_tag(1)) && fields.at_end();  // unprotectedAttrs
}

bool read_message(EnvelopedData::Impl& impl) {
  const auto whole = der::single(impl.der, der::kSequence);
  if (!whole) return false;
  der::Reader fields(whole->content);
  const auto type = fields.oid();
  if (!type) return false;
  if (base::equal(*type, oid::kGmEnvelopedData)) {
    impl.form = CmsForm::kGm;
  } else if (!base::equal(*type, oid::kEnvelopedData)) {
    return false;
  }
  auto wrapper = fields.nested(der::constructed_tag(0));
  const auto content = wrapper ? wrapper->content(der::kSequence) : std::nullopt;
  return content && wrapper->at_end() && fields.at_end() && read_enveloped(*content, impl);
}

}  // namespace

base::Result<EnvelopedData> EnvelopedData::from_bytes(ByteView pem_or_der) {
  auto only = only_object(pem_or_der, {"CMS", "PKCS7"});
  if (only.count == 0) {
    return base::fail(base::Code::kMalformed,
                      "There is no encrypted message in this PEM file: no block BEGIN CMS or BEGIN PKCS7.");
  }
  if (only.count > 1) {
    return base::fail(
        base::Code::kMalformed,
        "This PEM file holds {} messages, and which one is meant is not said. Give each in a file of its "
        "own.",
        only.count);
  }
  auto impl = std::make_shared<Impl>();
  impl->der = std::move(only.der);
  if (read_message(*impl)) return EnvelopedData(std::move(impl));
  if (auto der = ber_to_der(impl->der)) {
    auto again = std::make_shared<Impl>();
    again->der = std::move(*der);
    if (read_message(*again)) return EnvelopedData(std::move(again));
  }
  return base::fail(
      base::Code::kMalformed,
      "This is no encrypted message: it does not parse as CMS EnvelopedData. Check that the file is complete.");
}

CmsForm EnvelopedData::form() const { return impl_->form; }
const std::vector<Recipient>& EnvelopedData::recipients() const { return impl_->recipients; }

}  // namespace yuxin::x509
