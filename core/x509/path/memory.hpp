// Paths that were found good, so that the same certificate is not walked up again for every signature that it made.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <vector>

#include "yuxin/x509/digest.hpp"
#include "yuxin/x509/path.hpp"

namespace yuxin::x509 {

// PathMemory keeps good paths of one set of trust anchors. Without revocation, names and policies a path depends on
// the time only through the validity of its certificates, so it stays good between the latest beginning and the
// earliest end of them. It is given again only where every certificate between is at hand once more: what a verifier
// says must not depend on what was verified before. Thread-safe; of bounded size.
class PathMemory {
 public:
  // can_keep says whether the answer to a question depends on nothing else.
  enum class Lists { kNone, kSome };  // in the material
  [[nodiscard]] static bool can_keep(const PathOptions& options, Lists lists);

  using Materials = std::vector<const std::vector<Certificate>*>;
  [[nodiscard]] std::optional<PathReport> find(const Certificate& certificate, base::UnixTime at,
                                               const PathOptions& options, const Materials& at_hand) const;
  void keep(const PathReport& good, const PathOptions& options);

 private:
  struct Key {
    Digest256 certificate{};
    PathPurpose purpose = PathPurpose::kAny;
    unsigned minimum_security_bits = 0;
    friend auto operator<=>(const Key&, const Key&) = default;
  };
  static Key key_of(const Certificate& certificate, const PathOptions& options);

  static constexpr std::size_t kMost = 4096;
  mutable std::mutex mutex_;
  std::map<Key, PathReport> good_;
};

}  // namespace yuxin::x509
