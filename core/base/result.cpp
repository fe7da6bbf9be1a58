#include "yuxin/base/result.hpp"

#include <cerrno>
#include <cstring>

namespace yuxin::base {

std::string_view code_name(Code code) {
  switch (code) {
    case Code::kMalformed:
      return "malformed";
    case Code::kRefused:
      return "refused";
    case Code::kBadSignature:
      return "bad-signature";
    case Code::kUsage:
      return "usage";
    case Code::kNotAuthorised:
      return "not-authorised";
    case Code::kNotFound:
      return "not-found";
    case Code::kConflict:
      return "conflict";
    case Code::kIntegrity:
      return "integrity";
    case Code::kUnavailable:
      return "unavailable";
    case Code::kSigner:
      return "signer";
    case Code::kInternal:
      return "internal";
  }
  return "internal";
}

int exit_code(Code code) {
  switch (code) {
    case Code::kMalformed:
    case Code::kRefused:
    case Code::kBadSignature:
      return 1;
    case Code::kUsage:
      return 2;
    case Code::kNotAuthorised:
      return 3;
    case Code::kNotFound:
      return 4;
    case Code::kConflict:
      return 5;
    case Code::kIntegrity:
      return 6;
    case Code::kUnavailable:
    case Code::kSigner:
      return 7;
    case Code::kInternal:
      return 70;
  }
  return 70;
}

std::string system_error() {
  const int number = errno;
  const char* name = strerrorname_np(number);
  const char* text = strerrordesc_np(number);
  return fmt::format("{}: {}", name != nullptr ? name : std::to_string(number).c_str(),
                     text != nullptr ? text : "unknown error");
}

}  // namespace yuxin::base
