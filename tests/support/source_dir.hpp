// Where the repository is, for tests that read tests/data.
#pragma once

#include <string>

namespace yuxin::test {

// source_dir is the top folder of the repository; source_file joins a path below it.
[[nodiscard]] std::string source_dir();
[[nodiscard]] std::string source_file(const std::string& path);

}  // namespace yuxin::test
