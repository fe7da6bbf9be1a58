#include "upkeep.hpp"

#include <algorithm>

#include "attribute_authority.hpp"
#include "authority_steps.hpp"
#include "case_view.hpp"
#include "desk_home.hpp"
#include "ledger_certificate.hpp"
#include "service_certificate.hpp"
#include "yuxin/base/log.hpp"
#include "yuxin/evidence/clock_floor.hpp"

namespace yuxin::cli {

using base::Code;
using base::Result;

namespace {

constexpr const char* kActor = "service:upkeep";
// A command that changes a status publishes the list itself; the server steps in where a list lacks the change at two
// looks, so that after a command was killed the list is at most two of these behind.
constexpr base::Seconds kListsEvery{2};
// What a revoked signer says nobody believes, so it is looked for as often.
constexpr base::Seconds kSignersEvery{2};
// People have to meet to sign an offline root's list, so they are told long before; as doctor does.
constexpr base::Period kForeignListsWarning{.months = 1};

}  // namespace

Upkeep::Upkeep(std::shared_ptr<Home> home, ocsp::Responder& responder, ocsp::Publication& publication,
               TimeStamping* stamping)
    : home_(std::move(home)), responder_(responder), publication_(publication), stamping_(stamping) {
  // A token of the home's own authority proves nothing against who owns this machine; one from elsewhere does.
  if (auto foreign = foreign_stamp_source(home_->config().ledger)) {
    stamper_.use(std::move(*foreign));
  } else if (stamping_ != nullptr) {
    stamper_.use(
        [this](base::ByteView request) -> Result<base::Bytes> { return stamping_->authority().respond(request); });
  }
}

Result<> Upkeep::prepare() {
  TRY(keep_signers());
  TRY(keep_stamping());
  // a second look publishes what the first found lacking
  TRY(keep_lists());
  TRY(keep_lists());
  TRY(keep_roles());
  return tidy();
}

void Upkeep::step() {
  run(follow_, base::Seconds{1}, "following the status", &Upkeep::follow);
  run(signers_, kSignersEvery, "renewing OCSP signers", &Upkeep::keep_signers);
  run(lists_, kListsEvery, "publishing lists", &Upkeep::keep_lists);
  run(roles_, base::Seconds{5}, "publishing the list of roles", &Upkeep::keep_roles);
  run(stamps_, kSignersEvery, "renewing the time stamp key", &Upkeep::keep_stamping);
  run(foreign_lists_, base::days(1), "looking at lists from elsewhere", &Upkeep::warn_of_foreign_lists);
  run(tidy_, base::minutes(1), "keeping the ledger", &Upkeep::tidy);
  run(checkpoint_stamps_, base::minutes(1), "time-stamping the checkpoint", &Upkeep::stamp);
  run(desk_, base::minutes(1), "desk", &Upkeep::keep_desk);
}

void Upkeep::run(Duty& duty, base::Seconds every, const char* what, Result<> (Upkeep::*work)()) {
  const auto now = home_->clock().now();
  // a clock that was set back must not stop the duties until it has caught up
  if (now < duty.next && duty.next - now <= every) return;
  duty.next = now + every;
  auto done = (this->*work)();
  if (done) return;
  ++counters_.failures;
  base::log_error(std::string(what) + ": " + done.error().detail + " " + done.error().diagnostic);
}

Result<> Upkeep::follow() {
  TRY(responder_.tick());
  return publication_.tick();
}

Result<> Upkeep::tidy() {
  TRY(auto ended, ca::resolve_intents(home_->store(), *home_->intent_owner(), home_->clock()));
  if (ended > 0)
    base::log_warning(
        base::message("{} interrupted issuances were ended as void; their serial numbers count as revoked.", ended));
  TRY(keep_ledger_certificate(*home_, kActor));
  auto done = home_->checkpoint();
  // so that somebody who copies the file alone lacks a minute of it and not a day
  home_->store().database().settle();
  return done;
}

Result<> Upkeep::keep_roles() {
  TRY(auto made, keep_role_list(*home_, kActor));
  if (!made) return {};
  ++counters_.crls;
  base::log_info(base::message("A new list of revoked roles was published."));
  return {};
}

Result<> Upkeep::keep_stamping() { return stamping_ == nullptr ? Result<>{} : stamping_->keep(kActor); }
Result<> Upkeep::stamp() { return stamper_.step(*home_); }

Result<> Upkeep::keep_desk() {
  TRY(const bool waits, workflow::anything_waits(home_->store()));
  if (!waits) return {};
  TRY(const auto desk, open_desk(*home_, kActor));
  TRY(const auto passed, desk->cases().let_pass(home_->clock().now()));
  for (const auto& one : passed) base::log_warning(passed_text(one));
  TRY(const auto effected, desk->settle());
  for (const auto& one : effected) base::log_info(one.case_id + ": " + one.text);
  return {};
}

Result<> Upkeep::keep_signers() {
  TRY(auto authorities, home_->store().status().authorities());
  for (const auto& authority : authorities) {
    if (authority.key_name.empty() || authority.certificate.empty()) continue;
    TRY(keep_signer(authority));
  }
  return {};
}

// A revoked authority certifies no new signer, and none is made on a wrong clock; the one it has goes on until it
// ends.
Result<bool> Upkeep::may_certify(const store::AuthorityRow& authority) {
  const auto allowed = may_certify_now(*home_, authority);
  if (allowed) {
    barred_.erase(authority.id);
    return true;
  }
  if (barred_.insert(authority.id).second) base::log_error(allowed.error().detail);
  return false;
}

Result<bool> Upkeep::is_renewal_due(const std::optional<store::ServiceCertificateRow>& row) const {
  if (!row) return true;
  TRY(const bool withdrawn, is_withdrawn(home_->store(), *row));
  if (withdrawn) return true;
  const auto now = home_->clock().now();
  if (row->not_after > base::add(now, home_->config().ocsp_signer_renew_before)) return false;
  // where a certificate lives no longer than that, as in the last days of its authority, it is renewed when a third
  // of its life is over, and not all the time
  TRY(auto certificate, x509::Certificate::from_der(row->certificate));
  const auto life = certificate.not_after() - certificate.not_before();
  return now >= certificate.not_before() + base::Seconds{life.count / 3};
}

Result<std::optional<store::ServiceCertificateRow>> Upkeep::signer_of(const store::AuthorityRow& authority) {
  TRY(auto rows, home_->store().status().service_certificates("ocsp"));
  const auto row = std::ranges::find(rows, authority.id, &store::ServiceCertificateRow::authority);
  if (row == rows.end()) return std::optional<store::ServiceCertificateRow>();
  return std::optional(*row);
}

Result<> Upkeep::renew_signer(const store::AuthorityRow& authority,
                              const std::optional<store::ServiceCertificateRow>& row) {
  x509::KeyKind kind{x509::KeyType::kP256, 256};
  if (row) {
    TRY(auto certificate, x509::Certificate::from_der(row->certificate));
    TRY(auto key, certificate.public_key());
    kind = key.kind();
  } else {
    TRY(auto certificate, x509::Certificate::from_der(authority.certificate));
    TRY(auto key, certificate.public_key());
    if (key.kind().type == x509::KeyType::kSm2) kind = key.kind();
  }
  TRY(auto renewed, renew_ocsp_signer(*home_, authority.name, kind, kActor));
  base::log_info(base::message("The OCSP signer of {} was renewed; it is valid until {}.", authority.name,
                               base::local_time(renewed.not_after())));
  return {};
}

// That a signer cannot be renewed yet stops nobody while it is believed.
Result<> Upkeep::take_trouble(const store::AuthorityRow& authority, const store::ServiceCertificateRow& row,
                              base::Error error) {
  TRY(const bool withdrawn, is_withdrawn(home_->store(), row));
  if (withdrawn || row.not_after <= home_->clock().now()) return tl::unexpected(std::move(error));
  auto& said = signer_trouble_[authority.id];
  if (said == error.detail) return {};
  said = error.detail;
  base::log_error(base::message("The OCSP signer of {}, which ends {}, cannot be renewed: {}", authority.name,
                                base::local_time(row.not_after), error.detail));
  return {};
}

Result<> Upkeep::keep_signer(const store::AuthorityRow& authority) {
  TRY(auto row, signer_of(authority));
  TRY(auto due, is_renewal_due(row));
  if (due) {
    TRY(due, may_certify(authority));
  }
  if (due) {
    auto renewed = renew_signer(authority, row);
    if (!renewed && !row) return renewed;
    if (!renewed) TRY(take_trouble(authority, *row, std::move(renewed).error()));
    TRY(row, signer_of(authority));
  }
  if (!row || signers_in_use_[authority.id] == row->certificate) return {};
  TRY(auto certificate, x509::Certificate::from_der(row->certificate));
  TRY(auto signer, home_->keys().signer(row->key_name));
  TRY(responder_.set_signer(authority.id, {certificate, signer}));
  signers_in_use_[authority.id] = row->certificate;
  return {};
}

Result<> Upkeep::keep_lists() {
  TRY(auto authorities, home_->store().status().authorities());
  TRY(const auto damaged, publication_.damaged_lists());
  for (const auto& authority : authorities) {
    if (authority.key_name.empty() || authority.certificate.empty()) continue;
    if (std::ranges::find(damaged, authority.name) != damaged.end()) {
      base::log_error(base::message("The list of {} is missing or is not what was published; a new one is made.",
                                    authority.name));
      TRY(publish(authority, ca::publish_crl));
      continue;
    }
    TRY(auto scheduled, is_scheduled(authority));
    TRY(auto lacks, ca::lacks_changes(home_->store(), authority.id));
    if (scheduled) {
      TRY(publish(authority, ca::publish_crl));
    } else if (lacks && lacking_.contains(authority.id)) {
      TRY(publish(authority, ca::publish_changes));
    } else if (lacks) {
      lacking_.insert(authority.id);
      continue;
    }
    lacking_.erase(authority.id);
  }
  return {};
}

Result<> Upkeep::warn_of_foreign_lists() {
  const auto now = home_->clock().now();
  TRY(const auto authorities, home_->store().status().authorities());
  for (const auto& authority : authorities) {
    if (!authority.key_name.empty() || authority.certificate.empty()) continue;
    const auto latest = home_->store().status().latest_crl(authority.id);
    if (!latest && latest.error().code == Code::kNotFound) continue;
    if (!latest) return tl::unexpected(latest.error());
    if (latest->next_update > base::add(now, kForeignListsWarning)) continue;
    base::log_warning(
        base::message("List {} of {} is valid until {}, and its key is elsewhere. Sign another there (yuxin ca crl "
                      "{}) and bring it: "
                      "yuxin bundle import FILE",
                      latest->number, authority.name, base::local_time(latest->next_update), authority.name));
  }
  return {};
}

template <typename How>
Result<> Upkeep::publish(const store::AuthorityRow& authority, How how) {
  TRY(auto order, home_->crl_order(authority.name));
  TRY(auto published, how(home_->store(), order, home_->clock(), {kActor}));
  const auto row = std::optional<store::CrlRow>(std::move(published));
  if (!row) return {};
  ++counters_.crls;
  base::log_info(base::message("List {} of {} published, valid until {}.", row->number, authority.name,
                               base::local_time(row->next_update)));
  return {};
}

Result<bool> Upkeep::is_scheduled(const store::AuthorityRow& authority) {
  auto latest = home_->store().status().latest_crl(authority.id);
  if (!latest && latest.error().code == Code::kNotFound) return true;
  TRY(auto row, std::move(latest));
  base::UnixTime now;
  TRY(home_->store().read([&](store::Reader& reader) -> Result<> {
    TRY(now, evidence::time_of_status(reader, home_->clock()));
    return {};
  }));
  // a list from the future is one from before the clock was set right
  return base::add(row.this_update, home_->config().crl_every) <= now || row.next_update <= now ||
         row.this_update > now;
}

}  // namespace yuxin::cli
