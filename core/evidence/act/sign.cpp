// Making acts: the signature, and the proofs beside it.
#include "act/message.hpp"
#include "yuxin/evidence/act.hpp"

namespace yuxin::evidence {

using base::Result;

Result<base::Bytes> sign_act(const Act& act, const x509::CmsSigner& actor,
                             const std::vector<x509::Certificate>& chain, x509::CmsForm form) {
  TRY(const auto text, statement(act, actor.certificate));
  x509::CmsSignOptions options;
  options.form = form;
  options.signing_time = act.time;
  options.chain = chain;
  options.signed_attributes = {act_mark()};
  return x509::sign_message(base::as_bytes(text), {actor}, options);
}

Result<SignedAct> open_act(base::ByteView signed_act) {
  auto judged = judge_signature(signed_act);
  if (!judged) return tl::unexpected(act_error(judged.error()));
  if (!is_marked(judged->message)) {
    return base::fail(base::Code::kMalformed,
                      "The signature does not say that an act is meant: what was signed is a document.");
  }
  return SignedAct{std::move(judged->statement.act), std::move(judged->signature.certificate)};
}

bool says_act(const VerifiedAct& act) { return is_marked(act.message()); }

Result<base::Bytes> add_proofs(base::ByteView signed_act, const ActProofs& proofs) {
  TRY(const auto message, read_act_message(signed_act));
  x509::CmsAdditions additions;
  for (const auto& certificate : proofs.certificates) additions.certificates.push_back(certificate.der());
  for (const auto& response : proofs.ocsp_responses) additions.ocsp_responses.emplace_back(response);
  for (const auto& crl : proofs.crls) additions.crls.push_back(crl.der());
  if (proofs.role) additions.attribute_certificates.push_back(proofs.role->der());
  if (!proofs.time_stamp.empty()) {
    additions.unsigned_attributes.push_back({base::to_bytes(x509::oid::kTimeStampToken), {proofs.time_stamp}});
  }
  return x509::add_to_message(message, 0, additions);
}

}  // namespace yuxin::evidence
