#include "yuxin/base/secret.hpp"

#include <doctest/doctest.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

using namespace yuxin::base;

namespace {

// flags_of gives the VmFlags line of the mapping that holds an address (proc(5)).
std::string flags_of(const void* address) {
  std::ifstream maps("/proc/self/smaps");
  std::string line;
  bool inside = false;
  const auto wanted = reinterpret_cast<std::uintptr_t>(address);
  while (std::getline(maps, line)) {
    std::uintptr_t first = 0;
    std::uintptr_t last = 0;
    char dash = 0;
    std::istringstream fields(line);
    if (fields >> std::hex >> first >> dash >> last && dash == '-') inside = wanted >= first && wanted < last;
    if (inside && line.starts_with("VmFlags:")) return line;
  }
  return {};
}

}  // namespace

static_assert(!std::is_copy_constructible_v<Secret> && !std::is_copy_assignable_v<Secret>);
static_assert(std::is_nothrow_move_constructible_v<Secret> && std::is_nothrow_move_assignable_v<Secret>);

TEST_CASE("a secret holds what it was given") {
  const Secret secret(std::string_view("correct horse"));
  CHECK(secret.text() == "correct horse");
  CHECK(secret.size() == 13);
  CHECK_FALSE(secret.empty());
  const Secret copy = secret.clone();
  CHECK(copy.text() == "correct horse");
  CHECK(copy.view().data() != secret.view().data());
}

TEST_CASE("an empty secret is empty") {
  CHECK(Secret().empty());
  CHECK(Secret(std::string_view()).empty());
  CHECK(Secret(std::size_t{0}).view().empty());
  CHECK(Secret().clone().empty());
}

TEST_CASE("a new secret of a size is all zero") {
  const Secret secret(std::size_t{5000});
  for (const std::uint8_t octet : secret.view()) REQUIRE(octet == 0);
}

TEST_CASE("moving leaves nothing behind") {
  Secret first(std::string_view("one"));
  Secret second(std::move(first));
  CHECK(first.empty());  // NOLINT(bugprone-use-after-move): that it is empty is the point
  CHECK(second.text() == "one");
  Secret third(std::string_view("three"));
  third = std::move(second);
  CHECK(third.text() == "one");
  CHECK(second.empty());  // NOLINT(bugprone-use-after-move)
  Secret& same = third;
  third = std::move(same);
  CHECK(third.text() == "one");
}

TEST_CASE("secrets are kept out of core dumps") {
  const Secret secret(std::string_view("hidden"));
  const std::string flags = flags_of(secret.view().data());
  REQUIRE_FALSE(flags.empty());
  CHECK(flags.find(" dd") != std::string::npos);  // do not dump
}

TEST_CASE("secrets are locked in memory where the process may lock") {
  // The address sanitizer makes mlock do nothing, and a process may lack the right.
  const auto size = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  void* page = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  REQUIRE(page != MAP_FAILED);
  const bool can_lock = mlock(page, size) == 0 && flags_of(page).find(" lo") != std::string::npos;
  const Secret secret(std::string_view("hidden"));
  CHECK((flags_of(secret.view().data()).find(" lo") != std::string::npos) == can_lock);
  munmap(page, size);
}

TEST_CASE("random octets fill the whole span and differ") {
  std::array<std::uint8_t, 4096> first{};
  std::array<std::uint8_t, 4096> second{};
  random_bytes(first);
  random_bytes(second);
  CHECK(first != second);
  // The chance of sixteen zero octets at the end is 2^-128.
  CHECK(std::any_of(first.end() - 16, first.end(), [](std::uint8_t octet) { return octet != 0; }));
  random_bytes({});
}

TEST_CASE("a protected process makes no core dump and cannot be attached to") {
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    protect_process();
    rlimit limit{1, 1};
    getrlimit(RLIMIT_CORE, &limit);
    _exit(limit.rlim_cur == 0 && limit.rlim_max == 0 && prctl(PR_GET_DUMPABLE) == 0 ? 0 : 1);
  }
  int status = -1;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(status == 0);
}

TEST_CASE("many secrets of many sizes stay apart, begin as zeros, and can be made and dropped by many threads") {
  std::vector<std::jthread> threads;
  std::atomic<int> wrong{0};
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&wrong, t] {
      std::vector<std::pair<Secret, std::uint8_t>> kept;
      for (int i = 0; i < 3000; ++i) {
        const auto size = static_cast<std::size_t>(1 + (i * 37 + t * 11) % 1500);
        Secret secret(size);
        for (const auto octet : secret.view()) wrong += octet == 0 ? 0 : 1;
        const auto mark = static_cast<std::uint8_t>(i % 251 + 1);
        for (std::size_t at = 0; at < size; ++at) secret.data()[at] = mark;
        kept.emplace_back(std::move(secret), mark);
        if (kept.size() > 40) {
          for (const auto octet : kept.front().first.view()) wrong += octet == kept.front().second ? 0 : 1;
          kept.erase(kept.begin());
        }
      }
    });
  }
  threads.clear();
  CHECK(wrong == 0);
}
