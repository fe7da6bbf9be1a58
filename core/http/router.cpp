#include "yuxin/http/router.hpp"

#include <algorithm>

#include "yuxin/base/language.hpp"

namespace yuxin::http {

void Router::exact(std::string_view path, std::initializer_list<std::string_view> methods,
                   base::HttpService& service) {
  exact_.push_back({std::string(path), {methods.begin(), methods.end()}, &service});
}

void Router::prefix(std::string_view path, std::initializer_list<std::string_view> methods,
                    base::HttpService& service) {
  const auto shorter =
      std::ranges::find_if(prefixes_, [&](const Route& route) { return route.path.size() < path.size(); });
  prefixes_.insert(shorter, {std::string(path), {methods.begin(), methods.end()}, &service});
}

const Router::Route* Router::find(std::string_view path) const {
  for (const Route& route : exact_) {
    if (route.path == path) return &route;
  }
  for (const Route& route : prefixes_) {
    if (path.starts_with(route.path)) return &route;
  }
  return nullptr;
}

bool Router::Route::allows(std::string_view method) const {
  return methods.empty() || std::ranges::find(methods, method) != methods.end();
}

base::HttpReply Router::Route::refusal(const base::HttpRequest& request) const {
  auto reply = base::problem(405, base::tr("Method not allowed"),
                             base::message("{} is not possible at {}.", request.method, path));
  std::string allow;
  for (const std::string& method : methods) {
    if (!allow.empty()) allow += ", ";
    allow += method == "GET" ? "GET, HEAD" : method;
  }
  reply.fields.emplace_back("Allow", allow);  // RFC 9110 section 15.5.6: a 405 must say what is allowed
  return reply;
}

std::optional<base::HttpReply> Router::answer_now(const base::HttpRequest& request) {
  const Route* const route = find(request.path());
  if (route == nullptr) {
    return base::problem(404, base::tr("Not found"), base::tr("There is nothing at this address."));
  }
  if (!route->allows(request.method)) return route->refusal(request);
  return route->service->answer_now(request);
}

base::HttpReply Router::answer(const base::HttpRequest& request) {
  const Route* const route = find(request.path());
  if (route == nullptr) {
    return base::problem(404, base::tr("Not found"), base::tr("There is nothing at this address."));
  }
  return route->allows(request.method) ? route->service->answer(request) : route->refusal(request);
}

std::size_t Router::largest_body(const base::HttpRequest& head) {
  const Route* const route = find(head.path());
  return route != nullptr && route->allows(head.method) ? route->service->largest_body(head) : 0;
}

std::optional<base::HttpReply> Router::busy(const base::HttpRequest& request) {
  const Route* const route = find(request.path());
  return route != nullptr ? route->service->busy(request) : std::nullopt;
}

}  // namespace yuxin::http
