#include <doctest/doctest.h>
#include <openssl/ssl.h>

#include <optional>

#include "certificates.hpp"
#include "loopback.hpp"
#include "need.hpp"
#include "yuxin/http/client.hpp"

using namespace yuxin;
using namespace yuxin::test;
using base::Code;
using http::ClientCertificate;

namespace {

// A city with an authority, a server, and a client; and a stranger with an authority of its own.
struct Cast {
  Party authority{"City Authority"};
  Party server{"server", &authority, "IP:127.0.0.1,DNS:localhost"};
  Party officer{"officer", &authority};
  Party foreign_authority{"Foreign Authority"};
  Party stranger{"stranger", &foreign_authority, "IP:127.0.0.1"};
  Party expired{"expired", &authority, {}, {}, -60};
  Party only_server{"only server", &authority, {}, "serverAuth"};
};

struct TlsServer : TestServer {
  explicit TlsServer(const Cast& cast, ClientCertificate wanted) {
    auto& tls = options.listeners.front().tls.emplace();
    tls.identity = cast.server.identity();
    tls.client_certificate = wanted;
    if (wanted != ClientCertificate::kNone) tls.client_authorities = {cast.authority.der()};
    // Says who is there.
    service.later = [](const base::HttpRequest& request) {
      return text_reply(base::hex(request.peer_certificate) + "|" + std::string(base::as_text(request.body)));
    };
  }
  [[nodiscard]] std::string url(const std::string& host = "127.0.0.1") const {
    return "https://" + host + ":" + std::to_string(port()) + "/";
  }
};

http::ClientOptions trusting(const Party& authority, const Party* self = nullptr) {
  http::ClientOptions options;
  options.time_limit = kPatience;
  options.trusted = {authority.der()};
  if (self != nullptr) options.identity = std::make_shared<http::TlsIdentity>(self->identity());
  return options;
}

std::string body(const base::Result<http::ClientReply>& reply) {
  return reply ? std::string(base::as_text(reply->body)) : reply.error().detail + reply.error().diagnostic;
}

int status(const base::Result<http::ClientReply>& reply) { return reply ? reply->status : 0; }

// The highest version that a client with these bounds reaches, or 0.
int negotiated_version(std::uint16_t port, int lowest, int highest) {
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
  SSL_CTX_set_security_level(context.get(), 0);
  SSL_CTX_set_min_proto_version(context.get(), lowest);
  SSL_CTX_set_max_proto_version(context.get(), highest);
  const std::unique_ptr<BIO, decltype(&BIO_free_all)> bio(BIO_new_ssl_connect(context.get()), BIO_free_all);
  BIO_set_conn_hostname(bio.get(), ("127.0.0.1:" + std::to_string(port)).c_str());
  if (BIO_do_connect(bio.get()) <= 0) return 0;
  SSL* ssl = nullptr;
  BIO_get_ssl(bio.get(), &ssl);
  return SSL_version(ssl);
}

}  // namespace

TEST_CASE("a listener is given another identity and other authorities while it serves") {
  const Cast cast;
  TlsServer test(cast, ClientCertificate::kOptional);
  test.start();
  const auto officer = trusting(cast.authority, &cast.officer);
  CHECK(body(http::get(test.url(), officer)) == base::hex(cast.officer.der()) + "|");

  http::TlsServerOptions next;
  next.identity = cast.stranger.identity();
  next.client_certificate = ClientCertificate::kOptional;
  next.client_authorities = {cast.foreign_authority.der()};
  REQUIRE(test.server->renew_tls(0, next));
  CHECK_FALSE(http::get(test.url(), trusting(cast.authority)));
  CHECK(body(http::get(test.url(), trusting(cast.foreign_authority))) == "|");
  CHECK(status(http::get(test.url(), trusting(cast.foreign_authority, &cast.officer))) == 403);
  CHECK(body(http::get(test.url(), trusting(cast.foreign_authority, &cast.stranger))) ==
        base::hex(cast.stranger.der()) + "|");

  // what does not fit together changes nothing
  next.identity.private_key = cast.server.key();
  const auto refused = test.server->renew_tls(0, next);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Code::kUsage);
  CHECK(body(http::get(test.url(), trusting(cast.foreign_authority))) == "|");
}

TEST_CASE("TLS without client certificates") {
  const Cast cast;
  TlsServer test(cast, ClientCertificate::kNone);
  test.start();
  CHECK(body(http::get(test.url(), trusting(cast.authority))) == "|");
  CHECK(body(http::get(test.url("localhost"), trusting(cast.authority))) == "|");
}

TEST_CASE("a client certificate that is asked for but not required") {
  const Cast cast;
  TlsServer test(cast, ClientCertificate::kOptional);
  test.start();
  CHECK(body(http::get(test.url(), trusting(cast.authority))) == "|");
  CHECK(body(http::get(test.url(), trusting(cast.authority, &cast.officer))) == base::hex(cast.officer.der()) + "|");
  // whatever is asked for, the service does not hear of it
  const auto before = test.server->counts().requests;
  CHECK(status(http::get(test.url(), trusting(cast.authority, &cast.stranger))) == 403);
  CHECK(status(http::post(test.url(), "text/plain", base::as_bytes("x"), trusting(cast.authority, &cast.stranger))) ==
        403);
  CHECK(test.server->counts().requests == before + 2);
  // of the right authority, and out of its time or for another purpose
  for (const auto* party : {&cast.expired, &cast.only_server})
    CHECK(status(http::get(test.url(), trusting(cast.authority, party))) == 403);
  CHECK(body(http::get(test.url(), trusting(cast.authority, &cast.officer))) == base::hex(cast.officer.der()) + "|");
}

