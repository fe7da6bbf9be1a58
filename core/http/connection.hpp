// One connection, from the first octet to the last.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "admission.hpp"
#include "loop.hpp"
#include "reply.hpp"
#include "request_reader.hpp"
#include "tls_session.hpp"

namespace yuxin::http {

// Connection reads requests, has them answered and writes the replies, one after the other. It never has more than
// one operation of the io_context under way. Whatever reaches it from outside (`start` to `cut`) may end it: the loop
// forgets it then, and it must not be used any more. Lives on its loop's thread.
class Connection {
 public:
  Connection(Loop& loop, Socket socket, const Listener& listener, const ClientAddress& client, std::uint64_t id);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void start(Admission::Verdict verdict);
  void deliver(OpenedReply reply);
  // finish lets it end when everything that has arrived is answered.
  void finish();
  [[nodiscard]] bool expired(std::int64_t now) const { return deadline_ != 0 && now > deadline_; }
  void time_out();
  // cut ends it at once.
  void cut();

 private:
  enum class Phase { kHandshake, kReading, kWorking, kWriting, kLingering, kClosed };
  enum class Next { kGoOn, kWait };
  enum class Ready { kToRead, kToWrite };

  void run();
  void settle();
  [[nodiscard]] Next shake_hands();
  [[nodiscard]] Next read();
  [[nodiscard]] Next receive();
  [[nodiscard]] Next receive_tls();
  [[nodiscard]] Next receive_last();
  [[nodiscard]] bool invite_body();
  [[nodiscard]] base::HttpRequest request() const;
  // allow_large asks whether a body may be larger than any, and keeps room for it; false where there is none.
  [[nodiscard]] bool allow_large();
  void release();
  void set_read_deadline();
  [[nodiscard]] Next answer();
  [[nodiscard]] bool hand_to_pool(const base::HttpRequest& request);
  [[nodiscard]] Next refuse(int status);
  [[nodiscard]] Next send(OpenedReply opened);
  [[nodiscard]] Next write();
  [[nodiscard]] Next push(std::string& octets);
  [[nodiscard]] Next written();
  [[nodiscard]] Next begin_linger();
  [[nodiscard]] Next linger();
  [[nodiscard]] Next wait_for(Ready what);
  Next close();
  [[nodiscard]] IoResult try_write(std::string_view octets);
  [[nodiscard]] std::int64_t at_slowest_rate(std::uint64_t octets) const;

  Loop& loop_;
  const Listener& listener_;
  Socket socket_;
  std::unique_ptr<TlsSession> tls_;
  RequestReader reader_;
  BodySource body_;
  std::string unsent_;  // octets that the socket did not take
  ClientAddress client_;
  std::string peer_;
  base::Bytes peer_certificate_;
  bool stranger_ = false;  // the certificate that was shown does not verify
  std::uint64_t id_;
  std::uint64_t sent_ = 0;     // octets of this reply
  std::size_t reserved_ = 0;   // octets of room for a large body
  std::uint64_t wasted_ = 0;   // octets read while lingering
  std::int64_t deadline_ = 0;  // 0: none
  std::int64_t began_ = 0;     // deadline that the present stage began with
  Phase phase_ = Phase::kReading;
  RequestReader::Stage stage_ = RequestReader::Stage::kIdle;
  bool waiting_ = false;  // an operation of the io_context is under way
  bool keep_alive_ = true;
  bool first_request_ = true;
  bool rejected_ = false;  // the reply is a refusal: what else the client sends is not understood
};

}  // namespace yuxin::http
