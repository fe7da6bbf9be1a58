// Evidence bundles: everything about one object in one archive, verifiable with a root certificate and nothing else.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "yuxin/base/result.hpp"
#include "yuxin/evidence/act.hpp"
#include "yuxin/evidence/checkpoint.hpp"
#include "yuxin/store/store.hpp"

namespace yuxin::evidence {

// A bundle is a tar archive (POSIX ustar, files sorted by name, times and owners zero, so that the same evidence
// gives the same octets):
//
//   manifest.json           canonical JSON: version, object, the ledger's key, SHA-256 and size of every other file
//   README.md               how to verify each part with openssl and nothing else, in Chinese and English
//   acts/NNN.p7m            the acts in order, with all their proofs inside (CMS)
//   acts/NNN.json           their statements, for reading
//   records/SEQUENCE.json   the ledger records about the object
//   proofs/SEQUENCE.json    inclusion proof of each under the checkpoint
//   attachments/SHA-256     octets bound to records, and the files that acts speak of
//   checkpoint.txt          the signed checkpoint, and checkpoint.tst its time stamp where there is one
//   plain/…                 certificates, lists, responses and tokens once more as plain files, for openssl
//
// What it cannot prove is that nothing about the object came after its last act: that says the ledger itself.
struct BundleRequest {
  std::string object;
  std::string checkpoint;             // the signed note that the proofs lead to
  base::Bytes checkpoint_time_stamp;  // DER TimeStampToken over the note's signed text, or empty
  std::string ledger_key;             // verifier key that the note is signed with
  // Files that acts speak of, where somebody has them: kUsage for one that no act names. The others are in the bundle
  // by digest only.
  std::vector<base::Bytes> attachments;
};
// make_bundle collects all acts and records about an object. kNotFound when there is nothing about it; kConflict when
// the checkpoint does not reach the newest record: sign another one first; kIntegrity when the ledger is not the one
// that the checkpoint stands for.
[[nodiscard]] base::Result<base::Bytes> make_bundle(store::Reader& reader, const BundleRequest& request);

// BundleReport is what a verifier found.
struct BundleReport {
  std::string object;
  std::vector<VerifiedAct> acts;  // those that hold, in their order
  std::int64_t records = 0;       // those whose inclusion is proven
  std::optional<Checkpoint> checkpoint;
  std::optional<base::UnixTime> checkpoint_time;  // of its time stamp, where there is one that holds
  std::vector<std::string> problems;              // empty: everything holds
  std::vector<std::string> remarks;  // "the ledger's key was not given: the checkpoint's signature was not checked"
};
// verify_bundle reads hostile octets: sizes and counts are bounded, names are checked, nothing is written to the
// disk. kMalformed when it is no bundle at all. Files that can be made from others (statements, plain files) are made
// again and must be the same octets; a file too many is a problem like one that is missing.
[[nodiscard]] base::Result<BundleReport> verify_bundle(base::ByteView archive, const ActTrust& trust,
                                                       const std::optional<VerifierKey>& ledger_key);

}  // namespace yuxin::evidence
