// yuxin role list, yuxin role check
#include "app/certificate_view.hpp"
#include "app/desk_side.hpp"
#include "app/fetch.hpp"
#include "app/grant_view.hpp"
#include "app/home.hpp"
#include "commands.hpp"
#include "yuxin/evidence/authority.hpp"

namespace yuxin::cli {
namespace {

using base::Code;
using base::fail;
using base::message;
using base::Result;
using evidence::GrantRow;

Result<std::optional<base::UnixTime>> moment_of(const Arguments& arguments) {
  const auto text = arguments.maybe("--at");
  if (!text) return std::optional<base::UnixTime>();
  const auto time = base::parse_rfc3339(*text);
  if (!time) return fail(Code::kUsage, "\"{}\" is no time. Write it as 2026-11-22T10:00:00Z.", *text);
  return time;
}

// A role that organisation.toml does not know was mistyped, unless somebody held it in former times.
Result<> check_known(Home& home, const std::string& role) {
  if (role.empty()) return {};
  TRY(const auto code, evidence::RoleCode::parse(role));
  TRY(const auto organisation, home.organisation());
  if (organisation->rule_of(code) != nullptr) return {};
  bool held = false;
  TRY(home.store().read([&](store::Reader& reader) -> Result<> {
    TRY(const auto rows, evidence::list_grants(reader, {role, "", std::nullopt}));
    held = !rows.empty();
    return {};
  }));
  if (held) return {};
  return fail(Code::kNotFound, "There is no role {} in organisation.toml, and nobody was ever granted it.", role);
}

void print_table(const Context& context, const std::vector<GrantRow>& rows, base::UnixTime now) {
  Table table({{message("serial")},
               {message("role")},
               {message("scope"), Table::Align::kLeft, 32},
               {message("holder"), Table::Align::kLeft, 48},
               {message("valid until")},
               {message("state")}});
  for (const auto& row : rows) {
    const auto serial = x509::Serial::from_der_content(row.serial);
    table.add({serial ? serial->hex() : "?", row.role, scope_text(row.scope), row.holder, date_of(row.not_after),
               grant_state_text(row, now)});
  }
  table.print(context);
}

// One's own roles, wherever the desk is.
Result<int> list_mine(const Context& context, const Arguments& arguments) {
  if (!context.options().identity) return fail(Code::kUsage, "Whose roles? yuxin --as officer.p12 role list --mine");
  TRY(const auto side, open_desk_side(context, arguments, DeskUse::kLook));
  TRY(const auto roles, side->roles());
  if (!roles) return fail(Code::kInternal, "The question was not asked.");
  if (context.options().json) {
    base::JsonArray held;
    base::JsonArray ended;
    for (const auto& one : roles->held) held.push_back(base::JsonObject{{"role", one.role}, {"scope", one.scope}});
    for (const auto& one : roles->ended) {
      ended.push_back(base::JsonObject{
          {"role", one.role}, {"scope", one.scope}, {"at", base::rfc3339(one.at)}, {"granted_by", one.granted_by}});
    }
    context.document(base::JsonObject{{"roles", std::move(held)}, {"ended", std::move(ended)}});
    return 0;
  }
  if (roles->held.empty()) context.remark(message("You hold no role here."));
  for (const auto& one : roles->held) context.out(visible(labelled(one.role, scope_text(one.scope))));
  for (const auto& one : roles->ended)
    context.remark(message("{} ended at {}; {} grants it.", one.role, base::local_time(one.at), one.granted_by));
  return 0;
}

Result<int> list(Context& context, const Arguments& arguments) {
  if (arguments.has("--mine")) return list_mine(context, arguments);
  if (context.options().server)
    return fail(Code::kUsage, "A registration authority tells you of your own roles only: yuxin role list --mine");
  if (context.options().identity)
    return fail(Code::kUsage,
                "role list is done by the operator of the home, whoever acts; leave out --as, or ask for "
                "your own roles: --mine");
  TRY(const auto at, moment_of(arguments));
  TRY(auto home, open_home(context, Home::Access::kRead));
  TRY(check_known(*home, arguments.one("--role")));
  const evidence::GrantFilter filter{arguments.one("--role"), arguments.one("--holder"), at};
  std::vector<GrantRow> rows;
  TRY(home->store().read([&](store::Reader& reader) -> Result<> {
    TRY(rows, evidence::list_grants(reader, filter));
    return {};
  }));
  const auto now = at.value_or(context.clock().now());
  if (context.options().json) {
    base::JsonArray grants;
    for (const auto& row : rows) grants.push_back(grant_json(row, now));
    context.document(base::JsonObject{{"grants", std::move(grants)}});
  } else if (rows.empty()) {
    context.remark(message("No roles."));
  } else {
    print_table(context, rows, now);
  }
  return 0;
}

Result<evidence::Place> place_of(const Arguments& arguments) {
  evidence::Place place;
  if (const auto code = arguments.maybe("--org")) {
    TRY(auto organisation, evidence::OrgCode::parse(*code));
    place.organisation = std::move(organisation);
  }
  place.district = arguments.one("--district");
  place.profile = arguments.one("--profile");
  if (!place.district.empty() && !evidence::is_district_code(place.district))
    return fail(Code::kUsage, "\"{}\" is no division code; it has six digits (GB/T 2260), such as 500103.",
                place.district);
  return place;
}

// A person whose certificate is revoked today can use no role today; what held in the past is not touched by that.
Result<GrantRow> look(store::Reader& reader, const evidence::Organisation& organisation,
                      const evidence::ActingQuestion& question, bool today) {
  if (today) TRY(evidence::check_holder(reader, question.holder, question.at));
  return evidence::check_acting(reader, organisation, question);
}

// The role stands as in "role grant", or after --role.
Result<evidence::RoleCode> role_of(const Arguments& arguments) {
  if (arguments.has("ROLE") == arguments.has("--role"))
    return fail(Code::kUsage, "Say which role is meant: yuxin role check ROLE --certificate FILE");
  return as_typed(evidence::RoleCode::parse(arguments.one("ROLE", arguments.one("--role"))));
}

Result<int> check(Context& context, const Arguments& arguments) {
  TRY(const auto at, moment_of(arguments));
  TRY(const auto role, role_of(arguments));
  TRY(const auto place, place_of(arguments));
  TRY(const auto holder, fetch_certificate(arguments.one("--certificate")));
  TRY(auto home, open_home(context, Home::Access::kRead));
  TRY(const auto organisation, home->organisation());
  const auto now = at.value_or(context.clock().now());
  Result<GrantRow> found = fail(Code::kInternal, "The question was not asked.");
  TRY(home->store().read([&](store::Reader& reader) -> Result<> {
    found = look(reader, *organisation, {holder, role, place, now}, !at);
    return {};
  }));
  const bool no = !found && (found.error().code == Code::kNotAuthorised || found.error().code == Code::kRefused);
  if (!found && !no) return tl::unexpected(std::move(found).error());
  if (context.options().json) {
    base::JsonObject document{{"in_force", !no},
                              {"role", role.text()},
                              {"holder", holder.subject().text()},
                              {"at", base::rfc3339(now)},
                              {"granted_by", evidence::granters_of(*organisation, role)},
                              {"grant", nullptr},
                              {"reason", nullptr}};
    if (found) {
      document["grant"] = grant_json(*found, now);
    } else {
      document["reason"] = found.error().detail;
    }
    context.document(document);
  } else if (found) {
    context.out(message("In force: {} of {}, until {}.", role_text(*organisation, role.text()), found->holder,
                        base::local_time(found->not_after)));
    context.out(labelled(message("scope"), scope_text(found->scope)));
  } else {
    context.out(found.error().detail);
  }
  return no ? 1 : 0;
}

}  // namespace

std::vector<CommandSpec> role_list_commands() {
  return {
      {"role",
       "list",
       "list granted roles, oldest first",
       {{"--holder", Arity::kOne, Presence::kOptional, "TEXT", "only where this is part of the holder's subject"},
        {"--role", Arity::kOne, Presence::kOptional, "ROLE", "only this role"},
        {"--at", Arity::kOne, Presence::kOptional, "TIME", "only what was in force at this time"},
        {"--mine", Arity::kFlag, Presence::kOptional, "", "your own, as --as; also at a registration authority"}},
       {"yuxin --home city/online role list --holder officer-05",
        "yuxin --home city/online role list --at 2026-11-22",
        "yuxin --server https://ra.city.example:8443 --trust root.pem --as officer.p12 role list --mine"},
       list,
       CommandSpec::Identity::kTaken,
       CommandSpec::Server::kTaken},
      {"role",
       "check",
       "say whether a person may act in a role, and if not, who could grant it",
       {{"ROLE", Arity::kOne, Presence::kOptional, "ROLE", "a role of organisation.toml: PSB:OFF, RA.REVIEW …"},
        {"--certificate", Arity::kOne, Presence::kRequired, "FILE", "certificate of the person"},
        {"--role", Arity::kOne, Presence::kOptional, "ROLE", "the same"},
        {"--org", Arity::kOne, Presence::kOptional, "CODE", "for this organisation"},
        {"--district", Arity::kOne, Presence::kOptional, "NNNNNN", "for this district"},
        {"--profile", Arity::kOne, Presence::kOptional, "NAME", "for certificates of this profile"},
        {"--at", Arity::kOne, Presence::kOptional, "TIME", "at this time instead of now"}},
       {"yuxin --home city/online role check RA.REVIEW --certificate officer.pem --profile device"},
       check},
  };
}

}  // namespace yuxin::cli
