#include "yuxin/http/client.hpp"

#include <algorithm>
#include <array>

#include "channel.hpp"
#include "characters.hpp"
#include "response_reader.hpp"
#include "url.hpp"
#include "yuxin/base/text.hpp"

namespace yuxin::http {
namespace {

using base::Code;
using base::Result;

struct Call {
  std::string_view method;
  std::string_view content_type;
  base::ByteView body;
};

struct Answer {
  ClientReply reply;
  std::string location;
};

std::string request_head(const Url& url, const Call& call, const ClientOptions& options) {
  std::string head;
  head.append(call.method).append(" ").append(url.target).append(" HTTP/1.1\r\nHost: ").append(url.authority());
  head.append("\r\nUser-Agent: yuxin\r\nConnection: close\r\n");
  for (const auto& field : options.fields) head.append(field.name).append(": ").append(field.value).append("\r\n");
  if (!options.accept.empty()) head.append("Accept: ").append(options.accept).append("\r\n");
  if (call.method == "POST") {
    head.append("Content-Type: ").append(call.content_type);
    head.append("\r\nContent-Length: ").append(std::to_string(call.body.size())).append("\r\n");
  }
  return head.append("\r\n");
}

Result<Answer> receive(Channel& channel, const Url& url, const ClientOptions& options) {
  ResponseReader reader(options.size_limit);
  std::array<char, 16384> chunk{};
  for (bool heard = false;; heard = true) {
    TRY(const std::size_t octets, channel.read(chunk));
    if (octets == 0) {
      if (!heard) return base::fail(Code::kUnavailable, "{} closed the connection without an answer.", url.host);
      // RFC 9112 section 9.8: without length and without close_notify nobody knows whether this is all.
      if (reader.needs_end() && channel.cut_short()) {
        return base::fail(Code::kMalformed, "The answer of {} was cut short.", url.host);
      }
      TRY(reader.end());
      return Answer{reader.reply(), reader.location()};
    }
    TRY(const auto progress, reader.take({chunk.data(), octets}));
    if (progress == ResponseReader::Progress::kDone) return Answer{reader.reply(), reader.location()};
  }
}

Result<Answer> exchange(const Url& url, const Call& call, const ClientOptions& options,
                        Channel::Clock::time_point until) {
  SslContextPtr tls;
  if (url.tls && options.server_certificate == ServerCertificate::kAny) {
    TRY(tls, make_looking_context({}));
  } else if (url.tls) {
    TRY(tls, make_client_context(options.trusted, options.identity.get()));
  }
  TRY(Channel channel, Channel::open(url, tls.get(), until, options.addresses, options.stop));
  std::string request = request_head(url, call, options);
  request.append(base::as_text(call.body));
  if (options.on_send) options.on_send();
  const auto written = channel.write(request);
  auto answer = receive(channel, url, options);
  // A server may refuse a long request before it has read all of it: then the answer counts, not the broken write.
  if (!written && !answer) return tl::unexpected(written.error());
  return answer;
}

// 127.0.0.0/8 in four decimal numbers, and not a name that begins so.
bool is_loopback_4(std::string_view host) {
  return host.starts_with("127.") && host.find_first_not_of("0123456789.") == std::string_view::npos;
}

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

Result<ClientReply> fetch(std::string_view text, const Call& call, const ClientOptions& options) {
  const bool framed = std::ranges::all_of(
      options.fields, [](const ClientField& one) { return is_token(one.name) && is_field_value(one.value); });
  if (!framed || !is_field_value(options.accept) || !is_field_value(call.content_type)) {
    return base::fail(Code::kUsage, "A header field of the request would hold a control character.");
  }
  const auto until = Channel::Clock::now() + options.time_limit;
  TRY(Url url, parse_url(text));
  for (int redirects = 0;; ++redirects) {
    TRY(Answer answer, exchange(url, call, options, until));
    const bool follow = options.max_redirects > 0 && call.method == "GET" && is_redirect(answer.reply.status);
    if (!follow || answer.location.empty()) return std::move(answer.reply);
    if (redirects == options.max_redirects) {
      return base::fail(Code::kRefused, "{} redirects more than {} times.", text, options.max_redirects);
    }
    TRY(url, resolve_location(url, answer.location));
  }
}

}  // namespace

Result<Destination> destination_of(std::string_view url) {
  TRY(auto parts, parse_url(url));
  Destination destination{parts.tls, std::move(parts.host), parts.port, std::move(parts.target), false};
  const auto host = base::lower(destination.host);
  destination.loopback = host == "localhost" || host == "::1" || is_loopback_4(host);
  return destination;
}

Result<ClientReply> get(std::string_view url, const ClientOptions& options) {
  return fetch(url, {"GET", {}, {}}, options);
}

Result<ClientReply> post(std::string_view url, std::string_view content_type, base::ByteView body,
                         const ClientOptions& options) {
  return fetch(url, {"POST", content_type, body}, options);
}

base::Result<base::Bytes> shown_certificate(const HandshakeQuestion& question) {
  const auto until = Channel::Clock::now() + question.time_limit;
  TRY(const auto tls, make_looking_context(question.protocol));
  const Url url{.tls = true, .host = question.host, .port = question.port, .target = "/"};
  TRY(const Channel channel, Channel::open(url, tls.get(), until, question.addresses, {}));
  if (channel.protocol() == question.protocol) return channel.peer_certificate();
  return base::fail(Code::kRefused, "{} does not speak {} at port {}.", question.host, question.protocol,
                    question.port);
}

}  // namespace yuxin::http
