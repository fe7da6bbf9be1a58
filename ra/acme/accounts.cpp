#include <algorithm>

#include "binding.hpp"
#include "operations.hpp"
#include "repository.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/x509/name.hpp"

namespace yuxin::ra::acme {

using base::HttpReply;
using base::JsonArray;
using base::JsonObject;

namespace {

constexpr std::size_t kMostContacts = 10;
constexpr std::int64_t kOrdersOnPage = 100;

JsonObject account_json(const World& world, const Account& account) {
  JsonArray contacts;
  for (const auto& contact : account.contacts) contacts.emplace_back(contact);
  return {{"status", status_name(account.status)},
          {"contact", std::move(contacts)},
          {"orders", world.url("account", account.name) + "/orders"}};
}

HttpReply account_reply(const World& world, int status, const Account& account) {
  auto reply = json_reply(status, account_json(world, account));
  reply.fields.emplace_back("Location", world.url("account", account.name));
  return reply;
}

// Section 7.3: a mailto URL without hfields and with one address.
Outcome<> check_contact(const std::string& contact) {
  constexpr std::string_view kMailto = "mailto:";
  if (!base::lower(contact).starts_with(kMailto)) {
    return deny(ProblemType::kUnsupportedContact, "Contacts are addresses of the form mailto:name@host.");
  }
  const auto address = std::string_view(contact).substr(kMailto.size());
  const bool plain = address.find_first_of("?,%<>\"\\ ") == std::string_view::npos;
  if (!plain || !x509::parse_general_name("email:" + std::string(address)))
    return deny(ProblemType::kInvalidContact, "A contact is no single mail address.");
  return {};
}

Outcome<std::vector<std::string>> read_contacts(const JsonObject& payload) {
  std::vector<std::string> contacts;
  const auto* list = payload.if_contains("contact");
  if (list == nullptr) return contacts;
  if (!list->is_array() || list->get_array().size() > kMostContacts)
    return deny(ProblemType::kInvalidContact, "The contacts are a list of {} addresses at the most.", kMostContacts);
  for (const auto& one : list->get_array()) {
    if (!one.is_string()) return deny(ProblemType::kInvalidContact, "A contact is no single mail address.");
    contacts.emplace_back(one.get_string());
    TRY(check_contact(contacts.back()));
  }
  return contacts;
}

bool is_true(const JsonObject& payload, std::string_view name) {
  const auto* value = payload.if_contains(name);
  return value != nullptr && value->is_bool() && value->get_bool();
}

Outcome<std::optional<Account>> account_of_key(World& world, const Jwk& jwk) {
  std::optional<Account> found;
  TRY(world.read([&](store::Session& session) -> Outcome<> {
    TRY(found, repository::account_with_key(session, jwk.thumbprint()));
    return {};
  }));
  return found;
}

// Section 7.3.1: whoever asks with a key that has an account is given that.
Answer answer_existing(World& world, const Account& account) {
  if (account.status == Status::kValid) {
    TRY(check_bound(world, account));
    return account_reply(world, 200, account);
  }
  Problem problem(ProblemType::kUnauthorized,
                  base::message("The account was deactivated. Make another one, with another key."));
  problem.status = 401;
  return Refusal(std::move(problem));
}

Outcome<> check_terms(const World& world, const JsonObject& payload) {
  const auto& terms = world.parts.config.terms;
  if (terms.empty() || is_true(payload, "termsOfServiceAgreed")) return {};
  return deny(ProblemType::kUserActionRequired, "An account is for those who agree to the terms of service: {}",
              terms);
}

Outcome<> check_room(const World& world, store::Session& session, const Account& account) {
  const auto& config = world.parts.config;
  TRY(const auto count, repository::count_accounts(session, account.client, account.bound));
  if (count >= config.accounts_per_client)
    return deny(ProblemType::kRateLimited, "Client {} has {} accounts already.", account.client, count);
  TRY(const auto made, repository::count_new_accounts(session, account.client, account.created - base::hours(1)));
  if (made < config.accounts_per_hour) return {};
  Problem problem(ProblemType::kRateLimited,
                  base::message("Client {} has made {} accounts within an hour.", account.client, made));
  problem.retry_after = 600;
  return Refusal(std::move(problem));
}

Outcome<Account> make_account(World& world, const Asked& asked) {
  TRY(check_terms(world, asked.payload));
  Account account;
  TRY(account.contacts, read_contacts(asked.payload));
  TRY(account.client, client_of_new(world, asked));
  TRY(const auto client, client_named(world, account.client));
  account.bound = binding_mark(*client.client);
  account.name = new_name();
  account.jwk = asked.jws.jwk->canonical;
  const auto thumbprint = asked.jws.jwk->thumbprint();
  account.thumbprint.assign(thumbprint.begin(), thumbprint.end());
  account.created = world.now();
  TRY(world.write([&](store::Writer& writer) -> Outcome<> {
    auto& session = writer.session();
    TRY(check_room(world, session, account));
    TRY(account.row, repository::insert_account(session, account));
    TRY(note_account(writer, account, "created", {holder_of(account), account.created}));
    return {};
  }));
  return account;
}

}  // namespace

Answer new_account(World& world, const Asked& asked) {
  TRY(const auto existing, account_of_key(world, *asked.jws.jwk));
  if (existing) return answer_existing(world, *existing);
  if (is_true(asked.payload, "onlyReturnExisting"))
    return deny(ProblemType::kAccountDoesNotExist, "There is no account with this key.");
  auto made = make_account(world, asked);
  if (made) return account_reply(world, 201, *made);
  // Somebody else may have made it with the same key at this moment.
  TRY(const auto now_existing, account_of_key(world, *asked.jws.jwk));
  if (now_existing) return answer_existing(world, *now_existing);
  return Refusal(std::move(made).error());
}

Answer account(World& world, const Asked& asked, const std::string& name) {
  auto changed = *asked.account;
  if (changed.name != name) return deny(ProblemType::kUnauthorized, "An account is changed with its own key only.");
  if (asked.payload.contains("contact")) {
    TRY(changed.contacts, read_contacts(asked.payload));
  }
  const auto status = base::json_string(asked.payload, "status");
  if (!status.empty() && status != "deactivated" && status != "valid")
    return deny(ProblemType::kMalformed, "The status of an account can be changed to deactivated only.");
  if (status == "deactivated") changed.status = Status::kDeactivated;
  if (asked.payload.empty()) return account_reply(world, 200, changed);
  TRY(world.write([&](store::Writer& writer) -> Outcome<> {
    TRY(repository::check_unchanged(writer.session(), *asked.account));
    TRY(repository::update_account(writer.session(), changed));
    if (changed.status != Status::kValid)
      TRY(note_account(writer, changed, "deactivated", {holder_of(changed), world.now()}));
    return {};
  }));
  return account_reply(world, 200, changed);
}

Answer list_orders(World& world, const Asked& asked, const std::string& name, std::int64_t after) {
  if (asked.account->name != name)
    return deny(ProblemType::kUnauthorized, "The orders of an account are listed with its own key only.");
  std::vector<repository::OrderLine> lines;
  TRY(world.read([&](store::Session& session) -> Outcome<> {
    TRY(lines, repository::list_orders(session, asked.account->row, after, kOrdersOnPage + 1));
    return {};
  }));
  const bool more = std::ssize(lines) > kOrdersOnPage;
  if (more) lines.pop_back();
  JsonArray urls;
  for (const auto& line : lines) urls.emplace_back(world.url("order", line.name));
  auto reply = json_reply(200, {{"orders", std::move(urls)}});
  if (more) {
    // RFC 8555 section 7.1.2.1: the next page by a Link field.
    reply.fields.emplace_back("Link", "<" + world.url("account", name) +
                                          "/orders?after=" + std::to_string(lines.back().row) + ">;rel=\"next\"");
  }
  return reply;
}

}  // namespace yuxin::ra::acme
