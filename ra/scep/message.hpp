// SCEP messages: RFC 8894 section 3.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "yuxin/base/bytes.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/ra/scep.hpp"

namespace yuxin::ra::scep {

// Section 3.2.1.2.
enum class MessageType { kRenewalRequest = 17, kRequest = 19, kPoll = 20, kOther = 0 };
// FailInfo of section 3.2.1.4.
enum class FailInfo { kBadAlgorithm = 0, kBadMessageCheck = 1, kBadRequest = 2, kBadTime = 3, kBadCertificateId = 4 };

// Envelope is the outside of a message: what an answer must repeat. Nothing of it is proven yet.
struct Envelope {
  x509::SignedData message;
  MessageType type = MessageType::kOther;
  std::string transaction;   // 1 to 128 printable characters
  base::Bytes sender_nonce;  // 16 octets by the standard; 1 to 64 are taken
};
// read_envelope: kMalformed for what is no message with one signer and these attributes. There is no answer to that.
[[nodiscard]] base::Result<Envelope> read_envelope(base::ByteView message);

// Opened is the inside: who signed it, and what was sealed.
struct Opened {
  x509::Certificate signer;
  base::Secret content;
};
// open verifies the signature and decrypts. kBadSignature and kMalformed for what does not hold, kRefused for
// algorithms that are not taken.
[[nodiscard]] base::Result<Opened> open(const Envelope& envelope, const ScepIdentity& identity);

// Each makes a CertRep (section 3.3.2) in answer to a message.
[[nodiscard]] base::Result<base::Bytes> success(const Envelope& to, const ScepIdentity& identity,
                                                const x509::Certificate& recipient, const x509::Certificate& issued);
[[nodiscard]] base::Result<base::Bytes> pending(const Envelope& to, const ScepIdentity& identity);
// `text` is for people (failInfoText).
[[nodiscard]] base::Result<base::Bytes> failure(const Envelope& to, const ScepIdentity& identity, FailInfo info,
                                                std::string_view text);

}  // namespace yuxin::ra::scep
