#include "refusal.hpp"

namespace yuxin::ra::cmp {

namespace {

FailInfo fail_info(base::Code code) {
  switch (code) {
    case base::Code::kMalformed:
      return FailInfo::kBadDataFormat;
    case base::Code::kRefused:
      return FailInfo::kBadCertificateTemplate;
    case base::Code::kBadSignature:
      return FailInfo::kBadMessageCheck;
    case base::Code::kUsage:
    case base::Code::kConflict:
      return FailInfo::kBadRequest;
    case base::Code::kNotAuthorised:
      return FailInfo::kNotAuthorized;
    case base::Code::kNotFound:
      return FailInfo::kBadCertificateId;
    case base::Code::kUnavailable:
    case base::Code::kSigner:
      return FailInfo::kSystemUnavailable;
    default:
      return FailInfo::kSystemFailure;
  }
}

}  // namespace

Refusal::Refusal(base::Error error) : info(fail_info(error.code)), text(std::move(error.detail)) {
  diagnostic = std::move(error.diagnostic);
  if (!is_passing()) return;
  diagnostic = text + " " + diagnostic;
  text = base::message("This cannot be done now. Try again later.");
}

}  // namespace yuxin::ra::cmp
