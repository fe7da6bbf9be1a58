// A notification as a mail: RFC 5322 around multipart/signed (RFC 8551 section 3.5).
#include <algorithm>

#include "yuxin/base/text.hpp"
#include "yuxin/notify/message.hpp"
#include "yuxin/x509/cms.hpp"
#include "yuxin/x509/digest.hpp"

namespace yuxin::notify {

using base::Result;

namespace {

constexpr std::size_t kLine = 76;          // RFC 2045 section 6.8
constexpr std::size_t kPlainSubject = 60;  // characters that stand in one line with the name of the field
// RFC 2047 section 2: an encoded word has 75 characters at most; 12 of them are "=?UTF-8?B?" and "?=".
constexpr std::size_t kWordOctets = 45;

std::string lines_of_base64(base::ByteView octets) {
  const auto text = base::base64(octets);
  std::string lines;
  for (std::size_t at = 0; at < text.size(); at += kLine) lines += text.substr(at, kLine) + "\r\n";
  return lines;
}

std::string short_digest(std::string_view text) {
  return base::hex(x509::sha256(base::as_bytes(text))).substr(0, 32);
}

// RFC 8551 section 3.5.3.2; SM3 has no word there, and verifiers go by the message itself.
std::string digest_word(base::ByteView cms) {
  const auto message = x509::SignedData::from_bytes(cms);
  if (!message || message->signers().empty() || !message->signers().front().digest) return "unknown";
  switch (*message->signers().front().digest) {
    case x509::DigestAlgorithm::kSha256:
      return "sha-256";
    case x509::DigestAlgorithm::kSha384:
      return "sha-384";
    case x509::DigestAlgorithm::kSha512:
      return "sha-512";
    case x509::DigestAlgorithm::kSm3:
      return "sm3";
    default:
      return "unknown";
  }
}

// The same notices to the same target have the same name at every attempt.
std::string message_id(std::string_view origin, const Target& target, const Mailbox& mail,
                       std::span<const Notice> notices) {
  std::string all = std::string(origin) + "\n" + target.name;
  for (const auto& notice : notices) all += "\n" + notice_id(origin, notice);
  return "<" + short_digest(all) + mail.from.substr(mail.from.rfind('@')) + ">";
}

std::string recipients(const std::vector<std::string>& to) { return base::join(to, ",\r\n "); }

std::string date_of(base::UnixTime now) {
  auto date = base::http_date(now);  // the form of RFC 5322 but for the zone
  const auto zone = date.rfind(" GMT");
  return date.substr(0, zone) + " +0000";
}

}  // namespace

std::string encoded_words(std::string_view utf8) {
  const bool plain = utf8.size() <= kPlainSubject && utf8.find("=?") == std::string_view::npos &&
                     std::ranges::all_of(utf8, [](char c) { return c >= ' ' && c <= '~'; });
  if (plain) return std::string(utf8);
  std::string words;
  while (!utf8.empty()) {
    auto length = std::min(kWordOctets, utf8.size());
    // RFC 2047 section 5: a word holds whole characters
    while (length < utf8.size() && length > 1 && (static_cast<unsigned char>(utf8[length]) & 0xc0U) == 0x80U)
      --length;
    if (!words.empty()) words += "\r\n ";
    words += "=?UTF-8?B?" + base::base64(base::as_bytes(utf8.substr(0, length))) + "?=";
    utf8.remove_prefix(length);
  }
  return words;
}

Result<std::string> mail_message(std::string_view origin, const Target& target, std::span<const Notice> notices,
                                 base::UnixTime now, const Seal& seal, const CaseWords& case_words) {
  const auto* mail = std::get_if<Mailbox>(&target.way);
  if (mail == nullptr || notices.empty())
    return base::fail(base::Code::kInternal, "There is nothing to write a mail of.");
  const auto text = mail_text(origin, notices, target.language, case_words);
  // what is signed: the part with its own fields, up to and without the line end before the boundary
  auto part = "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
              lines_of_base64(base::as_bytes(text));
  TRY(const auto cms, seal(base::as_bytes(part)));
  const auto boundary = "yuxin-" + short_digest(part);  // no line of base64 begins with hyphens
  return "Date: " + date_of(now) + "\r\nFrom: " + mail->from + "\r\nTo: " + recipients(mail->to) +
         "\r\nSubject: " + encoded_words(mail_subject(origin, notices, target.language)) +
         "\r\nMessage-ID: " + message_id(origin, target, *mail, notices) +
         "\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"  // RFC 3834 section 5
         "Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\";\r\n micalg=" +
         digest_word(cms) + "; boundary=\"" + boundary + "\"\r\n\r\n--" + boundary + "\r\n" + part + "\r\n--" +
         boundary +
         "\r\nContent-Type: application/pkcs7-signature; name=\"smime.p7s\"\r\n"
         "Content-Transfer-Encoding: base64\r\n"
         "Content-Disposition: attachment; filename=\"smime.p7s\"\r\n\r\n" +
         lines_of_base64(cms) + "--" + boundary + "--\r\n";
}

}  // namespace yuxin::notify
