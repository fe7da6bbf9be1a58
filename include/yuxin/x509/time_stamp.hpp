// Time stamps (RFC 3161, with ESSCertIDv2 of RFC 5816): requests, tokens, responses, and verifying them.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "yuxin/base/result.hpp"
#include "yuxin/base/time.hpp"
#include "yuxin/x509/certificate.hpp"
#include "yuxin/x509/cms.hpp"
#include "yuxin/x509/digest.hpp"
#include "yuxin/x509/path.hpp"

namespace yuxin::x509 {

// TimeStampRequest is a TimeStampReq; views into the octets that it was read from.
struct TimeStampRequest {
  std::optional<DigestAlgorithm> digest;  // nothing: an algorithm that is unknown here
  base::ByteView digest_algorithm;        // DER AlgorithmIdentifier, as it came
  base::ByteView imprint;                 // hashedMessage
  base::ByteView policy;                  // OID content, or empty
  base::ByteView nonce;                   // INTEGER content, or empty
  enum class Certificates { kLeftOut, kIncluded } certificates = Certificates::kLeftOut;  // certReq
  bool has_extensions = false;
};
// parse_time_stamp_request: pure, no allocation; nothing for malformed DER, another version, or octets after it.
[[nodiscard]] std::optional<TimeStampRequest> parse_time_stamp_request(base::ByteView der);

struct TimeStampRequestOptions {
  DigestAlgorithm digest = DigestAlgorithm::kSha256;
  base::ByteView imprint;     // of that digest's size
  base::ByteView nonce = {};  // INTEGER content; empty: none. make_time_stamp_nonce draws one
  base::ByteView policy = {};
  TimeStampRequest::Certificates certificates = TimeStampRequest::Certificates::kIncluded;
};
[[nodiscard]] base::Bytes make_time_stamp_request(const TimeStampRequestOptions& options);
[[nodiscard]] base::Bytes make_time_stamp_nonce();  // 16 octets, positive, minimal

// TimeStampInfo is TSTInfo (RFC 3161 section 2.4.2).
struct TimeStampInfo {
  base::Bytes policy;
  std::optional<DigestAlgorithm> digest;
  base::Bytes imprint;
  base::Bytes serial;  // INTEGER content
  base::UnixTime time;
  std::uint32_t time_microseconds = 0;                // fraction of genTime
  std::optional<std::int64_t> accuracy_microseconds;  // the whole Accuracy in one number
  enum class Ordering { kNo, kYes } ordering = Ordering::kNo;
  base::Bytes nonce;  // or empty
};

// TimeStampToken is a TimeStampToken: a SignedData over TSTInfo. Only parsed. Immutable, cheap to copy.
class TimeStampToken {
 public:
  // from_der: kMalformed unless it is one SignedData (either form) with exactly one signer over one TSTInfo.
  [[nodiscard]] static base::Result<TimeStampToken> from_der(base::ByteView der);
  [[nodiscard]] base::ByteView der() const { return message_.der(); }
  [[nodiscard]] const TimeStampInfo& info() const { return *info_; }
  [[nodiscard]] const SignedData& message() const { return message_; }

 private:
  TimeStampToken(SignedData message, std::shared_ptr<const TimeStampInfo> info)
      : message_(std::move(message)), info_(std::move(info)) {}
  SignedData message_;
  std::shared_ptr<const TimeStampInfo> info_;
};

// TimeStampResponse is a TimeStampResp: a token, or why not (PKIStatus, PKIFailureInfo of section 2.4.2).
struct TimeStampResponse {
  std::int64_t status = 0;          // 0 granted, 1 grantedWithMods, 2 rejection ...
  std::optional<unsigned> failure;  // bit number: 0 badAlg, 2 badRequest, 5 badDataFormat, 14 timeNotAvailable ...
  std::string text;                 // statusString
  std::optional<TimeStampToken> token;
};
[[nodiscard]] base::Result<TimeStampResponse> parse_time_stamp_response(base::ByteView der);
[[nodiscard]] base::Bytes make_time_stamp_response(base::ByteView token);
[[nodiscard]] base::Bytes make_time_stamp_refusal(unsigned failure, std::string_view text);

// TimeStampEvidence is what a token proves: these octets existed at `time`.
struct TimeStampEvidence {
  Certificate authority;
  base::UnixTime time;
  PathReport path;  // of the authority's certificate at that time
};

// verify_time_stamp checks that the token is about `imprint_of` (digested with the token's own algorithm; SHA-1 is
// refused), its signature with signingCertificate[V2] present and right, and the authority's path at the time stamped
// with PathPurpose::kTimeStamping. `help` are further certificates. Errors: kBadSignature with what does not hold.
[[nodiscard]] base::Result<TimeStampEvidence> verify_time_stamp(const TimeStampToken& token,
                                                                base::ByteView imprint_of, const PathVerifier& paths,
                                                                const std::vector<Certificate>& help = {});
// check_answer says whether a token answers a request: imprint, policy, nonce (RFC 3161 section 2.2). kBadSignature.
[[nodiscard]] base::Result<> check_answer(const TimeStampToken& token, const TimeStampRequest& request);

// TimeStamper makes tokens quickly: everything that is the same for every token of one key is encoded once.
// Thread-safe.
struct TimeStamperOptions {
  CmsForm form = CmsForm::kRfc5652;
  base::Bytes policy;                                 // OID content
  std::optional<std::int64_t> accuracy_microseconds;  // written when given
  TimeStampInfo::Ordering ordering = TimeStampInfo::Ordering::kNo;
  std::vector<Certificate> chain;  // with the authority's own certificate, when the request asks for certificates
};
class TimeStamper {
 public:
  // make: kUsage when the certificate is not for this key or not for time stamping alone (RFC 3161 section 2.3).
  [[nodiscard]] static base::Result<std::shared_ptr<const TimeStamper>> make(const CmsSigner& signer,
                                                                             TimeStamperOptions options);
  virtual ~TimeStamper() = default;
  struct Stamp {
    base::UnixTime time;
    std::uint32_t microseconds = 0;
    base::ByteView serial;  // INTEGER content
  };
  // token gives the DER TimeStampToken for a request that was checked. Errors: kSigner.
  [[nodiscard]] virtual base::Result<base::Bytes> token(const TimeStampRequest& request,
                                                        const Stamp& stamp) const = 0;
  [[nodiscard]] virtual const Certificate& certificate() const = 0;
};

}  // namespace yuxin::x509
