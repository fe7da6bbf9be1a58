// What an OCSP answer costs.
//
//   live     a request with a nonce, parsed, looked up, signed with P-256: its CPU time against the signature alone
//   cached   the same answer from memory over keep-alive HTTP, by GET and by POST: CPU time per request of the server
//            against nginx (sendfile off) serving the same octets as a static file
//   cores    live answers a second on two processors against one, beside what two processors are worth at that time
//
// Everything is real: SQLite store with its shared revision, status index, delegated responder, HTTP server. Needs
// wrk and nginx, and two processors.   bench_ocsp [CERTIFICATES [ROUNDS [SECONDS]]]
#include <openssl/ec.h>
#include <openssl/evp.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <thread>

#include "../tests/support/small_authority.hpp"
#include "support/measure.hpp"
#include "support/wrk.hpp"
#include "yuxin/http/router.hpp"
#include "yuxin/http/server.hpp"
#include "yuxin/ocsp/responder.hpp"
#include "yuxin/store/store.hpp"
#include "yuxin/x509/ocsp_response.hpp"

namespace {

using namespace yuxin;
using bench::must;
using bench::seconds;
using test::need;

// City is an authority with some certificates in a store of its own, and its responder.
struct City {
  City(const std::string& folder, int certificates)
      : store(need(store::Store::over(need(store::open_sqlite({.path = folder + "/yuxin.db"})),
                                      folder + "/status.signal"))) {
    must(store::migrate(store->database(), store::migrations()));
    for (int i = 0; i < certificates; ++i) serials.push_back(x509::Serial::random());
    must(store->write([this](store::Writer& writer) -> base::Result<> { return fill(writer); }));
    responder = need(ocsp::Responder::start(store->status(), base::system_clock(), {}));
    must(responder->set_signer(1, {delegate.certificate, delegate.signer}));
  }
  base::Result<> fill(store::Writer& writer) const {
    store::AuthorityRow row;
    row.name = "issuing";
    row.certificate = base::to_bytes(authority.certificate().der());
    TRY(const std::int64_t id, writer.insert_authority(row));
    for (const auto& serial : serials) {
      store::CertificateRow certificate;
      certificate.authority = id;
      certificate.serial = base::to_bytes(serial.content());
      certificate.profile = "tls-server";
      certificate.not_after = test::kLong.not_after;
      TRY(writer.insert_certificate(certificate));
    }
    return {};
  }
  [[nodiscard]] base::Bytes request(std::size_t which, base::ByteView nonce) const {
    const base::ByteView serial = serials[which % serials.size()].content();
    return need(x509::make_ocsp_request(authority.certificate(), std::span(&serial, 1),
                                        {x509::DigestAlgorithm::kSha1, nonce}));
  }

