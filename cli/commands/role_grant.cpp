// yuxin role grant, yuxin role revoke
#include <algorithm>

#include "app/attribute_authority.hpp"
#include "app/certificate_view.hpp"
#include "app/clock_check.hpp"
#include "app/fetch.hpp"
#include "app/grant_view.hpp"
#include "app/home.hpp"
#include "app/output.hpp"
#include "app/role_acts.hpp"
#include "commands.hpp"
#include "yuxin/base/file.hpp"
#include "yuxin/evidence/clock_floor.hpp"

namespace yuxin::cli {
namespace {

using base::Code;
using base::fail;
using base::message;
using base::Result;
using evidence::GrantOrder;
using evidence::GrantRow;
using evidence::Organisation;

// When a grant ends: as asked, or as late as everything allows.
struct End {
  std::optional<base::UnixTime> asked;

  [[nodiscard]] static Result<End> of(const Arguments& arguments, base::UnixTime now) {
    if (arguments.has("--days") && arguments.has("--until"))
      return fail(Code::kUsage, "--days and --until say the same thing twice. Give one of them.");
    if (arguments.has("--days")) {
      TRY(const auto days, number_option(arguments, "--days", 0));
      if (days < 1 || days > 36500)
        return fail(Code::kUsage, "\"{}\" is no number of days; --days takes 1 to 36500.", arguments.one("--days"));
      return End{now + base::days(days)};
    }
    const auto text = arguments.maybe("--until");
    if (!text) return End{};
    const auto time = base::parse_rfc3339(*text);
    if (!time) return fail(Code::kUsage, "\"{}\" is no time. Write it as 2026-11-22T10:00:00Z.", *text);
    return End{time};
  }

