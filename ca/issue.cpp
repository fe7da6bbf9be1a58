// The second half of issuing: intent, signature, comparison, result.
#include "issuer_impl.hpp"
#include "yuxin/base/log.hpp"
#include "yuxin/x509/der.hpp"

namespace yuxin::ca {

using base::Code;
using base::fail;
using base::Result;

namespace {

// One issuance on its way; shared by the callbacks that carry it.
struct Journey {
  Issuer::Impl* issuer;
  std::unique_ptr<PreparedIssuance::Impl> prepared;
  std::int64_t intent = -1;
  std::int64_t issued = -1;
  std::optional<x509::Certificate> certificate;
  Issuer::Done done;

  [[nodiscard]] base::UnixTime now() const { return issuer->parts.clock->now(); }

  Result<> write_intent(store::Writer& writer) {
    TRY(intent, record_intent(writer, issuer->facts(*prepared), now()));
    return {};
  }
  Result<> write_issued(store::Writer& writer) {
    TRY(issued, record_issued(writer, issuer->facts(*prepared), certificate->der(), intent, now()));
    return {};
  }
  Result<> write_void(store::Writer& writer) const {
    return record_void(writer, issuer->facts(*prepared), intent, "failed", now());
  }
};

// What could not be recorded now is found at the next start, because the intent is durable.
void log_void_failure(const Result<>& outcome) {
  if (!outcome)
    base::log_debug("an intent could not be ended now and will be at the next start: " + outcome.error().diagnostic);
}

void finish_async(const std::shared_ptr<Journey>& journey) {
  journey->issuer->parts.store->submit([journey](store::Writer& writer) { return journey->write_issued(writer); },
                                       [journey](Result<> stored) {
                                         if (stored)
                                           return journey->done(Issued{*journey->certificate, journey->issued});
                                         journey->issuer->parts.store->submit(
                                             [journey](store::Writer& writer) { return journey->write_void(writer); },
                                             log_void_failure);
                                         journey->done(tl::unexpected(std::move(stored).error()));
                                       });
}

void sign_async(const std::shared_ptr<Journey>& journey) {
  auto certificate = journey->issuer->sign_exactly(*journey->prepared);
  if (!certificate) {
    journey->issuer->parts.store->submit([journey](store::Writer& writer) { return journey->write_void(writer); },
                                         log_void_failure);
    return journey->done(tl::unexpected(std::move(certificate).error()));
  }
  journey->certificate = std::move(*certificate);
  finish_async(journey);
}

}  // namespace

std::shared_ptr<const TbsTemplate> Issuer::Impl::template_of(const std::shared_ptr<const Profile>& profile) {
  {
    const std::shared_lock lock(mutex_);
    if (const auto found = templates_.find(profile); found != templates_.end()) return found->second;
  }
  auto made = std::make_shared<const TbsTemplate>(profile, key_identifier, parts.addresses);
  const std::unique_lock lock(mutex_);
  return templates_.emplace(profile, std::move(made)).first->second;
}

IssuanceFacts Issuer::Impl::facts(const PreparedIssuance::Impl& prepared) const {
  return {.authority = parts.authority.id,
          .authority_name = parts.authority.name,
          .owner = parts.owner->id(),
          .serial = prepared.serial,
          .profile = prepared.profile,
          .subject = prepared.subject,
          .alt_names = prepared.alt_names,
          .not_before = prepared.validity.not_before,
          .not_after = prepared.validity.not_after,
          .actor = prepared.actor,
          .tbs = prepared.tbs,
          .spki = prepared.spki,
          .approval = &prepared.approval};
}

Result<x509::Certificate> Issuer::Impl::sign_exactly(const PreparedIssuance::Impl& prepared) const {
  TRY(auto signature, parts.signer->sign(prepared.tbs));
  const auto der = x509::join_signature(prepared.tbs, x509::scheme(parts.signer->algorithm()).identifier, signature);
  TRY(auto certificate, x509::Certificate::from_der(der));
  if (!base::equal(certificate.tbs().der, prepared.tbs)) {
    return fail(Code::kInternal,
                "The signed certificate differs from the one that was checked. It was not given out.");
  }
  return certificate;
}

Issuer::Issuer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Issuer::~Issuer() = default;
const store::AuthorityRow& Issuer::authority() const { return impl_->parts.authority; }
const x509::Certificate& Issuer::certificate() const { return impl_->parts.certificate; }
const x509::Signer& Issuer::signer() const { return *impl_->parts.signer; }

Result<std::shared_ptr<Issuer>> Issuer::open(IssuerParts parts) {
  TRY(auto key, parts.certificate.public_key());
  if (!base::equal(key.spki(), parts.signer->public_key().spki())) {
    return fail(Code::kIntegrity, "The key of authority {} does not belong to its certificate.",
                parts.authority.name);
  }
  auto impl = std::make_unique<Impl>(std::move(parts));
  impl->key_identifier = impl->parts.certificate.subject_key_identifier();
  if (impl->key_identifier.empty()) impl->key_identifier = key.identifier();
  return std::make_shared<Issuer>(std::move(impl));
}

Result<Issued> Issuer::issue(PreparedIssuance&& prepared) {
  if (!prepared.impl_ || prepared.impl_->issuer != impl_->identity) {
    return fail(Code::kInternal, "A certificate was prepared by another authority or issued before.");
  }
  Journey journey{.issuer = impl_.get(), .prepared = std::move(prepared.impl_), .certificate = {}, .done = {}};
  auto& store = *impl_->parts.store;
  TRY(store.write([&](store::Writer& writer) { return journey.write_intent(writer); }));
  auto certificate = impl_->sign_exactly(*journey.prepared);
  Result<> stored;
  if (certificate) {
    journey.certificate = std::move(*certificate);
    stored = store.write([&](store::Writer& writer) { return journey.write_issued(writer); });
  } else {
    stored = tl::unexpected(std::move(certificate).error());
  }
  if (!stored) {
    log_void_failure(store.write([&](store::Writer& writer) { return journey.write_void(writer); }));
    return tl::unexpected(std::move(stored).error());
  }
  return Issued{std::move(*journey.certificate), journey.issued};
}

void Issuer::issue_async(PreparedIssuance&& prepared, base::Pool& pool, Done done) {
  if (!prepared.impl_ || prepared.impl_->issuer != impl_->identity) {
    return done(fail(Code::kInternal, "A certificate was prepared by another authority or issued before."));
  }
  auto journey = std::make_shared<Journey>(Journey{
      .issuer = impl_.get(), .prepared = std::move(prepared.impl_), .certificate = {}, .done = std::move(done)});
  impl_->parts.store->submit([journey](store::Writer& writer) { return journey->write_intent(writer); },
                             [journey, &pool](Result<> stored) {
                               if (!stored) return journey->done(tl::unexpected(std::move(stored).error()));
                               // a full pool slows the writer down rather than losing what was promised
                               if (!pool.submit([journey] { sign_async(journey); })) sign_async(journey);
                             });
}

}  // namespace yuxin::ca
