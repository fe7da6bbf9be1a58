// A registration authority and its authority on another host: whether it is followed, and how long its keys are good.
#include "app/doctor/doctor.hpp"
#include "app/registry_home.hpp"
#include "app/service_certificate.hpp"

namespace yuxin::cli {

using base::message;

namespace {

constexpr base::Seconds kQuiet = base::minutes(5);
constexpr base::Period kRenewBefore{.seconds = 30 * 86400};

void check_certificates(const Patient& patient, const store::AuthorityRow& authority, Checklist& list) {
  for (const auto& key : registry_keys()) {
    const auto row = service_in_use(patient.home, std::string(key.purpose), authority.id);
    if (!row || !*row) {
      list.fail(message("it has no certificate \"{}\"", key.purpose),
                message("ask its authority: yuxin registry request"));
    } else if ((*row)->not_after <= base::add(patient.now, kRenewBefore)) {
      list.warn(
          message("its certificate \"{}\" is valid until {}", key.purpose, base::local_time((*row)->not_after)),
          message(
              "yuxin registry request, carry the file to the authority, and there once more: yuxin registry add"));
    }
  }
}

}  // namespace

std::vector<Check> check_authority_elsewhere(const Patient& patient) {
  Checklist list("authority");
  const auto authority = authority_elsewhere(patient.home);
  const auto known = ra::followed(patient.home.store());
  if (!authority || !known) {
    list.fail(authority ? known.error().detail : authority.error().detail, message("docs/split.md has the steps"));
    return std::move(list).finish({});
  }
  const auto& url = patient.home.config().authority.url;
  check_certificates(patient, *authority, list);
  if (!known->trouble.empty()) {
    list.fail(known->trouble, message("see whether {} is served: yuxin serve --only ca", url));
  } else if (known->asked + kQuiet < patient.now) {
    list.warn(message("the authority was last asked at {}", base::local_time(known->asked)),
              message("start the server: yuxin serve --only ra"));
  }
  return std::move(list).finish(message("{}, followed to record {}", url, known->records));
}

}  // namespace yuxin::cli
