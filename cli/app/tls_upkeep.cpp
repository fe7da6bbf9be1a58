#include "tls_upkeep.hpp"

#include "yuxin/base/log.hpp"

namespace yuxin::cli {

using base::Result;

namespace {

constexpr base::Seconds kLookEvery{10};

}  // namespace

void TlsUpkeep::begin(const http::TlsServerOptions& options) {
  shown_ = options.identity.certificates.front();
  trusted_ = options.client_authorities.size();
}

void TlsUpkeep::step(http::Server& server, base::UnixTime now, const Look& look) {
  if (now < next_ && next_ - now <= kLookEvery) return;
  next_ = now + kLookEvery;
  const auto done = take_up(server, look);
  const auto trouble = done ? std::string() : done.error().detail;
  if (!trouble.empty() && trouble != told_) base::log_error(trouble);
  told_ = trouble;
}

Result<> TlsUpkeep::take_up(http::Server& server, const Look& look) {
  TRY(const auto options, look());
  if (options.identity.certificates.front() == shown_ && options.client_authorities.size() == trusted_) return {};
  TRY(server.renew_tls(0, options));
  begin(options);
  return {};
}

}  // namespace yuxin::cli
