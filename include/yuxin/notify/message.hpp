// What a target is told: one signed JSON object for a program, one signed mail for people.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "yuxin/base/bytes.hpp"
#include "yuxin/base/json.hpp"
#include "yuxin/base/language.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/base/time.hpp"
#include "yuxin/evidence/ledger.hpp"
#include "yuxin/notify/settings.hpp"

namespace yuxin::notify {

// Notice is a record of the ledger as others are told of it; the attachment stays here.
struct Notice {
  std::optional<std::int64_t> index;  // in the ledger; nothing for a test
  std::string kind;
  std::string object;
  std::string actor;
  std::string time;  // RFC 3339, as the record says
  base::JsonObject data;
};

// notice_of reads a stored record. What somebody changed may be no record any more: it has no kind then, and only
// those who are told everything hear of it.
[[nodiscard]] Notice notice_of(const evidence::StoredRecord& record);
// known_kinds are all kinds of records that a home writes, in alphabetical order.
[[nodiscard]] std::vector<std::string> known_kinds();

// test_notice is what `yuxin notify test` sends: kind "notification.test".
[[nodiscard]] Notice test_notice(std::string_view target, std::string_view actor, base::UnixTime now);

// CaseWords says in a language what a record of a case names by a key that only the definition of the case explains:
// its members "action", "from", "to" and "deadline", and as "workflow" what the case is. Nothing where it does not
// know.
using CaseWords = std::function<std::optional<std::string>(const Notice&, std::string_view member, base::Language)>;

// Seal signs: it gives a detached SignedData (DER) over exactly these octets.
using Seal = std::function<base::Result<base::Bytes>(base::ByteView)>;

// notice_id is "ORIGIN/INDEX", the same at every attempt, so that a receiver can drop what it has had; of a test
// "ORIGIN/test/" with its time.
[[nodiscard]] std::string notice_id(std::string_view origin, const Notice& notice);

// webhook_body is the canonical JSON (RFC 8785) of {"id", "origin", "record": {"actor", "data", "index", "kind",
// "object", "time"}, "sent"}; `index` is not there in a test.
[[nodiscard]] base::Result<std::string> webhook_body(std::string_view origin, const Notice& notice,
                                                     base::UnixTime now);

// mail_message is a whole message (RFC 5322), signed as multipart/signed (RFC 8551 section 3.5), in ASCII with lines
// ended by CR LF: header fields whatever the records hold, one text for people in the language of the target with all
// the notices, of which there is one at least. Its Message-ID follows from origin, target and notices. `seal`'s
// errors are passed on.
[[nodiscard]] base::Result<std::string> mail_message(std::string_view origin, const Target& target,
                                                     std::span<const Notice> notices, base::UnixTime now,
                                                     const Seal& seal, const CaseWords& case_words = {});

// mail_text and mail_subject are the words of it, in UTF-8.
[[nodiscard]] std::string mail_text(std::string_view origin, std::span<const Notice> notices, base::Language language,
                                    const CaseWords& case_words = {});
[[nodiscard]] std::string mail_subject(std::string_view origin, std::span<const Notice> notices,
                                       base::Language language);
// encoded_words writes text for a header field (RFC 2047 section 2): as it is where it is short and plain, otherwise
// in UTF-8 and base64, folded.
[[nodiscard]] std::string encoded_words(std::string_view utf8);

}  // namespace yuxin::notify
