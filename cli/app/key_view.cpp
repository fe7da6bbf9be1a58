#include "key_view.hpp"

#include <algorithm>
#include <map>

#include "yuxin/base/text.hpp"

namespace yuxin::cli {

using base::message;
using base::Result;

namespace {

using Uses = std::map<std::string, std::vector<std::string>>;

std::string service_text(const std::string& purpose) {
  static const std::map<std::string_view, const char*> kTexts = {
      {"ocsp", base::translatable("an OCSP signer")},
      {"tsa", base::translatable("the time stamp authority")},
      {"attribute-authority", base::translatable("the attribute authority")},
      {"registration-tls", base::translatable("TLS of the registration interface")},
      {"registration-service", base::translatable("the registration service")},
      {"registration-cmp", base::translatable("the CMP interface")},
      {"registration-scep", base::translatable("the SCEP interface")},
      {"notifier", base::translatable("notifications")},
  };
  const auto found = kTexts.find(purpose);
  return found == kTexts.end() ? purpose : std::string(base::tr(found->second));
}

Result<Uses> uses_of(Home& home) {
  Uses uses{{"ledger", {message("the ledger")}}};
  TRY(home.store().read([&](store::Reader& reader) -> Result<> {
    TRY(const auto authorities, reader.authorities());
    for (const auto& row : authorities) {
      if (!row.key_name.empty()) uses[row.key_name].push_back(message("authority {}", row.name));
    }
    TRY(const auto services, reader.service_certificates());
    for (const auto& row : services) {
      if (row.purpose != "ledger") uses[row.key_name].push_back(service_text(row.purpose));
    }
    return {};
  }));
  return uses;
}

SeenKey look_at(Home& home, const std::string& name) {
  SeenKey seen{name, {}, {}, {}, {}};
  const auto token = home.keys().token(name);
  if (token) seen.token = (*token)->title();
  auto key = home.keys().public_key(name);
  if (key) {
    seen.public_key = std::move(*key);
  } else {
    seen.trouble = key.error().detail;
  }
  return seen;
}

using Seen = std::map<std::string, SeenKey>;

Result<> add_token(Home& home, const std::string& uri, Seen& seen) {
  TRY(const auto token, home.keys().token(uri));
  TRY(const auto keys, token->list());
  for (const auto& key : keys) {
    TRY(const auto name, keymgmt::token_key_name(uri, key.name));
    // what the home uses is there already, perhaps with another pin-source
    const auto same = [&](const auto& known) { return shown_key_name(known.first) == shown_key_name(name); };
    if (std::ranges::any_of(seen, same)) continue;
    seen.try_emplace(name, SeenKey{name, token->title(), key.public_key, {}, {}});
  }
  return {};
}

}  // namespace

Result<std::vector<SeenKey>> see_keys(Home& home, const std::vector<std::string>& tokens) {
  TRY(const auto uses, uses_of(home));
  TRY(const auto software, keymgmt::SoftwareKeyStore::list(home.keys_folder()));
  Seen seen;
  for (const auto& key : software) seen.emplace(key.name, SeenKey{key.name, {}, key.public_key, {}, {}});
  for (const auto& [name, texts] : uses) {
    if (keymgmt::is_token_name(name)) seen.emplace(name, look_at(home, name));
  }
  for (const auto& token : tokens) TRY(add_token(home, token, seen));
  std::vector<SeenKey> keys;
  for (auto& [name, key] : seen) {
    if (const auto use = uses.find(name); use != uses.end()) key.uses = use->second;
    keys.push_back(std::move(key));
  }
  return keys;
}

std::string shown_key_name(const std::string& name) { return name.substr(0, name.find('?')); }

base::JsonObject key_json(const SeenKey& key) {
  base::JsonArray uses;
  for (const auto& use : key.uses) uses.push_back(base::Json(use));
  base::JsonObject object{{"name", shown_key_name(key.name)},
                          {"place", key.name.starts_with("pkcs11:") ? "token" : "home"},
                          {"token", key.token},
                          {"for", std::move(uses)}};
  if (key.public_key) {
    object["kind"] = x509::print_key_kind(key.public_key->kind());
    object["identifier"] = base::hex(key.public_key->identifier());
  }
  if (!key.trouble.empty()) object["trouble"] = key.trouble;
  return object;
}

void print_keys(const Context& context, const std::vector<SeenKey>& keys) {
  Table table({{message("name")}, {message("key kind")}, {message("where")}, {message("for")}});
  for (const auto& key : keys) {
    const bool here = !keymgmt::is_token_name(key.name);
    table.add({shown_key_name(key.name),
               key.public_key ? x509::print_key_kind(key.public_key->kind()) : message("not to be had"),
               here ? message("this home") : message("token {}", key.token), base::join(key.uses, message(", "))});
  }
  table.print(context);
  for (const auto& key : keys) {
    if (!key.trouble.empty()) context.remark(key.trouble);
  }
}

}  // namespace yuxin::cli
