// Evidence bundles: everything about one object in one archive, verifiable with a root certificate and nothing else.
#pragma once

#include <functional>
#include <map>
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
//   manifest.json           canonical JSON: version, object, SHA-256 and size of every other file
//   README.md               how to verify each part with openssl and nothing else, in Chinese and English
//   acts/NNN.p7m            the acts in order, with all their proofs inside (CMS)
//   acts/NNN.json           their statements, for reading
//   records/SEQUENCE.json   the ledger records about the object
//   proofs/SEQUENCE.json    inclusion proof of each under the checkpoint
//   attachments/…           octets bound to records and acts
//   checkpoint.txt          the signed checkpoint, and checkpoint.tsr its time stamp where there is one
//   certificates/…          certificates, lists and tokens once more as plain files, for openssl
struct BundleRequest {
  std::string object;
  std::string checkpoint;  // the signed note that the proofs lead to
  std::string ledger_key;  // verifier key, for the README
};
[[nodiscard]] base::Result<base::Bytes> make_bundle(store::Reader& reader, const BundleRequest& request);

// BundleReport is what a verifier found.
struct BundleReport {
  std::string object;
  std::vector<VerifiedAct> acts;
  std::int64_t records = 0;
  std::optional<Checkpoint> checkpoint;
  std::vector<std::string> problems;  // empty: everything holds
  std::vector<std::string> remarks;   // "the ledger's key was not given: the checkpoint's signature was not checked"
};
// verify_bundle reads hostile octets: sizes and counts are bounded, names are checked, nothing is written to the
// disk. kMalformed when it is no bundle at all.
[[nodiscard]] base::Result<BundleReport> verify_bundle(base::ByteView archive, const ActTrust& trust,
                                                       const std::optional<VerifierKey>& ledger_key);

}  // namespace yuxin::evidence
