// The router: which service answers which path.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "yuxin/base/http_message.hpp"

namespace yuxin::http {

// Router hands a request to the service whose path matches octet for octet: nothing is decoded, folded or normalised.
// An exact path wins over a prefix, a longer prefix over a shorter one. An unknown path is 404 and a known one with
// another method 405 with Allow, both as problem documents (RFC 9457). Where GET is allowed so is HEAD. Routes are
// added before the first request; from then on it is immutable and thread-safe. Services must outlive it.
class Router final : public base::HttpService {
 public:
  // `methods` are the methods that the service answers ("GET", "POST"); empty leaves the choice to the service.
  void exact(std::string_view path, std::initializer_list<std::string_view> methods, base::HttpService& service);
  void prefix(std::string_view path, std::initializer_list<std::string_view> methods, base::HttpService& service);

  [[nodiscard]] std::optional<base::HttpReply> answer_now(const base::HttpRequest& request) override;
  [[nodiscard]] base::HttpReply answer(const base::HttpRequest& request) override;
  [[nodiscard]] std::size_t largest_body(const base::HttpRequest& head) override;
  [[nodiscard]] std::optional<base::HttpReply> busy(const base::HttpRequest& request) override;

 private:
  struct Route {
    std::string path;
    std::vector<std::string> methods;
    base::HttpService* service = nullptr;
    [[nodiscard]] bool allows(std::string_view method) const;
    [[nodiscard]] base::HttpReply refusal(const base::HttpRequest& request) const;
  };
  [[nodiscard]] const Route* find(std::string_view path) const;

  std::vector<Route> exact_;
  std::vector<Route> prefixes_;  // longest first
};

}  // namespace yuxin::http
