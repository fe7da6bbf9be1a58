// What a witness remembers of one ledger: the checkpoint that it countersigned last, in a file of its own.
#pragma once

#include <optional>
#include <string>

#include "yuxin/base/result.hpp"
#include "yuxin/evidence/checkpoint.hpp"
#include "yuxin/evidence/cosignature.hpp"

namespace yuxin::cli {

// WitnessState holds the file locked from opening until it goes: looking at the last checkpoint and putting the next
// in its place are one step for every process (C2SP tlog-witness). The file is the countersigned checkpoint itself.
// Not thread-safe.
class WitnessState {
 public:
  [[nodiscard]] static base::Result<WitnessState> open(const std::string& file);
  WitnessState(WitnessState&& other) noexcept;
  WitnessState& operator=(WitnessState&&) = delete;
  ~WitnessState();

  // last gives the checkpoint that was countersigned last, or nothing when there is no file. kIntegrity when the file
  // does not bear both the ledger's signature and the witness's own.
  [[nodiscard]] base::Result<std::optional<evidence::Checkpoint>> last(const x509::PublicKey& ledger,
                                                                       const evidence::WitnessKey& own) const;
  // remember is durable on return.
  [[nodiscard]] base::Result<> remember(std::string_view countersigned) const;

 private:
  WitnessState(std::string file, int lock) : file_(std::move(file)), lock_(lock) {}
  std::string file_;
  int lock_ = -1;
};

}  // namespace yuxin::cli
