// yuxin org list
#include "app/catalogue.hpp"
#include "commands.hpp"
#include "yuxin/base/text.hpp"

namespace yuxin::cli {
namespace {

using base::message;
using base::Result;

std::string name_of(const base::JsonObject& unit) {
  const auto* both = unit.if_contains("name");
  if (both == nullptr || !both->is_object()) return {};
  const bool chinese = base::language() == base::Language::kChinese;
  const auto& names = both->get_object();
  const auto own = base::json_string(names, chinese ? "zh" : "en");
  return own.empty() ? base::json_string(names, chinese ? "en" : "zh") : own;
}

bool is_meant(const base::JsonObject& unit, const std::string& text) {
  if (text.empty()) return true;
  const auto* names = unit.if_contains("name");
  auto all = base::json_string(unit, "code") + "\n" + base::json_string(unit, "district");
  if (names != nullptr) all += "\n" + base::print_json(*names);
  return base::lower(all).find(base::lower(text)) != std::string::npos;
}

Result<int> list(Context& context, const Arguments& arguments) {
  TRY(const auto catalogue, open_catalogue(context));
  TRY(const auto all, catalogue->organisations());
  base::JsonArray found;
  for (const auto& unit : all) {
    if (is_meant(unit.get_object(), arguments.one("TEXT"))) found.push_back(unit);
  }
  if (context.options().json) {
    context.document(base::JsonObject{{"organisations", std::move(found)}});
    return 0;
  }
  if (found.empty()) {
    context.remark(message("No organisations."));
    return 0;
  }
  Table table({{message("code")},
               {message("name"), Table::Align::kLeft, 48},
               {message("below")},
               {message("district")},
               {message("state")}});
  for (const auto& one : found) {
    const auto& unit = one.get_object();
    const auto* exists = unit.if_contains("exists");
    const bool is_there = exists != nullptr && exists->is_bool() && exists->get_bool();
    table.add({visible(base::json_string(unit, "code")), visible(name_of(unit)),
               visible(base::json_string(unit, "parent")), visible(base::json_string(unit, "district")),
               is_there ? message("in force") : message("not now")});
  }
  table.print(context);
  return 0;
}

}  // namespace

CommandSpec org_list_command() {
  return {"org",
          "list",
          "list organisations and registration points with their codes",
          {{"TEXT", Arity::kOne, Presence::kOptional, "TEXT", "only where this is part of code, name or district"}},
          {"yuxin --home city/online org list 渝中",
           "yuxin --server https://ra.city.example:8443 --trust root.pem --as officer.p12 org list"},
          list,
          CommandSpec::Identity::kTaken,
          CommandSpec::Server::kTaken};
}

}  // namespace yuxin::cli