TEST_CASE("a client certificate that is required") {
  const Cast cast;
  TlsServer test(cast, ClientCertificate::kRequired);
  test.start();
  CHECK(body(http::get(test.url(), trusting(cast.authority, &cast.officer))) == base::hex(cast.officer.der()) + "|");
  CHECK_FALSE(http::get(test.url(), trusting(cast.authority)));
  CHECK_FALSE(http::get(test.url(), trusting(cast.authority, &cast.stranger)));
  CHECK(test.server->counts().requests == 1);
}

TEST_CASE("a client accepts only the certificate of the host that it asked for, from an authority that it trusts") {
  const Cast cast;
  TlsServer test(cast, ClientCertificate::kNone);
  test.start();
  CHECK(yuxin::test::error_of(http::get(test.url(), trusting(cast.foreign_authority))).code == Code::kBadSignature);
  CHECK(yuxin::test::error_of(http::get(test.url(), {})).code == Code::kBadSignature);
  // 127.0.0.2 is the same machine under an address that the certificate does not name.
  TlsServer other(cast, ClientCertificate::kNone);
  other.options.listeners.front().address = "127.0.0.2";
  other.start();
  CHECK(yuxin::test::error_of(http::get(other.url("127.0.0.2"), trusting(cast.authority))).code ==
        Code::kBadSignature);
}

TEST_CASE("TLS 1.2 and 1.3 are spoken, nothing older") {
  const Cast cast;
  TlsServer test(cast, ClientCertificate::kNone);
  test.start();
  CHECK(negotiated_version(test.port(), TLS1_VERSION, TLS1_3_VERSION) == TLS1_3_VERSION);
  CHECK(negotiated_version(test.port(), TLS1_VERSION, TLS1_2_VERSION) == TLS1_2_VERSION);
  CHECK(negotiated_version(test.port(), TLS1_VERSION, TLS1_1_VERSION) == 0);
}

TEST_CASE("large bodies go through TLS in both directions") {
  const Cast cast;
  TlsServer test(cast, ClientCertificate::kNone);
  test.limits().body = 8U << 20U;
  test.start();
  std::string large(5'000'000, '\0');
  for (std::size_t i = 0; i < large.size(); ++i) large[i] = static_cast<char>('a' + i * 31 % 23);
  const auto reply =
      http::post(test.url(), "application/octet-stream", base::as_bytes(large), trusting(cast.authority));
  CHECK((body(reply) == "|" + large));
}

TEST_CASE("a connection that does not speak TLS, or stops in the handshake, is closed") {
  const Cast cast;
  TlsServer test(cast, ClientCertificate::kNone);
  test.limits().handshake_time = milliseconds(300);
  test.start();
  RawClient plain(test.port());
  plain.send(kGet);
  CHECK(plain.read_to_end().find("HTTP/1.1") == std::string::npos);
  RawClient silent(test.port());
  CHECK(silent.closed_by_server());
  RawClient half(test.port());
  half.send(std::string("\x16\x03\x01\x02\x00\x01", 6));
  CHECK(half.closed_by_server());
  CHECK(body(http::get(test.url(), trusting(cast.authority))) == "|");
}

TEST_CASE("a stop finishes requests that came over TLS") {
  const Cast cast;
  TlsServer test(cast, ClientCertificate::kNone);
  std::atomic<bool> begun{false};
  test.service.later = [&](const base::HttpRequest&) {
    begun = true;
    std::this_thread::sleep_for(milliseconds(200));
    return text_reply("finished");
  };
  test.start();
  std::string got;
  std::jthread client([&, url = test.url()] { got = body(http::get(url, trusting(cast.authority))); });
  REQUIRE(eventually([&] { return begun.load(); }));
  test.server->stop(kPatience);
  client.join();
  CHECK(got == "finished");
}

TEST_CASE("an identity that does not fit together is refused at the start") {
  const Cast cast;
  const auto start = [&](http::TlsServerOptions tls) {
    TestServer test;
    test.options.listeners.front().tls = std::move(tls);
    const auto server = http::Server::start(std::move(test.options));
    return server ? std::optional<Code>() : server.error().code;
  };
  const base::Bytes der = cast.server.der();
  CHECK(start({{{der}, cast.server.key()}, ClientCertificate::kNone, {}}) == std::nullopt);
  CHECK(start({{{der}, cast.server.key_pem()}, ClientCertificate::kNone, {}}) == std::nullopt);
  CHECK(start({{{der}, cast.server.key_pem("secret")}, ClientCertificate::kNone, {}}) == Code::kUsage);
  CHECK(start({{{der}, cast.officer.key()}, ClientCertificate::kNone, {}}) == Code::kUsage);
  CHECK(start({{{}, cast.server.key()}, ClientCertificate::kNone, {}}) == Code::kUsage);
  CHECK(start({{{{1, 2, 3}}, cast.server.key()}, ClientCertificate::kNone, {}}) == Code::kUsage);
  CHECK(start({{{der}, base::Secret(std::string_view("junk"))}, ClientCertificate::kNone, {}}) == Code::kUsage);
  CHECK(start({{{der}, cast.server.key()}, ClientCertificate::kOptional, {}}) == Code::kUsage);
  CHECK(start({{{der}, cast.server.key()}, ClientCertificate::kOptional, {{1, 2}}}) == Code::kUsage);
}
