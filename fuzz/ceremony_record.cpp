// Records of ceremonies, and transcripts: whatever comes is judged, and nothing that is not a record is found good.
#include "yuxin/keymgmt/ceremony_record.hpp"

#include <cstdlib>

#include "yuxin/keymgmt/ceremony_transcript.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace yuxin;
  const base::ByteView input(data, size);
  keymgmt::RecordExpectations expected;
  expected.mode = keymgmt::CeremonyMode::kPractice;
  const auto report = keymgmt::verify_record(input, expected);
  if (report.problems.empty()) {
    // read back, it is the same archive
    const auto parts = keymgmt::read_record(input);
    if (!parts || keymgmt::write_record(*parts) != base::to_bytes(input)) std::abort();
  }
  const auto events = keymgmt::read_transcript(base::as_text(input), {});
  if (events && !events->empty()) {
    std::string again;
    x509::Digest256 previous{};
    std::size_t entry = 0;
    for (const auto& event : *events) {
      const auto line = keymgmt::transcript_line(event, ++entry, previous);
      if (!line) std::abort();
      previous = x509::sha256(base::as_bytes(*line));
      again += *line + "\n";
    }
    if (again != base::as_text(input)) std::abort();
  }
  return 0;
}
