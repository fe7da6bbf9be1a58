// Keys that leaked with one certificate and stand in others that are in force.
#include <fmt/format.h>

#include "app/doctor/doctor.hpp"
#include "app/shell_word.hpp"
#include "yuxin/ca/key_use.hpp"

namespace yuxin::cli {

using base::message;
using base::Result;

std::vector<Check> check_leaked_keys(const Patient& patient) {
  constexpr std::size_t kNamed = 5;
  Checklist list("leaked-keys");
  std::vector<store::CertificateRow> rows;
  const auto read = patient.home.store().read([&](store::Reader& reader) -> Result<> {
    TRY(rows, ca::with_leaked_key(reader, patient.now));
    return {};
  });
  if (!read) list.fail(read.error().detail, message("look again; if that does not help, restore the latest backup"));
  for (std::size_t i = 0; i < rows.size() && i < kNamed; ++i) {
    const auto serial = x509::Serial::from_der_content(rows[i].serial);
    const auto name = serial ? serial->hex() : base::hex_upper(rows[i].serial);
    list.warn(
        message("{} ({}) is in force, and its key leaked with another certificate", name, rows[i].subject),
        fmt::format("yuxin --home {} cert revoke {} --reason keyCompromise", shell_word(patient.home.path()), name));
  }
  if (rows.size() > kNamed) list.note(message("and {} more of this kind", rows.size() - kNamed));
  return std::move(list).finish(message("no certificate in force is for a key that leaked"));
}

}  // namespace yuxin::cli
