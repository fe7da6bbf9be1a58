// What an audit found, in sentences that cannot fill the memory.
#pragma once

#include <string>
#include <vector>

#include "yuxin/base/language.hpp"

namespace yuxin::evidence {

class Findings {
 public:
  void add(std::string sentence) {
    if (++count_ <= kMost) sentences_.push_back(std::move(sentence));
  }
  [[nodiscard]] bool empty() const { return count_ == 0; }
  [[nodiscard]] std::vector<std::string> finish() && {
    if (count_ > kMost) sentences_.push_back(base::message("and {} more", count_ - kMost));
    return std::move(sentences_);
  }

 private:
  static constexpr std::size_t kMost = 1000;
  std::size_t count_ = 0;
  std::vector<std::string> sentences_;
};

}  // namespace yuxin::evidence
