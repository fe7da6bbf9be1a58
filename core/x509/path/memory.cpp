#include "path/memory.hpp"

#include <algorithm>

namespace yuxin::x509 {

namespace {

bool is_valid_at(const Certificate& certificate, base::UnixTime at) {
  return certificate.not_before() <= at && at <= certificate.not_after();
}

bool is_at_hand(const Certificate& certificate, const PathMemory::Materials& at_hand) {
  return std::ranges::any_of(at_hand, [&](const std::vector<Certificate>* some) {
    return std::ranges::any_of(*some,
                               [&](const Certificate& one) { return base::equal(one.der(), certificate.der()); });
  });
}

}  // namespace

bool PathMemory::can_keep(const PathOptions& options, Lists lists) {
  const bool looks_at_lists = options.revocation == RevocationMode::kCrlRequired ||
                              (options.revocation == RevocationMode::kCrlIfPresent && lists == Lists::kSome);
  return !looks_at_lists && options.names.empty() && options.policies.empty() && !options.require_explicit_policy &&
         !options.inhibit_policy_mapping && !options.inhibit_any_policy && !options.max_depth;
}

PathMemory::Key PathMemory::key_of(const Certificate& certificate, const PathOptions& options) {
  return {sha256(certificate.der()), options.purpose, options.minimum_security_bits};
}

std::optional<PathReport> PathMemory::find(const Certificate& certificate, base::UnixTime at,
                                           const PathOptions& options, const Materials& at_hand) const {
  const std::lock_guard lock(mutex_);
  const auto found = good_.find(key_of(certificate, options));
  if (found == good_.end()) return std::nullopt;
  const auto& chain = found->second.chain;
  if (!std::ranges::all_of(chain, [&](const auto& one) { return is_valid_at(one, at); })) return std::nullopt;
  for (std::size_t i = 1; i + 1 < chain.size(); ++i) {
    if (!is_at_hand(chain[i], at_hand)) return std::nullopt;
  }
  return found->second;
}

void PathMemory::keep(const PathReport& good, const PathOptions& options) {
  const std::lock_guard lock(mutex_);
  if (good_.size() >= kMost) good_.clear();
  good_.insert_or_assign(key_of(good.chain.front(), options), good);
}

}  // namespace yuxin::x509
