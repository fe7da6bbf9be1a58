#include "trust.hpp"

#include <algorithm>
#include <iterator>

#include "fetch.hpp"
#include "home.hpp"
#include "yuxin/base/file.hpp"
#include "yuxin/x509/crl.hpp"

namespace yuxin::cli {

using base::Code;
using base::fail;
using base::Result;
using x509::Certificate;

namespace {

constexpr std::size_t kLongestList = 1U << 30U;

base::Failure named(const std::string& place, const base::Error& error) {
  return base::fail_with(error.code, error.diagnostic, "{}: {}", place, error.detail);
}

Result<std::vector<Certificate>> read_all(const std::vector<std::string>& places) {
  std::vector<Certificate> all;
  for (const auto& place : places) {
    TRY(auto more, read_certificates(place));
    std::ranges::move(more, std::back_inserter(all));
  }
  return all;
}

// A file may hold several lists in PEM, or one in DER.
Result<std::vector<x509::Crl>> read_lists(const std::vector<std::string>& places) {
  std::vector<x509::Crl> all;
  for (const auto& place : places) {
    TRY(auto bytes, fetch(place, kLongestList));
    bool found = false;
    for (const auto& block : base::parse_pem(base::as_text(bytes))) {
      if (block.label != "X509 CRL") continue;
      auto list = x509::Crl::from_der(block.der);
      if (!list) return named(place, list.error());
      all.push_back(std::move(*list));
      found = true;
    }
    if (found) continue;
    auto list = x509::Crl::from_bytes(bytes);
    if (!list) return named(place, list.error());
    all.push_back(std::move(*list));
  }
  return all;
}

}  // namespace

Result<std::vector<Certificate>> read_certificates(const std::string& place) {
  TRY(auto bytes, fetch(place));
  auto certificates = x509::certificates_from_bytes(bytes);
  if (!certificates) return named(place, certificates.error());
  return certificates;
}

Result<x509::PathMaterial> read_material(const std::vector<std::string>& trust,
                                         const std::vector<std::string>& untrusted,
                                         const std::vector<std::string>& lists) {
  x509::PathMaterial material;
  TRY(material.anchors, read_all(trust));
  TRY(material.untrusted, read_all(untrusted));
  TRY(material.crls, read_lists(lists));
  return material;
}

Result<> add_home(const Context& context, x509::PathMaterial& material) {
  if (!base::file_exists(context.options().home + "/yuxin.toml"))
    return fail(Code::kUsage, "Say whom you trust: --trust FILE, or --home DIR for the roots of a home.");
  TRY(auto home, open_home(context, Home::Access::kRead));
  TRY(auto authorities, home->store().status().authorities());
  for (const auto& row : authorities) {
    if (row.certificate.empty()) continue;
    TRY(auto certificate, x509::Certificate::from_der(row.certificate));
    const bool root = certificate.subject().same(certificate.issuer());
    (root ? material.anchors : material.untrusted).push_back(certificate);
    const auto list = home->store().status().latest_crl(row.id);
    if (!list) continue;
    TRY(auto bytes, base::read_file(home->path() + "/" + list->file, std::size_t{1} << 30U));
    TRY(auto crl, x509::Crl::from_der(bytes));
    material.crls.push_back(std::move(crl));
  }
  return {};
}

Result<base::UnixTime> read_moment(const std::optional<std::string>& text, base::UnixTime now) {
  if (!text) return now;
  const auto time = base::parse_rfc3339(*text);
  if (!time) return fail(Code::kUsage, "\"{}\" is no time. Write it as 2026-11-22T10:00:00Z.", *text);
  return *time;
}

}  // namespace yuxin::cli
