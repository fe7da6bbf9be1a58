#include "time_stamping.hpp"

#include <algorithm>
#include <chrono>

#include "authority_steps.hpp"
#include "service_certificate.hpp"
#include "yuxin/base/log.hpp"

namespace yuxin::cli {

using base::Result;

namespace {

constexpr const char* kPurpose = "tsa";
constexpr std::chrono::seconds kTick{10};
constexpr base::Period kRunsOut{.seconds = 30 * 86400};
// A new certificate is worth its key when it lives this much longer: the issuer's own end bounds both.
constexpr base::Period kWorthwhile{.seconds = 86400};

Result<std::optional<store::ServiceCertificateRow>> row_of(Home& home, std::int64_t authority) {
  TRY(auto rows, home.store().status().service_certificates(kPurpose));
  const auto row = std::ranges::find(rows, authority, &store::ServiceCertificateRow::authority);
  if (row == rows.end()) return std::optional<store::ServiceCertificateRow>();
  return std::optional(*row);
}

// A time stamp key has the kind of the one before it; the first one is as strong as the issuer's, where the profile
// takes that.
Result<x509::KeyKind> kind_of(const std::optional<store::ServiceCertificateRow>& row,
                              const store::AuthorityRow& authority) {
  TRY(auto certificate, x509::Certificate::from_der(row ? row->certificate : authority.certificate));
  TRY(auto key, certificate.public_key());
  const auto kind = key.kind();
  if (row || kind.type == x509::KeyType::kSm2 || kind.type == x509::KeyType::kRsa) return kind;
  return x509::KeyKind{x509::KeyType::kP256, 256};
}

Result<bool> is_due(Home& home, const store::ServiceCertificateRow& row, const store::AuthorityRow& authority) {
  TRY(auto certificate, x509::Certificate::from_der(row.certificate));
  TRY(auto issuer, x509::Certificate::from_der(authority.certificate));
  const auto now = home.clock().now();
  TRY(const bool withdrawn, is_withdrawn(home.store(), row));
  if (withdrawn) return true;
  if (base::add(certificate.not_before(), home.config().tsa.key_renew_every) <= now) return true;
  const bool runs_out = certificate.not_after() <= base::add(now, kRunsOut);
  return runs_out && issuer.not_after() > base::add(certificate.not_after(), kWorthwhile);
}

}  // namespace

Result<std::optional<store::AuthorityRow>> stamping_authority(Home& home) {
  TRY(auto rows, home.store().status().authorities());
  std::optional<store::AuthorityRow> chosen;
  for (const auto& row : rows) {
    if (row.key_name.empty() || row.certificate.empty()) continue;
    if (!chosen || row.name == "issuing") chosen = row;
  }
  return chosen;
}

Result<std::optional<store::ServiceCertificateRow>> keep_time_stamper(Home& home, const std::string& actor) {
  TRY(auto authority, stamping_authority(home));
  if (!authority) return std::optional<store::ServiceCertificateRow>();
  TRY(auto row, row_of(home, authority->id));
  bool due = !row;
  if (row) {
    TRY(due, is_due(home, *row, *authority));
  }
  if (!due) return row;
  if (auto allowed = may_certify_now(home, *authority); !allowed) {
    // the one in service goes on until it ends
    if (!row || row->not_after <= home.clock().now()) return tl::unexpected(std::move(allowed).error());
    return row;
  }
  TRY(auto kind, kind_of(row, *authority));
  TRY(auto renewed, renew_time_stamper(home, authority->name, kind, actor));
  base::log_info(base::message("The time stamp key of {} was renewed; its certificate is valid until {}.",
                               authority->name, base::local_time(renewed.not_after())));
  return row_of(home, authority->id);
}

Result<std::shared_ptr<const x509::TimeStamper>> time_stamper_of(Home& home,
                                                                 const store::ServiceCertificateRow& row) {
  TRY(auto certificate, x509::Certificate::from_der(row.certificate));
  TRY(auto signer, home.keys().signer(row.key_name));
  const auto& config = home.config().tsa;
  x509::TimeStamperOptions options;
  options.form = config.gm_form ? x509::CmsForm::kGm : x509::CmsForm::kRfc5652;
  options.policy = x509::oid_from_dotted(config.policy).value_or(base::Bytes());
  if (config.accuracy_ms != 0) options.accuracy_microseconds = config.accuracy_ms * 1000;
  if (config.ordering) options.ordering = x509::TimeStampInfo::Ordering::kYes;
  TRY(options.chain, issuers_above(home, certificate));
  return x509::TimeStamper::make({certificate, signer}, options);
}

Result<std::unique_ptr<tsa::Authority>> open_time_stamping(Home& home, tsa::SerialOptions serials) {
  const auto& config = home.config().tsa;
  tsa::AuthorityOptions options;
  options.policy = x509::oid_from_dotted(config.policy).value_or(base::Bytes());
  // a stamp that says less than a second of accuracy needs more than a second's digits
  if (config.accuracy_ms != 0 && config.accuracy_ms < 1000)
    options.precision = tsa::AuthorityOptions::Precision::kMicroseconds;
  options.time.source_bound = config.time_source_bound_ms * 1000;
  if (config.ordering) options.time.times = tsa::TimeGuardOptions::Times::kUnique;
  options.serials = std::move(serials);
  TRY(auto source, time_source_of(config, home.clock()));
  return tsa::Authority::open(home.shared_store(), home.clock(), std::move(options), std::move(source));
}

Result<base::Bytes> stamp_in_home(Home& home, base::ByteView request, const std::string& actor) {
  TRY(auto row, keep_time_stamper(home, actor));
  if (!row) {
    return base::fail(base::Code::kConflict,
                      "{} has no authority that could certify a time stamp key. Ask another: --url URL", home.path());
  }
  tsa::SerialOptions serials;
  serials.block_size = 1;
  serials.actor = actor;
  TRY(auto authority, open_time_stamping(home, std::move(serials)));
  TRY(auto stamper, time_stamper_of(home, *row));
  authority->set_stamper(std::move(stamper));
  TRY(authority->tick());  // asks the time source, if there is one
  auto answer = authority->respond(request);
  TRY(authority->tick());
  if (const auto trouble = authority->trouble(); !trouble.empty())
    return base::fail(base::Code::kUnavailable, "Not stamped: {}", trouble);
  return answer;
}

TimeStamping::TimeStamping(std::shared_ptr<Home> home, std::unique_ptr<tsa::Authority> authority)
    : home_(std::move(home)), authority_(std::move(authority)) {}

TimeStamping::~TimeStamping() = default;

Result<std::unique_ptr<TimeStamping>> TimeStamping::start(std::shared_ptr<Home> home) {
  TRY(auto authority, open_time_stamping(*home, {}));
  std::unique_ptr<TimeStamping> made(new TimeStamping(std::move(home), std::move(authority)));
  made->ticker_ = std::jthread([raw = made.get()](const std::stop_token& stop) { raw->run(stop); });
  return made;
}

Result<> TimeStamping::keep(const std::string& actor) {
  TRY(auto row, keep_time_stamper(*home_, actor));
  if (!row || row->certificate == in_use_) return {};
  TRY(auto stamper, time_stamper_of(*home_, *row));
  authority_->set_stamper(std::move(stamper));
  in_use_ = row->certificate;
  return {};
}

void TimeStamping::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    if (auto done = authority_->tick(); !done)
      base::log_error("keeping time stamps: " + done.error().detail + " " + done.error().diagnostic);
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, stop, kTick, [] { return false; });
  }
  // what was stamped since the last tick
  if (auto done = authority_->tick(); !done) base::log_error("keeping time stamps: " + done.error().detail);
}

}  // namespace yuxin::cli
