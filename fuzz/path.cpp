// Path verification: two octets of options, then objects of hostile content, each with its kind and length. A path
// that is good ends at a trusted certificate, and everything else has a reason of the list.
#include <algorithm>
#include <cstdlib>

#include "yuxin/x509/path.hpp"

namespace {

using namespace yuxin;

// Objects are framed as { kind: 1 octet, length: 2 octets, DER }.
struct Scene {
  std::vector<x509::Certificate> asked;
  x509::PathMaterial material;
};

void take(Scene& scene, unsigned kind, base::ByteView der) {
  if (kind % 4 == 3) {
    if (auto list = x509::Crl::from_der(der)) scene.material.crls.push_back(std::move(*list));
    return;
  }
  auto certificate = x509::Certificate::from_der(der);
  if (!certificate) return;
  auto& place = kind % 4 == 0 ? scene.asked : kind % 4 == 1 ? scene.material.untrusted : scene.material.anchors;
  place.push_back(std::move(*certificate));
}

Scene scene_of(base::ByteView input) {
  Scene scene;
  while (input.size() >= 3) {
    const unsigned kind = input[0];
    const std::size_t length = std::min<std::size_t>(input[1] * 256U + input[2], input.size() - 3);
    take(scene, kind, input.subspan(3, length));
    input = input.subspan(3 + length);
  }
  return scene;
}

x509::PathOptions options_of(unsigned first, unsigned second) {
  x509::PathOptions options;
  options.purpose = static_cast<x509::PathPurpose>(first % 8);
  options.revocation = static_cast<x509::RevocationMode>(first / 8 % 3);
  options.require_explicit_policy = (second & 1U) != 0;
  options.inhibit_policy_mapping = (second & 2U) != 0;
  options.inhibit_any_policy = (second & 4U) != 0;
  if ((second & 8U) != 0) options.names = {*x509::parse_general_name("dns:portal.city.test")};
  if ((second & 16U) != 0) options.max_depth = 1;
  return options;
}

void check(const x509::PathReport& report, const Scene& scene) {
  const auto reasons = x509::path_reasons();
  if (report.valid != (report.reason == "ok")) std::abort();
  if (!report.valid) {
    if (report.detail.empty() || std::ranges::find(reasons, report.reason) == reasons.end()) std::abort();
    return;
  }
  const auto trusted = std::ranges::any_of(scene.material.anchors, [&](const x509::Certificate& anchor) {
    return base::equal(anchor.der(), report.chain.back().der());
  });
  if (!trusted) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const auto scene = scene_of(base::ByteView(data, size).subspan(2));
  const base::UnixTime at{1800000000};  // 2027-01-15T08:00:00Z
  for (const auto& certificate : scene.asked) {
    check(x509::verify_path(certificate, scene.material, at, options_of(data[0], data[1])), scene);
    for (const auto& issuer : scene.material.anchors) {
      for (const auto& list : scene.material.crls) {
        static_cast<void>(x509::check_crl(certificate, issuer, list, at));
      }
    }
  }
  return 0;
}
