// What a witness reads and decides: the request of C2SP tlog-witness, and whether a checkpoint continues the last
// one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "yuxin/base/result.hpp"
#include "yuxin/evidence/checkpoint.hpp"
#include "yuxin/evidence/ledger.hpp"

namespace yuxin::evidence {

// WitnessRequest is the body of add-checkpoint (C2SP tlog-witness): "old N", the consistency proof from N on with one
// hash in base64 a line, an empty line, and the checkpoint. A checkpoint alone is a request without a proof.
struct WitnessRequest {
  std::optional<std::int64_t> old_size;
  std::vector<Hash> proof;  // RFC 6962 section 2.1.2; at most 63
  std::string checkpoint;   // the signed note, as it came
};
[[nodiscard]] std::string print_witness_request(const WitnessRequest& request);
// parse_witness_request: kMalformed. The checkpoint's own form is looked at by check_request.
[[nodiscard]] base::Result<WitnessRequest> parse_witness_request(std::string_view text);

// check_request decides whether a witness that has countersigned `last` (nothing: none of this log) may countersign
// the checkpoint of the request, and gives what it says. Pure. Errors, each with its own sentence: kBadSignature when
// the log did not sign it; kConflict when it is another log's, or when the proof begins elsewhere than at `last`;
// kUsage when a proof is needed and none was given; kIntegrity when the ledger went back, when it is another ledger
// of the same size, or when the proof does not hold. After kIntegrity both checkpoints are evidence against the log.
[[nodiscard]] base::Result<Checkpoint> check_request(const WitnessRequest& request, const x509::PublicKey& log,
                                                     const std::optional<Checkpoint>& last);

}  // namespace yuxin::evidence
