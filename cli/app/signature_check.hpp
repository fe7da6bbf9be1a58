// Judging a signed message for the command line: who signed, when, and whether they were to be believed then.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "path_check.hpp"
#include "yuxin/base/json.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/base/time.hpp"
#include "yuxin/x509/cms.hpp"
#include "yuxin/x509/time_stamp.hpp"

namespace yuxin::cli {

// SignatureQuestion is one message and what its signers are held against.
struct SignatureQuestion {
  x509::SignedData message;
  std::optional<base::Bytes> content;  // of a detached signature
  x509::PathMaterial material;
  base::UnixTime now;
  std::optional<base::UnixTime> at;  // judged as of then, where no time stamp says when it was signed
  PathQuestion::Status status = PathQuestion::Status::kLists;
  // kDocuments: only certificates that are for documents (is_for_documents) are good.
  enum class Purpose { kDocuments, kAny } purpose = Purpose::kDocuments;
};

// SignerAnswer is the judgement of one signer. `reason` is "ok", a word of x509::path_reasons, or "signature",
// "signer-unknown" (its certificate is nowhere), "time-stamp" (there is one and it does not hold), "key-usage",
// "purpose" (its certificate is for something else than documents).
struct SignerAnswer {
  bool valid = false;
  std::string reason;
  std::string detail;
  std::optional<x509::Certificate> certificate;
  std::optional<base::UnixTime> claimed;              // signingTime: the signer's own clock
  std::optional<x509::TimeStampEvidence> time_stamp;  // proves that the signature existed then
  base::UnixTime judged_at;
  PathAnswer path;
};

// is_for_documents says whether a certificate is one that persons, organisations and programs' makers sign with: it
// has no extended key usage, or one of clientAuth, emailProtection, codeSigning, documentSigning (RFC 9336), any. A
// TLS server, an OCSP responder, a time-stamping or attribute authority signs no documents. can_sign asks the key
// usage.
[[nodiscard]] bool is_for_documents(const x509::Certificate& certificate);
[[nodiscard]] bool can_sign(const x509::Certificate& certificate);

// judge_signers gives one answer a signer, in their order.
[[nodiscard]] std::vector<SignerAnswer> judge_signers(const SignatureQuestion& question, const base::Clock& clock);

[[nodiscard]] base::JsonObject signer_json(const SignerAnswer& answer);

}  // namespace yuxin::cli
