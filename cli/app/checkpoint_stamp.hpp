// Time stamps (RFC 3161) on checkpoints: asking for them, and checking them.
#pragma once

#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ledger_source.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/evidence/checkpoint.hpp"
#include "yuxin/x509/path.hpp"
#include "yuxin/x509/time_stamp.hpp"

namespace yuxin::cli {

// StampSource answers a TimeStampReq with a TimeStampResp, both DER.
using StampSource = std::function<base::Result<base::Bytes>(base::ByteView request)>;
// foreign_stamp_source is the service that the settings name, over HTTP within ten seconds; nothing when they name
// none.
[[nodiscard]] std::optional<StampSource> foreign_stamp_source(const LedgerConfig& config);

// CheckpointTrust says whose time stamps are believed. Immutable.
class CheckpointTrust {
 public:
  // of takes the roots in `files`, else the one that the settings of the home name, else the roots that the ledger's
  // own database holds.
  [[nodiscard]] static base::Result<CheckpointTrust> of(const LedgerSource& source,
                                                        const std::vector<std::string>& files);

  struct Verdict {
    base::UnixTime time;
    std::string authority;  // subject
    // kUnknown: the token is whole and about this checkpoint, but nobody said that its authority is to be believed.
    enum class Authority { kTrusted, kUnknown } standing = Authority::kTrusted;
  };
  // check looks at a token over the body of a note. A stamp whose authority's certificate the home's own lists call
  // revoked is kBadSignature (check_not_revoked). Errors: kMalformed, kBadSignature, kNotFound: those of the token.
  [[nodiscard]] base::Result<Verdict> check(std::string_view note, base::ByteView token) const;

 private:
  enum class Origin { kGiven, kOwnRoots };
  CheckpointTrust(x509::PathVerifier paths, Origin origin, std::vector<x509::Certificate> help,
                  std::vector<x509::Crl> lists)
      : paths_(std::move(paths)), origin_(origin), help_(std::move(help)), lists_(std::move(lists)) {}
  x509::PathVerifier paths_;
  Origin origin_;
  std::vector<x509::Certificate> help_;
  std::vector<x509::Crl> lists_;
};

// stamp_newest asks for a time stamp on the newest checkpoint, unless it has one, checks the answer and keeps it.
// Gives whether one came. Errors: those of the source; kBadSignature and kRefused when what it answers will not do.
[[nodiscard]] base::Result<bool> stamp_newest(const LedgerSource& source, const StampSource& stamps);

// CheckpointStamper does that for a server, on a thread of its own, because an authority may keep it waiting. The
// source must outlive it. Not thread-safe.
class CheckpointStamper {
 public:
  void use(StampSource stamps) { stamps_ = std::move(stamps); }
  // step begins a stamp unless one is being waited for. Gives the error of the one that ended since, if it failed.
  [[nodiscard]] base::Result<> step(Home& home);

 private:
  std::optional<StampSource> stamps_;
  std::future<base::Result<bool>> running_;
};

}  // namespace yuxin::cli
