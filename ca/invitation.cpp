#include "yuxin/ca/invitation.hpp"

#include "certificate_rules.hpp"
#include "yuxin/x509/key.hpp"

namespace yuxin::ca {

using base::ByteView;
using base::Code;
using base::fail;
using base::JsonObject;
using base::Result;

namespace {

constexpr std::string_view kStatement = "yuxin invitation 1\n";

Result<x509::PublicKey> key_of(ByteView code_key) {
  const auto key = x509::PublicKey::from_spki(code_key);
  if (!key || key->kind().type != x509::KeyType::kEd25519)
    return fail(Code::kRefused, "The key of a one-time code is an Ed25519 key, and this is none.");
  return *key;
}

}  // namespace

JsonObject invitation_binding(const Invitation& invitation) {
  return {{"profile", invitation.profile},
          {"invitation", base::hex(invitation.code_key)},
          {"organisation", invitation.organisation ? invitation.organisation->text() : ""},
          {"days", nullptr},
          {"names", alt_names_text(invitation.alt_names)},
          {"subject", invitation.subject.text()}};
}

bool is_about_invitation(const JsonObject& about) { return about.contains("invitation"); }

Result<> check_answers(const JsonObject& invitation, const JsonObject& approval) {
  for (const auto& [name, value] : approval) {
    if (name == "request") continue;
    const auto* invited = invitation.if_contains(name);
    if (invited == nullptr || *invited != value)
      return fail(Code::kRefused, "The certificate would be another than the one that the invitation is for: \"{}\".",
                  std::string_view(name));
  }
  // as many members, with "invitation" for "request": none more was signed than is looked at
  if (!approval.contains("request") || !is_about_invitation(invitation) || invitation.contains("request") ||
      invitation.size() != approval.size())
    return fail(Code::kRefused, "What was signed is no invitation to this certificate.");
  return {};
}

base::Bytes code_statement(ByteView request) {
  auto statement = base::to_bytes(base::as_bytes(kStatement));
  base::append(statement, request);
  return statement;
}

Result<> check_code_key(ByteView code_key) {
  TRY(key_of(code_key));
  return {};
}

Result<> check_code_proof(ByteView code_key, ByteView request, ByteView proof) {
  TRY(const auto key, key_of(code_key));
  const auto identifier = x509::scheme(x509::SignatureAlgorithm::kEd25519).identifier;
  if (x509::verify_tbs(key, identifier, code_statement(request), proof)) return {};
  return fail(Code::kBadSignature, "The request was not signed with the one-time code of the invitation.");
}

}  // namespace yuxin::ca
