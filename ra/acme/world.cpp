#include "world.hpp"

#include "yuxin/evidence/canonical.hpp"
#include "yuxin/evidence/ledger.hpp"

namespace yuxin::ra::acme {

namespace {

constexpr std::size_t kNameLength = 22;  // of 128 bits as base64url

}  // namespace

std::string World::url(std::string_view kind, std::string_view name) const {
  std::string text = parts.config.url + "/" + std::string(kind);
  if (!name.empty()) text.append("/").append(name);
  return text;
}

std::optional<std::string> World::name_in(std::string_view kind, std::string_view url_text) const {
  const auto start = url(kind) + "/";
  if (!url_text.starts_with(start)) return std::nullopt;
  const auto name = url_text.substr(start.size());
  if (name.size() != kNameLength || !base::from_base64url(name)) return std::nullopt;
  return std::string(name);
}

std::string holder_of(const Account& account) { return "acme:" + account.client + "/" + account.name; }

base::Result<> note_account(store::Writer& writer, const Account& account, std::string_view what,
                            const AcmeActor& actor) {
  TRY(auto data, evidence::canonical_json(
                     base::JsonObject{{"client", account.client}, {"key", base::base64url(account.thumbprint)}}));
  TRY(evidence::append(writer, {.kind = "acme.account." + std::string(what),
                                .object = "acme/" + account.name,
                                .actor = actor.name,
                                .time = actor.now,
                                .data = std::move(data),
                                .attachment = {}}));
  return {};
}

}  // namespace yuxin::ra::acme
