#include "yuxin/x509/time_stamp.hpp"

using namespace yuxin;
using namespace yuxin::x509;

namespace {

// Whatever parses is verified as if every certificate inside were a root that is trusted.
void verify(const TimeStampToken& token) {
  static_cast<void>(check_answer(token, {}));
  PathMaterial material;
  material.anchors = token.message().certificates();
  const auto paths = PathVerifier::prepare(material);
  if (!paths) return;
  const auto& info = token.info();
  const auto evidence =
      verify_time_stamp_imprint(token, info.digest.value_or(DigestAlgorithm::kSha256), info.imprint, *paths);
  if (evidence && evidence->time != info.time) __builtin_trap();
}

}  // namespace

// Takes a TSTInfo, a token, or a response.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const base::ByteView octets(data, size);
  const auto info = parse_time_stamp_info(octets);
  if (info && info->time_microseconds > 999'999) __builtin_trap();
  if (const auto token = TimeStampToken::from_der(octets)) verify(*token);
  const auto response = parse_time_stamp_response(octets);
  if (response && response->token) verify(*response->token);
  return 0;
}
