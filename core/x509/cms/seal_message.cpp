#include <algorithm>
#include <array>

#include "cms/attributes.hpp"
#include "cms/content_cipher.hpp"
#include "cms/key_agreement.hpp"
#include "cms/key_transport.hpp"
#include "oid_table.hpp"
#include "openssl.hpp"
#include "yuxin/x509/der.hpp"
#include "yuxin/x509/enveloped.hpp"

namespace yuxin::x509 {

namespace {

using base::Bytes;
using base::ByteView;
using base::Code;
using base::fail;
using base::Result;
using base::Secret;

constexpr std::int64_t kAgreementVersion = 3;  // RFC 5652 section 6.2.2

base::Failure not_sealed(const Certificate& certificate) {
  return base::fail_with(Code::kInternal, take_openssl_error(), "Nothing could be encrypted to {}.",
                         certificate.subject().text());
}

// needed_usage is what a key must be allowed to do to receive messages; nothing for keys that cannot.
std::optional<std::uint32_t> needed_usage(KeyType type) {
  switch (type) {
    case KeyType::kRsa:
    case KeyType::kSm2:
      return kKeyEncipherment;
    case KeyType::kP256:
    case KeyType::kP384:
    case KeyType::kP521:
      return kKeyAgreement;
    default:
      return std::nullopt;
  }
}

Result<> check_recipient(const Certificate& certificate, const PublicKey& key, const SealOptions& options) {
  const auto needed = needed_usage(key.kind().type);
  if (!needed) {
    return fail(Code::kUsage, "The key of {} is {}, to which nothing can be encrypted.", certificate.subject().text(),
                print_key_kind(key.kind()));
  }
  if (options.form == CmsForm::kGm && key.kind().type != KeyType::kSm2) {
    return fail(Code::kUsage, "Messages in the form of GM/T 0010 go to SM2 keys only: the key of {} is {}.",
                certificate.subject().text(), print_key_kind(key.kind()));
  }
  const ExtensionView* view = certificate.tbs().find(oid::kKeyUsage);
  if (view == nullptr || options.key_usage == SealOptions::KeyUsage::kIgnored) return {};
  const auto usage = read_key_usage(view->value);
  if (usage && (*usage & *needed) != 0) return {};
  return fail(Code::kRefused, "The certificate {} is not for encryption: its key usage lacks {}.",
              certificate.subject().text(), *needed == kKeyAgreement ? "keyAgreement" : "keyEncipherment");
}

void write_issuer_and_serial(der::Writer& writer, const Certificate& certificate) {
  const auto pair = writer.open(der::kSequence);
  writer.raw(certificate.tbs().issuer);
  writer.element(der::kInteger, certificate.tbs().serial);
  writer.close(pair);
}

Result<Bytes> transport_info(const Certificate& certificate, const PublicKey& key, ByteView content_key,
                             const SealOptions& options) {
  auto transport = options.rsa == KeyEncryption::Kind::kRsaPkcs1 ? KeyEncryption{} : kOaepSha256;
  if (key.kind().type == KeyType::kSm2) transport = KeyEncryption{KeyEncryption::Kind::kSm2};
  const auto wrapped = cms::wrap(key, transport, content_key);
  if (!wrapped) return not_sealed(certificate);
  der::Writer writer;
  const auto info = writer.open(der::kSequence);
  writer.integer(options.form == CmsForm::kGm ? 1 : 0);
  write_issuer_and_serial(writer, certificate);
  writer.raw(cms::write_transport(transport.kind));
  writer.octet_string(*wrapped);
  writer.close(info);
  return writer.take();
}

Result<Bytes> agreement_info(const Certificate& certificate, const PublicKey& key, ByteView content_key) {
  const auto agreed = cms::agree_and_wrap(key, content_key);
  if (!agreed) return not_sealed(certificate);
  der::Writer writer;
  const auto info = writer.open(der::constructed_tag(1));
  writer.integer(kAgreementVersion);
  const auto originator = writer.open(der::constructed_tag(0));
  const auto originator_key = writer.open(der::constructed_tag(1));
  const auto algorithm = writer.open(der::kSequence);
  writer.oid(oid::kEcPublicKey);
  writer.close(algorithm);
  writer.bit_string(agreed->originator_point);
  writer.close(originator_key);
  writer.close(originator);
  writer.raw(cms::write_agreement());
  const auto list = writer.open(der::kSequence);
  const auto one = writer.open(der::kSequence);
  write_issuer_and_serial(writer, certificate);
  writer.octet_string(agreed->encrypted_key);
  writer.close(one);
  writer.close(list);
  writer.close(info);
  return writer.take();
}

// Sealed is the message before it is written.
struct Sealed {
  CmsForm form;
  std::vector<Bytes> infos;
  const cms::ContentCipher* cipher;
  std::array<std::uint8_t, cms::kBlock> iv;
  Bytes encrypted;
};

Bytes write(const Sealed& sealed) {
  const bool gm = sealed.form == CmsForm::kGm;
  const bool agreement =
      std::ranges::any_of(sealed.infos, [](const Bytes& info) { return info.front() == der::constructed_tag(1); });
  der::Writer writer;
  const auto message = writer.open(der::kSequence);
  writer.oid(gm ? oid::kGmEnvelopedData : oid::kEnvelopedData);
  const auto wrapper = writer.open(der::constructed_tag(0));
  const auto enveloped = writer.open(der::kSequence);
  writer.integer(gm ? 1 : agreement ? 2 : 0);  // RFC 5652 section 6.1
  writer.raw(cms::write_set_of(der::kSet, cms::views_of(sealed.infos)));
  const auto content = writer.open(der::kSequence);
  writer.oid(gm ? oid::kGmData : oid::kData);
  const auto algorithm = writer.open(der::kSequence);
  writer.oid(*sealed.cipher->oid);
  writer.octet_string(sealed.iv);
  writer.close(algorithm);
  writer.element(der::context_tag(0), sealed.encrypted);
  writer.close(content);
  writer.close(enveloped);
  writer.close(wrapper);
  writer.close(message);
  return writer.take();
}

}  // namespace

Result<Bytes> seal_message(ByteView content, const std::vector<Certificate>& recipients, CmsForm form) {
  return seal_message(content, recipients, SealOptions{.form = form});
}

Result<Bytes> seal_message(ByteView content, const std::vector<Certificate>& recipients, const SealOptions& options) {
  if (recipients.empty()) return fail(Code::kUsage, "An encrypted message needs at least one recipient.");
  std::vector<PublicKey> keys;
  for (const Certificate& certificate : recipients) {
    TRY(PublicKey key, certificate.public_key());
    TRY(check_recipient(certificate, key, options));
    keys.push_back(std::move(key));
  }
  const bool all_sm2 =
      std::ranges::all_of(keys, [](const PublicKey& key) { return key.kind().type == KeyType::kSm2; });
  Sealed sealed{options.form, {}, cms::find_cipher(all_sm2 ? oid::kSm4Cbc : oid::kAes256Cbc), {}, {}};
  Secret content_key(sealed.cipher->key_octets);
  base::random_bytes({content_key.data(), content_key.size()});
  base::random_bytes(sealed.iv);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const KeyType type = keys[i].kind().type;
    const bool transport = type == KeyType::kRsa || type == KeyType::kSm2;
    TRY(Bytes info, transport ? transport_info(recipients[i], keys[i], content_key.view(), options)
                              : agreement_info(recipients[i], keys[i], content_key.view()));
    sealed.infos.push_back(std::move(info));
  }
  auto encrypted = cms::encrypt(*sealed.cipher, content_key.view(), sealed.iv, content);
  if (!encrypted) return not_sealed(recipients.front());
  sealed.encrypted = std::move(*encrypted);
  return write(sealed);
}

}  // namespace yuxin::x509
