#include "yuxin/x509/cms.hpp"

using namespace yuxin;
using namespace yuxin::x509;

namespace {

const base::Bytes kStandIn{0x30, 0x03, 0x02, 0x01, 0x2a};
constexpr std::size_t kMostSigners = 4;

base::Result<CmsSignature> verify(const SignedData& message, std::size_t signer) {
  return verify_signer(message, signer, message.content() ? std::nullopt : std::optional(base::as_bytes("content")));
}

}  // namespace

// Whatever parses is verified; what is added to it leaves the signatures and what they prove as they were.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto message = SignedData::from_bytes({data, size});
  if (!message) return 0;
  const std::size_t signers = message->signers().size();
  for (std::size_t i = 0; i < signers && i < kMostSigners; ++i) {
    static_cast<void>(verify(*message, i));
    static_cast<void>(message->signers()[i].signed_attribute(oid::kSigningTime));
    static_cast<void>(message->signers()[i].unsigned_attribute(oid::kTimeStampToken));
  }
  CmsAdditions additions;
  additions.attribute_certificates = {kStandIn};
  additions.crls = {kStandIn};
  additions.ocsp_responses = {kStandIn};
  if (signers > 0) additions.unsigned_attributes = {{base::to_bytes(oid::kTimeStampToken), {kStandIn}}};
  const auto more = add_to_message(*message, 0, additions);
  if (!more) __builtin_trap();
  const auto again = SignedData::from_bytes(*more);
  if (!again || again->signers().size() != signers || again->ocsp_responses().empty()) __builtin_trap();
  if (signers != 1) return 0;  // of several the order may be another
  if (!base::equal(again->signers()[0].signature, message->signers()[0].signature) ||
      !base::equal(again->signers()[0].signed_attributes, message->signers()[0].signed_attributes) ||
      !again->signers()[0].unsigned_attribute(oid::kTimeStampToken) ||
      verify(*again, 0).has_value() != verify(*message, 0).has_value()) {
    __builtin_trap();
  }
  return 0;
}
