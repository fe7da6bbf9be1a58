// CPU time per request of the HTTP server against nginx, for one small prebuilt answer over keep-alive: what a cached
// OCSP answer costs without the OCSP. Needs wrk and nginx, and two processors. Usage: bench_http [ROUNDS [SECONDS]]
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "support/wrk.hpp"
#include "yuxin/http/server.hpp"

namespace {

using namespace yuxin;

constexpr std::size_t kBody = 606;  // an OCSP answer signed with P-256, its signer's certificate included

class Prebuilt final : public base::HttpService {
 public:
  Prebuilt() {
    auto content = std::make_shared<base::HttpContent>();
    content->body.assign(kBody, 0x30);
    content->fields =
        "Content-Type: application/ocsp-response\r\nContent-Length: 606\r\n"
        "Last-Modified: Sun, 22 Nov 2026 10:00:00 GMT\r\nETag: \"6921a2f0-25e\"\r\n"
        "Cache-Control: max-age=3600, public, no-transform, must-revalidate\r\n"
        "Expires: Sun, 29 Nov 2026 10:00:00 GMT\r\n";
    content_ = content;
  }
  std::optional<base::HttpReply> answer_now(const base::HttpRequest& /*request*/) override {
    base::HttpReply reply;
    reply.shared = content_;
    return reply;
  }
  base::HttpReply answer(const base::HttpRequest& /*request*/) override { return {}; }

 private:
  std::shared_ptr<const base::HttpContent> content_;
};

// A child process with the server, so that its CPU time can be told from ours.
pid_t fork_server(int& port) {
  int pipe_ends[2];
  if (::pipe(pipe_ends) != 0) std::abort();
  const pid_t child = ::fork();
  if (child != 0) {
    ::close(pipe_ends[1]);
    if (::read(pipe_ends[0], &port, sizeof port) != sizeof port) std::abort();
    ::close(pipe_ends[0]);
    return child;
  }
  bench::pin(0);
  Prebuilt service;
  base::Pool pool(1, 16);
  http::ServerOptions options;
  options.pool = &pool;
  options.clock = &base::system_clock();
  options.listeners.emplace_back();
  options.listeners.front().service = &service;
  auto server = http::Server::start(std::move(options));
  if (!server) std::abort();
  port = (*server)->bound_port();
  if (::write(pipe_ends[1], &port, sizeof port) != sizeof port) std::abort();
  ::pause();
  std::abort();
}

struct Candidate {
  const char* name;
  pid_t process;
  std::string url;
  std::vector<double> rounds;
};

void report(const char* what, std::vector<Candidate>& candidates, int rounds, int seconds, const std::string& more) {
  for (int round = 0; round < rounds; ++round) {
    for (Candidate& candidate : candidates) {
      const auto load = bench::load_with_wrk(candidate.process, candidate.url, seconds, more);
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
    candidate.rounds.clear();
  }
}

}  // namespace

int main(int argc, char** argv) {
  const int rounds = argc > 1 ? std::atoi(argv[1]) : 5;
  const int seconds = argc > 2 ? std::atoi(argv[2]) : 2;
  std::string name = (std::filesystem::temp_directory_path() / "yuxin-bench-XXXXXX").string();
  const std::filesystem::path folder = ::mkdtemp(name.data());
  int port = 0;
  const pid_t own = fork_server(port);
  const int nginx_port = port < 60000 ? port + 1 : port - 1;
  {
    const bench::Nginx plain(folder / "plain", nginx_port, "sendfile off; tcp_nopush off;");
    const bench::Nginx caching(folder / "caching", nginx_port + 1, "sendfile off; open_file_cache max=100;");
    for (const char* each : {"plain", "caching"}) {
      std::ofstream(folder / each / "www" / "answer.der") << std::string(kBody, '0');
    }
    ::sleep(1);
    const auto url = [](int at) { return "http://127.0.0.1:" + std::to_string(at) + "/answer.der"; };
    std::vector<Candidate> candidates{{"nginx, sendfile off", plain.process(), url(nginx_port), {}},
                                      {"nginx, and open files cached", caching.process(), url(nginx_port + 1), {}},
                                      {"yuxin", own, url(port), {}}};
    report("GET, keep-alive, 64 connections, 606 octets", candidates, rounds, seconds, "");
  }
  ::kill(own, SIGKILL);
  ::waitpid(own, nullptr, 0);
  std::filesystem::remove_all(folder);
  return 0;
}
