// notifications.toml: who is told what the ledger records.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "yuxin/base/language.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/http/mail.hpp"

namespace yuxin::notify {

// Webhook is an address that takes one record a request. https, or http to this machine alone: a record names people.
struct Webhook {
  std::string url;
  std::string trust;  // PEM file with the root of the server; empty: what the system trusts
};

// Mailbox is what people read. `server` is a mail server with TLS, or without on this machine alone.
struct Mailbox {
  std::vector<std::string> to;
  std::string from;
  std::string host;
  std::uint16_t port = 465;
  http::MailTls tls = http::MailTls::kImplicit;
  std::string trust;          // as above
  std::string user;           // empty: nobody logs in
  std::string password_file;  // of `user`
};

// Target is one of them. Files are named as in the settings: from the folder of the home on.
struct Target {
  std::string name;                // lower-case letters, digits and hyphens; no two have the same
  std::vector<std::string> kinds;  // "certificate.revoked", "certificate.*", "*"
  base::Language language = base::Language::kEnglish;
  std::variant<Webhook, Mailbox> way;

  // wants says whether records of a kind are told here. Those of the notifier itself ("notification.given-up") never
  // are, or a failure would be the cause of the next.
  [[nodiscard]] bool wants(std::string_view kind) const;
  // place is where it leads, for people: the address, or the recipients.
  [[nodiscard]] std::string place() const;
};

// Settings is a validated notifications.toml. Immutable; share freely between threads.
class Settings {
 public:
  static constexpr std::size_t kMostTargets = 100;
  // parse: kMalformed names the file, the line and the nearest known key. An empty text tells nobody.
  [[nodiscard]] static base::Result<std::shared_ptr<const Settings>> parse(std::string_view text,
                                                                           const std::string& file);
  [[nodiscard]] const std::vector<Target>& all() const { return targets_; }
  [[nodiscard]] const Target* find(std::string_view name) const;
  // senders are the addresses that mail comes from, each once, in the order of the alphabet.
  [[nodiscard]] std::vector<std::string> senders() const;

 private:
  Settings() = default;
  std::vector<Target> targets_;
};

}  // namespace yuxin::notify
