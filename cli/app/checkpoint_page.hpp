// A checkpoint as a page that a person can keep on paper.
#pragma once

#include <string>
#include <vector>

#include "yuxin/base/result.hpp"
#include "yuxin/base/time.hpp"
#include "yuxin/evidence/checkpoint.hpp"
#include "yuxin/evidence/cosignature.hpp"

namespace yuxin::cli {

struct CheckpointPage {
  std::string organisation;
  evidence::Checkpoint checkpoint;
  std::string note;          // with co-signatures
  std::string verifier_key;  // "NAME+HASH+KEY"
  std::vector<evidence::Cosignature> cosignatures;
  std::string time_stamp;  // a sentence, or empty
  base::UnixTime printed_at;
};

// checkpoint_lines lays the page out, 80 columns wide but for the code at its end: what it is, the root in hex and as
// words to be read aloud, how to use it, the note (which note_from_paper reads back from the whole page), and the
// note as a QR code. kRefused when the note is too long for a code.
[[nodiscard]] base::Result<std::vector<std::string>> checkpoint_lines(const CheckpointPage& page);

}  // namespace yuxin::cli
