#include "act/message.hpp"

#include <algorithm>

namespace yuxin::evidence {

using base::Code;
using base::fail;
using base::Result;

namespace {

constexpr std::size_t kLargestAct = 32U << 20U;
constexpr std::size_t kMostProofs = 64;  // of each kind: every list may have to be asked about every certificate

}  // namespace

Result<x509::SignedData> read_act_message(base::ByteView octets) {
  if (octets.size() > kLargestAct) return fail(Code::kMalformed, "The signed act is larger than 32 MiB.");
  TRY(auto message, x509::SignedData::from_bytes(octets));
  // One act has one form: the ledger keeps and hashes exactly the octets that were judged.
  if (!base::equal(message.der(), octets)) {
    return fail(Code::kMalformed, "The signed act is not in DER. Make it anew with yuxin sign.");
  }
  if (message.signers().size() != 1) {
    return fail(Code::kMalformed, "An act has one signer; this message has {}.", message.signers().size());
  }
  if (!message.content()) {
    return fail(Code::kMalformed, "The act has a signature and no statement: an act is attached to its signature.");
  }
  if (std::max({message.certificates().size(), message.attribute_certificates().size(), message.crls().size(),
                message.ocsp_responses().size()}) > kMostProofs) {
    return fail(Code::kMalformed, "The act carries more than {} certificates, lists or OCSP responses.", kMostProofs);
  }
  const auto data = message.form() == x509::CmsForm::kGm ? x509::oid::kGmData : x509::oid::kData;
  if (!base::equal(message.content_type(), data)) {
    return fail(Code::kMalformed, "The signed message is no act: its content is of type {}.",
                x509::oid_name(message.content_type()));
  }
  return message;
}

Judged<SignedStatement> judge_signature(base::ByteView signed_act) {
  auto message = read_act_message(signed_act);
  if (!message) return tl::unexpected(ActFailure{ActProblem::kMalformed, message.error().detail});
  auto statement = read_statement(*message->content());
  auto signature = x509::verify_signer(*message, 0);
  if (!signature) return tl::unexpected(ActFailure{ActProblem::kSignature, signature.error().detail});
  if (!statement) return tl::unexpected(ActFailure{ActProblem::kMalformed, statement.error().detail});
  if (!message->signers().front().signed_attribute(x509::oid::kSigningCertificateV2)) {
    return act_failure(ActProblem::kSignature,
                       "The signature does not say whose certificate made it (signingCertificateV2 is missing).");
  }
  if (statement->actor != actor_of(signature->certificate)) {
    return act_failure(ActProblem::kActor, "The act names {} as its actor, but was signed with a certificate of {}.",
                       statement->actor.subject, signature->certificate.subject().text());
  }
  const auto digest = act_digest(*message->content());
  return SignedStatement{std::move(*message), std::move(*signature), std::move(*statement), digest};
}

x509::CmsAttribute act_mark() {
  static const auto kType = x509::oid_from_dotted("2.25.160386230721243331123476633139246630112.4").value();
  return {kType, {{0x02, 0x01, 0x01}}};
}

bool is_marked(const x509::SignedData& message) {
  const auto mark = act_mark();
  const auto found = message.signers().front().signed_attribute(mark.type);
  return found && found->values == mark.values;
}

std::optional<base::Bytes> time_stamp_of(const x509::SignedData& message) {
  auto attribute = message.signers().front().unsigned_attribute(x509::oid::kTimeStampToken);
  if (!attribute || attribute->values.empty()) return base::Bytes{};
  if (attribute->values.size() != 1) return std::nullopt;
  return std::move(attribute->values.front());
}

}  // namespace yuxin::evidence
