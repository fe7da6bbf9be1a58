// Judges any octets as an evidence bundle, as if each authority whose PEM is inside were trusted.
#include "yuxin/evidence/bundle.hpp"

using namespace yuxin;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const base::ByteView octets(data, size);
  x509::PathMaterial material;
  for (const auto& block : base::parse_pem(base::as_text(octets))) {
    const auto certificate = x509::Certificate::from_der(block.der);
    if (certificate && certificate->is_ca() && material.anchors.size() < 4) material.anchors.push_back(*certificate);
  }
  const auto paths = x509::PathVerifier::prepare(material);
  if (!paths) return 0;
  const auto report = evidence::verify_bundle(octets, {*paths}, {.now = {1764000000}});
  if (report && report->problems.empty() && !report->checkpoint) __builtin_trap();
  return 0;
}
