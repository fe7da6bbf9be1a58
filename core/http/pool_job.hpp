// A request on its way through the pool.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "mailbox.hpp"
#include "yuxin/base/http_message.hpp"

namespace yuxin::http {

// PoolJob holds a copy of a request, so that neither the connection nor the server need outlive the work on it.
class PoolJob {
 public:
  PoolJob(base::HttpService& service, const base::HttpRequest& request, std::shared_ptr<Mailbox> mailbox,
          std::uint64_t connection);
  PoolJob(const PoolJob&) = delete;
  PoolJob& operator=(const PoolJob&) = delete;

  // run answers the request on the calling thread and sends the reply to the connection's loop.
  void run();

 private:
  base::HttpService& service_;
  std::string octets_;  // what `request_` views
  base::HttpRequest request_;
  std::shared_ptr<Mailbox> mailbox_;
  std::uint64_t connection_;
};

}  // namespace yuxin::http
