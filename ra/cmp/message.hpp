// CMP messages, read: RFC 4210 section 5.1 with RFC 9480.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "yuxin/base/bytes.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/base/time.hpp"

namespace yuxin::ra::cmp {

// PKIBody, by its tags. Others are read as they are and refused by name.
enum class Body : unsigned {
  kInitialization = 0,  // ir
  kInitializationAnswer = 1,
  kCertification = 2,  // cr
  kCertificationAnswer = 3,
  kPkcs10 = 4,     // p10cr
  kKeyUpdate = 7,  // kur
  kKeyUpdateAnswer = 8,
  kRevocation = 11,  // rr
  kRevocationAnswer = 12,
  kConfirmationAnswer = 19,  // pkiconf
  kNested = 20,
  kGeneral = 21,  // genm
  kGeneralAnswer = 22,
  kError = 23,
  kCertificateConfirmation = 24,  // certConf
  kPoll = 25,                     // pollReq
  kPollAnswer = 26,
};

// Header is PKIHeader; views into the message.
struct Header {
  std::int64_t version = 0;
  base::ByteView sender;     // DER GeneralName
  base::ByteView recipient;  // DER GeneralName
  std::optional<base::UnixTime> time;
  base::ByteView protection_algorithm;  // DER AlgorithmIdentifier, or empty
  base::ByteView sender_key_id;
  base::ByteView transaction;
  base::ByteView sender_nonce;
  base::ByteView recipient_nonce;
  bool implicit_confirm = false;  // id-it-implicitConfirm in generalInfo
};

// Message is PKIMessage. Nothing that it says is proven before its protection is (protection.hpp).
struct Message {
  base::Bytes der;
  Header header;
  Body type = Body::kError;
  base::ByteView body;                             // the element within the tag of the body
  base::Bytes protected_part;                      // DER ProtectedPart
  base::ByteView protection;                       // of whole octets; empty where there is none
  std::vector<base::ByteView> extra_certificates;  // DER, as they came

  Message() = default;
  Message(Message&&) = default;
  Message& operator=(Message&&) = default;
  Message(const Message&) = delete;
  Message& operator=(const Message&) = delete;
  ~Message() = default;
};

inline constexpr std::size_t kLongestMessage = std::size_t{256} << 10U;
inline constexpr std::size_t kMostExtraCertificates = 32;
inline constexpr std::size_t kLongestTransaction = 64;
inline constexpr std::size_t kLongestNonce = 64;

// read_message takes one message with nothing after it. kMalformed for anything else; there is no answer to that.
[[nodiscard]] base::Result<Message> read_message(base::ByteView der);

}  // namespace yuxin::ra::cmp
