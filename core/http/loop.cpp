#include "loop.hpp"

#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <chrono>

#include "connection.hpp"
#include "yuxin/base/language.hpp"
#include "yuxin/base/log.hpp"

namespace yuxin::http {
namespace {

using boost::system::error_code;
namespace asio = boost::asio;

constexpr int kAcceptedAtOnce = 64;
constexpr std::size_t kWaste = 16U << 10U;

bool out_of_resources(int error) { return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM; }

}  // namespace

struct Loop::Acceptor {
  Acceptor(asio::io_context& context, const Listener& from)
      : listener(from), socket(context.get_executor(), from.socket.get()) {}
  ~Acceptor() { socket.release(); }  // the descriptor is the listener's
  const Listener& listener;
  asio::posix::basic_stream_descriptor<Executor> socket;
  bool paused = false;  // no descriptors were left
};

// Without locks: nobody but the loop's own thread touches the io_context. Others write to the mailbox.
Loop::Loop(Shared& shared)
    : context_(BOOST_ASIO_CONCURRENCY_HINT_UNSAFE),
      shared_(shared),
      mail_(context_.get_executor(), ::dup(mailbox_->event())),
      timer_(context_.get_executor()),
      waste_(kWaste),
      now_(clock_now()) {
  scratch_.reserve(shared.reply_chunk + 4096);
  lines_.set_time(shared.clock->now());
}

Loop::~Loop() { mailbox_->close(); }

std::int64_t Loop::clock_now() {
  using std::chrono::duration_cast;
  using std::chrono::milliseconds;
  return duration_cast<milliseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

void Loop::listen(const Listener& listener) { acceptors_.push_back(std::make_unique<Acceptor>(context_, listener)); }

void Loop::run() {
  wait_for_mail();
  wait_for_tick();
  for (const auto& acceptor : acceptors_) wait_for_clients(*acceptor);
  context_.run();
  mailbox_->close();
}

void Loop::wait_for_mail() {
  mail_.async_wait(mail_.wait_read, [this](const error_code& error) {
    if (error) return;
    for (const auto& message : mailbox_->take()) message(*this);
    wait_for_mail();
  });
}

void Loop::wait_for_tick() {
  timer_.expires_after(shared_.tick);
  timer_.async_wait([this](const error_code& error) {
    if (error) return;
    sweep();
    wait_for_tick();
  });
}

void Loop::sweep() {
  now_ = clock_now();
  lines_.set_time(shared_.clock->now());
  const bool over = finishing_ && now_ >= end_;
  expired_.clear();
  for (const auto& [id, connection] : connections_) {
    if (over || connection->expired(now_)) expired_.push_back(id);
  }
  for (const std::uint64_t id : expired_) {
    const auto found = connections_.find(id);
    if (found == connections_.end()) continue;
    if (over) {
      found->second->cut();
    } else {
      found->second->time_out();
    }
  }
  for (const auto& acceptor : acceptors_) {
    if (acceptor->paused) {
      acceptor->paused = false;
      wait_for_clients(*acceptor);
    }
  }
}

void Loop::wait_for_clients(Acceptor& acceptor) {
  acceptor.socket.async_wait(acceptor.socket.wait_read, [this, &acceptor](const error_code& error) {
    if (error == asio::error::operation_aborted) return;
    if (accept_some(acceptor)) wait_for_clients(acceptor);
  });
}

// accept_some says whether to go on waiting for clients; if not, the next sweep begins again.
bool Loop::accept_some(Acceptor& acceptor) {
  for (int i = 0; i < kAcceptedAtOnce; ++i) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    Descriptor socket(::accept4(acceptor.listener.socket.get(), reinterpret_cast<sockaddr*>(&address), &size,
                                SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!socket) {
      if (!out_of_resources(errno)) return true;
      base::log_warning(
          base::message("No further connection can be accepted at this moment: {}.", base::system_error()));
      acceptor.paused = true;
      return false;
    }
    LoopCounts::add(counts_.accepted);
    shared_.hand_over(*this, std::move(socket), acceptor.listener, ClientAddress::of(address));
  }
  return true;
}

void Loop::adopt(Descriptor socket, const Listener& listener, const ClientAddress& client) {
  const auto verdict = shared_.admission.enter(client);
  if (verdict != Admission::Verdict::kWelcome) LoopCounts::add(counts_.refused);
  if (verdict == Admission::Verdict::kOverwhelmed) return;
  const int on = 1;
  ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  Socket owned(context_.get_executor());
  error_code error;
  owned.assign(asio::ip::tcp::v4(), socket.get(), error);
  if (error) {
    shared_.admission.leave(client);
    return;
  }
  static_cast<void>(socket.release());
  const std::uint64_t id = next_connection_++;
  auto made = std::make_unique<Connection>(*this, std::move(owned), listener, client, id);
  Connection& connection = *made;
  connections_.emplace(id, std::move(made));
  connection.start(verdict);
}

void Loop::deliver(std::uint64_t connection, OpenedReply reply) {
  const auto found = connections_.find(connection);
  if (found != connections_.end()) found->second->deliver(std::move(reply));
}

void Loop::stop_listening() {
  for (const auto& acceptor : acceptors_) {
    accept_some(*acceptor);
    acceptor->paused = false;
    acceptor->socket.release();  // its owner closes it
  }
}

void Loop::finish(std::chrono::milliseconds grace) {
  finishing_ = true;
  end_ = clock_now() + grace.count();
  std::vector<std::uint64_t> all;
  for (const auto& [id, connection] : connections_) all.push_back(id);
  for (const std::uint64_t id : all) {
    const auto found = connections_.find(id);
    if (found != connections_.end()) found->second->finish();
  }
  end_if_done();
}

void Loop::forget(std::uint64_t connection) {
  connections_.erase(connection);
  end_if_done();
}

void Loop::end_if_done() {
  if (finishing_ && connections_.empty()) context_.stop();
}

}  // namespace yuxin::http
