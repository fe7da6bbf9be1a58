#include "live.hpp"

#include <algorithm>
#include <vector>

#include "yuxin/base/log.hpp"

namespace yuxin::ocsp {

// Window is how long an answer that is signed now holds.
struct LiveSource::Window {
  base::UnixTime now;
  base::UnixTime renew_at;
  base::UnixTime next_update;
};

// Draft is an answer before it is signed.
struct LiveSource::Draft {
  std::int64_t authority = 0;
  Signer signer;
  Window window;
  std::vector<SingleAnswer> answers;
  bool all_issued = true;
  AnswerFrame::ExtendedRevoke extended_revoke = AnswerFrame::ExtendedRevoke::kNo;

  void add_issued(const CertIdView& id, const IndexedStatus& status);
  void add_foreign(const CertIdView& id);
  void add_never_issued(const CertIdView& id, ResponderOptions::NeverIssued policy);
};

namespace {

constexpr int kCertificateHold = 6;

// RFC 5280 section 4.1.2.2 knows positive serials of at most 20 octets.
bool could_be_issued(base::ByteView serial) {
  const bool zero = serial.size() == 1 && serial[0] == 0;
  return !serial.empty() && serial.size() <= 20 && (serial[0] & 0x80U) == 0 && !zero;
}

}  // namespace

void LiveSource::Draft::add_issued(const CertIdView& id, const IndexedStatus& status) {
  SingleAnswer answer{id.der, Verdict::kRevoked, status.revoked_at, status.reason, status.invalidity_date};
  if (status.state == store::CertificateState::kGood) answer.verdict = Verdict::kGood;
  if (status.state == store::CertificateState::kOnHold) answer.reason = kCertificateHold;
  answers.push_back(answer);
}

void LiveSource::Draft::add_foreign(const CertIdView& id) {
  all_issued = false;
  answers.push_back({id.der, Verdict::kUnknown, {}, 0});
}

void LiveSource::Draft::add_never_issued(const CertIdView& id, ResponderOptions::NeverIssued policy) {
  if (policy == ResponderOptions::NeverIssued::kUnknown) return add_foreign(id);
  // RFC 6960 section 2.2: revoked with the reason certificateHold on 1 January 1970, and the extension of 4.4.8.
  all_issued = false;
  extended_revoke = AnswerFrame::ExtendedRevoke::kYes;
  answers.push_back({id.der, Verdict::kRevoked, base::UnixTime{0}, kCertificateHold});
}

LiveSource::LiveSource(const Parts& parts) : parts_(parts) { signers_.set(std::make_shared<Signers>()); }

base::Result<> LiveSource::set_signer(std::int64_t id, ResponderSigner signer) {
  const std::lock_guard lock(changing_signers_);
  if (parts_.index.authorities()->find(id) == nullptr) {
    TRY(parts_.index.reload_authorities());
  }
  const auto authorities = parts_.index.authorities();
  const Authority* authority = authorities->find(id);
  if (authority == nullptr) {
    return base::fail(
        base::Code::kNotFound,
        "No certificate of the authority that the OCSP responder {} is to speak for; import it with: yuxin "
        "ca import-certificate",
        signer.certificate.subject().text());
  }
  TRY(auto made, ResponseTemplate::make(authority->certificate, std::move(signer)));
  auto signers = std::make_shared<Signers>(*signers_.get());
  (*signers)[id] = std::move(made);
  signers_.set(std::move(signers));
  parts_.cache.drop_authority(id);
  return {};
}

// choose_authority: the first of ours for which somebody signs here decides. Nothing for strangers.
const Authority* LiveSource::choose_authority(const Authorities& authorities, std::span<const CertIdView> ids) const {
  for (const auto& id : ids) {
    const Authority* authority = authorities.find(id);
    if (authority != nullptr && signer_of(authority->id)) return authority;
  }
  return nullptr;
}

LiveSource::Signer LiveSource::signer_of(std::int64_t authority) const {
  const auto signers = signers_.get();
  const auto found = signers->find(authority);
  return found == signers->end() ? nullptr : found->second;
}

// window: tryLater while the responder's certificate is not valid, for no client would believe it.
LiveSource::Outcome<LiveSource::Window> LiveSource::window(const ResponseTemplate& signer) const {
  const base::UnixTime now = parts_.clock.now();
  const base::UnixTime last = signer.certificate().not_after();
  if (now < signer.certificate().not_before() || last <= now) return tl::unexpected(ResponseError::kTryLater);
  const base::UnixTime next_update = std::min(now + parts_.options.validity, last);
  // A certificate that ends soon shortens both spans alike.
  const base::Seconds renew_after{(next_update - now).count * parts_.options.renew_after.count /
                                  parts_.options.validity.count};
  return Window{now, now + renew_after, next_update};
}

bool LiveSource::refreshed() {
  const auto outcome = parts_.index.refresh();
  if (!outcome) base::log_error("ocsp: the status of certificates cannot be read: " + outcome.error().detail);
  return outcome.has_value();
}

LiveSource::Outcome<std::optional<IndexedStatus>> LiveSource::look_up(std::int64_t authority, const CertIdView& id) {
  const auto status = parts_.index.find(authority, id.serial);
  if (status || !could_be_issued(id.serial)) return status;
  // Issued a moment ago, perhaps: new certificates do not move the revision.
  if (!refreshed()) return tl::unexpected(ResponseError::kTryLater);
  return parts_.index.find(authority, id.serial);
}

LiveSource::Outcome<Content> LiveSource::answer(const OcspQuery& query) {
  // An index that cannot follow the store must not answer from what it knew.
  if (!parts_.index.current() && !refreshed()) return tl::unexpected(ResponseError::kTryLater);
  const auto authorities = parts_.index.authorities();
  const std::vector<CertIdView> ids = cert_ids(query);
  const Authority* authority = choose_authority(*authorities, ids);
  if (authority == nullptr) return tl::unexpected(ResponseError::kUnauthorized);
  Draft draft;
  draft.authority = authority->id;
  draft.signer = signer_of(authority->id);
  if (!draft.signer) return tl::unexpected(ResponseError::kUnauthorized);
  TRY(draft.window, window(*draft.signer));

  for (const auto& id : ids) {
    if (!authority->matches(id)) {
      draft.add_foreign(id);
      continue;
    }
    TRY(const auto status, look_up(authority->id, id));
    if (!status) {
      draft.add_never_issued(id, parts_.options.never_issued);
    } else if (query.count == 1 && query.nonce.empty()) {
      return answer_kept(std::move(draft), id, *status);
    } else {
      draft.add_issued(id, *status);
    }
  }
  return sign(draft, query.nonce);
}

LiveSource::Outcome<Content> LiveSource::sign(const Draft& draft, base::ByteView nonce) {
  const Window& window = draft.window;
  auto body = draft.signer->sign(draft.answers, {window.now, window.next_update, nonce, draft.extended_revoke});
  if (!body) {
    base::log_error("ocsp: an answer could not be signed: " + body.error().detail + " " + body.error().diagnostic);
    // a token that is away comes back (RFC 6960 section 2.3: tryLater, temporarily unable to respond)
    const bool passes = body.error().code == base::Code::kUnavailable;
    return tl::unexpected(passes ? ResponseError::kTryLater : ResponseError::kInternalError);
  }
  for (const auto& answer : draft.answers) {
    auto& counter = answer.verdict == Verdict::kGood      ? parts_.counters.good
                    : answer.verdict == Verdict::kRevoked ? parts_.counters.revoked
                                                          : parts_.counters.unknown;
    counter.fetch_add(1, std::memory_order_relaxed);
  }
  // Serials that were never issued may be issued in a moment, and a nonce fits one request: neither is to be kept.
  if (!nonce.empty() || !draft.all_issued) return make_private(std::move(*body));
  return make_cacheable(std::move(*body), {window.now, window.next_update, window.next_update - window.renew_at});
}

// answer_kept signs an answer about one issued serial and leaves it in the cache.
LiveSource::Outcome<Content> LiveSource::answer_kept(Draft draft, const CertIdView& id, const IndexedStatus& status) {
  draft.add_issued(id, status);
  TRY(Content content, sign(draft, {}));
  keep(draft, id, status, content);
  return content;
}

void LiveSource::keep(const Draft& draft, const CertIdView& id, const IndexedStatus& status, const Content& content) {
  CachedAnswer kept{draft.authority, base::to_bytes(id.serial), base::to_bytes(id.der), content,
                    draft.window.renew_at};
  // While this was signed the status or the signer may have changed, and what was in the cache been dropped for it.
  parts_.cache.insert(std::move(kept), [&] {
    return parts_.index.find(draft.authority, id.serial) == status && signer_of(draft.authority) == draft.signer;
  });
}

void LiveSource::renew() {
  const base::UnixTime until = parts_.clock.now() + parts_.options.renew_lead;
  for (const auto& due : parts_.cache.take_due(until, parts_.options.renewals_per_tick)) renew_one(due);
}

void LiveSource::renew_one(const Renewal& due) {
  const auto status = parts_.index.find(due.authority, due.serial);
  Draft draft;
  draft.authority = due.authority;
  draft.signer = signer_of(due.authority);
  if (!status || !draft.signer) return;
  auto holds = window(*draft.signer);
  if (!holds) return;
  draft.window = *holds;
  CertIdView id;
  id.der = due.cert_id;
  id.serial = due.serial;
  if (answer_kept(std::move(draft), id, *status)) parts_.counters.renewed.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace yuxin::ocsp
