// Messages that go on with a transaction: pollReq, certConf and error. RFC 4210 sections 5.3.18, 5.3.21 and 5.3.22.
#include "answers.hpp"
#include "conversation.hpp"
#include "yuxin/x509/der.hpp"
#include "yuxin/x509/digest.hpp"
#include "yuxin/x509/key.hpp"

namespace yuxin::ra::cmp {

using base::ByteView;
using base::message;

namespace {

// A poll that comes sooner after the last is answered with the same again, and nothing is looked up or written for
// it.
constexpr base::Seconds kPollsApart{2};

// certReqId of what follows: of p10cr older clients say 0 instead of -1.
bool is_about(const Transaction& transaction, std::int64_t id) {
  return id == transaction.request_id || (transaction.body == Body::kPkcs10 && id == 0);
}

// Section 5.3.18: the digest of the certificate's signature algorithm, or the one that hashAlg names (RFC 9480
// section 2.10); with EdDSA, RFC 9481 section 3.3 names it.
std::optional<x509::DigestAlgorithm> digest_for(const x509::Certificate& certificate, ByteView hash_algorithm) {
  if (!hash_algorithm.empty()) {
    x509::der::Reader fields(x509::der::single(hash_algorithm, x509::der::kSequence)->content);
    const auto oid = fields.oid();
    const auto named = oid ? x509::digest_by_oid(*oid) : std::nullopt;
    return named == x509::DigestAlgorithm::kSha1 ? std::nullopt : named;
  }
  const auto algorithm = x509::scheme_by_identifier(certificate.signature_algorithm());
  if (!algorithm) return std::nullopt;
  if (algorithm == x509::SignatureAlgorithm::kEd25519) return x509::DigestAlgorithm::kSha512;
  if (algorithm == x509::SignatureAlgorithm::kEd448) return x509::DigestAlgorithm::kShake256;
  return x509::scheme(*algorithm).digest;
}

}  // namespace

Outcome<> Conversation::recall() {
  if (!known_)
    return deny(FailInfo::kBadRequest,
                "No transaction of this number is open for whoever protected the message. Begin a new one with the "
                "same request: what was done for it is found again.");
  transaction_ = *known_;
  if (transaction_.state == State::kDone) return {};
  // Section 5.1.1: recipNonce is the senderNonce of the last answer.
  if (!base::equal(message_.header.recipient_nonce, transaction_.nonce))
    return deny(FailInfo::kBadRecipientNonce, "The message does not answer the last one of this transaction.");
  return {};
}

Outcome<Answer> Conversation::poll() {
  TRY(const auto id, read_poll(message_));
  TRY(recall());
  if (transaction_.state != State::kWaiting || !is_about(transaction_, id))
    return deny(FailInfo::kBadRequest, "Nothing of this transaction waits.");
  const auto now = parts_.clock->now();
  if (transaction_.polled_at <= now && now < transaction_.polled_at + kPollsApart) {
    Answer same{Body::kPollAnswer, poll_answer(transaction_.request_id, kPollsApart,
                                               message("This was asked a moment ago, and nothing is new."))};
    same.nonce = transaction_.nonce;
    return same;
  }
  TRY(auto request, x509::CertificateRequest::from_either(transaction_.request));
  const CertificateWanted wanted{transaction_.request_id, std::move(request)};
  const auto reply = wish(wanted, transaction_.profile);
  if (!reply) {
    const auto& refusal = reply.error();
    // what fails on this side may still come to its end
    if (refusal.is_passing()) return tl::unexpected(refusal);
    transaction_.state = State::kDone;
    transaction_.request.clear();
    keeps_ = true;
    return Answer{answer_to(transaction_.body), rejected_answer(transaction_.request_id, refusal)};
  }
  if (const auto* granted = std::get_if<Granted>(&*reply)) return grant(wanted, granted->certificate);
  const auto& waiting = std::get<Waiting>(*reply);
  transaction_.polled_at = now;
  keeps_ = true;
  return Answer{Body::kPollAnswer,
                poll_answer(transaction_.request_id, waiting.retry_after,
                            message("A person looks at this first, as case {}.", waiting.case_id))};
}

Outcome<Answer> Conversation::confirm() {
  TRY(const auto confirmation, read_confirmation(message_));
  TRY(recall());
  if (transaction_.state == State::kDone)
    return deny(FailInfo::kCertificateConfirmed,
                "The certificate of this transaction needs no confirmation any more.");
  if (transaction_.state != State::kUnconfirmed)
    return deny(FailInfo::kBadRequest, "There is no certificate in this transaction to be confirmed yet.");
  TRY(const auto certificate, x509::Certificate::from_der(transaction_.certificate));
  if (confirmation.names_certificate) {
    const auto digest = digest_for(certificate, confirmation.hash_algorithm);
    if (!digest) return deny(FailInfo::kBadAlgorithm, "The digest of the confirmation is not known here.");
    if (!is_about(transaction_, confirmation.id) ||
        !base::equal(confirmation.hash, x509::digest(*digest, certificate.der())))
      return deny(FailInfo::kBadCertificateId, "The certificate that is confirmed is not the one that was issued.");
  }
  if (confirmation.accepted) {
    confirmed_ = certificate;
  } else {
    TRY(withdraw(certificate));
  }
  transaction_.state = State::kDone;
  transaction_.certificate.clear();
  keeps_ = true;
  return Answer{Body::kConfirmationAnswer, confirmation_answer()};
}

// Section 5.3.18: a certificate that its holder does not want is revoked.
Outcome<> Conversation::withdraw(const x509::Certificate& certificate) const {
  bool confirmed = false;
  TRY(parts_.store->read([&](store::Reader& reader) -> base::Result<> {
    TRY(confirmed, transactions::is_confirmed(reader.session(), x509::sha256(certificate.der())));
    return {};
  }));
  if (confirmed)
    return deny(
        FailInfo::kCertificateConfirmed,
        "The certificate was confirmed in an earlier transaction, and stays valid. To end it, revoke it (rr).");
  const auto done =
      parts_.desk->revoke({certificate, x509::RevocationReason::kCessationOfOperation, "cmp:" + transaction_.client});
  if (!done && done.error().code != base::Code::kConflict) return tl::unexpected(Refusal(done.error()));
  return {};
}

Outcome<Answer> Conversation::give_up() {
  if (known_ && known_->state != State::kDone) {
    TRY(recall());
    transaction_.state = State::kDone;
    transaction_.request.clear();
    transaction_.certificate.clear();
    keeps_ = true;
  }
  return Answer{Body::kConfirmationAnswer, confirmation_answer()};
}

}  // namespace yuxin::ra::cmp
