// Invitations: somebody is asked to bring the request for a certificate themselves, with a one-time code.
//
// The code is a secret of which nothing but a public key is kept: whoever has it has the Ed25519 key that follows
// from it, and signs with that the request that they bring. So nobody who reads the database or the ledger can answer
// an invitation, and nobody on the way can put another request in the place of the one that was sent.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "yuxin/base/bytes.hpp"
#include "yuxin/base/json.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/evidence/organisation.hpp"
#include "yuxin/x509/name.hpp"

namespace yuxin::ca {

// Invitation is what somebody is invited to.
struct Invitation {
  std::string profile;
  x509::Name subject;
  std::vector<x509::GeneralName> alt_names;  // what the certificate will have, and no others
  std::optional<evidence::OrgCode> organisation;
  base::Bytes code_key;  // DER SubjectPublicKeyInfo of the code
};

// The field of the form in which the confirming act has the signature by the code, in base64.
inline constexpr std::string_view kProofField = "proof";

// invitation_binding is what the act that invites says as the member "about" of its body. It is approval_binding with
// "invitation", the key of the code in hexadecimal, in the place of "request".
[[nodiscard]] base::JsonObject invitation_binding(const Invitation& invitation);
[[nodiscard]] bool is_about_invitation(const base::JsonObject& about);
// check_answers holds what is to be approved (approval_binding) against the invitation: kRefused names what differs.
[[nodiscard]] base::Result<> check_answers(const base::JsonObject& invitation, const base::JsonObject& approval);

// code_statement is what the code signs: "yuxin invitation 1", a line feed, and the DER request.
[[nodiscard]] base::Bytes code_statement(base::ByteView request);
// check_code_key: kRefused for what is no DER SubjectPublicKeyInfo of an Ed25519 key.
[[nodiscard]] base::Result<> check_code_key(base::ByteView code_key);
// check_code_proof: kBadSignature unless `proof` is the signature by the code over the statement of this request.
[[nodiscard]] base::Result<> check_code_proof(base::ByteView code_key, base::ByteView request, base::ByteView proof);

}  // namespace yuxin::ca
