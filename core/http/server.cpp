#include "yuxin/http/server.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <exception>
#include <latch>
#include <mutex>
#include <thread>

#include "listener.hpp"
#include "loop.hpp"
#include "yuxin/base/language.hpp"
#include "yuxin/base/log.hpp"

namespace yuxin::http {
namespace {

using base::Code;
using base::Result;
using std::chrono::milliseconds;

// Descriptors that the rest of the process keeps: databases, logs, files that are sent.
constexpr std::size_t kDescriptorsKept = 128;

std::size_t affordable_connections(std::size_t wanted) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return wanted;
  const auto descriptors = static_cast<std::size_t>(limit.rlim_cur);
  const std::size_t most = descriptors > 2 * kDescriptorsKept ? descriptors - kDescriptorsKept : descriptors / 2;
  if (most < wanted) {
    base::log_info(
        base::message("At most {} connections are served at a time, not {}: the process may open {} files.", most,
                      wanted, descriptors));
  }
  return std::min(most, wanted);
}

// The sweep must see the shortest time in good time, and need not run more often than that.
milliseconds tick_for(const std::vector<ListenerOptions>& listeners) {
  milliseconds shortest{2'000};
  for (const auto& listener : listeners) {
    const ServerLimits& limits = listener.limits;
    shortest = std::min({shortest, limits.handshake_time, limits.head_time, limits.body_time, limits.stall_time,
                         limits.idle_time, limits.write_time});
  }
  return std::clamp(shortest / 8, milliseconds(5), milliseconds(250));
}

// Signals are the business of the program's own threads.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t before_{};
};

}  // namespace

struct Server::Impl {
  explicit Impl(const ServerOptions& options)
      : shared{options.pool,
               options.clock,
               Admission(affordable_connections(options.max_connections), options.max_connections_per_client),
               std::max<std::size_t>(options.reply_chunk, 1024),
               tick_for(options.listeners),
               [this](Loop& from, Descriptor socket, const Listener& listener, const ClientAddress& client) {
                 hand_over(from, std::move(socket), listener, client);
               }} {}

  void hand_over(Loop& from, Descriptor socket, const Listener& listener, const ClientAddress& client);
  void run_threads();
  void stop(milliseconds grace);

  Loop::Shared shared;
  std::vector<std::unique_ptr<Listener>> listeners;
  std::vector<std::unique_ptr<Loop>> loops;
  std::vector<std::jthread> threads;
  std::atomic<std::size_t> turn{0};
  std::mutex stopping;
};

// Connections go round, so that one busy client does not settle on one thread.
void Server::Impl::hand_over(Loop& from, Descriptor socket, const Listener& listener, const ClientAddress& client) {
  Loop& to = *loops[turn.fetch_add(1, std::memory_order_relaxed) % loops.size()];
  if (&to == &from) {
    to.adopt(std::move(socket), listener, client);
    return;
  }
  auto carried = std::make_shared<Descriptor>(std::move(socket));
  to.mailbox()->post([carried, &listener, client](Loop& loop) { loop.adopt(std::move(*carried), listener, client); });
}

void Server::Impl::run_threads() {
  const SignalsBlocked blocked;
  for (const auto& loop : loops) threads.emplace_back([&loop] { loop->run(); });
}

void Server::Impl::stop(milliseconds grace) {
  const std::lock_guard lock(stopping);
  if (threads.empty()) return;
  // First nobody accepts any more, so that every connection is in its loop's mailbox before that loop is told to
  // finish.
  std::latch closed(static_cast<std::ptrdiff_t>(loops.size()));
  for (const auto& loop : loops) {
    loop->mailbox()->post([&closed](Loop& self) {
      self.stop_listening();
      closed.count_down();
    });
  }
  closed.wait();
  for (const auto& listener : listeners) listener->socket.reset();
  for (const auto& loop : loops) {
    loop->mailbox()->post([grace](Loop& self) { self.finish(grace); });
  }
  threads.clear();  // joins
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Server::~Server() { stop(milliseconds(0)); }

Result<std::unique_ptr<Server>> Server::start(const ServerOptions& options) {
  if (options.pool == nullptr || options.clock == nullptr || options.listeners.empty()) {
    return base::fail(Code::kInternal, "A server needs a pool, a clock and a listener.");
  }
  auto impl = std::make_unique<Impl>(options);
  for (const ListenerOptions& wanted : options.listeners) {
    TRY(auto listener, open_listener(wanted));
    impl->listeners.push_back(std::make_unique<Listener>(std::move(listener)));
  }
  try {
    for (std::size_t i = 0; i < std::max<std::size_t>(options.threads, 1); ++i) {
      impl->loops.push_back(std::make_unique<Loop>(impl->shared));
    }
    for (std::size_t i = 0; i < impl->listeners.size(); ++i) {
      impl->loops[i % impl->loops.size()]->listen(*impl->listeners[i]);
    }
    impl->run_threads();
  } catch (const std::exception& exception) {  // no descriptors or threads are left
    return base::fail_with(Code::kUnavailable, exception.what(),
                           "The HTTP server cannot start: the system has no threads or descriptors left for it.");
  }
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

std::uint16_t Server::bound_port(std::size_t listener) const { return impl_->listeners.at(listener)->port; }

Result<> Server::renew_tls(std::size_t listener, const TlsServerOptions& options) {
  auto& tls = impl_->listeners.at(listener)->tls;
  if (!tls) return base::fail(Code::kInternal, "A listener without TLS has no identity that could be renewed.");
  TRY(auto context, make_server_context(options));
  tls->set(std::make_shared<const SslContextPtr>(std::move(context)));
  return {};
}

void Server::stop(milliseconds grace) { impl_->stop(grace); }

ServerCounts Server::counts() const {
  ServerCounts sum;
  sum.open = impl_->shared.admission.open();
  for (const auto& loop : impl_->loops) {
    const LoopCounts& counts = loop->counts();
    sum.connections += counts.accepted.load(std::memory_order_relaxed);
    sum.refused += counts.refused.load(std::memory_order_relaxed);
    sum.requests += counts.requests.load(std::memory_order_relaxed);
    sum.malformed += counts.malformed.load(std::memory_order_relaxed);
    sum.busy += counts.busy.load(std::memory_order_relaxed);
    sum.timeouts += counts.timeouts.load(std::memory_order_relaxed);
  }
  return sum;
}

}  // namespace yuxin::http
