// What stands behind EnvelopedData.
#pragma once

#include <vector>

#include "yuxin/x509/enveloped.hpp"
#include "yuxin/x509/oid.hpp"

namespace yuxin::x509 {

namespace cms {

// WrappedKey is one way to the content key: a KeyTransRecipientInfo, or one RecipientEncryptedKey of a
// KeyAgreeRecipientInfo (RFC 5652 sections 6.2.1 and 6.2.2). Views into the message.
struct WrappedKey {
  enum class Kind { kTransport, kAgreement } kind = Kind::kTransport;
  base::ByteView issuer;  // DER Name, or empty when named by key identifier
  base::ByteView serial;
  base::ByteView key_identifier;
  base::ByteView algorithm;  // DER AlgorithmIdentifier
  base::ByteView encrypted_key;
  // Of an agreement alone:
  base::ByteView originator_point;  // key bits of originatorKey
  base::ByteView user_key_material;
};

}  // namespace cms

struct EnvelopedData::Impl {
  base::Bytes der;
  CmsForm form = CmsForm::kRfc5652;
  std::vector<Recipient> recipients;
  std::vector<cms::WrappedKey> keys;  // beside `recipients`
  Oid cipher;
  base::ByteView cipher_parameters;  // DER, or empty
  base::ByteView encrypted;
  base::Bytes joined;  // encrypted content that came in pieces
};

}  // namespace yuxin::x509
