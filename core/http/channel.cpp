#include "channel.hpp"

#include <netdb.h>
#include <openssl/x509_vfy.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

namespace yuxin::http {
namespace {

using base::Code;
using base::Result;
using Clock = Channel::Clock;
using AddressList = std::unique_ptr<addrinfo, Freed<freeaddrinfo>>;

enum class Waited { kReady, kTooLong, kFailed };

Waited wait_on(int socket, short events, Clock::time_point until, const std::stop_token& stop) {
  const long long slice = stop.stop_possible() ? 100 : 60'000;
  for (;;) {
    if (stop.stop_requested()) return Waited::kTooLong;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
    if (left <= 0) return Waited::kTooLong;
    pollfd entry{socket, events, 0};
    const int ready = ::poll(&entry, 1, static_cast<int>(std::min<long long>(left, slice)));
    if (ready > 0) return Waited::kReady;
    if (ready < 0 && errno != EINTR) return Waited::kFailed;
  }
}

// Leaves errno with the reason when it gives nothing.
Descriptor connect_to(const addrinfo& address, Clock::time_point until, const std::stop_token& stop) {
  Descriptor socket(::socket(address.ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) return {};
  if (::connect(socket.get(), address.ai_addr, address.ai_addrlen) == 0) return socket;
  if (errno != EINPROGRESS) return {};
  int error = ETIMEDOUT;
  socklen_t size = sizeof error;
  if (wait_on(socket.get(), POLLOUT, until, stop) == Waited::kReady) {
    ::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &size);
  }
  if (error == 0) return socket;
  socket.reset();
  errno = error;
  return {};
}

// Each address of a name gets an equal share of the time that is left, so that a dead one does not use up all of it.
Descriptor connect_to_any(const std::vector<AddressList>& lists, Clock::time_point until,
                          const std::stop_token& stop) {
  int left = 0;
  for (const auto& list : lists) {
    for (const addrinfo* at = list.get(); at != nullptr; at = at->ai_next) ++left;
  }
  for (const auto& list : lists) {
    for (const addrinfo* at = list.get(); at != nullptr; at = at->ai_next, --left) {
      const auto now = Clock::now();
      if (auto socket = connect_to(*at, now + (until - now) / left, stop)) return socket;
    }
  }
  return {};
}

enum class Host { kAny, kLiteral };

Result<AddressList> resolve(const std::string& host, std::uint16_t port, Host kind) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV | (kind == Host::kLiteral ? AI_NUMERICHOST : 0);
  addrinfo* found = nullptr;
  const int error = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  if (error != 0) {
    return base::fail_with(Code::kUnavailable, ::gai_strerror(error),
                           "The name {} cannot be resolved. Check the name and the network.", host);
  }
  return AddressList(found);
}

Result<std::vector<AddressList>> resolve_all(const Url& url, const AddressSource& addresses) {
  std::vector<AddressList> lists;
  if (!addresses) {
    TRY(auto list, resolve(url.host, url.port, Host::kAny));
    lists.push_back(std::move(list));
    return lists;
  }
  TRY(const auto literals, addresses(url.host, url.port));
  for (const auto& literal : literals) {
    TRY(auto list, resolve(literal, url.port, Host::kLiteral));
    lists.push_back(std::move(list));
  }
  return lists;
}

base::Failure too_slow(const std::string& host) {
  return base::fail(Code::kUnavailable, "{} did not answer in time. Try again, or allow more time.", host);
}

}  // namespace

Result<Channel> Channel::open(const Url& url, SSL_CTX* tls, Clock::time_point until, const AddressSource& addresses,
                              const std::stop_token& stop) {
  TRY(const auto lists, resolve_all(url, addresses));
  Descriptor socket = connect_to_any(lists, until, stop);
  if (!socket) {
    if (Clock::now() >= until || stop.stop_requested()) return too_slow(url.host);
    return base::fail_with(
        Code::kUnavailable, base::system_error(),
        "Cannot connect to {} port {}. Check that the server runs and that the network lets you through.", url.host,
        url.port);
  }
  Channel channel(std::move(socket), url.host, until, stop);
  if (url.tls) TRY(channel.begin_tls(tls));
  return channel;
}

