// Opens any text as a signed checkpoint, with the keys of the log and of the witness that signed the seeds: another
// text that opens is a forgery. What is read from paper must come to rest after once.
#include <cstdlib>

#include "yuxin/evidence/checkpoint.hpp"
#include "yuxin/evidence/cosignature.hpp"

namespace evidence = yuxin::evidence;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto key =
      evidence::parse_verifier_key("sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8")
          .value()
          .key;
  static const auto witness =
      evidence::parse_witness_key(
          "witness.navigli.sunlight.geomys.org+a3e00fe2+BNy/co4C1Hn1p+INwJrfUlgz7W55dSZReusH/GhUhJ/G")
          .value();
  const auto note = yuxin::base::as_text({data, size});
  const auto checkpoint = evidence::open_checkpoint(note, key);
  if (checkpoint && checkpoint->origin != "go.sum database tree") std::abort();
  const auto seen = evidence::check_cosignatures(note, {witness});
  if (seen && !seen->empty() && !note.starts_with("markovianprotocol.com/log\n9266\n")) std::abort();
  const auto read = evidence::note_from_paper(note);
  if (evidence::note_from_paper(read) != read && evidence::open_checkpoint(read, key)) std::abort();
  return 0;
}
