#include "invitations.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include "case_view.hpp"
#include "qr_code.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/ca/invitation.hpp"
#include "yuxin/ra/item_json.hpp"

namespace yuxin::cli {

using base::Code;
using base::fail;
using base::message;
using base::Result;

namespace {

// state_of says how an open invitation stands.
Result<std::string> answer_state(DeskSide& side, const ra::Item& item) {
  const auto& of = item.standing.of;
  if (!ca::is_about_invitation(of.about)) return std::string("confirmed");
  const auto* state = item.standing.workflow->state(of.state);
  if (state != nullptr && state->is_final) return std::string("withdrawn");
  const auto answered = side.answered(of.id);
  if (!answered && answered.error().code == Code::kRefused) return std::string("closed");
  if (!answered) return tl::unexpected(answered.error());
  return std::string(*answered ? "answered" : "open");
}

std::string state_text(std::string_view state) {
  if (state == "confirmed") return message("confirmed");
  if (state == "withdrawn") return message("withdrawn");
  if (state == "closed") return message("closed by wrong codes");
  if (state == "answered") return message("to be confirmed");
  return message("not answered yet");
}

std::string in_quotes(const std::string& text) { return "\"" + text + "\""; }

}  // namespace

std::string program_words() { return base::language() == base::Language::kChinese ? "yuxin --lang zh" : "yuxin"; }

std::string join_command(const DeskSide& side) {
  return program_words() + " officer join --server " + side.address() + " --trust root.pem --out officer.p12";
}

void show_as_picture(const Context& context, const base::Secret& text) {
  winsize size{};
  if (!context.interactive() || ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0) return;
  const auto lines = qr_lines(text.view());
  if (!lines || lines->empty() || lines->size() + 8 > size.ws_row || base::columns(lines->front()) > size.ws_col)
    return;
  for (const auto& line : *lines) context.remark(line);
}

Result<CaseSeen> look_at_invitation(DeskSide& side, const std::string& id) {
  if (id.empty()) return fail(Code::kUsage, "Say which invitation, by its number: I-7. See: yuxin officer list");
  TRY(auto seen, side.look(id));
  if (seen.item.standing.workflow->name == kInvitationWorkflow) return seen;
  return fail(Code::kNotFound, "Case {} is no invitation. See: yuxin officer list", id);
}

Result<int> list_invitations(const Context& context, DeskSide& side, const std::vector<ra::Item>& items) {
  base::JsonArray array;
  Table table({{message("due")},
               {message("case")},
               {message("new officer"), Table::Align::kLeft, 30},
               {message("subject"), Table::Align::kLeft, 50},
               {message("roles meant"), Table::Align::kLeft, 24},
               {message("state")}});
  for (const auto& item : items) {
    TRY(const auto state, answer_state(side, item));
    const auto& of = item.standing.of;
    if (context.options().json) {
      auto json = ra::print_item(item);
      json["invitation"] = state;
      array.push_back(std::move(json));
      continue;
    }
    table.add({due_text(of, context.clock().now()), of.id, base::json_string(of.form, "name"),
               base::json_string(of.about, "subject"), base::json_string(of.form, "roles"), state_text(state)});
  }
  if (context.options().json) {
    context.document(base::JsonObject{{"invitations", std::move(array)}});
  } else if (items.empty()) {
    context.remark(message("No invitations. One is made by: yuxin --as admin.p12 officer invite --name NAME"));
  } else {
    table.print(context);
  }
  return 0;
}

void say_what_roles_lack(const Context& context, const workflow::Case& of) {
  const auto roles = base::json_string(of.form, "roles");
  const auto serial = base::json_string(of.facts, "serial");
  if (serial.empty()) return;
  if (roles.empty()) {
    context.remark(message("The certificate alone may do nothing; a role is granted by: yuxin role grant"));
    return;
  }
  context.remark(message("Whoever may grant these roles types, on the home:"));
  context.remark("  " + program_words() + " cert export " + serial + " --out officer.pem");
  const auto scope = base::json_string(of.form, "scope");
  for (const auto role : base::split(roles, ' ')) {
    context.remark("  " + program_words() + " --as admin.p12 role grant " + std::string(role) + " --to officer.pem" +
                   (scope.empty() ? "" : " --scope " + in_quotes(scope)));
  }
}

}  // namespace yuxin::cli
