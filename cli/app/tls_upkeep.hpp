// Keeps what a running TLS listener shows and whom it trusts as the home has it now.
#pragma once

#include <functional>
#include <string>

#include "yuxin/base/bytes.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/base/time.hpp"
#include "yuxin/http/server.hpp"
#include "yuxin/http/tls.hpp"

namespace yuxin::cli {

// TlsUpkeep looks every ten seconds, from one thread. Certificates are renewed and authorities added by others; a
// listener takes them up without a restart.
class TlsUpkeep {
 public:
  // Look gives the options as they are now, after it has renewed what was due.
  using Look = std::function<base::Result<http::TlsServerOptions>()>;

  // begin remembers what a listener was started with.
  void begin(const http::TlsServerOptions& options);
  // step looks if it is time. What goes wrong is said in the log, once until it is something else.
  void step(http::Server& server, base::UnixTime now, const Look& look);

 private:
  [[nodiscard]] base::Result<> take_up(http::Server& server, const Look& look);
  base::UnixTime next_{0};
  base::Bytes shown_;
  std::size_t trusted_ = 0;
  std::string told_;
};

}  // namespace yuxin::cli
