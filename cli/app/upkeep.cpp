#include "upkeep.hpp"

#include <algorithm>

#include "authority_steps.hpp"
#include "yuxin/base/file.hpp"
#include "yuxin/base/log.hpp"
#include "yuxin/x509/crl.hpp"

namespace yuxin::cli {

using base::Code;
using base::Result;

namespace {

constexpr const char* kActor = "service:upkeep";
// The command that revoked publishes the list itself; only where it could not does the server step in.
constexpr base::Seconds kPatience{5};

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
  revision_ = home_->store().status().revision();
  TRY(keep_signers());
  TRY(keep_stamping());
  TRY(keep_lists());
  return tidy();
}

void Upkeep::step() {
  const auto revision = home_->store().status().revision();
  if (revision != revision_) {
    const auto now = home_->clock().now();
    if (revision_moved_at_.seconds == 0) revision_moved_at_ = now;
    if (now - revision_moved_at_ >= kPatience) {
      revision_ = revision;
      revision_moved_at_ = {0};
      lists_.next = {0};
    }
  }
  run(follow_, base::Seconds{1}, "following the status", &Upkeep::follow);
  run(signers_, base::Seconds{10}, "renewing OCSP signers", &Upkeep::keep_signers);
  run(stamps_, base::Seconds{10}, "renewing the time stamp key", &Upkeep::keep_stamping);
  run(lists_, base::Seconds{30}, "publishing lists", &Upkeep::keep_lists);
  run(tidy_, base::minutes(1), "keeping the ledger", &Upkeep::tidy);
  run(checkpoint_stamps_, base::minutes(1), "time-stamping the checkpoint", &Upkeep::stamp);
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
  return home_->checkpoint();
}

Result<> Upkeep::stamp() { return stamper_.step(*home_); }

Result<> Upkeep::keep_stamping() { return stamping_ == nullptr ? Result<>{} : stamping_->keep(kActor); }

Result<> Upkeep::keep_signers() {
  TRY(auto authorities, home_->store().status().authorities());
  for (const auto& authority : authorities) {
    if (authority.key_name.empty() || authority.certificate.empty()) continue;
    TRY(keep_signer(authority));
  }
  return {};
}

Result<> Upkeep::keep_signer(const store::AuthorityRow& authority) {
  const auto find = [&]() -> Result<std::optional<store::ServiceCertificateRow>> {
    TRY(auto rows, home_->store().status().service_certificates("ocsp"));
    const auto row = std::ranges::find(rows, authority.id, &store::ServiceCertificateRow::authority);
    if (row == rows.end()) return std::optional<store::ServiceCertificateRow>();
    return std::optional(*row);
  };
  TRY(auto row, find());
  const auto due = home_->clock().now();
  if (!row || row->not_after <= base::add(due, home_->config().ocsp_signer_renew_before)) {
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
    TRY(row, find());
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
  for (const auto& authority : authorities) {
    if (authority.key_name.empty() || authority.certificate.empty()) continue;
    TRY(auto due, list_is_due(authority));
    if (due) TRY(publish(authority));
  }
  return {};
}

Result<> Upkeep::publish(const store::AuthorityRow& authority) {
  TRY(auto order, home_->crl_order(authority.name));
  TRY(auto row, ca::publish_crl(home_->store(), order, home_->clock(), {kActor}));
  ++counters_.crls;
  base::log_info(base::message("List {} of {} published, valid until {}.", row.number, authority.name,
                               base::local_time(row.next_update)));
  return {};
}

Result<bool> Upkeep::list_is_due(const store::AuthorityRow& authority) {
  auto latest = home_->store().status().latest_crl(authority.id);
  if (!latest && latest.error().code == Code::kNotFound) return true;
  TRY(auto row, std::move(latest));
  const auto now = home_->clock().now();
  if (base::add(row.this_update, home_->config().crl_every) <= now || row.next_update <= now) return true;
  // somebody revoked and could not publish: the list does not know what OCSP already tells
  bool missing = false;
  std::vector<base::Bytes> just_then;  // in the same second as the list: only the list itself can tell
  TRY(home_->store().read([&](store::Reader& reader) {
    return reader.for_each_revoked(authority.id, now,
                                   [&](base::ByteView serial, const store::CertificateStatus& status) -> Result<> {
                                     missing = missing || status.revoked_at > row.this_update;
                                     if (status.revoked_at == row.this_update)
                                       just_then.push_back(base::to_bytes(serial));
                                     return {};
                                   });
  }));
  if (missing || just_then.empty()) return missing;
  TRY(auto octets, base::read_file(home_->path() + "/" + row.file, std::size_t{1} << 30U));
  TRY(auto list, x509::Crl::from_der(octets));
  for (const auto& content : just_then) {
    const auto serial = x509::Serial::from_der_content(content);
    if (!serial) continue;
    TRY(auto entry, list.find(*serial));
    if (!entry) return true;
  }
  return false;
}

}  // namespace yuxin::cli
