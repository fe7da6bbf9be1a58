// Reading the files of path validation suites.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

#include "yuxin/base/bytes.hpp"
#include "yuxin/x509/path.hpp"

namespace yuxin::test {

inline base::Bytes octets_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + file.string());
  return {std::istreambuf_iterator<char>(in), {}};
}

inline x509::Certificate certificate_of(const std::filesystem::path& file) {
  auto certificate = x509::Certificate::from_bytes(octets_of(file));
  if (!certificate) throw std::runtime_error(file.string() + ": " + certificate.error().detail);
  return *certificate;
}

// Score counts the cases that end as expected and keeps the others by name.
class Score {
 public:
  void add(const std::string& name, bool as_expected, const std::string& remark) {
    ++cases_;
    if (!as_expected) others_.push_back(name + " (" + remark + ")");
  }
  [[nodiscard]] std::size_t cases() const { return cases_; }
  [[nodiscard]] std::size_t as_expected() const { return cases_ - others_.size(); }
  [[nodiscard]] std::string others() const {
    std::string list;
    for (const auto& one : others_) list += "\n  " + one;
    return list;
  }

 private:
  std::size_t cases_ = 0;
  std::vector<std::string> others_;
};

}  // namespace yuxin::test
