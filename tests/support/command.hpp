// Running other people's tools from a test, in a folder that goes away.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace yuxin::test {

// Outcome is the exit status of a command and what it wrote to both of its outputs.
struct Outcome {
  int status = -1;
  std::string output;
};

// run gives a line to the shell.
inline Outcome run(const std::string& line) {
  Outcome outcome;
  std::FILE* pipe = popen(("{ " + line + "\n} 2>&1 </dev/null").c_str(), "r");
  if (pipe == nullptr) return outcome;
  std::array<char, 4096> part{};
  for (std::size_t size = 0; (size = std::fread(part.data(), 1, part.size(), pipe)) > 0;) {
    outcome.output.append(part.data(), size);
  }
  const int status = pclose(pipe);
  outcome.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return outcome;
}

inline bool has_command(const std::string& name) { return run("command -v " + name).status == 0; }

// TemporaryFolder is removed with everything in it.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "yuxin-test-XXXXXX").string();
    if (mkdtemp(pattern.data()) != nullptr) path_ = pattern;
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::string file(std::string_view name) const { return (path_ / name).string(); }
  // run gives a line to the shell inside the folder.
  [[nodiscard]] Outcome run(const std::string& line) const {
    return test::run("cd '" + path_.string() + "' && " + line);
  }

 private:
  std::filesystem::path path_;
};

inline std::vector<std::uint8_t> read_octets(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

inline void write_octets(const std::filesystem::path& path, const std::vector<std::uint8_t>& octets) {
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(octets.data()), static_cast<std::streamsize>(octets.size()));
}

}  // namespace yuxin::test
