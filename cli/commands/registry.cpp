// yuxin registry add, list, remove on the authority's host; request, join on that of a registration authority.
#include "app/clock_check.hpp"
#include "app/home.hpp"
#include "app/interface_home.hpp"
#include "app/output.hpp"
#include "app/registry_home.hpp"
#include "app/registry_issuing.hpp"
#include "app/shell_word.hpp"
#include "commands.hpp"
#include "yuxin/base/file.hpp"
#include "yuxin/base/short_name.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/base/writable.hpp"
#include "yuxin/evidence/canonical.hpp"
#include "yuxin/evidence/ledger.hpp"

namespace yuxin::cli {
namespace {

using base::Code;
using base::fail;
using base::message;
using base::Result;
using ra::Registry;

constexpr std::size_t kLargestFile = std::size_t{1} << 20U;

Result<> require_kind(const Home& home, HomeKind kind) {
  if (home.config().kind == kind) return {};
  if (kind == HomeKind::kOnline)
    return fail(Code::kConflict, "{} is not the home of an authority; this is done where the authority is.",
                home.path());
  return fail(Code::kConflict, "{} has its authority itself; this is done where a registration authority is alone.",
              home.path());
}

base::JsonObject registry_json(const Registry& registry) {
  return {{"name", registry.name},
          {"key", base::hex(registry.key)},
          {"service", base::hex(registry.service)},
          {"within", registry.within ? registry.within->text() : ""}};
}

// The record comes first: whom nobody wrote down must not be there.
Result<> keep(Context& context, Home& home, const std::string& kind, const Registry& registry,
              const std::vector<Registry>& after) {
  auto facts = registry_json(registry);
  facts.erase("name");
  TRY(auto data, evidence::canonical_json(facts));
  TRY(home.store().write([&](store::Writer& writer) -> Result<> {
    TRY(evidence::append(writer, {.kind = kind,
                                  .object = "registries/" + registry.name,
                                  .actor = context.actor(),
                                  .time = context.clock().now(),
                                  .data = data,
                                  .attachment = {}}));
    return {};
  }));
  TRY(base::write_file(registries_path(home), base::as_bytes(ra::Registries::print(after)), base::Existing::kReplace,
                       base::Permissions::kPrivate));
  end_work(context, home);
  return {};
}

const RegistryRequest& request_for(const std::vector<RegistryRequest>& requests, std::string_view purpose) {
  return *std::ranges::find(requests, purpose, &RegistryRequest::purpose);
}

Result<Registry> registry_from(const Home& home, const Arguments& arguments,
                               const std::vector<RegistryRequest>& requests) {
  Registry registry;
  registry.name = arguments.one("NAME");
  if (!base::is_short_name(registry.name))
    return fail(Code::kUsage, "\"{}\" is no name: lower-case letters, digits and hyphens, at most 32", registry.name);
  const auto key_of = [&](std::string_view purpose) {
    return x509::sha256(request_for(requests, purpose).request.public_key().spki());
  };
  registry.key = key_of(ra::AuthorityInterface::kProfile);
  registry.service = key_of("registration-service");
  if (const auto code = arguments.maybe("--within")) {
    TRY(registry.within, as_typed(evidence::OrgCode::parse(*code)));
    TRY(const auto organisation, home.organisation());
    if (organisation->find(*registry.within) == nullptr)
      return fail(Code::kNotFound, "There is no organisation {} in organisation.toml.", *code);
  }
  return registry;
}

// with_registry is the list with one more; the same one again has its certificates renewed.
Result<std::vector<Registry>> with_registry(const ra::Registries& known, const Registry& registry) {
  auto after = known.all();
  const auto same = std::ranges::find(after, registry.name, &Registry::name);
  if (same != after.end() && (same->key != registry.key || same->service != registry.service)) {
    return fail(
        Code::kConflict,
        "Registration authority {} has other keys. Where it was made anew, remove it first: yuxin registry remove "
        "{}",
        registry.name, registry.name);
  }
  if (same == after.end() && known.by_key(registry.key) != nullptr)
    return fail(Code::kConflict, "This registration authority is here already, as {}.",
                known.by_key(registry.key)->name);
  if (same != after.end()) {
    *same = registry;
  } else {
    after.push_back(registry);
  }
  return after;
}

void describe(const Context& context, const Registry& registry) {
  context.remark(labelled(message("registration authority"), registry.name));
  context.remark(labelled(message("its key"), "SHA-256 " + base::hex(registry.key)));
  context.remark(labelled(message("its service"), "SHA-256 " + base::hex(registry.service)));
  context.remark(labelled(message("works for"), registry.within ? registry.within->text() : message("everybody")));
}

Result<int> add(Context& context, const Arguments& arguments) {
  const auto out = arguments.one("--out");
  TRY(check_new_output(out));
  const auto service = out + ".service.pem";
  TRY(base::check_writable(service));
  TRY(auto home, open_home(context, Home::Access::kRead));
  TRY(require_kind(*home, HomeKind::kOnline));
  TRY(const auto file, base::read_file(arguments.one("FILE"), kLargestFile));
  TRY(const auto requests, read_registry_requests(file));
  TRY(const auto registry, registry_from(*home, arguments, requests));
  TRY(const auto known, read_registries(*home));
  TRY(const auto after, with_registry(*known, registry));
  describe(context, registry);
  std::vector<std::string> names;
  for (const auto& one : request_for(requests, "registration-tls").request.subject_alt_names())
    names.push_back(one.value);
  context.remark(labelled(message("served as"), base::join(names, message(", "))));
  if (arguments.has("--dry-run")) {
    context.remark(message("Nothing was changed (--dry-run)."));
    return 0;
  }
  TRY(const bool agreed,
      context.confirm(message("Let registration authority {} order certificates here?", registry.name)));
  if (!agreed) {
    context.remark(message("Nothing was changed."));
    return 0;
  }
  TRY(home, open_unlocked_home(context));
  TRY(meet_clock(context, arguments, *home));
  TRY(const auto document, certify_registry(*home, registry.name, requests, context.actor()));
  const auto text = base::print_json_pretty(document) + "\n";
  TRY(base::write_file(out, base::as_bytes(text), base::Existing::kRefuse, base::Permissions::kPublic));
  const auto pem = base::json_string(document.at("certificates").get_object(), "registration-service");
  TRY(base::write_file(service, base::as_bytes(pem), base::Existing::kReplace, base::Permissions::kPublic));
  TRY(keep(context, *home, "registry.added", registry, after));
  if (context.options().json) {
    auto json = registry_json(registry);
    json["out"] = out;
    json["service_certificate"] = service;
    context.document(json);
    return 0;
  }
  context.out(message("Registration authority {} may order now. Its certificates are in {}.", registry.name, out));
  context.out("");
  context.out(message("Next:"));
  context.out(message("  1. So that it enrols machines:  yuxin role grant RA.SERVICE --to {}", service));
  context.out(message("  2. Bring {} there:   yuxin --home DIR registry join {}", out, out));
  context.out(message(
      "  3. Let approvals.toml say what its service may have alone, and who approves the rest: docs/split.md"));
  if (home->config().authority_interface.port == 0)
    context.out(message("  4. Write a port under [authority_interface] of {}/yuxin.toml, and start: yuxin serve",
                        home->path()));
  return 0;
}

Result<int> list(Context& context, const Arguments&) {
  TRY(auto home, open_home(context, Home::Access::kRead));
  TRY(require_kind(*home, HomeKind::kOnline));
  TRY(const auto known, read_registries(*home));
  if (context.options().json) {
    base::JsonArray array;
    for (const auto& one : known->all()) array.push_back(registry_json(one));
    context.document(base::JsonObject{{"registries", std::move(array)}});
    return 0;
  }
  if (known->all().empty()) {
    context.remark(message("No registration authorities elsewhere. One is let in by: yuxin registry add NAME FILE"));
    return 0;
  }
  Table table({{message("registration authority")}, {message("works for")}, {message("its key")}});
  for (const auto& one : known->all())
    table.add(
        {one.name, one.within ? one.within->text() : message("everybody"), base::hex(one.key).substr(0, 16) + "…"});
  table.print(context);
  return 0;
}

Result<int> remove(Context& context, const Arguments& arguments) {
  const auto name = arguments.one("NAME");
  TRY(auto home, open_home(context, Home::Access::kRead));
  TRY(require_kind(*home, HomeKind::kOnline));
  TRY(const auto known, read_registries(*home));
  const auto* found = known->find(name);
  if (found == nullptr)
    return fail(Code::kNotFound, "There is no registration authority {}. See: yuxin registry list", name);
  const auto registry = *found;
  describe(context, registry);
  context.remark(labelled(message("effect"), message("it orders nothing from now on; what was issued stays valid")));
  if (arguments.has("--dry-run")) {
    context.remark(message("Nothing was changed (--dry-run)."));
    return 0;
  }
  TRY(const bool agreed, context.confirm(message("Remove registration authority {}?", name)));
  if (!agreed) {
    context.remark(message("Nothing was changed."));
    return 0;
  }
  TRY(home, open_unlocked_home(context));
  auto after = known->all();
  std::erase_if(after, [&](const Registry& one) { return one.name == name; });
  TRY(keep(context, *home, "registry.removed", registry, after));
  if (context.options().json) {
    context.document(registry_json(registry));
  } else {
    context.out(
        message("Registration authority {} was removed. Where its keys have leaked, revoke its certificates: yuxin "
                "cert search {}",
                name, name));
  }
  return 0;
}

Result<int> request(Context& context, const Arguments&) {
  TRY(auto home, open_home(context, Home::Access::kRead));
  TRY(require_kind(*home, HomeKind::kRegistration));
  TRY(home, open_unlocked_home(context));
  TRY(const auto path, write_registry_request(*home));
  if (context.options().json) {
    context.document(base::JsonObject{{"requests", path}});
    return 0;
  }
  context.out(
      message("Wrote {}. Carry it to the authority: yuxin registry add NAME registry.csr --out NAME.json", path));
  return 0;
}

Result<int> join(Context& context, const Arguments& arguments) {
  TRY(const auto document, base::read_file(arguments.one("FILE"), kLargestFile));
  TRY(auto home, open_home(context, Home::Access::kRead));
  TRY(require_kind(*home, HomeKind::kRegistration));
  TRY(home, open_unlocked_home(context));
  TRY(const auto joined, join_authority(*home, document, context.actor()));
  TRY(const auto authority, open_remote_authority(*home));
  const auto followed = authority->refresh();
  if (!followed && followed.error().code != Code::kUnavailable) return tl::unexpected(followed.error());
  end_work(context, *home);
  if (context.options().json) {
    context.document(base::JsonObject{{"name", joined.name},
                                      {"authority", joined.authority},
                                      {"url", home->config().authority.url},
                                      {"followed", followed.has_value()}});
    return 0;
  }
  context.out(message("This is registration authority {} of {} now.", joined.name, home->config().authority.url));
  if (!followed) context.remark(followed.error().detail);
  context.out(message("Start it:   yuxin --home {} serve --only ra", shell_word(home->path())));
  return 0;
}

}  // namespace

std::vector<CommandSpec> registry_commands() {
  const OptionSpec name{"NAME", Arity::kOne, Presence::kRequired, "NAME", "name of the registration authority"};
  return {
      {"registry",
       "add",
       "let a registration authority on another host order certificates here; again, its certificates are renewed",
       {name,
        {"FILE", Arity::kOne, Presence::kRequired, "FILE", "its exchange/registry.csr"},
        {"--out", Arity::kOne, Presence::kRequired, "FILE", "a new file for what it joins with"},
        {"--within", Arity::kOne, Presence::kOptional, "CODE", "organisation at or below which it works"},
        accept_clock_option(),
        dry_run_option()},
       {"yuxin --home city/online --passphrase-file pass --yes registry add east registry.csr --out east.json"},
       add},
      {"registry",
       "list",
       "list the registration authorities elsewhere",
       {},
       {"yuxin --home city/online registry list"},
       list},
      {"registry",
       "remove",
       "take a registration authority its right to order",
       {name, dry_run_option()},
       {"yuxin --home city/online --passphrase-file pass --yes registry remove east"},
       remove},
      {"registry",
       "request",
       "on the registration authority: write its requests anew, for the same keys",
       {},
       {"yuxin --home ra --passphrase-file pass registry request"},
       request},
      {"registry",
       "join",
       "on the registration authority: take in the certificates that the authority has made for it",
       {{"FILE", Arity::kOne, Presence::kRequired, "FILE", "what yuxin registry add has written there"}},
       {"yuxin --home ra --passphrase-file pass registry join east.json"},
       join},
  };
}

}  // namespace yuxin::cli
