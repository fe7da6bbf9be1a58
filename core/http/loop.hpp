// A network thread and its connections.
#pragma once

// An io_context has one thread here, so that Asio's memory fences (which ThreadSanitizer does not understand) do
// nothing.
#define BOOST_ASIO_DISABLE_FENCED_BLOCK

#include <atomic>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "admission.hpp"
#include "listener.hpp"
#include "mailbox.hpp"
#include "reply.hpp"
#include "yuxin/http/server.hpp"

namespace yuxin::http {

// The executor is named, because a type-erased one costs an allocation and two indirect calls an operation.
using Executor = boost::asio::io_context::executor_type;
using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, Executor>;

class Connection;

// LoopCounts are written by the loop's thread only, and so without a locked instruction.
struct LoopCounts {
  using Count = std::atomic<std::uint64_t>;
  Count accepted{0}, refused{0}, requests{0}, malformed{0}, busy{0}, timeouts{0};
  static void add(Count& count) { count.store(count.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed); }
};

// Loop runs one io_context on one thread; everything of its connections happens there. One timer sweeps all of them.
class Loop {
 public:
  // What all loops of a server share.
  struct Shared {
    base::Pool* pool;
    const base::Clock* clock;
    Admission admission;
    std::size_t reply_chunk;
    std::chrono::milliseconds tick;
    // hand_over gives an accepted connection to the loop whose turn it is.
    std::function<void(Loop& from, Descriptor socket, const Listener& listener, const ClientAddress& client)>
        hand_over;
  };

  explicit Loop(Shared& shared);
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  [[nodiscard]] const std::shared_ptr<Mailbox>& mailbox() const { return mailbox_; }
  [[nodiscard]] const LoopCounts& counts() const { return counts_; }

  // Before `run`: listen makes this loop accept the connections of a listener.
  void listen(const Listener& listener);
  // run serves until `finish` and the end of the last connection.
  void run();

  // What follows is called on the loop's thread only.

  // adopt begins to serve a connection.
  void adopt(Descriptor socket, const Listener& listener, const ClientAddress& client);
  // deliver brings the reply to a request that went to the pool.
  void deliver(std::uint64_t connection, OpenedReply reply);
  // stop_listening takes what waits to be accepted, then closes the listening sockets.
  void stop_listening();
  // finish ends the loop: each connection after what it has received, all of them after `grace`.
  void finish(std::chrono::milliseconds grace);
  void forget(std::uint64_t connection);

  [[nodiscard]] Shared& shared() { return shared_; }
  [[nodiscard]] LoopCounts& count() { return counts_; }
  [[nodiscard]] boost::asio::io_context& context() { return context_; }
  [[nodiscard]] const StatusLines& lines() const { return lines_; }
  [[nodiscard]] bool finishing() const { return finishing_; }
  // deadline_in is the point `span` from now, rounded up to what the sweep can see.
  [[nodiscard]] std::int64_t deadline_in(std::chrono::milliseconds span) const {
    return now_ + span.count() + shared_.tick.count();
  }
  // scratch is an empty string with room that one call at a time may use.
  [[nodiscard]] std::string& scratch() {
    scratch_.clear();
    return scratch_;
  }
  // waste is where octets go that nobody reads.
  [[nodiscard]] std::span<char> waste() { return waste_; }

 private:
  struct Acceptor;
  void wait_for_mail();
  void wait_for_tick();
  void wait_for_clients(Acceptor& acceptor);
  void sweep();
  bool accept_some(Acceptor& acceptor);
  [[nodiscard]] static std::int64_t clock_now();
  void end_if_done();

  boost::asio::io_context context_;
  Shared& shared_;
  std::shared_ptr<Mailbox> mailbox_ = std::make_shared<Mailbox>();
  boost::asio::posix::basic_stream_descriptor<Executor> mail_;
  boost::asio::basic_waitable_timer<std::chrono::steady_clock, boost::asio::wait_traits<std::chrono::steady_clock>,
                                    Executor>
      timer_;
  std::vector<std::unique_ptr<Acceptor>> acceptors_;
  std::unordered_map<std::uint64_t, std::unique_ptr<Connection>> connections_;
  std::vector<std::uint64_t> expired_;
  std::uint64_t next_connection_ = 0;
  StatusLines lines_;
  LoopCounts counts_;
  std::string scratch_;
  std::vector<char> waste_;
  std::int64_t now_ = 0;  // steady milliseconds, as old as the last tick
  std::int64_t end_ = 0;  // when the grace is over
  bool finishing_ = false;
};

}  // namespace yuxin::http
