// What people read in a notification.
#include <fmt/format.h>

#include <map>

#include "yuxin/base/text.hpp"
#include "yuxin/base/translation.hpp"
#include "yuxin/notify/message.hpp"

namespace yuxin::notify {

using base::Language;
using base::translatable;

namespace {

constexpr std::size_t kLongestWord = 400;  // octets of one value
constexpr std::size_t kMostDetails = 24;

template <typename... Args>
std::string say(Language language, const char* msgid, const Args&... args) {
  const auto text = base::translated(msgid, language);
  try {
    return fmt::vformat(fmt::string_view(text.data(), text.size()), fmt::make_format_args(args...));
  } catch (const fmt::format_error&) {
    return fmt::vformat(msgid, fmt::make_format_args(args...));
  }
}

std::size_t length_of_character(unsigned char first) {
  return first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

// safe takes out what would drive a terminal, hide in a name or break a line, and cuts what is too long.
std::string safe(std::string_view text) {
  constexpr std::string_view kInstead = "\xef\xbf\xbd";  // U+FFFD
  if (!base::is_utf8(text)) return std::string(kInstead);
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const auto one = text.substr(at, length_of_character(static_cast<unsigned char>(text[at])));
    at += one.size();
    if (out.size() > kLongestWord) return out + "…";
    out += base::has_unseen_character(one) ? kInstead : one;
  }
  return out;
}

std::string kind_text(std::string_view kind, Language language) {
  static const std::map<std::string_view, const char*> kKnown = {
      {"certificate.issued", translatable("Certificate issued")},
      {"certificate.revoked", translatable("Certificate revoked")},
      {"certificate.held", translatable("Certificate put on hold")},
      {"certificate.released", translatable("Certificate released from hold")},
      {"certificate.void", translatable("Issuance ended without a certificate")},
      {"crl.published", translatable("Revocation list published")},
      {"crl.imported", translatable("Revocation list brought in")},
      {"role.granted", translatable("Role granted")},
      {"role.revoked", translatable("Role revoked")},
      {"case.step", translatable("Step of a case")},
      {"case.deadline", translatable("Deadline of a case passed")},
      {"client.added", translatable("Client for machines added")},
      {"client.removed", translatable("Client for machines removed")},
      {"key.destroyed", translatable("Key destroyed")},
      {"notification.test", translatable("Test of notifications")},
  };
  const auto found = kKnown.find(kind);
  return found == kKnown.end() ? safe(kind) : std::string(base::translated(found->second, language));
}

std::string value_text(const base::Json& value) {
  return safe(value.is_string() ? std::string(value.get_string()) : base::print_json(value));
}

void add_line(std::string& text, std::string_view label, std::string_view value) {
  const auto used = base::columns(label);
  text += "  " + std::string(label) + std::string(used < 12 ? 12 - used : 1, ' ') + std::string(value) + "\r\n";
}

void add_notice(std::string& text, const Notice& notice, Language language) {
  const auto time = base::parse_rfc3339(notice.time);
  text += kind_text(notice.kind, language) + "\r\n";
  add_line(text, say(language, translatable("object")), safe(notice.object));
  add_line(text, say(language, translatable("time")), time ? base::local_time(*time) : safe(notice.time));
  add_line(text, say(language, translatable("by")), safe(notice.actor));
  std::size_t details = 0;
  for (const auto& member : notice.data) {
    if (member.key() == "owner") continue;  // a process of this machine
    if (++details > kMostDetails) break;
    add_line(text, safe(member.key()), value_text(member.value()));
  }
  if (notice.index) add_line(text, say(language, translatable("ledger entry")), std::to_string(*notice.index));
  text += "\r\n";
}

}  // namespace

std::string mail_subject(std::string_view origin, std::span<const Notice> notices, Language language) {
  if (notices.size() == 1)
    return say(language, translatable("{}: {}"), kind_text(notices.front().kind, language),
               safe(notices.front().object));
  return say(language, translatable("{} new records in {}"), notices.size(), safe(origin));
}

std::string mail_text(std::string_view origin, std::span<const Notice> notices, Language language) {
  std::string text;
  for (const auto& notice : notices) add_notice(text, notice, language);
  text +=
      say(language,
          translatable("This was recorded in {}. Who signed this message is named in its signature; to see all of "
                       "an entry: yuxin audit log"),
          safe(origin)) +
      "\r\n";
  return text;
}

}  // namespace yuxin::notify
