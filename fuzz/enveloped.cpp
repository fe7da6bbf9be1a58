#include "yuxin/x509/enveloped.hpp"

#include <cstdlib>

#include "support/message_keys.hpp"
#include "yuxin/x509/extension.hpp"

using namespace yuxin;
using namespace yuxin::x509;

namespace {

std::vector<PrivateKey> load_keys() {
  std::vector<PrivateKey> keys;
  for (const auto hex : {fuzz::kRsaKey, fuzz::kP256Key, fuzz::kSm2Key}) {
    auto key = PrivateKey::from_pkcs8(base::from_hex(hex).value());
    if (!key) std::abort();
    keys.push_back(std::move(*key));
  }
  return keys;
}

// certificate_for makes a certificate of the key under the name that the message knows its recipient by; its
// signature is not looked at.
base::Result<Certificate> certificate_for(const Recipient& recipient, const PublicKey& key) {
  static const base::Bytes kEmptyName{0x30, 0x00};
  const auto serial = Serial::from_der_content(recipient.serial);
  const base::Bytes identifier = make_subject_key_identifier(recipient.key_identifier);
  const auto algorithm = scheme(SignatureAlgorithm::kEcdsaSha256).identifier;
  const base::Bytes tbs =
      make_tbs_certificate({serial.value_or(Serial::random()),
                            algorithm,
                            recipient.issuer.empty() ? base::ByteView(kEmptyName) : base::ByteView(recipient.issuer),
                            {},
                            {},
                            kEmptyName,
                            key.spki(),
                            {identifier}});
  return Certificate::from_der(join_signature(tbs, algorithm, {}));
}

}  // namespace

// Whatever parses is opened with keys of each kind, as if they were its recipients'.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::vector<PrivateKey> keys = load_keys();
  const auto message = EnvelopedData::from_bytes({data, size});
  if (!message) return 0;
  std::size_t recipients = 0;
  for (const Recipient& recipient : message->recipients()) {
    if (++recipients > 2) break;
    for (const PrivateKey& key : keys) {
      const auto certificate = certificate_for(recipient, key.public_key());
      if (certificate) static_cast<void>(open_message(*message, *certificate, key));
    }
  }
  return 0;
}
