// The transcript of a ceremony: every event on a line of its own, chained by digests, on the disk before the next.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "yuxin/base/result.hpp"
#include "yuxin/keymgmt/ceremony.hpp"
#include "yuxin/x509/digest.hpp"

namespace yuxin::keymgmt {

// A line is the canonical JSON (RFC 8785) of {"data", "entry" (from 1), "event", "previous", "step" (from 1, or
// null), "time"}. "previous" is the SHA-256 of the line before without its line end; of the first line, the digest of
// the plan. So a custodian follows the chain with sed and sha256sum.
[[nodiscard]] base::Result<std::string> transcript_line(const CeremonyEvent& event, std::size_t entry,
                                                        const x509::Digest256& previous);

// read_transcript takes exactly what transcript_line writes, line for line, and follows the chain from the plan's
// digest. kMalformed and kIntegrity name the entry.
[[nodiscard]] base::Result<std::vector<CeremonyEvent>> read_transcript(std::string_view text,
                                                                       const x509::Digest256& plan);

// Transcript is the file to which one ceremony at a time writes. Not thread-safe.
class Transcript {
 public:
  // open makes the file or goes on with it: every event in it went through `ceremony`. A last line that lacks its
  // line end is what a power cut left of an event that nobody has seen; it is taken away. Locks the file: kConflict
  // when somebody else writes. Errors of read_transcript and Ceremony::apply.
  [[nodiscard]] static base::Result<Transcript> open(const std::string& path, Ceremony& ceremony);
  // add puts the event through `ceremony`, then on the disk; only then it has happened. Errors of Ceremony::apply;
  // kUnavailable when the disk fails, and then the program must end: the next start finds what is there.
  [[nodiscard]] base::Result<> add(Ceremony& ceremony, const CeremonyEvent& event);
  [[nodiscard]] std::size_t entries() const { return entries_; }
  // digest is the SHA-256 of the whole file: what everybody signs at the end.
  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] x509::Digest256 digest() const { return x509::sha256(base::as_bytes(text_)); }

  Transcript(Transcript&& other) noexcept;
  Transcript& operator=(Transcript&& other) noexcept;
  ~Transcript();

 private:
  explicit Transcript(int file) : file_(file) {}
  int file_ = -1;
  bool failed_ = false;  // an event may lie there in part: nothing is written behind it
  std::size_t entries_ = 0;
  x509::Digest256 previous_{};
  std::string text_;
};

}  // namespace yuxin::keymgmt
