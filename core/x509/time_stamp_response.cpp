#include <array>

#include "yuxin/x509/der.hpp"
#include "yuxin/x509/time_stamp.hpp"

namespace yuxin::x509 {

namespace {

using base::ByteView;
using base::Code;
using base::Result;

// PKIStatus (RFC 3161 section 2.4.2)
constexpr std::int64_t kGranted = 0;
constexpr std::int64_t kGrantedWithMods = 1;
constexpr std::int64_t kRejection = 2;

struct FailureRow {
  TimeStampFailure failure;
  std::string_view name;
};
constexpr std::array<FailureRow, 8> kFailures{{{TimeStampFailure::kBadAlg, "badAlg"},
                                               {TimeStampFailure::kBadRequest, "badRequest"},
                                               {TimeStampFailure::kBadDataFormat, "badDataFormat"},
                                               {TimeStampFailure::kTimeNotAvailable, "timeNotAvailable"},
                                               {TimeStampFailure::kUnacceptedPolicy, "unacceptedPolicy"},
                                               {TimeStampFailure::kUnacceptedExtension, "unacceptedExtension"},
                                               {TimeStampFailure::kAddInfoNotAvailable, "addInfoNotAvailable"},
                                               {TimeStampFailure::kSystemFailure, "systemFailure"}}};

base::Failure malformed() {
  return base::fail(Code::kMalformed, "This is no time stamp response (RFC 3161 section 2.4.2).");
}

// PKIFreeText ::= SEQUENCE SIZE (1..MAX) OF UTF8String
bool read_text(der::Reader& fields, TimeStampResponse& response) {
  if (!fields.next_is(der::kSequence)) return true;
  auto texts = fields.nested(der::kSequence);
  if (!texts || texts->at_end()) return false;
  while (!texts->at_end()) {
    const auto text = texts->content(der::kUtf8String);
    if (!text) return false;
    if (!response.text.empty()) response.text += ' ';
    response.text += base::as_text(*text);
  }
  return true;
}

// PKIFailureInfo is a BIT STRING of named bits.
bool read_failure(der::Reader& fields, TimeStampResponse& response) {
  if (!fields.next_is(der::kBitString)) return true;
  const auto bits = fields.content(der::kBitString);
  if (!bits || bits->empty() || (*bits)[0] > 7 || (bits->size() == 1 && (*bits)[0] != 0)) return false;
  const auto octets = bits->subspan(1);
  for (std::size_t bit = 0; bit < octets.size() * 8 && !response.failure; ++bit) {
    if ((octets[bit / 8] & (0x80U >> (bit % 8))) != 0)
      response.failure = static_cast<TimeStampFailure>(static_cast<unsigned>(bit));
  }
  return true;
}

// PKIStatusInfo ::= SEQUENCE { status INTEGER, statusString PKIFreeText OPTIONAL, failInfo PKIFailureInfo OPTIONAL }
bool read_status(der::Reader& fields, TimeStampResponse& response) {
  auto info = fields.nested(der::kSequence);
  const auto status = info ? info->small_integer() : std::nullopt;
  if (!status) return false;
  response.status = *status;
  return read_text(*info, response) && read_failure(*info, response) && info->at_end();
}

}  // namespace

std::string time_stamp_failure_name(TimeStampFailure failure) {
  for (const auto& row : kFailures) {
    if (row.failure == failure) return std::string(row.name);
  }
  return "bit " + std::to_string(static_cast<unsigned>(failure));
}

// TimeStampResp ::= SEQUENCE { status PKIStatusInfo, timeStampToken ContentInfo OPTIONAL }
Result<TimeStampResponse> parse_time_stamp_response(ByteView der) {
  const auto whole = der::single(der, der::kSequence);
  if (!whole) return malformed();
  der::Reader fields(whole->content);
  TimeStampResponse response;
  if (!read_status(fields, response)) return malformed();
  const bool granted = response.status == kGranted || response.status == kGrantedWithMods;
  // "When the status contains the value zero or one, a TimeStampToken MUST be present", and with no other
  if (granted == fields.at_end()) return malformed();
  if (!granted) return response;
  TRY(response.token, TimeStampToken::from_der(fields.rest()));
  return response;
}

base::Bytes make_time_stamp_response(ByteView token) {
  der::Writer out;
  const auto response = out.open(der::kSequence);
  const auto status = out.open(der::kSequence);
  out.integer(kGranted);
  out.close(status);
  out.raw(token);
  out.close(response);
  return out.take();
}

base::Bytes make_time_stamp_refusal(TimeStampFailure failure, std::string_view text) {
  der::Writer out;
  const auto response = out.open(der::kSequence);
  const auto status = out.open(der::kSequence);
  out.integer(kRejection);
  const auto texts = out.open(der::kSequence);
  out.text(der::kUtf8String, text);
  out.close(texts);
  const auto bit = static_cast<unsigned>(failure);
  out.named_bits(1U << bit, bit + 1);
  out.close(status);
  out.close(response);
  return out.take();
}

}  // namespace yuxin::x509
