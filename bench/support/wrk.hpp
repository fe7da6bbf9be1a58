// CPU time per request of a server under wrk.
#pragma once

#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace yuxin::bench {

// The server runs on the first processor and wrk on the second, so that neither steals from the other.
inline void pin(int processor) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(static_cast<std::size_t>(processor), &set);
  ::sched_setaffinity(0, sizeof set, &set);
}

// cpu_nanoseconds is what all threads of a process have run so far, from the scheduler's own account.
inline std::uint64_t cpu_nanoseconds(pid_t process) {
  std::uint64_t sum = 0;
  std::error_code ignored;
  for (const auto& task :
       std::filesystem::directory_iterator("/proc/" + std::to_string(process) + "/task", ignored)) {
    std::ifstream file(task.path() / "schedstat");
    std::uint64_t run = 0;
    file >> run;
    sum += run;
  }
  return sum;
}

// Load is one round: `requests` answered, `errors` not answered or not 2xx, `cpu_us` of the server for each request.
struct Load {
  std::uint64_t requests = 0;
  std::uint64_t errors = 0;
  double cpu_us = 0;
};

// load_with_wrk runs wrk for some seconds against a server; `more` are further arguments, such as "-s FILE".
inline Load load_with_wrk(pid_t server, const std::string& url, int seconds, const std::string& more = {}) {
  const std::string command =
      "taskset -c 1 wrk -t1 -c64 -d" + std::to_string(seconds) + "s " + more + " '" + url + "' 2>&1";
  Load load;
  const std::uint64_t before = cpu_nanoseconds(server);
  FILE* out = ::popen(command.c_str(), "r");
  char line[512];
  while (out != nullptr && std::fgets(line, sizeof line, out) != nullptr) {
    unsigned long long number = 0;
    unsigned long long a = 0, b = 0, c = 0, d = 0;
    if (std::sscanf(line, " %llu requests in", &number) == 1) load.requests = number;
    if (std::sscanf(line, " Non-2xx or 3xx responses: %llu", &number) == 1) load.errors += number;
    if (std::sscanf(line, " Socket errors: connect %llu, read %llu, write %llu, timeout %llu", &a, &b, &c, &d) == 4) {
      load.errors += a + b + c + d;
    }
  }
  if (out != nullptr) ::pclose(out);
  const std::uint64_t after = cpu_nanoseconds(server);
  if (load.requests > 0)
    load.cpu_us = static_cast<double>(after - before) / 1000.0 / static_cast<double>(load.requests);
  return load;
}

inline double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values.empty() ? 0 : values[values.size() / 2];
}

// Nginx serves the folder DIR/www at 127.0.0.1:PORT from one process; stopped when it goes.
class Nginx {
 public:
  // `more` are directives for the server block.
  Nginx(const std::filesystem::path& folder, int port, const std::string& more) {
    std::filesystem::create_directories(folder / "www");
    const auto configuration = folder / "nginx.conf";
    std::ofstream(configuration) << "daemon off; master_process off; worker_processes 1; error_log stderr crit;\n"
                                 << "pid " << (folder / "nginx.pid").string() << ";\n"
                                 << "events { worker_connections 1024; }\n"
                                 << "http { access_log off; keepalive_requests 1000000000; keepalive_timeout 600;\n"
                                 << "types { application/ocsp-response der; }\n"
                                 << "client_body_temp_path " << (folder / "body").string() << ";\n"
                                 << "server { listen 127.0.0.1:" << port << "; root " << (folder / "www").string()
                                 << ";\n"
                                 << more << " } }\n";
    process_ = ::fork();
    if (process_ == 0) {
      pin(0);
      ::execlp("nginx", "nginx", "-p", folder.c_str(), "-c", configuration.c_str(), static_cast<char*>(nullptr));
      ::_exit(127);
    }
  }
  Nginx(const Nginx&) = delete;
  Nginx& operator=(const Nginx&) = delete;
  ~Nginx() {
    ::kill(process_, SIGTERM);
    ::waitpid(process_, nullptr, 0);
  }
  [[nodiscard]] pid_t process() const { return process_; }

 private:
  pid_t process_ = -1;
};

}  // namespace yuxin::bench
