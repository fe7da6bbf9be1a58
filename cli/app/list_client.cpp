#include "list_client.hpp"

#include "fetch.hpp"
#include "yuxin/x509/extension.hpp"

namespace yuxin::cli {

using base::Result;

namespace {

constexpr std::size_t kLongestList = std::size_t{256} << 20U;

}  // namespace

std::vector<std::string> list_urls_of(const x509::Certificate& certificate) {
  std::vector<std::string> urls;
  const auto* extension = certificate.tbs().find(x509::oid::kCrlDistributionPoints);
  const auto points = extension == nullptr ? std::nullopt : x509::read_crl_distribution_points(extension->value);
  if (!points) return urls;
  for (const auto& point : *points) {
    if (point.has_reasons || !point.crl_issuer.empty()) continue;
    for (const auto& name : point.full_name) {
      if (name.kind != x509::GeneralNameKind::kUri) continue;
      if (name.value.starts_with("http://") || name.value.starts_with("https://")) urls.push_back(name.value);
    }
  }
  return urls;
}

Result<x509::Crl> fetch_list(const std::string& url) {
  TRY(const auto bytes, fetch(url, kLongestList));
  auto list = x509::Crl::from_bytes(bytes);
  if (!list) return base::fail_with(list.error().code, list.error().diagnostic, "{}: {}", url, list.error().detail);
  return list;
}

}  // namespace yuxin::cli
