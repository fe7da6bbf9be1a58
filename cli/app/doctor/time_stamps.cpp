// What the doctor looks at in the time-stamping authority.
#include <algorithm>

#include "app/doctor/doctor.hpp"
#include "app/service_certificate.hpp"
#include "app/shell_word.hpp"
#include "app/time_stamping.hpp"

namespace yuxin::cli {

using base::message;

namespace {

// The server renews every ten seconds what is due; a day is more than it needs.
constexpr base::Period kGrace{.seconds = 86400};

std::string date_of(base::UnixTime time) { return base::local_time(time).substr(0, 10); }

void check_stamper(const Patient& patient, const x509::Certificate& certificate, Checklist& list) {
  const auto remedy =
      message("start the server, which makes a new one: yuxin --home {} serve", shell_word(patient.home.path()));
  if (certificate.not_after() < patient.now)
    return list.fail(message("the time stamp certificate expired on {}", date_of(certificate.not_after())), remedy);
  const auto due = base::add(certificate.not_before(), patient.home.config().tsa.key_renew_every);
  if (base::add(due, kGrace) < patient.now)
    list.warn(message("the time stamp key was due to be renewed on {}", date_of(due)), remedy);
}

std::string source_text(const TimeStampingConfig& config) {
  if (config.time_source.empty()) return message("no time source is set in [tsa], so the clock is taken as it is");
  return message("asks {}", config.time_source);
}

}  // namespace

std::vector<Check> check_time_stamps(const Patient& patient) {
  Checklist list("time-stamps");
  if (patient.home.config().kind == HomeKind::kOfflineRoot)
    return std::move(list).finish(message("none; an offline root stamps nothing"));
  const auto authority = stamping_authority(patient.home);
  if (!authority || !*authority) return std::move(list).finish(message("none; there is no authority yet"));
  const auto row = std::ranges::find(patient.stampers, (*authority)->id, &store::ServiceCertificateRow::authority);
  if (row == patient.stampers.end()) {
    list.warn(
        message("there is no time stamp key yet"),
        message("start the server, which makes a new one: yuxin --home {} serve", shell_word(patient.home.path())));
    return std::move(list).finish({});
  }
  const auto certificate = x509::Certificate::from_der(row->certificate);
  if (!certificate) {
    list.fail(message("the stored time stamp certificate cannot be read"),
              message("restore the home from its latest backup"));
    return std::move(list).finish({});
  }
  if (const auto withdrawn = is_withdrawn(patient.home.store(), *row); withdrawn && *withdrawn)
    list.fail(
        message("the time stamp certificate was revoked and it still serves"),
        message("start the server, which makes a new one: yuxin --home {} serve", shell_word(patient.home.path())));
  check_stamper(patient, *certificate, list);
  return std::move(list).finish(message("certificate valid until {}; {}", date_of(certificate->not_after()),
                                        source_text(patient.home.config().tsa)));
}

}  // namespace yuxin::cli
