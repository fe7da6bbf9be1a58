#include "yuxin/notify/settings.hpp"

#include <algorithm>
#include <set>

#include "yuxin/base/config.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/http/client.hpp"

namespace yuxin::notify {

using base::ConfigTable;
using base::Result;
using http::MailTls;

namespace {

constexpr std::string_view kOfNotifier = "notification.";
constexpr std::size_t kMostRecipients = 100;

bool only_has(std::string_view text, std::string_view signs) {
  return !text.empty() && text.find_first_not_of(signs) == std::string_view::npos;
}

bool is_name(std::string_view text) {
  return text.size() <= 64 && only_has(text, "abcdefghijklmnopqrstuvwxyz0123456789-") && !text.starts_with('-');
}

// "certificate.revoked", "certificate.*" or "*".
bool is_pattern(std::string_view text) {
  if (text == "*") return true;
  if (text.ends_with(".*")) text.remove_suffix(2);
  return only_has(text, "abcdefghijklmnopqrstuvwxyz0123456789-.") && !text.starts_with('.') && !text.ends_with('.');
}

Result<> read_common(ConfigTable& table, Target& target) {
  TRY(target.name, table.required_string("name"));
  if (!is_name(target.name))
    return table.error("name", "\"{}\" is no name: lower-case letters, digits and hyphens", target.name);
  TRY(target.kinds, table.strings("kinds"));
  if (target.kinds.empty() && table.has("kind"))
    return table.error("kind", "\"{}\" is not known here; did you mean \"{}\"?", "kind", "kinds");
  if (target.kinds.empty())
    return table.error({}, "say which records it is told: kinds = [\"certificate.*\", \"case.*\"]");
  for (const auto& kind : target.kinds) {
    if (!is_pattern(kind))
      return table.error("kinds", "\"{}\" is no kind of record; write \"certificate.revoked\" or \"certificate.*\"",
                         kind);
    if (kind.starts_with(kOfNotifier))
      return table.error("kinds", "\"{}\": nobody is notified of what the notifier itself records", kind);
  }
  TRY(const auto language, table.string("language"));
  const auto known = base::language_named(language.value_or("en"));
  if (!known) return table.error("language", "language takes \"zh\" or \"en\"");
  target.language = *known;
  return {};
}

Result<Target> read_webhook(ConfigTable& table) {
  Target target;
  TRY(read_common(table, target));
  Webhook webhook;
  TRY(webhook.url, table.required_string("url"));
  const auto destination = http::destination_of(webhook.url);
  if (!destination) return table.error("url", "{}", destination.error().detail);
  if (!destination->tls && !destination->loopback)
    return table.error("url", "\"{}\" leaves this machine without TLS; it must begin with https://", webhook.url);
  TRY(const auto trust, table.string("trust"));
  webhook.trust = trust.value_or("");
  target.way = std::move(webhook);
  return target;
}

// A mail server is written as an address with a scheme of its own; host and port are those of http's grammar.
Result<> read_server(ConfigTable& table, Mailbox& mail) {
  TRY(const auto server, table.required_string("server"));
  constexpr std::string_view kImplicit = "smtps://";
  constexpr std::string_view kPlain = "smtp://";
  const bool implicit = server.starts_with(kImplicit);
  const auto rest = implicit ? server.substr(kImplicit.size())
                             : server.substr(server.starts_with(kPlain) ? kPlain.size() : server.size());
  const auto place = http::destination_of("http://" + rest);
  if (rest.empty() || !place || rest.find_first_of("/?#") != std::string::npos)
    return table.error("server", "\"{}\" is no mail server; write \"smtps://host:465\" or \"smtp://host:587\"",
                       server);
  const auto bracket = rest.rfind(']');
  const bool has_port = rest.find(':', bracket == std::string::npos ? 0 : bracket) != std::string::npos;
  const std::uint16_t usual = implicit ? 465 : 587;
  mail.host = place->host;
  mail.port = has_port ? place->port : usual;
  mail.tls = implicit ? MailTls::kImplicit : MailTls::kStartTls;
  TRY(const auto tls, table.string("tls"));
  if (!tls) return {};
  if (*tls != "none")
    return table.error("tls", "tls takes \"none\", for a mail server on this machine, or is left out");
  if (implicit || !place->loopback)
    return table.error("tls", "without TLS mail goes only to a server on this machine: \"smtp://127.0.0.1:25\"");
  mail.tls = MailTls::kNone;
  return {};
}

Result<> read_log_in(ConfigTable& table, Mailbox& mail) {
  TRY(const auto user, table.string("user"));
  TRY(const auto password, table.string("password_file"));
  mail.user = user.value_or("");
  mail.password_file = password.value_or("");
  if (mail.user.empty() != mail.password_file.empty())
    return table.error(mail.user.empty() ? "password_file" : "user", "user and password_file stand together");
  if (base::has_control_character(mail.user))
    return table.error("user", "the name of the user holds control characters");
  return {};
}

Result<Target> read_mail(ConfigTable& table) {
  Target target;
  TRY(read_common(table, target));
  Mailbox mail;
  TRY(mail.to, table.strings("to"));
  if (mail.to.empty()) return table.error({}, "say to whom it goes: to = [\"pki@city.example\"]");
  if (mail.to.size() > kMostRecipients) return table.error("to", "{} recipients at most", kMostRecipients);
  for (const auto& address : mail.to) {
    if (!http::is_mailbox(address)) return table.error("to", "\"{}\" is no mail address", address);
  }
  TRY(mail.from, table.required_string("from"));
  if (!http::is_mailbox(mail.from)) return table.error("from", "\"{}\" is no mail address", mail.from);
  TRY(read_server(table, mail));
  TRY(read_log_in(table, mail));
  TRY(const auto trust, table.string("trust"));
  mail.trust = trust.value_or("");
  target.way = std::move(mail);
  return target;
}

}  // namespace

bool Target::wants(std::string_view kind) const {
  if (kind.starts_with(kOfNotifier)) return false;
  return std::ranges::any_of(kinds, [&](std::string_view wanted) {
    if (!wanted.ends_with('*')) return kind == wanted;
    return kind.starts_with(wanted.substr(0, wanted.size() - 1));
  });
}

std::string Target::place() const {
  if (const auto* webhook = std::get_if<Webhook>(&way)) return webhook->url;
  return base::join(std::get<Mailbox>(way).to, ", ");
}

Result<std::shared_ptr<const Settings>> Settings::parse(std::string_view text, const std::string& file) {
  TRY(auto table, ConfigTable::parse(text, file));
  std::shared_ptr<Settings> settings(new Settings());
  const auto take = [&](std::string_view key, Result<Target> (*read)(ConfigTable&)) -> Result<> {
    TRY(auto tables, table.tables(key));
    for (auto& one : tables) {
      TRY(auto target, read(one));
      if (settings->find(target.name) != nullptr)
        return one.error("name", "there are two targets called \"{}\"", target.name);
      if (settings->targets_.size() == kMostTargets) return one.error({}, "{} targets at most", kMostTargets);
      settings->targets_.push_back(std::move(target));
    }
    return {};
  };
  TRY(take("webhook", read_webhook));
  TRY(take("mail", read_mail));
  TRY(table.finish());
  return std::shared_ptr<const Settings>(std::move(settings));
}

const Target* Settings::find(std::string_view name) const {
  const auto found = std::ranges::find(targets_, name, &Target::name);
  return found == targets_.end() ? nullptr : &*found;
}

std::vector<std::string> Settings::senders() const {
  std::set<std::string> senders;
  for (const auto& target : targets_) {
    if (const auto* mail = std::get_if<Mailbox>(&target.way)) senders.insert(mail->from);
  }
  return {senders.begin(), senders.end()};
}

}  // namespace yuxin::notify
