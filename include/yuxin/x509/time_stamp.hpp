// Time stamps (RFC 3161, with ESSCertIDv2 of RFC 5816): requests, tokens, responses, and verifying them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "yuxin/base/result.hpp"
#include "yuxin/base/time.hpp"
#include "yuxin/x509/certificate.hpp"
#include "yuxin/x509/cms.hpp"
#include "yuxin/x509/digest.hpp"
#include "yuxin/x509/path.hpp"

namespace yuxin::x509 {

// TimeStampRequest is a TimeStampReq (RFC 3161 section 2.4.1); views into the octets that it was read from.
struct TimeStampRequest {
  std::optional<DigestAlgorithm> digest;  // nothing: an algorithm that is unknown here, or with parameters
  base::ByteView digest_algorithm;        // DER AlgorithmIdentifier, as it came
  base::ByteView imprint;                 // hashedMessage; its size is not checked against the algorithm
  base::ByteView policy;                  // OID content, or empty
  base::ByteView nonce;                   // INTEGER content, or empty
  enum class Certificates { kLeftOut, kIncluded } certificates = Certificates::kLeftOut;  // certReq
  bool has_extensions = false;
};
// parse_time_stamp_request: pure; nothing for malformed DER, another version, or octets after it. A certReq of FALSE
// may be written out, as some clients do.
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
  std::optional<DigestAlgorithm> digest;  // nothing: unknown here
  base::Bytes imprint;
  base::Bytes serial;  // INTEGER content
  base::UnixTime time;
  std::uint32_t time_microseconds = 0;                // fraction of genTime; what is finer is cut off
  std::optional<std::int64_t> accuracy_microseconds;  // the whole Accuracy in one number
  enum class Ordering { kNo, kYes } ordering = Ordering::kNo;
  base::Bytes nonce;                    // INTEGER content, or empty
  std::optional<GeneralName> tsa;       // by which name the authority calls itself
  bool has_critical_extension = false;  // none is known here
};
// parse_time_stamp_info reads a DER TSTInfo; nothing when it is malformed, of another version, or of no digest's
// size.
[[nodiscard]] std::optional<TimeStampInfo> parse_time_stamp_info(base::ByteView der);

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

// TimeStampFailure is a bit of PKIFailureInfo (RFC 3161 section 2.4.2); others may come from other people's services.
enum class TimeStampFailure : unsigned {
  kBadAlg = 0,                // unrecognised or unsupported digest
  kBadRequest = 2,            // transaction not permitted or supported
  kBadDataFormat = 5,         // the data submitted have the wrong format
  kTimeNotAvailable = 14,     // the authority's time source is not available
  kUnacceptedPolicy = 15,     // the requested policy is not supported
  kUnacceptedExtension = 16,  // the requested extension is not supported
  kAddInfoNotAvailable = 17,  // the additional information is not understood or not available
  kSystemFailure = 25,        // the request cannot be handled due to a system failure
};
// time_stamp_failure_name is the standard's word ("badAlg"), or "bit 7" for a bit that it does not name.
[[nodiscard]] std::string time_stamp_failure_name(TimeStampFailure failure);

// TimeStampResponse is a TimeStampResp: a token (status 0 or 1), or why there is none.
struct TimeStampResponse {
  std::int64_t status = 0;                  // 0 granted, 1 grantedWithMods, 2 rejection ...
  std::optional<TimeStampFailure> failure;  // the first bit that is set
  std::string text;                         // statusString, its parts joined by a space
  std::optional<TimeStampToken> token;
};
// parse_time_stamp_response: kMalformed also for a token without a granting status and the other way round.
[[nodiscard]] base::Result<TimeStampResponse> parse_time_stamp_response(base::ByteView der);
[[nodiscard]] base::Bytes make_time_stamp_response(base::ByteView token);
[[nodiscard]] base::Bytes make_time_stamp_refusal(TimeStampFailure failure, std::string_view text);

// TimeStampEvidence is what a token proves: these octets existed at `time`.
struct TimeStampEvidence {
  Certificate authority;
  base::UnixTime time;
  PathReport path;  // of the authority's certificate at that time
};

// verify_time_stamp checks that the token is about `imprint_of` (digested with the token's own algorithm; SHA-1 is
// refused), its signature with signingCertificate[V2] present and right, that a name of the authority in it is one of
// its certificate, and the authority's path at the time stamped with PathPurpose::kTimeStamping. `help` are further
// certificates. Errors: kBadSignature with what does not hold; kNotFound when the certificate is nowhere.
[[nodiscard]] base::Result<TimeStampEvidence> verify_time_stamp(const TimeStampToken& token,
                                                                base::ByteView imprint_of, const PathVerifier& paths,
                                                                const std::vector<Certificate>& help = {});
// verify_time_stamp_imprint is the same for somebody who has only the digest of the octets, made with `digest`.
[[nodiscard]] base::Result<TimeStampEvidence> verify_time_stamp_imprint(const TimeStampToken& token,
                                                                        DigestAlgorithm digest,
                                                                        base::ByteView imprint,
                                                                        const PathVerifier& paths,
                                                                        const std::vector<Certificate>& help = {});
// check_answer says whether a token answers a request: imprint, policy, nonce, and the certificates asked for (RFC
// 3161 sections 2.2 and 2.4). kBadSignature.
[[nodiscard]] base::Result<> check_answer(const TimeStampToken& token, const TimeStampRequest& request);

struct TimeStamperOptions {
  CmsForm form = CmsForm::kRfc5652;
  base::Bytes policy;                                 // OID content
  std::optional<std::int64_t> accuracy_microseconds;  // written when given; 1 to 10^15
  TimeStampInfo::Ordering ordering = TimeStampInfo::Ordering::kNo;
  std::vector<Certificate> chain;  // beside the authority's own certificate, when the request asks for certificates
};
// TimeStamper makes tokens quickly: everything that is the same for every token of one key is encoded once. A token
// is a SignedData with one signer and the signed attributes contentType, signingTime (the second of genTime),
// messageDigest and signingCertificateV2 (RFC 5816; digest SHA-256, for SM2 keys SM3). Thread-safe.
class TimeStamper {
 public:
  // make: kUsage when the certificate is not for this key or not for time stamping alone (RFC 3161 section 2.3), for
  // the GM form with another key than SM2, for an Ed448 key (RFC 8419 wants SHAKE256, which nobody reads), for a
  // policy that is no OID or an accuracy out of bounds.
  [[nodiscard]] static base::Result<std::shared_ptr<const TimeStamper>> make(const CmsSigner& signer,
                                                                             const TimeStamperOptions& options);
  virtual ~TimeStamper() = default;
  struct Stamp {
    base::UnixTime time;
    std::uint32_t microseconds = 0;  // below a million; zeros at their end are not written (RFC 3161 section 2.4.2)
    base::ByteView serial;           // INTEGER content
  };
  // token gives the DER TimeStampToken for a request that was checked: a known digest, an imprint of its size, the
  // policy of this stamper or none. Errors: kSigner.
  [[nodiscard]] virtual base::Result<base::Bytes> token(const TimeStampRequest& request,
                                                        const Stamp& stamp) const = 0;
  [[nodiscard]] virtual const Certificate& certificate() const = 0;
};

}  // namespace yuxin::x509
