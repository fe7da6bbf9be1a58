#include "cli/app/monitoring.hpp"

#include <doctest/doctest.h>

#include "founded_city.hpp"

namespace base = yuxin::base;
namespace cli = yuxin::cli;
namespace test = yuxin::test;

TEST_CASE("a server whose database was replaced is not ready, and says why") {
  const test::TemporaryFolder folder;
  const test::FakeClock clock(base::UnixTime{1795341600});
  const auto path = test::found_city(folder, clock, "pass") + "/online";
  const auto home = test::need(cli::Home::open(path, cli::Home::Access::kWrite, clock));
  cli::Monitoring monitoring(*home, nullptr);
  base::HttpRequest request{};
  request.method = "GET";
  request.target = "/readyz";
  CHECK(monitoring.answer(request).status == 200);
  std::filesystem::copy_file(path + "/yuxin.db", path + "/other.db");
  std::filesystem::rename(path + "/other.db", path + "/yuxin.db");
  const auto reply = monitoring.answer(request);
  CHECK(reply.status == 503);
  CHECK(base::as_text(reply.body).find("Another database was put in place of") != std::string_view::npos);
}
