// Where the suites of others lie: YUXIN_TEST_DATA, by default ../shared/data beside the source folder.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "source_dir.hpp"

namespace yuxin::test {

// test_data gives the path of one suite or file; nothing when it is absent, after a line that says so.
inline std::optional<std::filesystem::path> test_data(std::string_view name) {
  const char* chosen = std::getenv("YUXIN_TEST_DATA");
  const std::filesystem::path root =
      chosen != nullptr ? std::filesystem::path(chosen) : std::filesystem::path(source_file("../shared/data"));
  std::error_code ignored;
  if (std::filesystem::exists(root / name, ignored)) return root / name;
  std::printf("SKIPPED: no test data %s; set YUXIN_TEST_DATA to the folder that holds it\n",
              (root / name).string().c_str());
  return std::nullopt;
}

}  // namespace yuxin::test