Result<> Channel::wait(short events) {
  switch (wait_on(socket_.get(), events, until_, stop_)) {
    case Waited::kReady:
      return {};
    case Waited::kTooLong:
      return too_slow(host_);
    case Waited::kFailed:
      break;
  }
  return base::fail_with(Code::kUnavailable, base::system_error(), "The connection to {} broke.", host_);
}

Result<> Channel::wait_for(IoResult::State state) {
  return wait(state == IoResult::State::kWantRead ? POLLIN : POLLOUT);
}

namespace {

// The verdicts that people meet, in words; OpenSSL's own for the others.
std::string verdict_text(long verdict) {
  switch (verdict) {
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
      return base::message("the root that issued it is missing");
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return base::message("it, or one above it, has expired");
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return base::message("it, or one above it, is not valid yet");
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return base::message("it is for another name");
    default:
      return X509_verify_cert_error_string(verdict);
  }
}

}  // namespace

Result<> Channel::begin_tls(SSL_CTX* context) {
  tls_ = TlsSession::make(context, socket_.get(), TlsSession::Role::kClient, host_);
  if (!tls_) return base::fail(Code::kInternal, "TLS cannot be set up with this OpenSSL library.");
  for (;;) {
    const IoResult result = tls_->handshake();
    if (result.state == IoResult::State::kDone) return {};
    if (result.state == IoResult::State::kClosed) break;
    TRY(wait_for(result.state));
  }
  const long verdict = tls_->verify_result();
  if (verdict != X509_V_OK) {
    return base::fail_with(
        Code::kBadSignature, tls_diagnostic(),
        "The certificate of {} is not trusted: {}. Name the root that it comes from, or check that "
        "this is the right server.",
        host_, verdict_text(verdict));
  }
  return base::fail_with(Code::kUnavailable, tls_diagnostic(), "{} and this program agree on no TLS connection.",
                         host_);
}

Result<> Channel::write(std::string_view octets) {
  while (!octets.empty()) {
    if (Clock::now() >= until_) return too_slow(host_);
    IoResult result;
    if (tls_) {
      result = tls_->write(octets);
    } else {
      const ssize_t sent = ::send(socket_.get(), octets.data(), octets.size(), MSG_NOSIGNAL);
      if (sent > 0) result = {IoResult::State::kDone, static_cast<std::size_t>(sent)};
      if (sent < 0 && (errno == EAGAIN || errno == EINTR)) result.state = IoResult::State::kWantWrite;
    }
    if (result.state == IoResult::State::kClosed) {
      return base::fail(Code::kUnavailable, "{} closed the connection before it had the whole request.", host_);
    }
    if (result.state != IoResult::State::kDone) TRY(wait_for(result.state));
    octets.remove_prefix(result.octets);
  }
  return {};
}

Result<std::size_t> Channel::read(std::span<char> into) {
  for (;;) {
    // for whoever sends without a pause, too
    if (Clock::now() >= until_) return too_slow(host_);
    IoResult result;
    if (tls_) {
      result = tls_->read(into);
    } else {
      const ssize_t got = ::recv(socket_.get(), into.data(), into.size(), 0);
      if (got > 0) result = {IoResult::State::kDone, static_cast<std::size_t>(got)};
      if (got < 0 && (errno == EAGAIN || errno == EINTR)) result.state = IoResult::State::kWantRead;
    }
    if (result.state == IoResult::State::kDone) return result.octets;
    if (result.state == IoResult::State::kClosed) return std::size_t{0};
    TRY(wait_for(result.state));
  }
}

}  // namespace yuxin::http
