#include "source_dir.hpp"

#include <cstdlib>

namespace yuxin::test {

std::string source_dir() {
  const char* set = std::getenv("YUXIN_SOURCE_DIR");
  return set != nullptr ? set : YUXIN_SOURCE_DIR;
}

std::string source_file(const std::string& path) { return source_dir() + "/" + path; }

}  // namespace yuxin::test