  [[nodiscard]] base::UnixTime of(const Organisation& organisation, const evidence::RoleCode& role,
                                  const x509::Certificate& holder, base::UnixTime from) const {
    if (asked) return *asked;
    auto end = holder.not_after();
    if (const auto* rule = organisation.rule_of(role); rule != nullptr && rule->at_most)
      end = std::min(end, base::add(from, *rule->at_most));
    return end;
  }
};

bool is_pkcs12(const std::string& place) { return place.ends_with(".p12") || place.ends_with(".pfx"); }

// The holder's certificate stands first where the authorities above it, or its key, come with it.
Result<x509::Certificate> holder_of(const std::string& place) {
  auto chain = fetch_chain(place);
  if (chain && !chain->empty()) return std::move(chain->front());
  if (!chain && chain.error().code == Code::kMalformed && is_pkcs12(place))
    return fail(Code::kUsage,
                "{} is PKCS #12, which is locked. Give the certificate alone: openssl pkcs12 -in {} -nokeys -clcerts "
                "-out officer.pem",
                place, place);
  return fetch_certificate(place);
}

Result<std::vector<GrantOrder>> orders_of(const Arguments& arguments, const Organisation& organisation,
                                          base::UnixTime now) {
  TRY(const auto end, End::of(arguments, now));
  TRY(auto role, as_typed(evidence::RoleCode::parse(arguments.one("ROLE"))));
  TRY(auto scope, as_typed(evidence::parse_scope(arguments.one("--scope"))));
  TRY(auto holder, holder_of(arguments.one("--to")));
  std::vector<GrantOrder> orders;
  auto until = end.of(organisation, role, holder, now);
  orders.push_back({std::move(role), std::move(scope), std::move(holder), now, until});
  for (const auto& text : arguments.many("--and")) {
    const auto equals = text.find('=');
    if (equals == std::string::npos)
      return fail(Code::kUsage, "\"{}\" names no role and certificate. Write --and ROLE=CERTIFICATE", text);
    TRY(auto other, as_typed(evidence::RoleCode::parse(std::string_view(text).substr(0, equals))));
    TRY(auto other_holder, holder_of(text.substr(equals + 1)));
    until = end.of(organisation, other, other_holder, now);
    orders.push_back({std::move(other), {}, std::move(other_holder), now, until});
  }
  return orders;
}

// A grant that is there already, with the same scope and not for much shorter, is not made a second time by a slip.
Result<> check_new(store::Reader& reader, const GrantOrder& order, base::UnixTime now) {
  TRY(const auto held, evidence::grants_of(reader, order.holder, now));
  for (const auto& row : held) {
    if (row.role != order.role.text() || row.scope != evidence::print_scope(order.scope)) continue;
    if (row.not_after + base::days(1) < order.not_after) continue;
    return fail(Code::kConflict, "{} holds {} until {} already. Nothing was changed; --again grants it all the same.",
                row.holder, row.role, base::local_time(row.not_after));
  }
  return {};
}

enum class Again { kRefuse, kGrant };

Result<> check(Home& home, const Organisation& organisation, const std::vector<GrantOrder>& orders, Again again,
               base::UnixTime now) {
  return home.store().read([&](store::Reader& reader) -> Result<> {
    for (const auto& order : orders) TRY(evidence::check_holder(reader, order.holder, now));
    if (again == Again::kRefuse) {
      for (const auto& order : orders) TRY(check_new(reader, order, now));
    }
    return evidence::check_grants(reader, organisation, orders, now);
  });
}

GrantRow as_row(const GrantOrder& order) {
  GrantRow row;
  row.role = order.role.text();
  row.scope = evidence::print_scope(order.scope);
  row.holder = order.holder.subject().text();
  row.holder_key = base::to_bytes(x509::sha256(order.holder.tbs().spki));
  row.not_before = order.not_before;
  row.not_after = order.not_after;
  return row;
}

// The attribute authority's certificate ends some day too; where no end was asked for, the grant ends with it.
void end_with(const evidence::AttributeAuthority& authority, const Arguments& arguments,
              std::vector<GrantOrder>& orders) {
  if (arguments.has("--days") || arguments.has("--until")) return;
  for (auto& order : orders) order.not_after = std::min(order.not_after, authority.certificate.not_after());
}

Result<std::vector<GrantRow>> carry_out(Context& context, Home& home, const Arguments& arguments,
                                        const Organisation& organisation, const Person& person,
                                        std::vector<GrantOrder> orders) {
  const auto actor = context.actor();
  TRY(require_granting_authority(home));
  TRY(const auto authority, open_attribute_authority(home, actor));
  // Whoever was asked may have thought for a while; the grant begins now.
  const auto now = std::max(context.clock().now(), authority.certificate.not_before());
  for (auto& order : orders) order.not_before = now;
  end_with(authority, arguments, orders);
  TRY(const auto word, word_for_grant(home, organisation, person, orders, actor));
  std::vector<GrantRow> rows;
  TRY(home.store().write([&](store::Writer& writer) -> Result<> {
    for (const auto& order : orders) TRY(evidence::check_holder(writer, order.holder, now));
    TRY(const auto granting, keep_word(writer, word, now));
    TRY(rows, evidence::grant_roles(writer, organisation, authority, orders, granting));
    return {};
  }));
  if (const auto listed = keep_role_list(home, actor); !listed)
    context.warn(message("The list of roles could not be renewed now: {} A running server or the next grant does it.",
                         listed.error().detail));
  return rows;
}

Result<std::string> pem_of(const std::vector<GrantRow>& rows) {
  std::string text;
  for (const auto& row : rows) {
    TRY(const auto certificate, x509::AttributeCertificate::from_der(row.der));
    text += certificate.pem();
  }
  return text;
}

base::Json as_json(const std::vector<GrantRow>& rows, base::UnixTime now, std::string_view pem) {
  base::JsonArray grants;
  for (const auto& row : rows) grants.push_back(grant_json(row, now));
  base::JsonObject document{{"grants", std::move(grants)}};
  if (pem.empty()) {
    document["dry_run"] = true;
  } else {
    document["pem"] = pem;
  }
  return document;
}

base::Failure not_granted(base::Error error) {
  if (error.code == Code::kRefused || error.code == Code::kNotAuthorised || error.code == Code::kConflict ||
      error.code == Code::kNotFound)
    error.detail = message("Not granted: {}", error.detail);
  return base::Failure(std::move(error));
}

Result<> write_out(const Arguments& arguments, const std::string& pem) {
  const auto out = arguments.maybe("--out");
  if (!out) return {};
  auto written = base::write_file(*out, base::as_bytes(pem), base::Existing::kRefuse, base::Permissions::kPublic);
  if (written) return {};
  return done_but_unwritten(
      written.error(),
      message("The role was granted, but {} could not be written. The grant is in the home: yuxin role list", *out));
}

Result<int> grant(Context& context, const Arguments& arguments) {
  if (const auto out = arguments.maybe("--out"); out && base::file_exists(*out))
    return fail(Code::kConflict, "The file {} exists already. Nothing was granted. Take another name.", *out);
  if (const auto out = arguments.maybe("--out")) TRY(check_new_output(*out));
  TRY(auto home, open_unlocked_home(context));
  TRY(meet_clock(context, arguments, *home));
  TRY(const auto organisation, home->organisation());
  const auto now = context.clock().now();
  TRY(auto orders, orders_of(arguments, *organisation, now));
  const auto again = arguments.has("--again") ? Again::kGrant : Again::kRefuse;
  if (auto checked = check(*home, *organisation, orders, again, now); !checked)
    return not_granted(std::move(checked).error());
  TRY(const auto person, person_of(context));
  if (auto may = may_grant(*home, *organisation, person, orders); !may) return not_granted(std::move(may).error());
  std::vector<GrantRow> planned;
  for (const auto& order : orders) {
    planned.push_back(as_row(order));
    describe_grant(context, *organisation, planned.back());
  }
  if (arguments.has("--dry-run")) {
    context.remark(message("Every check passed. Nothing was granted (--dry-run)."));
    if (context.options().json) context.document(as_json(planned, now, ""));
    return 0;
  }
  TRY(auto agreed, context.confirm(message("Grant this role?")));
  if (!agreed) return fail(Code::kUsage, "Nothing was granted.");
  auto done = carry_out(context, *home, arguments, *organisation, person, std::move(orders));
  if (!done) return not_granted(std::move(done).error());
  TRY(const auto pem, pem_of(*done));
  end_work(context, *home);
  TRY(write_out(arguments, pem));
  if (context.options().json) {
    context.document(as_json(*done, context.clock().now(), pem));
    return 0;
  }
  for (const auto& row : *done) {
    const auto serial = x509::Serial::from_der_content(row.serial);
    context.out(message("Granted {} to {} until {}: grant {}.", row.role, row.holder, base::local_time(row.not_after),
                        serial ? serial->hex() : ""));
  }
  return 0;
}

Result<x509::RevocationReason> reason_of(const Arguments& arguments) {
  const auto name = arguments.one("--reason");
  if (const auto reason = x509::reason_by_name(name)) return *reason;
  return fail(Code::kUsage,
              "\"{}\" is no reason. There are: unspecified, keyCompromise, affiliationChanged, superseded, "
              "cessationOfOperation, privilegeWithdrawn, aACompromise.",
              name);
}

// The grant of a whole serial number, or the only one whose serial number begins so.
Result<GrantRow> find_grant(store::Reader& reader, const std::string& typed, const x509::Serial& serial) {
  auto exact = evidence::find_grant(reader, serial.content());
  const auto beginning = serial_beginning(typed);
  if (exact || exact.error().code != Code::kNotFound || !beginning) return exact;
  TRY(auto rows, evidence::list_grants(reader, {}));
  std::erase_if(rows, [&](const GrantRow& row) {
    const auto known = x509::Serial::from_der_content(row.serial);
    return !known || !known->hex().starts_with(*beginning);
  });
  if (rows.empty()) return exact;
  if (rows.size() == 1) return std::move(rows.front());
  std::string list;
  for (const auto& row : rows) list += "\n  " + base::hex_upper(row.serial) + "  " + row.role + "  " + row.holder;
  return fail(Code::kConflict,
              "The serial numbers of several grants begin with {}. Nothing was changed. Type more of it:{}", typed,
              list);
}

// The revocation and the list that says so are durable together.
Result<GrantRow> revoke_now(Context& context, Home& home, const Organisation& organisation, const Person& person,
                            const x509::Serial& serial, x509::RevocationReason reason) {
  TRY(const auto authority, open_attribute_authority(home, context.actor()));
  GrantRow row;
  TRY(home.store().read([&](store::Reader& reader) -> Result<> {
    TRY(row, evidence::find_grant(reader, serial.content()));
    return {};
  }));
  TRY(const auto word, word_for_revocation(home, organisation, person, row, reason, context.actor()));
  TRY(home.store().write([&](store::Writer& writer) -> Result<> {
    TRY(const auto now, evidence::time_of_status(writer, context.clock()));
    TRY(const auto granting, keep_word(writer, word, now));
    TRY(row, evidence::revoke_role(writer, serial.content(), reason, granting));
    TRY(evidence::make_role_list(writer, authority, granting));
    return {};
  }));
  return row;
}

Result<int> revoke(Context& context, const Arguments& arguments) {
  TRY(const auto reason, reason_of(arguments));
  const auto typed = x509::Serial::parse(arguments.one("SERIAL"));
  if (!typed)
    return fail(Code::kUsage, "\"{}\" is no serial number; it has hexadecimal digits only. See: yuxin role list",
                arguments.one("SERIAL"));
  TRY(auto home, open_unlocked_home(context));
  TRY(const auto organisation, home->organisation());
  GrantRow row;
  TRY(home->store().read([&](store::Reader& reader) -> Result<> {
    TRY(row, find_grant(reader, arguments.one("SERIAL"), *typed));
    return evidence::check_revocation(row, reason, context.clock().now());
  }));
  TRY(const auto person, person_of(context));
  TRY(may_revoke(*home, *organisation, person, row));
  describe_grant(context, *organisation, row);
  context.remark(
      labelled(message("effect"), message("The role is gone from now on, and a new list says so. It cannot "
                                          "be undone; the role can be granted anew.")));
  if (arguments.has("--dry-run")) {
    context.remark(message("Every check passed. Nothing was changed (--dry-run)."));
    if (context.options().json) {
      auto document = grant_json(row, context.clock().now());
      document["dry_run"] = true;
      context.document(document);
    }
    return 0;
  }
  TRY(auto agreed, context.confirm(message("Revoke this role?")));
  if (!agreed) return fail(Code::kUsage, "Nothing was changed.");
  const auto serial = x509::Serial::from_der_content(row.serial).value_or(*typed);
  TRY(row, revoke_now(context, *home, *organisation, person, serial, reason));
  end_work(context, *home);
  if (context.options().json) {
    context.document(grant_json(row, context.clock().now()));
    return 0;
  }
  context.out(message("Revoked {} of {} at {} ({}).", row.role, row.holder, base::local_time(*row.revoked_at),
                      x509::reason_text(reason)));
  return 0;
}

}  // namespace

std::vector<CommandSpec> role_grant_commands() {
  return {
      {"role",
       "grant",
       "grant a role to the holder of a certificate",
       {{"ROLE", Arity::kOne, Presence::kRequired, "ROLE", "a role of organisation.toml: PSB:OFF, RA.REVIEW …"},
        {"--to", Arity::kOne, Presence::kRequired, "CERTIFICATE",
         "certificate of the person, bound by subject and key"},
        {"--scope", Arity::kOne, Presence::kOptional, "SCOPE",
         "where it is good: \"org:PSB/* district:500103 profile:device\"; everywhere if not given"},
        {"--and", Arity::kMany, Presence::kOptional, "ROLE=CERTIFICATE",
         "another role that is granted in the same step, or neither is"},
        {"--days", Arity::kOne, Presence::kOptional, "N", "for N days; as long as is allowed if not given"},
        {"--until", Arity::kOne, Presence::kOptional, "TIME", "until a time: 2026-11-22T10:00:00Z"},
        {"--out", Arity::kOne, Presence::kOptional, "FILE", "where to write the attribute certificate (PEM)"},
        {"--again", Arity::kFlag, Presence::kOptional, "", "also where the same role is held already"},
        accept_clock_option(),
        dry_run_option()},
       {"yuxin --home city/online --passphrase-file pass role grant CA.SUPER --to super.pem --and "
        "CA.AUDADM=auditor.pem",
        "yuxin --home city/online role grant RA.REVIEW --to officer.pem --scope \"profile:device\" --days 90"},
       grant,
       CommandSpec::Identity::kTaken},
      {"role",
       "revoke",
       "end a granted role for good",
       {{"SERIAL", Arity::kOne, Presence::kRequired, "SERIAL", "serial number of the grant: yuxin role list"},
        {"--reason", Arity::kOne, Presence::kRequired, "REASON",
         "privilegeWithdrawn, affiliationChanged, superseded, cessationOfOperation, keyCompromise, aACompromise "
         "or unspecified"},
        dry_run_option()},
       {"yuxin --home city/online role revoke 3F9A77C2 --reason privilegeWithdrawn"},
       revoke,
       CommandSpec::Identity::kTaken},
  };
}

}  // namespace yuxin::cli
