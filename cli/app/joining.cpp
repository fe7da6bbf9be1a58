#include "joining.hpp"

#include <filesystem>

#include "deeds.hpp"
#include "one_time_code.hpp"
#include "yuxin/base/file.hpp"
#include "yuxin/ca/invitation.hpp"

namespace yuxin::cli {

using base::Code;
using base::fail;
using base::JsonObject;
using base::Result;

namespace {

constexpr std::string_view kSealedKey = "ENCRYPTED PRIVATE KEY";
constexpr std::string_view kRequest = "CERTIFICATE REQUEST";
constexpr std::string_view kInvitation = "YUXIN INVITATION";
constexpr std::size_t kLargestFile = std::size_t{1} << 20U;

base::Failure not_whole() { return fail(Code::kMalformed, "There is no whole answer to an invitation in it."); }

Result<std::vector<x509::Certificate>> certificates_of(const JsonObject& json, std::string_view name) {
  std::string text;
  if (const auto* list = json.if_contains(name); list != nullptr && list->is_array()) {
    for (const auto& one : list->get_array()) {
      if (one.is_string()) text += std::string_view(one.get_string());
    }
  } else {
    text = base::json_string(json, name);
  }
  if (text.empty()) return std::vector<x509::Certificate>();
  return x509::certificates_from_bytes(base::as_bytes(text));
}

}  // namespace

std::string joining_path(const std::string& out) { return out + ".joining"; }

Result<Joining> begin_joining(const base::Secret& code, const x509::Signer& signer, base::Bytes sealed_key) {
  TRY(const auto der, x509::make_request(x509::Name(), {}, signer));
  TRY(auto request, x509::CertificateRequest::from_der(der));
  TRY(const auto key, code_key_of(code));
  TRY(const auto by_code, key.signer(x509::SignatureAlgorithm::kEd25519));
  TRY(auto proof, by_code->sign(ca::code_statement(request.der())));
  return Joining{std::move(sealed_key), std::move(request), locator_of(code), std::move(proof)};
}

std::string print_joining(const Joining& joining) {
  std::string text;
  if (!joining.sealed_key.empty()) text += base::pem(kSealedKey, joining.sealed_key);
  text += base::pem(kRequest, joining.request.der());
  const auto facts =
      base::print_json(JsonObject{{"locator", joining.locator}, {"proof", base::base64(joining.proof)}});
  return text + base::pem(kInvitation, base::as_bytes(facts));
}

Result<Joining> read_joining(std::string_view text) {
  base::Bytes sealed_key;
  base::Bytes request_der;
  base::Bytes facts_text;
  for (const auto& block : base::parse_pem(text)) {
    if (block.label == kSealedKey) sealed_key = block.der;
    if (block.label == kRequest) request_der = block.der;
    if (block.label == kInvitation) facts_text = block.der;
  }
  auto request = x509::CertificateRequest::from_der(request_der);
  const auto facts = base::parse_json(base::as_text(facts_text));
  if (!request || !facts || !facts->is_object()) return not_whole();
  const auto proof = base::from_base64(base::json_string(facts->get_object(), "proof"));
  auto locator = base::json_string(facts->get_object(), "locator");
  if (!proof || proof->empty() || locator.size() != kLocatorLetters) return not_whole();
  return Joining{std::move(sealed_key), std::move(*request), std::move(locator), *proof};
}

Result<> keep_joining(const std::string& out, const Joining& joining) {
  return base::write_file(joining_path(out), base::as_bytes(print_joining(joining)), base::Existing::kRefuse,
                          base::Permissions::kPrivate);
}

Result<std::optional<Joining>> find_joining(const std::string& out) {
  const auto path = joining_path(out);
  if (!base::file_exists(path)) return std::optional<Joining>();
  TRY(const auto octets, base::read_file(path, kLargestFile));
  auto joining = read_joining(base::as_text(octets));
  if (!joining)
    return fail(
        Code::kMalformed,
        "{} is damaged: what was begun cannot be gone on with. Move it away, and ask whoever invited you for a "
        "new code.",
        path);
  return std::optional(std::move(*joining));
}

Result<> end_joining(const std::string& out) {
  std::error_code error;
  std::filesystem::remove(joining_path(out), error);
  if (!error) return {};
  return fail(Code::kUnavailable, "{} could not be removed: {}", joining_path(out), error.message());
}

Result<Welcome> answer(const RemoteCall& call, const Joining& joining) {
  const JsonObject body{{"locator", joining.locator},
                        {"request", base::base64(joining.request.der())},
                        {"proof", base::base64(joining.proof)}};
  note_deed();
  TRY(const auto json, call.post("/v1/invitations", body, RemoteCall::Effect::kDeed));
  Welcome welcome{.case_id = base::json_string(json, "case"),
                  .name = base::json_string(json, "name"),
                  .subject = base::json_string(json, "subject"),
                  .roles = base::json_string(json, "roles"),
                  .until = base::parse_rfc3339(base::json_string(json, "until")),
                  .certificate = {},
                  .chain = {}};
  TRY(auto own, certificates_of(json, "certificate"));
  if (own.empty()) return welcome;
  if (own.size() != 1 || !base::equal(own.front().tbs().spki, joining.request.public_key().spki()))
    return fail(
        Code::kIntegrity,
        "The server gives a certificate that is not for the key that was made here. Tell whoever invited you.");
  welcome.certificate = std::move(own.front());
  TRY(welcome.chain, certificates_of(json, "chain"));
  return welcome;
}

}  // namespace yuxin::cli
