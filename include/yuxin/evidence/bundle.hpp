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
#include "yuxin/x509/certificate.hpp"

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
//   ledger.pem              the certificate of the key that signs checkpoints, and those of the authorities above it,
//                           without the root
//   plain/…                 certificates, lists, responses and tokens once more as plain files, for openssl
//
// What it cannot prove is that nothing about the object came after its last act: that says the ledger itself.
struct BundleRequest {
  std::string object;
  std::string checkpoint;             // the signed note that the proofs lead to
  base::Bytes checkpoint_time_stamp;  // DER TimeStampToken over the note's signed text, or empty
  std::string ledger_key;             // verifier key that the note is signed with
  // The certificate of that key first, then those above it; may be empty, and then whoever verifies the bundle must
  // get the key from elsewhere.
  std::vector<x509::Certificate> ledger_certificates = {};
  // Files that acts speak of, where somebody has them: kUsage for one that no act names. The others are in the bundle
  // by digest only.
  std::vector<base::Bytes> attachments = {};
};
// make_bundle collects all acts and records about an object. kNotFound when there is nothing about it; kConflict when
// the checkpoint does not reach the newest record: sign another one first; kIntegrity when the ledger is not the one
// that the checkpoint stands for; kUsage for a certificate of another key or ledger.
[[nodiscard]] base::Result<base::Bytes> make_bundle(store::Reader& reader, const BundleRequest& request);

// LedgerTrust is whose signature on a checkpoint a verifier believes. Anybody can make a ledger around a genuine act:
// a checkpoint proves nothing before it is known whose key signed it.
struct LedgerTrust {
  std::optional<VerifierKey> key = std::nullopt;  // this one and no other
  std::vector<x509::PublicKey> known = {};        // else one of these
  // Else the key of ledger.pem, when its certificate is for ledgers (x509::PathPurpose::kLedger), names this ledger
  // as its common name, and leads to an anchor: at the time of the checkpoint's time stamp, or, without one, at
  // `now`.
  base::UnixTime now;
};

// BundleReport is what a verifier found.
struct BundleReport {
  std::string object;
  std::vector<VerifiedAct> acts;  // those that hold, in their order
  std::int64_t records = 0;       // those whose inclusion is proven
  std::optional<Checkpoint> checkpoint;
  std::optional<base::UnixTime> checkpoint_time;  // of its time stamp, where there is one that holds
  // How it is known whose key signed the checkpoint. kUnknown: it is not, so that of the records nothing is proven.
  enum class LedgerProof { kUnknown, kKey, kCertificate } ledger = LedgerProof::kUnknown;
  std::vector<std::string> problems;  // what does not hold
  std::vector<std::string> remarks;   // "the attachment … is not in the bundle, only its digest"
  // is_good: everything holds and everything is proven.
  [[nodiscard]] bool is_good() const { return problems.empty() && ledger != LedgerProof::kUnknown; }
};
// verify_bundle reads hostile octets: sizes and counts are bounded, names are checked, nothing is written to the
// disk. kMalformed when it is no bundle at all. Files that can be made from others (statements, plain files) are made
// again and must be the same octets; a file too many is a problem like one that is missing.
[[nodiscard]] base::Result<BundleReport> verify_bundle(base::ByteView archive, const ActTrust& trust,
                                                       const LedgerTrust& ledger);

}  // namespace yuxin::evidence
