#include "expiry_metrics.hpp"

#include <fmt/format.h>

#include "yuxin/evidence/authority.hpp"
#include "yuxin/x509/certificate.hpp"

namespace yuxin::cli {

using base::Result;

namespace {

constexpr std::string_view kCertificates = "yuxin_certificate_not_after_seconds";
constexpr std::string_view kLists = "yuxin_list_next_update_seconds";

// Names of authorities and purposes have lower-case letters, digits and hyphens only.
struct Lines {
  std::string certificates;
  std::string lists;

  void certificate(std::string_view kind, std::string_view authority, base::UnixTime end) {
    certificates +=
        fmt::format("{}{{kind=\"{}\",authority=\"{}\"}} {}\n", kCertificates, kind, authority, end.seconds);
  }
  void list(std::string_view name, base::UnixTime next) {
    lists += fmt::format("{}{{list=\"{}\"}} {}\n", kLists, name, next.seconds);
  }
};

Result<> add_authorities(store::Reader& reader, Lines& lines) {
  TRY(const auto authorities, reader.authorities());
  TRY(const auto services, reader.service_certificates());
  for (const auto& row : authorities) {
    if (row.certificate.empty()) continue;
    TRY(const auto certificate, x509::Certificate::from_der(row.certificate));
    lines.certificate("authority", row.name, certificate.not_after());
    for (const auto& service : services) {
      if (service.authority == row.id) lines.certificate(service.purpose, row.name, service.not_after);
    }
    const auto list = reader.latest_crl(row.id);
    if (list) lines.list(row.name, list->next_update);
    if (!list && list.error().code != base::Code::kNotFound) return tl::unexpected(list.error());
  }
  return {};
}

}  // namespace

Result<std::string> expiry_metrics(store::Store& store) {
  Lines lines;
  TRY(store.read([&](store::Reader& reader) -> Result<> {
    lines = {};
    TRY(add_authorities(reader, lines));
    TRY(const auto roles, evidence::latest_role_list(reader));
    const auto next = roles ? roles->next_update() : std::nullopt;
    if (next) lines.list("roles", *next);
    return {};
  }));
  return fmt::format(
      "# HELP {0} last second of a certificate of this home, since 1970\n# TYPE {0} gauge\n{1}"
      "# HELP {2} when the list after the published one comes at the latest, since 1970\n# TYPE {2} gauge\n{3}",
      kCertificates, lines.certificates, kLists, lines.lists);
}

}  // namespace yuxin::cli
