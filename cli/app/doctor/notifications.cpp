// What the doctor looks at of notifications: their settings, the files that these name, and targets that fail.
#include "app/notifications.hpp"

#include "app/doctor/doctor.hpp"
#include "yuxin/base/text.hpp"

namespace yuxin::cli {

using base::message;
using base::Result;

namespace {

// A mail server that is restarted is nobody's worry.
constexpr base::Seconds kPatience = base::hours(1);

std::vector<std::string> files_of(const notify::Target& target) {
  if (const auto* webhook = std::get_if<notify::Webhook>(&target.way)) return {webhook->trust};
  const auto& mail = std::get<notify::Mailbox>(target.way);
  return {mail.trust, mail.password_file};
}

void check_files(const Patient& patient, const notify::Target& target, Checklist& list) {
  for (const auto& file : files_of(target)) {
    const auto path = file.starts_with('/') ? file : patient.home.path() + "/" + file;
    if (!file.empty() && !base::file_exists(path))
      list.warn(message("{} needs {}, which is not there", target.name, path),
                message("put it there, or correct {}", notifications_path(patient.home)));
  }
}

}  // namespace

std::vector<Check> check_notifications(const Patient& patient) {
  Checklist list("notifications");
  const auto settings = read_notifications(patient.home);
  if (!settings) {
    list.fail(settings.error().detail, message("correct the file; docs/notifications.md has every key"));
    return std::move(list).finish({});
  }
  std::vector<notify::Standing> standings;
  const auto read = patient.home.store().read([&](store::Reader& reader) -> Result<> {
    TRY(standings, notify::standings(reader, **settings));
    return {};
  });
  if (!read) list.fail(read.error().detail, message("restore the home from its latest backup"));
  for (const auto& target : (*settings)->all()) check_files(patient, target, list);
  for (const auto& one : standings) {
    if (one.failures == 0 || patient.now - one.failing_since < kPatience) continue;
    list.warn(message("{} has not been reached since {}, {} records wait: {}", one.name,
                      base::local_time(one.failing_since), one.waiting, one.reason),
              message("look at the other side, then: yuxin notify test {}", one.name));
  }
  const auto targets = (*settings)->all().size();
  return std::move(list).finish(targets == 0 ? message("nobody is notified") : message("{} targets", targets));
}

}  // namespace yuxin::cli
