#include "chain.hpp"

#include <algorithm>

namespace yuxin::ra {

using base::Code;
using base::fail;
using base::Result;

Result<std::vector<x509::Certificate>> chain_of(const DeskParts& parts) {
  TRY(const auto rows, parts.store->status().authorities());
  std::vector<x509::Certificate> known;
  std::vector<x509::Certificate> chain;
  for (const auto& row : rows) {
    if (row.certificate.empty()) continue;
    TRY(auto certificate, x509::Certificate::from_der(row.certificate));
    if (row.name == parts.authority) chain.push_back(certificate);
    known.push_back(std::move(certificate));
  }
  if (chain.empty()) return fail(Code::kUnavailable, "No authority here issues certificates at present.");
  while (chain.size() <= known.size() && !chain.back().subject().same(chain.back().issuer())) {
    const auto above = std::ranges::find_if(
        known, [&](const x509::Certificate& one) { return one.subject().same(chain.back().issuer()); });
    if (above == known.end()) break;
    chain.push_back(*above);
  }
  return chain;
}

}  // namespace yuxin::ra
