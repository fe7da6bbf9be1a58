// SCEP messages: RFC 8894 section 3.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "yuxin/base/bytes.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/ra/scep.hpp"
#include "yuxin/x509/digest.hpp"
#include "yuxin/x509/enveloped.hpp"
#include "yuxin/x509/request.hpp"

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

// signer_of verifies the signature and gives the certificate beside it, which nobody has vouched for. kBadSignature
// and kMalformed for what does not hold, kRefused for digests that are not taken.
[[nodiscard]] base::Result<x509::Certificate> signer_of(const Envelope& envelope);

// Sealed is the inside before it is opened: what anybody may know who sees it.
struct Sealed {
  x509::EnvelopedData message;
  x509::Digest256 wrapped_key{};  // SHA-256 of the number that is the wrapped content key
  x509::Digest256 whole{};        // SHA-256 of the message with the key of its signer
};
// read_sealed: kMalformed for what is no message to this identity.
[[nodiscard]] base::Result<Sealed> read_sealed(const Envelope& envelope, const x509::Certificate& signer,
                                               const ScepIdentity& identity);

// Whose key the request is for: the signer's, or also another one's where the signer renews its certificate.
enum class KeyOf { kSigner, kAny };
// open_request decrypts a request and proves it whole: by its own signature, and by the key being the signer's.
// Whatever is wrong from the wrapped key on up to that gives kBadSignature with one text at one cost, so that
// nobody can ask the service what a message of somebody else's holds, octet by octet (RFC 3218; RFC 8894 section
// 3.3.1 has the request sealed because of its challengePassword). kRefused for algorithms that are not taken, and
// kUnavailable where the key cannot be reached.
[[nodiscard]] base::Result<x509::CertificateRequest> open_request(const Sealed& sealed,
                                                                  const x509::Certificate& signer, KeyOf whose,
                                                                  const ScepIdentity& identity);

// Each makes a CertRep (section 3.3.2) in answer to a message.
[[nodiscard]] base::Result<base::Bytes> success(const Envelope& to, const ScepIdentity& identity,
                                                const x509::Certificate& recipient, const x509::Certificate& issued);
[[nodiscard]] base::Result<base::Bytes> pending(const Envelope& to, const ScepIdentity& identity);
// `text` is for people (failInfoText).
[[nodiscard]] base::Result<base::Bytes> failure(const Envelope& to, const ScepIdentity& identity, FailInfo info,
                                                std::string_view text);

}  // namespace yuxin::ra::scep
