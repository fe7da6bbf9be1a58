// Verifying a certificate for the command line: what was given, the path, and what responders and lists say.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "yuxin/base/json.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/base/time.hpp"
#include "yuxin/x509/path.hpp"

namespace yuxin::cli {

// PathWords is one question in the words of the command line or of one line of a batch.
struct PathWords {
  std::string certificate;  // file or URL; further certificates in it help to build the path
  std::vector<std::string> trust;
  std::vector<std::string> untrusted;
  std::vector<std::string> lists;
  std::vector<std::string> names;     // "dns:portal.city.test"
  std::vector<std::string> policies;  // dotted, or "anyPolicy"
  std::optional<std::string> at;
  std::optional<std::string> purpose;
  std::optional<std::int64_t> max_depth;
  bool ocsp = false;
  bool explicit_policy = false;
  bool inhibit_mapping = false;
  bool inhibit_any_policy = false;
};

// PathQuestion is the same, read and parsed.
struct PathQuestion {
  x509::Certificate certificate;
  x509::PathMaterial material;
  base::UnixTime at;
  x509::PathOptions options;
  enum class Status { kLists, kAsk } status = Status::kLists;
  bool lists_given = false;  // then every certificate below the anchor must be covered
};
// read_question errors: those of files and parsers, kUsage for words that mean nothing.
[[nodiscard]] base::Result<PathQuestion> read_question(const PathWords& words, base::UnixTime now);

// StatusSaid is what one responder or list said about one certificate of the path.
struct StatusSaid {
  std::size_t place = 0;  // in the chain of the report
  std::string subject;
  std::string source;  // an address, or "the list of …" of a list that was given
  std::string status;  // "good", "revoked", "unknown", or "unreachable" with the detail
  std::string detail;
  std::optional<base::UnixTime> revoked_at;
  std::string reason;
  std::optional<base::UnixTime> invalidity_date = {};
  // These two of one that is revoked: whether that was so at a moment, and when and why it was, for people.
  [[nodiscard]] bool counts_at(base::UnixTime at) const;
  [[nodiscard]] std::string when() const;
};

// PathAnswer: `reason` is of x509::path_reasons, or "status-unknown" (a responder does not know the certificate) or
// "status-unavailable" (nobody could be asked and no list helps).
struct PathAnswer {
  x509::PathReport report;
  std::vector<StatusSaid> status;
};
// unchecked gives the subjects of the path below its anchor of which no responder and no list said anything.
[[nodiscard]] std::vector<std::string> unchecked(const PathAnswer& answer);
// is_revocation_checked says that something was revoked, or that nothing of the path went unchecked.
[[nodiscard]] bool is_revocation_checked(const PathAnswer& answer);
[[nodiscard]] PathAnswer answer_question(const PathQuestion& question, const base::Clock& clock);

[[nodiscard]] base::JsonObject path_answer_json(const PathAnswer& answer);

}  // namespace yuxin::cli
