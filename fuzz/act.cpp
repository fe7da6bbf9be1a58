// Reads any octets as a statement and as a signed act, which is then judged as if each authority inside were trusted.
// Whatever is found good must be exactly what was read.
#include <cstdlib>

#include "tests/support/small_authority.hpp"
#include "yuxin/evidence/act.hpp"

using namespace yuxin;

namespace {

void judge(base::ByteView octets, const x509::SignedData& message) {
  x509::PathMaterial material;
  for (const auto& certificate : message.certificates()) {
    if (certificate.is_ca()) material.anchors.push_back(certificate);
  }
  const auto paths = x509::PathVerifier::prepare(material);
  if (!paths) return;
  const auto act = evidence::verify_act(octets, {*paths});
  if (!act) return;
  const auto read = evidence::parse_statement(*act->message().content(), act->actor());
  if (!read || !base::equal(act->der(), octets)) std::abort();
  if (act->digest() != evidence::act_digest(*act->message().content())) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const test::SmallAuthority kActor("CN=Fuzz", {x509::KeyType::kP256, 256});
  const base::ByteView octets(data, size);
  const auto act = evidence::parse_statement(octets, kActor.certificate());
  if (act && *evidence::statement(*act, kActor.certificate()) != base::as_text(octets)) std::abort();
  if (const auto message = x509::SignedData::from_bytes(octets)) judge(octets, *message);
  return 0;
}
