#include "yuxin/notify/delivery.hpp"

#include "yuxin/base/file.hpp"
#include "yuxin/http/client.hpp"

namespace yuxin::notify {

using base::Code;
using base::fail;
using base::Result;

namespace {

constexpr std::size_t kMostInMail = 50;
constexpr std::size_t kLongestTrust = std::size_t{1} << 20U;
constexpr std::size_t kLongestAnswer = 65536;  // nobody reads it

std::string path_of(const Sender& sender, const std::string& file) {
  return file.starts_with('/') ? file : sender.folder + "/" + file;
}

Result<std::vector<base::Bytes>> roots_of(const Sender& sender, const std::string& file) {
  std::vector<base::Bytes> roots;
  if (file.empty()) return roots;
  const auto path = path_of(sender, file);
  TRY(const auto text, base::read_file(path, kLongestTrust));
  for (auto& block : base::parse_pem(base::as_text(text))) {
    if (block.label == "CERTIFICATE" && !block.der.empty()) roots.push_back(std::move(block.der));
  }
  // an empty list would mean: whom the system trusts
  if (roots.empty()) return fail(Code::kMalformed, "{} holds no certificate.", path);
  return roots;
}

Result<> post_one(const Sender& sender, const Webhook& webhook, const Notice& notice, base::UnixTime now,
                  const std::stop_token& stop) {
  TRY(const auto body, webhook_body(sender.origin, notice, now));
  TRY(const auto signature, sender.seal(base::as_bytes(body)));
  http::ClientOptions options;
  options.size_limit = kLongestAnswer;
  options.stop = stop;
  options.fields = {{"Yuxin-Signature", base::base64(signature)}};
  TRY(options.trusted, roots_of(sender, webhook.trust));
  TRY(const auto reply, http::post(webhook.url, "application/json", base::as_bytes(body), options));
  if (reply.status >= 200 && reply.status < 300) return {};
  return fail(Code::kUnavailable, "{} answered {}.", webhook.url, reply.status);
}

Result<> mail_all(const Sender& sender, const Target& target, const Mailbox& mail, std::span<const Notice> notices,
                  base::UnixTime now, const std::stop_token& stop) {
  TRY(const auto message, mail_message(sender.origin, target, notices, now, sender.seal, sender.case_words));
  http::MailServer server;
  server.host = mail.host;
  server.port = mail.port;
  server.tls = mail.tls;
  server.user = mail.user;
  TRY(server.trusted, roots_of(sender, mail.trust));
  if (!mail.user.empty()) {
    TRY(server.password, base::read_passphrase_file(path_of(sender, mail.password_file)));
  }
  return http::send_mail(server, {mail.from, mail.to}, base::as_bytes(message), stop);
}

}  // namespace

std::size_t most_at_once(const Target& target) {
  return std::holds_alternative<Mailbox>(target.way) ? kMostInMail : 1;
}

Result<> deliver(const Sender& sender, const Target& target, std::span<const Notice> notices, base::UnixTime now,
                 const std::stop_token& stop) {
  if (notices.empty() || notices.size() > most_at_once(target))
    return fail(Code::kInternal, "There are {} records in one message.", notices.size());
  if (const auto* mail = std::get_if<Mailbox>(&target.way))
    return mail_all(sender, target, *mail, notices, now, stop);
  return post_one(sender, std::get<Webhook>(target.way), notices.front(), now, stop);
}

}  // namespace yuxin::notify
