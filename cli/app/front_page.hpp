// GET /: what a browser sees of a status service.
#pragma once

#include <set>
#include <string>

#include "home.hpp"
#include "yuxin/base/http_message.hpp"

namespace yuxin::cli {

// FrontPage answers a small page without scripts, in Chinese or English as Accept-Language wants, else in the
// language of the process: whose service it is, what it answers, and where the certificates and lists are.
// Thread-safe.
class FrontPage final : public base::HttpService {
 public:
  // `parts` are what is served: "ocsp", "crl", "tsa".
  FrontPage(Home& home, std::set<std::string> parts) : home_(home), parts_(std::move(parts)) {}
  [[nodiscard]] std::optional<base::HttpReply> answer_now(const base::HttpRequest&) override { return std::nullopt; }
  [[nodiscard]] base::HttpReply answer(const base::HttpRequest& request) override;

 private:
  Home& home_;
  std::set<std::string> parts_;
};

}  // namespace yuxin::cli
