// yuxin ca list, show, create, crl, import-certificate, import-crl
#include <algorithm>
#include <filesystem>

#include "app/authority_import.hpp"
#include "app/authority_steps.hpp"
#include "app/certificate_view.hpp"
#include "app/clock_check.hpp"
#include "app/home.hpp"
#include "app/key_view.hpp"
#include "app/output.hpp"
#include "app/shell_word.hpp"
#include "app/trial.hpp"
#include "commands.hpp"
#include "yuxin/base/file.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/ca/crl_publication.hpp"
#include "yuxin/ca/newer_lists.hpp"
#include "yuxin/ca/standing.hpp"

namespace yuxin::cli {
namespace {

using base::Code;
using base::fail;
using base::message;
using base::Result;

// What a home knows of one authority.
struct Known {
  store::AuthorityRow row;
  std::optional<x509::Certificate> certificate;
  std::optional<store::CrlRow> list;
  std::optional<ca::Standing> standing;  // nothing without a certificate, or where the list that says it is missing
};

Result<Known> known_of(store::Reader& reader, store::AuthorityRow row) {
  Known known{std::move(row), {}, {}, {}};
  if (!known.row.certificate.empty()) {
    TRY(known.certificate, x509::Certificate::from_der(known.row.certificate));
  }
  auto list = reader.latest_crl(known.row.id);
  if (list) known.list = std::move(*list);
  if (!list && list.error().code != Code::kNotFound) return tl::unexpected(std::move(list).error());
  return known;
}

void judge(Context& context, Home& home, Known& known) {
  if (!known.certificate) return;
  auto standing = ca::standing_of(home.store(), home.path(), known.row, context.clock().now());
  if (standing) {
    known.standing = std::move(*standing);
  } else {
    context.remark(standing.error().detail);
  }
}

std::string state_of(const Known& known) {
  if (!known.certificate) return {};
  return known.standing ? ca::standing_text(*known.standing, known.row.name) : message("not known");
}

base::JsonObject as_json(const Known& known) {
  base::JsonObject object{{"name", known.row.name},
                          {"key_here", !known.row.key_name.empty()},
                          {"created_at", base::rfc3339(known.row.created_at)}};
  if (known.certificate) {
    const auto& certificate = *known.certificate;
    object["subject"] = certificate.subject().text();
    object["issuer"] = certificate.issuer().text();
    object["serial"] = certificate.serial() ? certificate.serial()->hex() : "";
    object["not_before"] = base::rfc3339(certificate.not_before());
    object["not_after"] = base::rfc3339(certificate.not_after());
    add_fingerprint(object, certificate);
    object["state"] = known.standing ? ca::standing_name(known.standing->state) : "unknown";
  }
  if (known.standing && known.standing->state != ca::Standing::State::kGood) {
    object["state_of"] = known.standing->authority;
    object["state_since"] = base::rfc3339(known.standing->since);
    if (known.standing->state == ca::Standing::State::kRevoked)
      object["reason"] = x509::reason_name(known.standing->reason);
  }
  if (known.list) {
    object["crl_number"] = known.list->number;
    object["crl_next_update"] = base::rfc3339(known.list->next_update);
  }
  return object;
}

std::string key_place(const store::AuthorityRow& row) {
  if (keymgmt::is_token_name(row.key_name)) return message("on a token");
  return row.key_name.empty() ? message("elsewhere") : message("here");
}

Result<int> list(Context& context, const Arguments&) {
  TRY(auto home, open_home(context, Home::Access::kRead));
  std::vector<Known> all;
  TRY(home->store().read([&](store::Reader& reader) -> Result<> {
    all.clear();
    TRY(auto rows, reader.authorities());
    for (auto& row : rows) {
      TRY(auto known, known_of(reader, std::move(row)));
      all.push_back(std::move(known));
    }
    return {};
  }));
  for (auto& known : all) judge(context, *home, known);
  if (context.options().json) {
    base::JsonArray array;
    for (const auto& known : all) array.push_back(as_json(known));
    context.document(array);
    return 0;
  }
  Table table({{message("name")},
               {message("subject")},
               {message("valid until")},
               {message("state")},
               {message("key")},
               {message("list"), Table::Align::kRight},
               {message("next list")}});
  for (const auto& known : all) {
    table.add({known.row.name,
               known.certificate ? known.certificate->subject().text() : message("(waits for its certificate)"),
               known.certificate ? date_of(known.certificate->not_after()) : "", state_of(known),
               key_place(known.row), known.list ? std::to_string(known.list->number) : "",
               known.list ? date_of(known.list->next_update) : ""});
  }
  table.print(context);
  return 0;
}

Result<int> show(Context& context, const Arguments& arguments) {
  TRY(auto home, open_home(context, Home::Access::kRead));
  TRY(auto row, home->authority(arguments.one("NAME")));
  std::optional<Known> known;
  TRY(home->store().read([&](store::Reader& reader) -> Result<> {
    TRY(known, known_of(reader, row));
    return {};
  }));
  judge(context, *home, *known);
  if (arguments.has("--pem")) {
    if (!known->certificate) return fail(Code::kNotFound, "Authority {} has no certificate yet.", row.name);
    const auto pem = known->certificate->pem();
    context.out(std::string_view(pem).substr(0, pem.size() - 1));
    return 0;
  }
  if (context.options().json) {
    auto object = as_json(*known);
    if (known->certificate) object["pem"] = known->certificate->pem();
    context.document(object);
    return 0;
  }
  context.out(labelled(message("authority"), row.name));
  const bool on_token = keymgmt::is_token_name(row.key_name);
  const auto here = row.key_name.empty() ? message("elsewhere") : message("in this home");
  context.out(labelled(message("key"), on_token ? shown_key_name(row.key_name) : here));
  if (!known->certificate) {
    context.out(labelled(message("certificate"),
                         message("none yet; its request is {}/exchange/{}.csr", home->path(), row.name)));
    return 0;
  }
  const auto& certificate = *known->certificate;
  TRY(auto key, certificate.public_key());
  context.out(labelled(message("subject"), certificate.subject().text()));
  context.out(labelled(message("issuer"), certificate.issuer().text()));
  context.out(labelled(message("serial"), certificate.serial() ? certificate.serial()->grouped() : ""));
  context.out(labelled(message("key kind"), x509::print_key_kind(key.kind())));
  context.out(labelled(message("validity"), message("{} to {}", base::local_time(certificate.not_before()),
                                                    base::local_time(certificate.not_after()))));
  context.out(labelled(message("state"), state_of(*known)));
  for (const auto& line : fingerprint_lines(certificate)) context.out(line);
  if (known->list)
    context.out(labelled(message("list"),
                         message("{}, next by {}", known->list->number, base::local_time(known->list->next_update))));
  return 0;
}

Result<NewAuthority> new_authority(const Arguments& arguments) {
  const auto name = arguments.one("NAME");
  TRY(check_authority_name(name));
  const auto kind = x509::parse_key_kind(arguments.one("--key", "ec:P-256"));
  if (!kind)
    return fail(Code::kUsage,
                "\"{}\" is no kind of key. There are rsa:3072, rsa-pss:3072, ec:P-256, ec:P-384, ec:P-521, ed25519, "
                "ed448 and sm2.",
                arguments.one("--key"));
  TRY(auto subject, x509::Name::parse(arguments.one("--subject")));
  NewAuthority wanted{name, *kind, std::move(subject), arguments.one("--token")};
  TRY(key_name_of(wanted));
  return wanted;
}

Result<> create_subordinate(Context& context, Home& home, const NewAuthority& wanted,
                            const std::optional<std::string>& out) {
  TRY(request_authority(home, wanted, out, context.actor()));
  end_work(context, home);
  const auto& name = wanted.name;
  const auto file = out.value_or(home.path() + "/exchange/" + name + ".csr");
  if (context.options().json) context.document(base::JsonObject{{"name", name}, {"request", file}});
  context.remark(message(
      "Made the key of {} and its request {}. Carry it to the issuer, bring the certificate back:", name, file));
  context.remark("  yuxin --home ROOT cert issue --ca root --profile sub-ca --csr " + name + ".csr --out " + name +
                 ".pem");
  context.remark("  yuxin --home " + shell_word(home.path()) + " ca import-certificate " + name + " " + name +
                 ".pem");
  return {};
}

Result<> create_root(Context& context, Home& home, const NewAuthority& wanted) {
  TRY(auto certificate, make_root(home, wanted, context.actor()));
  TRY(auto order, home.crl_order(wanted.name));
  TRY(ca::publish_crl(home.store(), order, context.clock(), {context.actor()}));
  end_work(context, home);
  if (context.options().json) {
    base::JsonObject document{{"name", wanted.name}, {"pem", certificate.pem()}};
    add_fingerprint(document, certificate);
    context.document(document);
  }
  context.remark(message("Made the root {}: {}, SHA-256 {}.", wanted.name, certificate.subject().text(),
                         base::hex(certificate.sha256_fingerprint())));
  return {};
}

// A key that is on the token already may be somebody else's, so whoever takes it is told. Gives whether there is one.
Result<bool> show_token_key(const Context& context, Home& home, const NewAuthority& wanted) {
  if (wanted.token.empty()) return false;
  TRY(const auto name, key_name_of(wanted));
  const auto known = home.keys().public_key(name);
  if (!known && known.error().code != Code::kNotFound) return tl::unexpected(known.error());
  context.remark(labelled(message("key"), shown_key_name(name)));
  if (!known) return false;
  context.remark(labelled(message("key is there"),
                          message("{}, id {}; it becomes this authority's key", x509::print_key_kind(known->kind()),
                                  base::hex(known->identifier()))));
  return true;
}

Result<int> create(Context& context, const Arguments& arguments) {
  TRY(auto wanted, new_authority(arguments));
  TRY(auto home, open_unlocked_home(context));
  TRY(meet_clock(context, arguments, *home));
  const auto kind = arguments.has("--root") ? AuthorityKind::kRoot : AuthorityKind::kSubordinate;
  TRY(check_new_authority(*home, wanted, kind));
  if (const auto out = arguments.maybe("--out")) TRY(check_output(*out, OutputKind::kRequest));
  context.remark(labelled(message("authority"), wanted.name));
  context.remark(labelled(message("subject"), wanted.subject.text()));
  context.remark(labelled(message("key kind"), x509::print_key_kind(wanted.key)));
  TRY(const bool key_is_there, show_token_key(context, *home, wanted));
  if (arguments.has("--dry-run")) {
    return end_trial(context, {{"name", wanted.name},
                               {"subject", wanted.subject.text()},
                               {"key_kind", x509::print_key_kind(wanted.key)},
                               {"key_is_there", key_is_there}});
  }
  if (key_is_there) {
    TRY(const auto agreed, context.confirm(message("Take this key?")));
    if (!agreed) return fail(Code::kUsage, "Nothing was changed.");
  }
  if (kind == AuthorityKind::kRoot) {
    TRY(create_root(context, *home, wanted));
  } else {
    TRY(create_subordinate(context, *home, wanted, arguments.maybe("--out")));
  }
  return 0;
}

Result<int> crl(Context& context, const Arguments& arguments) {
  const auto name = arguments.one("NAME");
  const auto out = arguments.maybe("--out");
  if (out) TRY(check_output(*out, OutputKind::kRevocationList));
  TRY(auto home, open_home(context, Home::Access::kRead));
  TRY(auto row, home->authority(name));
  store::CrlRow list;
  const bool signs = !row.key_name.empty();
  if (!signs && !out) {
    return fail(
        Code::kConflict,
        "The key of {} is elsewhere, so nothing was signed here. Where it is: yuxin ca crl {} --out FILE, and "
        "then here: yuxin ca import-crl {} FILE. To write the list that was brought here: --out FILE",
        name, name, name);
  }
  if (arguments.has("--dry-run")) {
    if (!signs)
      return end_trial(
          context, {{"authority", name}},
          message("Would write the list of {} that was brought here. Nothing was changed (--dry-run).", name));
    TRY(const auto number, ca::next_crl_number(home->store(), home->path(), row));
    return end_trial(context, {{"authority", name}, {"number", number}},
                     message("Would sign and publish the next list of {}. Nothing was changed (--dry-run).", name));
  }
  if (signs) {
    home.reset();  // whoever closes the database last folds its log in, and who only reads cannot
    TRY(home, open_unlocked_home(context));
    TRY(meet_rest(context, *home));
    TRY(auto order, home->crl_order(name));
    TRY(list, ca::publish_crl(home->store(), order, context.clock(), {context.actor()}));
    end_work(context, *home);
  } else {
    // the key is elsewhere: what can be given out is the list that was brought here
    TRY(list, home->store().status().latest_crl(row.id));
  }
  if (out) {
    TRY(auto bytes, base::read_file(home->path() + "/" + list.file, std::size_t{4} << 30U));
    auto written = write_output(*out, bytes, OutputKind::kRevocationList);
    if (!written && signs) {
      const auto file = shell_word(home->path() + "/" + list.file);
      return done_but_unwritten(
          written.error(),
          home->config().kind == HomeKind::kOfflineRoot
              ? message("List {} of {} was signed. It lies in {}", list.number, name, file)
              : message("List {} of {} was signed and published. It lies in {}", list.number, name, file));
    }
    TRY(std::move(written));
  }
  if (context.options().json) {
    context.document(base::JsonObject{{"authority", name},
                                      {"number", list.number},
                                      {"this_update", base::rfc3339(list.this_update)},
                                      {"next_update", base::rfc3339(list.next_update)},
                                      {"sha256", base::hex(list.sha256)},
                                      {"file", out.value_or(home->path() + "/" + list.file)},
                                      {"published", home->path() + "/" + list.file}});
    return 0;
  }
  const auto until = base::local_time(list.next_update);
  if (!signs) {
    context.remark(message("List {} of {}, as it was brought here; valid until {}. Nothing was signed.", list.number,
                           name, until));
  } else if (home->config().kind == HomeKind::kOfflineRoot) {
    // what publishes it is elsewhere
    const auto file = out && *out != "-" ? *out : home->path() + "/" + list.file;
    context.remark(
        message("List {} of {} is signed, valid until {}; it lies in {}. Carry it to the online home, and "
                "there: yuxin ca import-crl {} {}",
                list.number, name, until, shell_word(file), name,
                shell_word(std::filesystem::path(file).filename().string())));
  } else {
    context.remark(message("List {} of {} published, valid until {}.", list.number, name, until));
  }
  return 0;
}

base::JsonObject import_json(const std::string& name, const x509::Certificate& certificate, ImportKind kind) {
  base::JsonObject object{{"authority", name},
                          {"key_here", kind == ImportKind::kOwn},
                          {"subject", certificate.subject().text()},
                          {"serial", certificate.serial() ? certificate.serial()->hex() : ""},
                          {"not_after", base::rfc3339(certificate.not_after())}};
  add_fingerprint(object, certificate);
  return object;
}

void preview_import(const Context& context, const std::string& name, const x509::Certificate& certificate,
                    ImportKind kind) {
  context.remark(labelled(message("authority"), kind == ImportKind::kOwn
                                                    ? message("{}, whose key is here", name)
                                                    : message("{}, new here; its key is elsewhere", name)));
  context.remark(labelled(message("subject"), certificate.subject().text()));
  context.remark(labelled(message("issuer"), certificate.issuer().text()));
  context.remark(labelled(message("validity"), message("{} to {}", base::local_time(certificate.not_before()),
                                                       base::local_time(certificate.not_after()))));
  for (const auto& line : fingerprint_lines(certificate)) context.remark(line);
}

Result<int> import_certificate_command(Context& context, const Arguments& arguments) {
  const auto name = arguments.one("NAME");
  TRY(auto bytes, base::read_file(arguments.one("FILE"), 1U << 20U));
  TRY(auto certificate, x509::Certificate::from_bytes(bytes));
  TRY(auto home, open_unlocked_home(context));
  TRY(const auto kind, check_import(*home, name, certificate));
  preview_import(context, name, certificate, kind);
  if (arguments.has("--dry-run"))
    return end_trial(context, import_json(name, certificate, kind), message("Nothing was changed (--dry-run)."));
  TRY(auto agreed, context.confirm(message("Is this fingerprint the one that the issuer told you?")));
  if (!agreed) return fail(Code::kUsage, "Nothing was changed.");
  if (kind == ImportKind::kOwn) {
    TRY(import_certificate(*home, name, certificate, context.actor()));
  } else {
    TRY(import_root(*home, name, certificate, context.actor()));
  }
  end_work(context, *home);
  if (context.options().json) context.document(import_json(name, certificate, kind));
  context.remark(kind == ImportKind::kOwn ? ready_text(name) : message("Authority {} is known now.", name));
  return 0;
}

// What a list of an authority's own would change here; nothing of one that was signed elsewhere.
Result<ca::ListNews> news_in(Home& home, const store::AuthorityRow& authority, const x509::Crl& list) {
  ca::ListNews news;
  if (authority.key_name.empty()) return news;
  TRY(home.store().read([&](store::Reader& reader) -> Result<> {
    TRY(news, ca::news_in(reader, authority, list));
    return {};
  }));
  return news;
}

void say_news(const Context& context, const store::AuthorityRow& authority, const ca::ListNews& news) {
  context.remark(labelled(message("authority"), authority.name));
  context.remark(labelled(message("new here"), ca::serials_text(news)));
  context.remark(labelled(
      message("effect"), message("They are revoked or on hold since when the list says. What is revoked stays so.")));
}

Result<int> import_crl_command(Context& context, const Arguments& arguments) {
  TRY(auto bytes, base::read_file(arguments.one("FILE"), std::size_t{1} << 30U));
  TRY(auto list, x509::Crl::from_bytes(bytes));
  TRY(auto home, open_unlocked_home(context));
  TRY(auto row, home->authority(arguments.one("NAME")));
  if (row.certificate.empty()) return fail(Code::kConflict, "Authority {} has no certificate yet.", row.name);
  TRY(auto certificate, x509::Certificate::from_der(row.certificate));
  TRY(ca::may_import_crl(home->store(), row, certificate, list, home->path(), context.clock()));
  TRY(const auto news, news_in(*home, row, list));
  if (news.count != 0) say_news(context, row, news);
  if (arguments.has("--dry-run")) {
    return end_trial(
        context, {{"authority", row.name}, {"changes", news.count}},
        message("The list is by {} and its signature is good. Nothing was changed (--dry-run).", row.name));
  }
  if (news.count != 0) {
    TRY(const auto agreed, context.confirm(message("Take it in?")));
    if (!agreed) return fail(Code::kUsage, "Nothing was changed.");
  }
  TRY(auto imported,
      ca::import_crl(home->store(), row, certificate, list, home->path(), context.clock(), {context.actor()}));
  end_work(context, *home);
  if (context.options().json)
    context.document(base::JsonObject{{"authority", row.name},
                                      {"number", imported.number},
                                      {"next_update", base::rfc3339(imported.next_update)},
                                      {"changes", news.count}});
  if (row.key_name.empty()) {
    context.remark(message("List {} of {} is published now, valid until {}.", imported.number, row.name,
                           base::local_time(imported.next_update)));
  } else {
    context.remark(message("What list {} of {} says is in the database now, and the next one says it too.",
                           imported.number, row.name));
  }
  return 0;
}

OptionSpec name_argument() { return {"NAME", Arity::kOne, Presence::kRequired, "NAME", "name of the authority"}; }

}  // namespace

std::vector<CommandSpec> ca_commands() {
  const OptionSpec file{"FILE", Arity::kOne, Presence::kRequired, "FILE", "PEM or DER; - is standard input"};
  return {
      {"ca", "list", "list the authorities of a home", {}, {"yuxin --home city/online ca list"}, list},
      {"ca",
       "show",
       "show one authority",
       {name_argument(), {"--pem", Arity::kFlag, Presence::kOptional, "", "print its certificate only"}},
       {"yuxin --home city/online ca show issuing --pem"},
       show},
      {"ca",
       "create",
       "make the key of a new authority and its request, or a root",
       {name_argument(),
        {"--subject", Arity::kOne, Presence::kRequired, "DN", "\"C=CN, O=…, CN=…\""},
        {"--key", Arity::kOne, Presence::kOptional, "KIND",
         "ec:P-256 (if not given), ec:P-384, rsa:3072, rsa-pss:3072, ed25519, sm2 …"},
        {"--token", Arity::kOne, Presence::kOptional, "URI",
         "keep the key on this token (RFC 7512): pkcs11:token=LABEL; made there, never to leave it"},
        {"--root", Arity::kFlag, Presence::kOptional, "", "sign it with its own key: a root"},
        out_option("where to write the request (PEM)"),
        accept_clock_option(),
        dry_run_option()},
       {"yuxin --home city/online --passphrase-file pass ca create issuing-2 --subject \"C=CN, O=Test City, CN=Test "
        "City Issuing 2\"",
        "yuxin --home city/online ca create issuing-3 --token pkcs11:token=issuing-2026 --subject \"C=CN, CN=Test "
        "City "
        "Issuing 3\""},
       create},
      {"ca",
       "crl",
       "sign and publish the next revocation list",
       {name_argument(), out_option("also write the list there (DER)"), dry_run_option()},
       {"yuxin --home city/online --passphrase-file pass ca crl issuing --out issuing.crl"},
       crl},
      {"ca",
       "import-certificate",
       "bring back an authority's certificate, or make a root known",
       {name_argument(), file, dry_run_option()},
       {"yuxin --home city/online --passphrase-file pass ca import-certificate issuing-2 issuing-2.pem"},
       import_certificate_command},
      {"ca",
       "import-crl",
       "publish a list that an authority signed elsewhere, or take in a newer one that was signed here",
       {name_argument(), file, dry_run_option()},
       {"yuxin --home city/online --passphrase-file pass ca import-crl root root.crl"},
       import_crl_command},
  };
}

}  // namespace yuxin::cli
