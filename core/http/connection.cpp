#include "connection.hpp"

#include "conditional.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <cerrno>
#include <exception>
#include <optional>
#include <utility>

#include "pool_job.hpp"
#include "yuxin/base/language.hpp"
#include "yuxin/base/log.hpp"

namespace yuxin::http {
namespace {

using boost::system::error_code;
namespace asio = boost::asio;

constexpr std::chrono::milliseconds kLingerTime{2'000};
constexpr std::uint64_t kLingerOctets = 4U << 20U;
constexpr std::size_t kKeptCapacity = 4096;
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

IoResult moved(ssize_t octets, IoResult::State blocked) {
  if (octets > 0) return {IoResult::State::kDone, static_cast<std::size_t>(octets)};
  const bool wait = octets < 0 && (errno == EAGAIN || errno == EINTR);
  return {wait ? blocked : IoResult::State::kClosed, 0};
}

}  // namespace

Connection::Connection(Loop& loop, Socket socket, const Listener& listener, const ClientAddress& client,
                       std::uint64_t id)
    : loop_(loop),
      listener_(listener),
      socket_(std::move(socket)),
      reader_(listener.limits.head, listener.limits.body),
      client_(client),
      peer_(client.text()),
      id_(id) {}

Connection::~Connection() {
  release();
  loop_.shared().admission.leave(client_);
}

void Connection::start(Admission::Verdict verdict) {
  if (listener_.limits.large_body > 0) reader_.ask_of_large();
  if (listener_.tls) {
    // the connection holds on to the context that it began with
    tls_ = TlsSession::make(listener_.tls->get()->get(), socket_.native_handle(), TlsSession::Role::kServer);
    phase_ = Phase::kHandshake;
    deadline_ = loop_.deadline_in(listener_.limits.handshake_time);
  }
  if (verdict == Admission::Verdict::kWelcome && (tls_ != nullptr || !listener_.tls)) {
    run();
  } else if (listener_.tls) {
    close();  // telling would take a handshake, the dearest thing that there is to do
  } else if (refuse(verdict == Admission::Verdict::kFull ? 503 : 429) == Next::kGoOn) {
    run();
  }
  settle();
}

void Connection::run() {
  Next next = Next::kGoOn;
  while (next == Next::kGoOn) {
    switch (phase_) {
      case Phase::kHandshake:
        next = shake_hands();
        break;
      case Phase::kReading:
        next = read();
        break;
      case Phase::kWriting:
        next = write();
        break;
      case Phase::kLingering:
        next = linger();
        break;
      case Phase::kWorking:
      case Phase::kClosed:
        return;
    }
  }
}

// settle is the last thing that anybody does with a connection: it may be gone afterwards.
void Connection::settle() {
  if (phase_ == Phase::kClosed && !waiting_) loop_.forget(id_);
}

Connection::Next Connection::wait_for(Ready what) {
  waiting_ = true;
  socket_.async_wait(what == Ready::kToRead ? Socket::wait_read : Socket::wait_write, [this](const error_code&) {
    waiting_ = false;
    run();
    settle();
  });
  return Next::kWait;
}

Connection::Next Connection::close() {
  if (phase_ == Phase::kClosed) return Next::kWait;
  if (tls_) tls_->close_notify();
  phase_ = Phase::kClosed;
  deadline_ = 0;
  release();
  error_code ignored;
  socket_.close(ignored);
  return Next::kWait;
}

void Connection::cut() {
  close();
  settle();
}

void Connection::finish() {
  error_code ignored;
  switch (phase_) {
    case Phase::kHandshake:
      close();
      break;
    case Phase::kReading:
      socket_.cancel(ignored);
      break;  // it goes on in receive, which looks once more
    default:
      break;
  }
  settle();
}

void Connection::time_out() {
  const bool idle = phase_ == Phase::kReading && reader_.stage() == RequestReader::Stage::kIdle;
  if (!idle && phase_ != Phase::kLingering) LoopCounts::add(loop_.count().timeouts);
  if (phase_ == Phase::kReading && !idle) {
    std::string& octets = loop_.scratch();
    const OpenedReply opened = open_reply(refusal(408));
    append_head(octets, opened, loop_.lines(), Persistence::kClose);
    octets.append(base::as_text(opened.reply.body));
    static_cast<void>(try_write(octets));
    static_cast<void>(begin_linger());  // the read that is under way goes on into `linger`
    return;
  }
  if (phase_ == Phase::kWriting) {
    // The client does not take its reply: the kernel need not keep it either.
    error_code ignored;
    socket_.set_option(asio::socket_base::linger(true, 0), ignored);
  }
  close();
  settle();
}

Connection::Next Connection::shake_hands() {
  const IoResult result = tls_->handshake();
  switch (result.state) {
    case IoResult::State::kWantRead:
      return wait_for(Ready::kToRead);
    case IoResult::State::kWantWrite:
      return wait_for(Ready::kToWrite);
    case IoResult::State::kClosed:
      base::log_debug(base::message("TLS handshake with {} failed: {}", peer_, tls_diagnostic()));
      return close();
    case IoResult::State::kDone:
      break;
  }
  peer_certificate_ = tls_->peer_certificate();
  stranger_ = !peer_certificate_.empty() && !tls_->verified();
  if (stranger_) peer_certificate_.clear();
  phase_ = Phase::kReading;
  return Next::kGoOn;
}

Connection::Next Connection::read() {
  switch (reader_.advance()) {
    case RequestReader::Step::kReady:
      if (stranger_) return refuse(403);
      return answer();
    case RequestReader::Step::kLarge:
      return allow_large() ? Next::kGoOn : refuse(503);
    case RequestReader::Step::kFailed:
      LoopCounts::add(loop_.count().malformed);
      return refuse(reader_.status());
    case RequestReader::Step::kMore:
      break;
  }
  if (reader_.take_continue() && !invite_body()) return close();
  set_read_deadline();
  return receive();
}

bool Connection::invite_body() { return try_write(kContinue).octets == kContinue.size(); }

void Connection::set_read_deadline() {
  const ServerLimits& limits = listener_.limits;
  const auto stage = reader_.stage();
  const bool entered = stage != std::exchange(stage_, stage);
  switch (stage) {
    case RequestReader::Stage::kIdle:
      deadline_ = loop_.deadline_in(first_request_ ? limits.head_time : limits.idle_time);
      break;
    case RequestReader::Stage::kHead:
      if (entered) deadline_ = loop_.deadline_in(limits.head_time);
      break;
    case RequestReader::Stage::kBody:
      if (entered) began_ = loop_.deadline_in(limits.body_time);
      deadline_ =
          std::min(began_ + at_slowest_rate(reader_.body_received()), loop_.deadline_in(listener_.limits.stall_time));
      break;
  }
}

bool Connection::allow_large() {
  const auto allowed = std::min(listener_.service->largest_body(request()), listener_.limits.large_body);
  const auto wanted = reader_.announced().value_or(allowed);
  if (allowed <= listener_.limits.body || wanted > allowed) return true;  // the reader refuses it then
  if (listener_.large->fetch_add(wanted) + wanted > listener_.limits.large_bodies) {
    listener_.large->fetch_sub(wanted);
    return false;
  }
  reserved_ = wanted;
  reader_.allow_body(allowed);
  return true;
}

void Connection::release() { listener_.large->fetch_sub(std::exchange(reserved_, 0)); }

std::int64_t Connection::at_slowest_rate(std::uint64_t octets) const {
  return static_cast<std::int64_t>(octets * 1000 / std::max<std::size_t>(listener_.limits.slowest_rate, 1));
}

Connection::Next Connection::receive() {
  if (tls_) return receive_tls();
  if (loop_.finishing() && stage_ == RequestReader::Stage::kIdle) return receive_last();
  const std::span<char> space = reader_.space();
  waiting_ = true;
  socket_.async_read_some(asio::buffer(space.data(), space.size()),
                          [this](const error_code& error, std::size_t octets) {
                            waiting_ = false;
                            if (octets > 0) {
                              reader_.received(octets);
                            } else if (error != asio::error::operation_aborted) {
                              close();
                            }
                            run();
                            settle();
                          });
  return Next::kWait;
}

// A stop must not lose a request that the kernel holds already.
Connection::Next Connection::receive_last() {
  const std::span<char> space = reader_.space();
  const ssize_t octets = ::recv(socket_.native_handle(), space.data(), space.size(), MSG_DONTWAIT);
  if (octets <= 0) return close();
  reader_.received(static_cast<std::size_t>(octets));
  return Next::kGoOn;
}

Connection::Next Connection::receive_tls() {
  const IoResult result = tls_->read(reader_.space());
  switch (result.state) {
    case IoResult::State::kDone:
      reader_.received(result.octets);
      return Next::kGoOn;
    case IoResult::State::kWantWrite:
      return wait_for(Ready::kToWrite);
    case IoResult::State::kWantRead:
      if (loop_.finishing() && stage_ == RequestReader::Stage::kIdle) return close();
      return wait_for(Ready::kToRead);
    case IoResult::State::kClosed:
      break;
  }
  return close();
}

base::HttpRequest Connection::request() const {
  base::HttpRequest request = reader_.request();
  request.peer = peer_;
  request.peer_certificate = peer_certificate_;
  return request;
}

Connection::Next Connection::answer() {
  LoopCounts::add(loop_.count().requests);
  first_request_ = false;
  keep_alive_ = reader_.head().keep_alive;
  const base::HttpRequest request = this->request();
  std::optional<base::HttpReply> reply;
  try {
    reply = listener_.service->answer_now(request);
  } catch (const std::exception& bug) {
    base::log_error(base::message("A request to {} failed: {}", request.path(), bug.what()));
    reply = refusal(500);
  }
  if (reply) return send(open_reply(unless_known(request, std::move(*reply))));
  if (hand_to_pool(request)) {
    phase_ = Phase::kWorking;
    deadline_ = 0;
    return Next::kWait;
  }
  LoopCounts::add(loop_.count().busy);
  auto own_words = listener_.service->busy(request);
  return send(open_reply(own_words ? std::move(*own_words) : refusal(503)));
}

bool Connection::hand_to_pool(const base::HttpRequest& request) {
  auto job = std::make_shared<PoolJob>(*listener_.service, request, loop_.mailbox(), id_);
  return loop_.shared().pool->submit([job] { job->run(); });
}

void Connection::deliver(OpenedReply reply) {
  if (phase_ != Phase::kWorking) return;
  if (send(std::move(reply)) == Next::kGoOn) run();
  settle();
}

Connection::Next Connection::refuse(int status) {
  LoopCounts::add(loop_.count().requests);
  keep_alive_ = false;
  rejected_ = true;
  return send(open_reply(refusal(status)));
}

Connection::Next Connection::send(OpenedReply opened) {
  if (loop_.finishing() && !reader_.unread()) keep_alive_ = false;
  const bool current = reader_.head().minor_version > 0;
  const Persistence persistence = !keep_alive_ ? Persistence::kClose
                                  : current    ? Persistence::kKeepAlive
                                               : Persistence::kKeepAliveAloud;
  std::string& octets = loop_.scratch();
  append_head(octets, opened, loop_.lines(), persistence);
  body_ = rejected_ || !reader_.is_head_request() ? BodySource(std::move(opened)) : BodySource();
  if (!body_.append(octets, loop_.shared().reply_chunk)) return close();
  phase_ = Phase::kWriting;
  sent_ = 0;
  began_ = loop_.deadline_in(listener_.limits.write_time);
  return push(octets) == Next::kGoOn ? write() : Next::kWait;
}

Connection::Next Connection::write() {
  for (;;) {
    if (unsent_.empty()) {
      if (body_.left() == 0) return written();
      std::string& octets = loop_.scratch();
      if (!body_.append(octets, loop_.shared().reply_chunk)) return close();
      if (push(octets) == Next::kWait) return Next::kWait;
    } else if (push(unsent_) == Next::kWait) {
      return Next::kWait;
    }
  }
}

// push sends octets, and keeps in `unsent_` what the socket does not take now.
Connection::Next Connection::push(std::string& octets) {
  std::size_t done = 0;
  while (done < octets.size()) {
    const IoResult result = try_write(std::string_view(octets).substr(done));
    if (result.state == IoResult::State::kClosed) return close();
    if (result.state != IoResult::State::kDone) {
      octets.erase(0, done);
      if (&octets != &unsent_) unsent_ = octets;
      deadline_ = began_ + at_slowest_rate(sent_);
      return wait_for(result.state == IoResult::State::kWantRead ? Ready::kToRead : Ready::kToWrite);
    }
    done += result.octets;
    sent_ += result.octets;
  }
  octets.clear();
  return Next::kGoOn;
}

IoResult Connection::try_write(std::string_view octets) {
  if (tls_) return tls_->write(octets);
  const auto flags = MSG_DONTWAIT | MSG_NOSIGNAL;
  return moved(::send(socket_.native_handle(), octets.data(), octets.size(), flags), IoResult::State::kWantWrite);
}

Connection::Next Connection::written() {
  body_ = BodySource();
  release();
  if (unsent_.capacity() > kKeptCapacity) std::string().swap(unsent_);
  if (!keep_alive_) return rejected_ || reader_.unread() ? begin_linger() : close();
  reader_.consume();
  stage_ = RequestReader::Stage::kIdle;
  phase_ = Phase::kReading;
  return Next::kGoOn;
}

// A socket that is closed with octets unread resets the connection, and the client may never see the reply (RFC 9112
// section 9.6). So what it still sends is read for a moment and thrown away.
Connection::Next Connection::begin_linger() {
  if (tls_) tls_->close_notify();
  error_code ignored;
  socket_.shutdown(Socket::shutdown_send, ignored);
  phase_ = Phase::kLingering;
  deadline_ = loop_.deadline_in(kLingerTime);
  return Next::kGoOn;
}

Connection::Next Connection::linger() {
  if (wasted_ > kLingerOctets) return close();
  waiting_ = true;
  const std::span<char> waste = loop_.waste();
  socket_.async_read_some(asio::buffer(waste.data(), waste.size()),
                          [this](const error_code& error, std::size_t octets) {
                            waiting_ = false;
                            wasted_ += octets;
                            if (error && error != asio::error::operation_aborted) close();
                            run();
                            settle();
                          });
  return Next::kWait;
}

}  // namespace yuxin::http
