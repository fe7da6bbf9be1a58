// Co-signatures: what witnesses say about a checkpoint (C2SP tlog-cosignature, Ed25519 with a time).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "yuxin/base/result.hpp"
#include "yuxin/base/time.hpp"
#include "yuxin/x509/key.hpp"

namespace yuxin::evidence {

// WitnessKey is the key of a witness with its name, which is part of what identifies it. Not a VerifierKey: a log's
// key and a witness's key are told apart by their signature type and never stand in for one another.
struct WitnessKey {
  std::string name;  // "witness.example/w1"
  x509::PublicKey key;
};
// parse_witness_key reads "NAME+HASH+KEY" of signature type 0x04; kMalformed, also for the key of a log (0x01).
[[nodiscard]] base::Result<WitnessKey> parse_witness_key(std::string_view text);
[[nodiscard]] std::string print_witness_key(const WitnessKey& key);

// Cosignature says that at `time` the checkpoint was the largest consistent one of its log that the witness had seen.
struct Cosignature {
  std::string witness;
  base::UnixTime time;
  std::string line;  // the signature line, with its line feed
};

// make_cosignature gives the line that the holder of `signer` adds to a checkpoint. What the line says must have been
// checked before (check_request). kUsage for a key that is not Ed25519, a name that cannot stand in a note, or a time
// before 1970; kMalformed for a text that is no checkpoint.
[[nodiscard]] base::Result<Cosignature> make_cosignature(std::string_view note, std::string_view witness,
                                                         const x509::Signer& signer, base::UnixTime time);

// check_cosignatures gives the good co-signatures on a checkpoint by any of the keys, one a witness, in the order of
// the keys. A line by none of them is passed over. kBadSignature when a line by one of them is not good: C2SP
// signed-note has the whole note rejected then. kMalformed for a text that is no checkpoint. Says nothing about the
// log's own signature (open_checkpoint).
[[nodiscard]] base::Result<std::vector<Cosignature>> check_cosignatures(std::string_view note,
                                                                        const std::vector<WitnessKey>& keys);

// demand_witnesses is check_cosignatures for who demands `quorum` of the keys: kBadSignature names those missing.
// kUsage for a quorum of 0 or of more than there are different keys.
[[nodiscard]] base::Result<std::vector<Cosignature>> demand_witnesses(std::string_view note,
                                                                      const std::vector<WitnessKey>& keys,
                                                                      std::size_t quorum);

}  // namespace yuxin::evidence