  test::SmallAuthority authority{"C=CN, O=Bench, CN=Bench Issuing", {x509::KeyType::kP256, 256}};
  test::SmallAuthority::Delegate delegate =
      authority.responder("C=CN, O=Bench, CN=Bench OCSP", {x509::KeyType::kP256, 256});
  std::shared_ptr<store::Store> store;
  std::vector<x509::Serial> serials;
  std::unique_ptr<ocsp::Responder> responder;
};

base::HttpRequest post(const base::Bytes& body) {
  base::HttpRequest request;
  request.method = "POST";
  request.target = "/ocsp";
  request.body = body;
  return request;
}

// The limit: one reused context on a digest, nothing else.
double raw_signature(int count) {
  EVP_PKEY* const key = EVP_EC_gen("P-256");
  EVP_PKEY_CTX* const context = EVP_PKEY_CTX_new(key, nullptr);
  EVP_PKEY_sign_init(context);
  const std::array<std::uint8_t, 32> digest{1, 2, 3};
  std::array<std::uint8_t, 80> signature{};
  const double begin = seconds(CLOCK_THREAD_CPUTIME_ID);
  for (int i = 0; i < count; ++i) {
    std::size_t size = signature.size();
    if (EVP_PKEY_sign(context, signature.data(), &size, digest.data(), digest.size()) != 1) std::abort();
  }
  const double cpu = seconds(CLOCK_THREAD_CPUTIME_ID) - begin;
  EVP_PKEY_CTX_free(context);
  EVP_PKEY_free(key);
  return cpu / count;
}

// as_server does what the HTTP server does with a request: first the network thread's call, then the pool's.
void as_server(ocsp::Responder& responder, const base::HttpRequest& request) {
  auto reply = responder.answer_now(request);
  if (!reply) reply = responder.answer(request);
  if (reply->shared == nullptr || reply->shared->body.size() < 100) std::abort();
}

double answer_all(ocsp::Responder& responder, const std::vector<base::Bytes>& requests, int count) {
  const double begin = seconds(CLOCK_THREAD_CPUTIME_ID);
  for (int i = 0; i < count; ++i) as_server(responder, post(requests[static_cast<std::size_t>(i) % requests.size()]));
  return (seconds(CLOCK_THREAD_CPUTIME_ID) - begin) / count;
}

void bench_live(City& city, int rounds) {
  std::vector<base::Bytes> requests;
  for (std::size_t i = 0; i < 1000; ++i) requests.push_back(city.request(i, x509::make_ocsp_nonce()));
  const std::vector<base::Bytes> same{city.request(0, {})};
  std::vector<double> limits, live, share, cached;
  for (int round = 0; round < rounds; ++round) {
    const double before = raw_signature(4000);
    live.push_back(answer_all(*city.responder, requests, 4000));
    limits.push_back((before + raw_signature(4000)) / 2);
    share.push_back(limits.back() / live.back());
    cached.push_back(answer_all(*city.responder, same, 200000));
  }
  std::printf("limit: P-256 signature                  %6.2f us CPU\n", bench::median(limits) * 1e6);
  std::printf("live answer with nonce                  %6.2f us CPU   %.2f of the raw signature rate (aim 0.90)\n",
              bench::median(live) * 1e6, bench::median(share));
  std::printf("cached answer without HTTP              %6.2f us CPU   (aim 0.50)\n", bench::median(cached) * 1e6);
}

// rate is how many of some work `threads` threads do in a second of wall time, each pinned to a processor.
template <typename Work>
double rate(int threads, const Work& work) {
  const double begin = seconds(CLOCK_MONOTONIC);
  {
    std::vector<std::jthread> workers;
    for (int worker = 0; worker < threads; ++worker) {
      workers.emplace_back([&work, worker] {
        bench::pin(worker);
        work();
      });
    }
  }
  return threads / (seconds(CLOCK_MONOTONIC) - begin);
}

// Neighbours on the machine take processors away, so the same is done with raw signatures by a key and a context for
// each thread, which share nothing: what they reach is what two processors were worth in that moment.
void bench_cores(City& city, int rounds) {
  std::vector<base::Bytes> requests;
  for (std::size_t i = 0; i < 1000; ++i) requests.push_back(city.request(i, x509::make_ocsp_nonce()));
  const auto live = [&] { answer_all(*city.responder, requests, 5000); };
  const auto control = [] { raw_signature(5000); };
  std::vector<double> scale, controls;
  for (int round = 0; round < 3 * rounds; ++round) {
    const double one = rate(1, live);
    const double control_one = rate(1, control);
    controls.push_back(rate(2, control) / control_one);
    scale.push_back(rate(2, live) / one);
  }
  std::printf(
      "live answers, two processors            %6.2f x one (aim 1.8); signatures that share nothing: %.2f x\n\n",
      bench::median(scale), bench::median(controls));
}

// A child process with the server, so that its CPU time can be told from ours.
pid_t fork_server(const std::string& folder, int certificates, int& port, std::vector<std::uint8_t>& request,
                  std::vector<std::uint8_t>& answer) {
  std::array<int, 2> channel{};
  if (::pipe(channel.data()) != 0) std::abort();
  const pid_t child = ::fork();
  if (child == 0) {
    bench::pin(0);
    City city(folder, certificates);
    http::Router router;
    router.exact("/ocsp", {"POST"}, *city.responder);
    router.prefix("/ocsp/", {"GET"}, *city.responder);
    base::Pool pool(1, 256);
    http::ServerOptions options;
    options.pool = &pool;
    options.clock = &base::system_clock();
    options.listeners.emplace_back();
    options.listeners.front().service = &router;
    const auto server = need(http::Server::start(std::move(options)));
    const auto asked = city.request(7, {});
    const auto said = city.responder->answer(post(asked)).shared->body;
    const std::array<std::uint32_t, 3> sizes{server->bound_port(), static_cast<std::uint32_t>(asked.size()),
                                             static_cast<std::uint32_t>(said.size())};
    bool told = ::write(channel[1], sizes.data(), sizeof sizes) == sizeof sizes;
    told = told && ::write(channel[1], asked.data(), asked.size()) > 0 &&
           ::write(channel[1], said.data(), said.size()) > 0;
    if (told) ::pause();
    std::abort();
  }
  ::close(channel[1]);
  std::array<std::uint32_t, 3> sizes{};
  const auto read_all = [&channel](void* to, std::size_t size) {
    auto* at = static_cast<std::uint8_t*>(to);
    while (size > 0) {
      const auto got = ::read(channel[0], at, size);
      if (got <= 0) std::abort();
      at += got;
      size -= static_cast<std::size_t>(got);
    }
  };
  read_all(sizes.data(), sizeof sizes);
  port = static_cast<int>(sizes[0]);
  request.resize(sizes[1]);
  answer.resize(sizes[2]);
  read_all(request.data(), request.size());
  read_all(answer.data(), answer.size());
  ::close(channel[0]);
  return child;
}

struct Candidate {
  const char* name;
  pid_t process;
  std::string url;
  std::vector<double> rounds;
};

void report(const char* what, std::vector<Candidate> candidates, int rounds, int duration, const std::string& more) {
  for (int round = 0; round < rounds; ++round) {
    for (Candidate& candidate : candidates) {
      const auto load = bench::load_with_wrk(candidate.process, candidate.url, duration, more);
      if (load.errors > 0)
        std::printf("%s: %llu errors\n", candidate.name, static_cast<unsigned long long>(load.errors));
      candidate.rounds.push_back(load.cpu_us);
    }
  }
  const double yardstick = bench::median(candidates.front().rounds);
  std::printf("%s\n", what);
  for (Candidate& candidate : candidates) {
    const double cpu = bench::median(candidate.rounds);
    std::printf("  %-34s %6.2f us CPU a request   %.2f x\n", candidate.name, cpu, cpu > 0 ? yardstick / cpu : 0);
  }
}

// A script for wrk that posts the request; binary octets as decimal escapes.
void write_post_script(const std::filesystem::path& path, const std::vector<std::uint8_t>& request) {
  std::ofstream out(path);
  out << "wrk.method = \"POST\"\nwrk.headers[\"Content-Type\"] = \"application/ocsp-request\"\nwrk.body = \"";
  for (const std::uint8_t octet : request) {
    std::array<char, 8> escape{};
    std::snprintf(escape.data(), escape.size(), "\\%03u", static_cast<unsigned>(octet));
    out << escape.data();
  }
  out << "\"\n";
}

void bench_http(const std::filesystem::path& folder, int certificates, int rounds, int duration) {
  int port = 0;
  std::vector<std::uint8_t> request, answer;
  const pid_t own = fork_server((folder / "served").string(), certificates, port, request, answer);
  const int nginx_port = port < 60000 ? port + 1 : port - 1;
  {
    // POST to a static file is 405 for nginx; the remap makes it serve the file.
    const bench::Nginx nginx(folder / "nginx", nginx_port, "sendfile off; tcp_nopush off; error_page 405 =200 $uri;");
    std::ofstream(folder / "nginx" / "www" / "answer.der")
        .write(reinterpret_cast<const char*>(answer.data()), static_cast<std::streamsize>(answer.size()));
    write_post_script(folder / "post.lua", request);
    ::sleep(1);
    const std::string at_nginx = "http://127.0.0.1:" + std::to_string(nginx_port) + "/answer.der";
    const std::string at_own = "http://127.0.0.1:" + std::to_string(port) + "/ocsp";
    std::string encoded;
    for (const char c : base::base64(request)) {
      encoded += c == '+' ? "%2B" : c == '/' ? "%2F" : c == '=' ? "%3D" : std::string(1, c);
    }
    const std::string octets = std::to_string(answer.size()) + " octets, keep-alive, 64 connections";
    report(
        ("cached answer by GET, " + octets).c_str(),
        {{"nginx, static, sendfile off", nginx.process(), at_nginx, {}}, {"yuxin", own, at_own + "/" + encoded, {}}},
        rounds, duration, "");
    report(("cached answer by POST, " + octets).c_str(),
           {{"nginx, static, sendfile off", nginx.process(), at_nginx, {}}, {"yuxin", own, at_own, {}}}, rounds,
           duration, "-s " + (folder / "post.lua").string());
  }
  ::kill(own, SIGKILL);
  ::waitpid(own, nullptr, 0);
}

}  // namespace

int main(int argc, char** argv) {
  x509::lock_private_keys();  // as the program does
  const int certificates = argc > 1 ? std::atoi(argv[1]) : 20000;
  const int rounds = argc > 2 ? std::atoi(argv[2]) : 5;
  const int duration = argc > 3 ? std::atoi(argv[3]) : 2;
  std::string name = (std::filesystem::temp_directory_path() / "yuxin-bench-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) return 1;
  const std::filesystem::path folder = name;
  std::filesystem::create_directories(folder / "served");
  std::filesystem::create_directories(folder / "own");
  bench_http(folder, certificates, rounds, duration);  // first: it forks, and threads do not survive that
  {
    City city((folder / "own").string(), certificates);
    bench_live(city, rounds);
    bench_cores(city, rounds);
  }
  std::filesystem::remove_all(folder);
  return 0;
}
