#include "yuxin/x509/inspect.hpp"

#include "inspect/parts.hpp"
#include "yuxin/base/language.hpp"
#include "yuxin/base/text.hpp"

namespace yuxin::x509 {

namespace {

using base::Code;
using inspect_detail::Node;

struct Found {
  ObjectKind kind;
  Node node;
};

Description describe(const Found& found) {
  return {found.kind, inspect_detail::to_json(found.node), inspect_detail::to_text(found.node)};
}

// find_cms needs no guessing: its first element is an object identifier.
std::optional<Found> find_cms(base::ByteView der, const InspectOptions& options) {
  auto cms = inspect_detail::describe_cms(der, options);
  if (!cms) return std::nullopt;
  return Found{cms->is_time_stamp ? ObjectKind::kTimeStampToken : ObjectKind::kCms, std::move(cms->node)};
}

// find tries what the DER could be. No two of these structures have encodings in common.
std::optional<Found> find(base::ByteView der, const InspectOptions& options) {
  using namespace inspect_detail;  // NOLINT(google-build-using-namespace): the many describe_* below are its own
  if (auto node = describe_certificate(der, options)) return Found{ObjectKind::kCertificate, std::move(*node)};
  if (auto node = describe_request(der)) return Found{ObjectKind::kRequest, std::move(*node)};
  if (auto node = describe_crl(der, options)) return Found{ObjectKind::kCrl, std::move(*node)};
  if (auto node = describe_ocsp_response(der, options)) return Found{ObjectKind::kOcspResponse, std::move(*node)};
  if (auto cms = find_cms(der, options)) return cms;
  if (auto node = describe_time_stamp_response(der, options)) {
    return Found{ObjectKind::kTimeStampResponse, std::move(*node)};
  }
  if (auto node = describe_attribute_certificate(der, options)) {
    return Found{ObjectKind::kAttributeCertificate, std::move(*node)};
  }
  if (auto node = describe_public_key(der)) return Found{ObjectKind::kPublicKey, std::move(*node)};
  return std::nullopt;
}

base::Failure unknown_object() {
  return base::fail(Code::kMalformed,
                    "This is no certificate, request, revocation list, OCSP response, signed message, time stamp, "
                    "attribute certificate or public key. Check that the file is complete.");
}

base::Failure private_key() {
  return base::fail(
      Code::kRefused,
      "This file holds a private key. Nothing of it is shown; keep it where only its owner can read it.");
}

bool is_private_key(std::string_view label) { return label.ends_with("PRIVATE KEY"); }

// PrivateKeyInfo and its older forms begin with a version, which nothing above does; encrypted ones with an
// algorithm before an OCTET STRING.
bool looks_like_private_key(base::ByteView octets) {
  const auto whole = der::single(octets, der::kSequence);
  if (!whole) return false;
  der::Reader fields(whole->content);
  if (fields.next_is(der::kInteger)) return true;
  return fields.element(der::kSequence) && fields.content(der::kOctetString) && fields.at_end();
}

base::Result<std::vector<Description>> inspect_pem(base::ByteView text, const InspectOptions& options) {
  std::vector<Description> descriptions;
  for (const auto& block : base::parse_pem(base::as_text(text))) {
    if (is_private_key(block.label)) return private_key();
    const auto found = find(block.der, options);
    if (!found) {
      return base::fail(Code::kMalformed, "The PEM block “{}” does not parse. Check that the file is complete.",
                        block.label);
    }
    descriptions.push_back(describe(*found));
  }
  if (descriptions.empty()) return unknown_object();
  return descriptions;
}

bool is_pem(base::ByteView octets) { return base::as_text(octets).find("-----BEGIN ") != std::string_view::npos; }

base::Result<std::vector<Description>> inspect_der(base::ByteView der, const InspectOptions& options) {
  if (const auto found = find(der, options)) return std::vector<Description>{describe(*found)};
  if (looks_like_private_key(der)) return private_key();
  constexpr std::uint8_t kIndefinite = 0x80;
  if (der.size() > 2 && der[0] == der::kSequence && der[1] == kIndefinite) {
    return base::fail(
        Code::kMalformed,
        "This is written in BER of indefinite length. Convert it to DER first, for example: openssl cms "
        "-cmsout -inform DER -in FILE -outform DER -out NEW");
  }
  return unknown_object();
}

}  // namespace

std::string_view object_kind_name(ObjectKind kind) {
  switch (kind) {
    case ObjectKind::kCertificate:
      return "certificate";
    case ObjectKind::kRequest:
      return "request";
    case ObjectKind::kCrl:
      return "crl";
    case ObjectKind::kOcspResponse:
      return "ocsp-response";
    case ObjectKind::kCms:
      return "cms";
    case ObjectKind::kTimeStampToken:
      return "time-stamp-token";
    case ObjectKind::kTimeStampResponse:
      return "time-stamp-response";
    case ObjectKind::kAttributeCertificate:
      return "attribute-certificate";
    case ObjectKind::kPublicKey:
      return "public-key";
  }
  return "unknown";
}

base::Result<std::vector<Description>> inspect(base::ByteView octets, const InspectOptions& options) {
  const bool begins_as_der = !octets.empty() && octets[0] == der::kSequence;
  if (!begins_as_der && is_pem(octets)) return inspect_pem(octets, options);
  // "0" is also a digit of base64: DER that decodes is DER.
  auto described = inspect_der(octets, options);
  if (described || octets.empty()) return described;
  const auto decoded = base::from_base64(base::as_text(octets));
  if (decoded && !decoded->empty()) return inspect_der(*decoded, options);
  return begins_as_der && is_pem(octets) ? inspect_pem(octets, options) : std::move(described);
}

}  // namespace yuxin::x509
