// yuxin client add, list, remove, service: who enrols by machine, and who signs for them.
#include <algorithm>

#include "app/client_file.hpp"
#include "app/client_secret.hpp"
#include "app/clock_check.hpp"
#include "app/home.hpp"
#include "app/output.hpp"
#include "app/registration_desk.hpp"
#include "app/registration_identity.hpp"
#include "commands.hpp"
#include "yuxin/base/file.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/evidence/canonical.hpp"
#include "yuxin/evidence/ledger.hpp"
#include "yuxin/x509/oid.hpp"

namespace yuxin::cli {
namespace {

using base::Code;
using base::fail;
using base::message;
using base::Result;
using ra::MachineClient;

std::vector<std::string> protocols_of(const MachineClient& client) {
  std::vector<std::string> names;
  for (const auto protocol : client.protocols) names.emplace_back(ra::protocol_name(protocol));
  return names;
}

base::JsonObject client_json(const MachineClient& client) {
  const auto texts = [](const std::vector<std::string>& list) { return base::JsonArray(list.begin(), list.end()); };
  return {{"name", client.name},
          {"protocols", texts(protocols_of(client))},
          {"profiles", texts(client.profiles)},
          {"names_under", texts(client.names_under)},
          {"renewal", client.renewal == MachineClient::Renewal::kBySecret ? "secret" : "certificate"},
          {"organisation", client.organisation ? client.organisation->text() : ""},
          {"per_day", client.per_day}};
}

Result<std::string> text_of(const Home& home) {
  auto octets = base::read_file(clients_path(home), std::size_t{4} << 20U);
  if (!octets && octets.error().code == Code::kNotFound) return std::string();
  if (!octets) return tl::unexpected(std::move(octets).error());
  return std::string(base::as_text(*octets));
}

// The record comes first: a client that nobody wrote down must not be there.
Result<> keep(Context& context, Home& home, const std::string& kind, const MachineClient& client,
              const std::string& text) {
  auto facts = client_json(client);
  facts.erase("name");
  TRY(auto data, evidence::canonical_json(facts));
  TRY(home.store().write([&](store::Writer& writer) -> Result<> {
    TRY(evidence::append(writer, {.kind = kind,
                                  .object = "clients/" + client.name,
                                  .actor = context.actor(),
                                  .time = context.clock().now(),
                                  .data = data,
                                  .attachment = {}}));
    return {};
  }));
  TRY(base::write_file(clients_path(home), base::as_bytes(text), base::Existing::kReplace,
                       base::Permissions::kPrivate));
  end_work(context, home);
  return {};
}

Result<std::vector<ra::Protocol>> protocols_from(const Arguments& arguments) {
  std::vector<ra::Protocol> protocols;
  for (const auto& word : arguments.many("--protocol")) {
    const auto protocol = ra::protocol_by_name(word);
    if (!protocol) return fail(Code::kUsage, "\"{}\" is no protocol; there are est, cmp, acme and scep", word);
    protocols.push_back(*protocol);
  }
  return protocols;
}

// Every name of a machine's request is a DNS name, and there is one.
Result<> check_profile(const ca::Profile& profile) {
  const bool takes_names = std::ranges::any_of(
      profile.san, [](const ca::SanRule& rule) { return rule.kind == x509::GeneralNameKind::kDns && rule.max > 0; });
  if (takes_names) return {};
  return fail(Code::kRefused, "Profile {} takes no DNS names; no machine can have it.", profile.name);
}

// EST renews by the certificate that TLS shows (RFC 7030 section 3.3.2), which must be one of a TLS client.
bool can_be_shown(const ca::Profile& profile) {
  return profile.extended_key_usage.empty() ||
         std::ranges::any_of(profile.extended_key_usage,
                             [](const base::Bytes& usage) { return base::equal(usage, x509::oid::kClientAuth); });
}

Result<> remark_renewal(const Context& context, Home& home, const MachineClient& client) {
  if (!client.speaks(ra::Protocol::kEst) || client.renewal == MachineClient::Renewal::kBySecret) return {};
  TRY(const auto profiles, home.profiles());
  for (const auto& name : client.profiles) {
    TRY(const auto profile, profiles.find(name));
    if (!can_be_shown(*profile))
      context.remark(
          message("Certificates of profile {} cannot be shown by TLS to renew them (EST): that needs the "
                  "extended key usage clientAuth. To renew with the secret: --renew-by-secret",
                  name));
  }
  return {};
}

Result<MachineClient> client_from(Home& home, const Arguments& arguments) {
  MachineClient client;
  client.name = arguments.one("NAME");
  TRY(client.protocols, protocols_from(arguments));
  TRY(const auto profiles, home.profiles());
  client.profiles = arguments.many("--profile");
  for (const auto& name : client.profiles) {
    TRY(const auto profile, profiles.find(name));
    TRY(check_profile(*profile));
  }
  client.names_under = arguments.many("--under");
  if (arguments.has("--renew-by-secret")) client.renewal = MachineClient::Renewal::kBySecret;
  if (const auto code = arguments.maybe("--org")) {
    TRY(client.organisation, as_typed(evidence::OrgCode::parse(*code)));
    TRY(const auto organisation, home.organisation());
    if (organisation->find(*client.organisation) == nullptr)
      return fail(Code::kNotFound, "There is no organisation {} in organisation.toml.", *code);
  }
  TRY(client.per_day, number_option(arguments, "--per-day", 0));
  if (client.per_day == 0 && arguments.has("--per-day"))
    return fail(Code::kUsage, "--per-day takes a number from 1. A client without a limit is added without it.");
  return client;
}

void describe(const Context& context, const MachineClient& client) {
  context.remark(labelled(message("client"), client.name));
  context.remark(labelled(message("enrols by"), base::join(protocols_of(client), message(", "))));
  context.remark(labelled(message("profiles"), base::join(client.profiles, message(", "))));
  context.remark(labelled(message("names under"), base::join(client.names_under, message(", "))));
  if (client.per_day > 0) context.remark(labelled(message("a day"), std::to_string(client.per_day)));
}

Result<int> add(Context& context, const Arguments& arguments) {
  const auto out = arguments.maybe("--secret-out");
  if (out) TRY(check_new_output(*out));
  TRY(auto home, open_home(context, Home::Access::kRead));
  TRY(auto client, client_from(*home, arguments));
  const auto secret = ra::make_client_secret();
  client.secret = x509::sha256(secret.view());
  TRY(const auto before, text_of(*home));
  TRY(const auto after, as_typed(with_client(before, clients_path(*home), client)));
  describe(context, client);
  TRY(remark_renewal(context, *home, client));
  if (arguments.has("--dry-run")) {
    context.remark(message("Nothing was changed (--dry-run)."));
    return 0;
  }
  TRY(home, open_unlocked_home(context));
  if (out) {
    auto line = base::to_bytes(secret.view());
    line.push_back('\n');
    TRY(base::write_file(*out, line, base::Existing::kRefuse, base::Permissions::kPrivate));
  }
  if (needs_secret(client)) TRY(keep_client_secret(*home, client, secret));
  TRY(keep(context, *home, "client.added", client, after));
  if (context.options().json) {
    auto json = client_json(client);
    if (!out) json["secret"] = secret.text();
    context.document(json);
    return 0;
  }
  context.out(message("Client {} may enrol now.", client.name));
  if (out) {
    context.out(needs_secret(client)
                    ? message("Its secret is in {}, and sealed in this home, because CMP needs it.", *out)
                    : message("Its secret is in {}; it is kept nowhere else.", *out));
  } else {
    context.out(labelled(message("secret"), secret.text()));
    context.remark(
        needs_secret(client)
            ? message("The secret is told this once: put it into the client now. It is kept sealed in this "
                      "home, because CMP needs it.")
            : message("The secret is told this once and kept nowhere: put it into the client now."));
  }
  return 0;
}

Result<int> list(Context& context, const Arguments&) {
  TRY(auto home, open_home(context, Home::Access::kRead));
  TRY(const auto clients, read_clients(*home));
  if (context.options().json) {
    base::JsonArray array;
    for (const auto& client : clients->all()) array.push_back(client_json(client));
    context.document(base::JsonObject{{"clients", std::move(array)}});
    return 0;
  }
  if (clients->all().empty()) {
    context.remark(
        message("No clients. One is made by: yuxin client add NAME --profile device --under city.example"));
    return 0;
  }
  Table table({{message("client")},
               {message("enrols by")},
               {message("profiles"), Table::Align::kLeft, 40},
               {message("names under"), Table::Align::kLeft, 40},
               {message("a day"), Table::Align::kRight}});
  for (const auto& client : clients->all()) {
    table.add({client.name, base::join(protocols_of(client), message(", ")),
               base::join(client.profiles, message(", ")), base::join(client.names_under, message(", ")),
               client.per_day > 0 ? std::to_string(client.per_day) : "–"});
  }
  table.print(context);
  return 0;
}

// What is left of a client that is not there any more: an addition or removal was cut off, or clients.toml was
// edited.
Result<int> remove_leftover(Context& context, const Arguments& arguments, const std::string& name) {
  context.remark(labelled(message("client"), name));
  context.remark(labelled(message("effect"), message("there is no such client; its secret, which is still sealed in "
                                                     "this home, is destroyed")));
  if (arguments.has("--dry-run")) {
    context.remark(message("Nothing was changed (--dry-run)."));
    return 0;
  }
  TRY(const bool agreed, context.confirm(message("Destroy the secret of client {}?", name)));
  if (!agreed) {
    context.remark(message("Nothing was changed."));
    return 0;
  }
  TRY(const auto home, open_unlocked_home(context));
  TRY(forget_client_secret(*home, name));
  end_work(context, *home);
  if (context.options().json) {
    context.document(base::JsonObject{{"name", name}});
  } else {
    context.out(message("The secret of client {} was destroyed.", name));
  }
  return 0;
}

Result<int> remove(Context& context, const Arguments& arguments) {
  const auto name = arguments.one("NAME");
  TRY(auto home, open_home(context, Home::Access::kRead));
  TRY(const auto clients, read_clients(*home));
  const auto orphaned = orphaned_secrets(*home, *clients);
  if (clients->find(name) == nullptr && std::ranges::find(orphaned, name) != orphaned.end())
    return remove_leftover(context, arguments, name);
  TRY(const auto before, text_of(*home));
  TRY(const auto after, without_client(before, clients_path(*home), name));
  const auto client = *clients->find(name);
  describe(context, client);
  context.remark(
      labelled(message("effect"), message("it enrols and renews nothing from now on, and its accounts of ACME end; "
                                          "its certificates stay valid until they expire or are revoked")));
  if (arguments.has("--dry-run")) {
    context.remark(message("Nothing was changed (--dry-run)."));
    return 0;
  }
  TRY(const bool agreed, context.confirm(message("Remove client {}?", name)));
  if (!agreed) {
    context.remark(message("Nothing was changed."));
    return 0;
  }
  TRY(home, open_unlocked_home(context));
  // The secret goes first: cut off here, it leaves a client whom nobody believes, to be removed again, and not the
  // secret of one that nobody looks for any more.
  TRY(forget_client_secret(*home, name));
  TRY(keep(context, *home, "client.removed", client, after));
  if (context.options().json) {
    context.document(client_json(client));
  } else {
    context.out(message("Client {} was removed.", name));
  }
  return 0;
}

Result<int> service(Context& context, const Arguments& arguments) {
  const auto out = arguments.one("--out", "-");
  TRY(check_output(out, OutputKind::kCertificate));
  TRY(auto home, open_unlocked_home(context));
  TRY(meet_clock(context, arguments, *home));
  TRY(const auto identity, keep_registration_service(*home, context.actor()));
  end_work(context, *home);
  const auto& certificate = identity.certificate;
  const auto pem = certificate.pem();
  if (out != "-" || !context.options().json) TRY(write_output(out, base::as_bytes(pem), OutputKind::kCertificate));
  if (context.options().json)
    context.document(base::JsonObject{{"subject", certificate.subject().text()},
                                      {"serial", certificate.serial()->hex()},
                                      {"not_after", base::rfc3339(certificate.not_after())},
                                      {"pem", pem}});
  context.remark(
      message("It enters requests for officers when it has the role: yuxin role grant RA.SERVICE --to FILE"));
  return 0;
}

}  // namespace

std::vector<CommandSpec> client_commands() {
  const OptionSpec name{"NAME", Arity::kOne, Presence::kRequired, "NAME", "name of the client"};
  return {
      {"client",
       "add",
       "let a device, a fleet of them or a server enrol by itself, with a secret that is told once",
       {name,
        {"--protocol", Arity::kMany, Presence::kRequired, "PROTOCOL", "est, cmp, acme or scep"},
        {"--profile", Arity::kMany, Presence::kRequired, "PROFILE", "what it may have; the first if it names none"},
        {"--under", Arity::kMany, Presence::kRequired, "DOMAIN", "domain at or below which its names lie"},
        {"--org", Arity::kOne, Presence::kOptional, "CODE", "registration point that its requests come by way of"},
        {"--per-day", Arity::kOne, Presence::kOptional, "N", "requests in any 24 hours"},
        {"--renew-by-secret", Arity::kFlag, Presence::kOptional, "",
         "it renews with its secret, not by the certificate that is renewed"},
        {"--secret-out", Arity::kOne, Presence::kOptional, "FILE",
         "a new file for the secret, readable by you alone"},
        dry_run_option()},
       {"yuxin --home city/online --passphrase-file pass client add water-meters --protocol est --profile device "
        "--under meters.city.example --secret-out water-meters.secret"},
       add},
      {"client", "list", "list who may enrol by machine", {}, {"yuxin --home city/online client list"}, list},
      {"client",
       "remove",
       "take a client its right to enrol and renew",
       {name, dry_run_option()},
       {"yuxin --home city/online --passphrase-file pass --yes client remove water-meters"},
       remove},
      {"client",
       "service",
       "give the certificate by which the registration service enters requests of machines at the desk",
       {out_option("where to write the certificate (PEM)"), accept_clock_option()},
       {"yuxin --home city/online --passphrase-file pass client service --out service.pem"},
       service},
  };
}

}  // namespace yuxin::cli
