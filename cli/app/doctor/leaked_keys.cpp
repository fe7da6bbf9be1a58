// Keys that leaked with one certificate and stand in others that are in force.
#include <fmt/format.h>

#include <ranges>

#include "app/doctor/doctor.hpp"
#include "app/shell_word.hpp"
#include "yuxin/ca/certificate_label.hpp"
#include "yuxin/ca/key_use.hpp"

namespace yuxin::cli {

using base::message;
using base::Result;

std::vector<Check> check_leaked_keys(const Patient& patient) {
  constexpr std::size_t kNamed = 5;
  Checklist list("leaked-keys");
  std::vector<ca::LeakedUse> uses;
  const auto read = patient.home.store().read([&](store::Reader& reader) -> Result<> {
    TRY(uses, ca::with_leaked_key(reader, patient.now));
    return {};
  });
  if (!read) list.fail(read.error().detail, message("look again; if that does not help, restore the latest backup"));
  for (const auto& [row, since] : uses | std::views::take(kNamed)) {
    list.warn(message("{} is in force, and its key leaked with another certificate", ca::certificate_label(row)),
              fmt::format("yuxin --home {} cert revoke {} --reason keyCompromise --invalidity-date {}",
                          shell_word(patient.home.path()), ca::serial_text(row), base::rfc3339(since)));
  }
  if (uses.size() > kNamed) list.note(message("and {} more of this kind", uses.size() - kNamed));
  return std::move(list).finish(message("no certificate in force is for a key that leaked"));
}

}  // namespace yuxin::cli
