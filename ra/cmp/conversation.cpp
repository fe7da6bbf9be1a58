#include "conversation.hpp"

#include <algorithm>

#include "answers.hpp"
#include "information.hpp"
#include "yuxin/base/log.hpp"
#include "yuxin/x509/digest.hpp"

namespace yuxin::ra::cmp {

using base::Bytes;
using base::message;
using base::Result;

namespace {

// A message that was taken down is good for so long at the most, and its transaction is known for longer.
constexpr base::Seconds kClocksDiffer = base::minutes(60);
constexpr std::size_t kShortestNonce = 16;

bool begins_certificate(Body type) {
  return type == Body::kInitialization || type == Body::kCertification || type == Body::kKeyUpdate ||
         type == Body::kPkcs10;
}

x509::Digest256 name_of_turn(const std::string& speaker, base::ByteView transaction) {
  auto octets = base::to_bytes(base::as_bytes(speaker));
  octets.push_back(0);
  base::append(octets, transaction);
  return x509::sha256(octets);
}

void log(const Refusal& refusal) {
  if (refusal.is_passing()) {
    base::log_warning("CMP: " + refusal.text + " " + refusal.diagnostic);
  } else {
    base::log_info("CMP: " + refusal.text);
  }
}

}  // namespace

Body answer_to(Body request) {
  switch (request) {
    case Body::kInitialization:
      return Body::kInitializationAnswer;
    case Body::kKeyUpdate:
      return Body::kKeyUpdateAnswer;
    default:
      return Body::kCertificationAnswer;  // section 5.3.4: also of p10cr
  }
}

Result<Bytes> Conversation::run() {
  auto outcome = answer();
  if (!outcome) {
    log(outcome.error());
    outcome = Answer{Body::kError, error_answer(outcome.error())};
    keeps_ = false;
  }
  const auto* speaker = speaker_ ? &*speaker_ : nullptr;
  TRY(auto made, protect(parts_, message_, speaker, *outcome));
  if (!keeps_) return std::move(made.message);
  auto kept = keep(std::move(made.nonce));
  if (kept) return std::move(made.message);
  if (kept.error().code != base::Code::kConflict) return tl::unexpected(std::move(kept).error());
  // A server beside this one was faster. What was issued is found again by the same request.
  const Refusal refusal(FailInfo::kTransactionIdInUse,
                        message("Another message of this transaction is being answered. Begin a new one."));
  log(refusal);
  TRY(auto told, protect(parts_, message_, speaker, Answer{Body::kError, error_answer(refusal)}));
  return std::move(told.message);
}

Result<> Conversation::keep(Bytes nonce) const {
  auto changed = transaction_;
  changed.nonce = std::move(nonce);
  return parts_.store->write([&](store::Writer& writer) -> Result<> {
    using transactions::SpokenBy;
    const auto by = speaker_->secret ? SpokenBy::kSecret : SpokenBy::kKey;
    TRY(transactions::keep(writer.session(), {known_, changed, by}, parts_.clock->now()));
    if (!confirmed_) return Result<>();
    return transactions::note_confirmed(writer.session(), x509::sha256(confirmed_->der()), confirmed_->not_after());
  });
}

Outcome<Answer> Conversation::answer() {
  if (message_.header.version != 2 && message_.header.version != 3)
    return deny(FailInfo::kUnsupportedVersion, "CMP is spoken here in versions 2 and 3, not {}.",
                message_.header.version);
  TRY(speaker_, judge(parts_, message_));
  TRY(check_header());
  TRY(check_place());
  turn_.emplace(turns_, name_of_turn(speaker_->name(), message_.header.transaction));
  TRY(look_up());
  switch (message_.type) {
    case Body::kInitialization:
    case Body::kCertification:
    case Body::kKeyUpdate:
    case Body::kPkcs10:
      return enrol();
    case Body::kRevocation:
      return revoke();
    case Body::kGeneral:
      return inform();
    case Body::kPoll:
      return poll();
    case Body::kCertificateConfirmation:
      return confirm();
    case Body::kError:
      return give_up();
    case Body::kNested:
      return deny(FailInfo::kBadRequest, "Nested messages are not served: send each one by itself.");
    default:
      return deny(FailInfo::kBadRequest, "A message with this body is not served here.");
  }
}

Outcome<> Conversation::check_header() const {
  const auto& header = message_.header;
  if (header.transaction.empty())
    return deny(FailInfo::kBadRequest, "The message has no transactionID (RFC 9483 section 3.1).");
  if (header.sender_nonce.size() < kShortestNonce)
    return deny(FailInfo::kBadSenderNonce, "The message has no senderNonce of 128 bits (RFC 9483 section 3.1).");
  if (!header.time) return {};
  const auto now = parts_.clock->now();
  const auto apart = *header.time < now ? now - *header.time : *header.time - now;
  if (apart > kClocksDiffer)
    return deny(FailInfo::kBadTime, "The message says {}, and it is {} here. Set the clock, and send a new one.",
                base::rfc3339(*header.time), base::rfc3339(now));
  return {};
}

Outcome<> Conversation::check_place() const {
  const bool begins =
      begins_certificate(message_.type) || message_.type == Body::kRevocation || message_.type == Body::kGeneral;
  if (!begins || place_.begins.empty() || std::ranges::find(place_.begins, message_.type) != place_.begins.end())
    return {};
  return deny(FailInfo::kBadRequest, "The path that the message was sent to is for another operation.");
}

Result<> Conversation::look_up() {
  return parts_.store->read([&](store::Reader& reader) -> Result<> {
    TRY(known_, transactions::find(reader.session(), speaker_->name(), message_.header.transaction));
    return {};
  });
}

Outcome<Answer> Conversation::enrol() {
  if (known_)
    return deny(FailInfo::kTransactionIdInUse,
                "There is a transaction of this number already. A message is sent once; begin a new one.");
  auto asked = [&]() -> Outcome<Answer> {
    TRY(const auto wanted, read_wanted(message_));
    transaction_.body = message_.type;
    transaction_.implicit_confirm = message_.header.implicit_confirm;
    transaction_.begun_at = parts_.clock->now();
    TRY(const auto reply, wish(wanted, place_.profile));
    if (const auto* granted = std::get_if<Granted>(&reply)) return grant(wanted, granted->certificate);
    const auto& waiting = std::get<Waiting>(reply);
    transaction_.state = State::kWaiting;
    transaction_.request = base::to_bytes(wanted.request.der());
    keeps_ = true;
    return Answer{answer_to(message_.type),
                  waiting_answer(wanted.id, message("A person looks at this first, as case {}.", waiting.case_id))};
  }();
  if (asked) return asked;
  log(asked.error());
  return Answer{answer_to(message_.type), rejected_answer(request_id(message_), asked.error())};
}

Outcome<MachineAnswer> Conversation::wish(const CertificateWanted& wanted, const std::string& label) {
  TRY(const auto who, find_applicant(wanted, label));
  TRY(auto reply, parts_.desk->enrol(wish_of(wanted.request, who, Protocol::kCmp, IfPersonNeeded::kWait)));
  transaction_.speaker = speaker_->name();
  transaction_.name = base::to_bytes(message_.header.transaction);
  transaction_.client = who.client;
  transaction_.request_id = wanted.id;
  transaction_.profile = who.profile;
  return reply;
}

Outcome<Answer> Conversation::grant(const CertificateWanted& wanted, const x509::Certificate& certificate) {
  TRY(const auto chain, parts_.desk->chain());
  Answer answer{answer_to(transaction_.body), {}, transaction_.implicit_confirm};
  CertificateAnswer content{wanted.id, certificate};
  if (wanted.asks_validity) content.as = CertificateAnswer::As::kWithChanges;
  // Section 5.3.2: a root is believed where the secret that both sides share proves the message, and only in ip.
  const bool trusts = speaker_->secret && transaction_.body == Body::kInitialization;
  for (const auto& one : chain) {
    const bool root = one.subject().same(one.issuer());
    if (!root) answer.certificates.push_back(one);
    if (root && trusts) content.trusted.push_back(one);
  }
  answer.body = certificate_answer(content);
  transaction_.state = transaction_.implicit_confirm ? State::kDone : State::kUnconfirmed;
  transaction_.request.clear();
  transaction_.certificate.clear();
  if (transaction_.state == State::kUnconfirmed) {
    transaction_.certificate = base::to_bytes(certificate.der());
  } else {
    confirmed_ = certificate;
  }
  keeps_ = true;
  return answer;
}

Outcome<Answer> Conversation::inform() const {
  TRY(const auto infos, read_general(message_));
  auto profile = place_.profile;
  if (profile.empty() && speaker_->certificate) profile = speaker_->certificate->held.profile;
  if (profile.empty()) {
    const auto clients = parts_.clients();
    const auto* client = clients->find(speaker_->secret->client);
    if (client != nullptr) profile = client->profiles.front();
  }
  TRY(auto body, general_answer(parts_, infos, profile));
  return Answer{Body::kGeneralAnswer, std::move(body)};
}

}  // namespace yuxin::ra::cmp
