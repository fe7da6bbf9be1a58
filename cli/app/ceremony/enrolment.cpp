// The machine is looked at, and everybody takes a seat.
#include "actions.hpp"
#include "machine_facts.hpp"
#include "seat_identity.hpp"
#include "yuxin/base/file.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/keymgmt/ceremony_keys.hpp"

namespace yuxin::cli {

using base::Code;
using base::fail;
using base::message;
using base::Result;

namespace {

Result<std::string> ask_person(CeremonySession& session, const keymgmt::CeremonySeat& seat) {
  if (!seat.person.empty()) return seat.person;
  const auto role = std::string(base::tr(keymgmt::role_title(seat.role)));
  while (true) {
    TRY(auto person, session.ask(message("Who takes the seat {} ({})?", seat.id, role), "Practice " + seat.id));
    if (keymgmt::is_share_name(person)) return person;
    session.context().remark(
        message("A name has 1 to {} characters, all of which can be seen, and none that drives a terminal.", 64));
  }
}

}  // namespace

Result<Deed> check_environment(CeremonySession& session) {
  TRY(auto facts, machine_facts());
  const auto& network = facts["network"].get_array();
  if (!session.practice() && session.plan().network == keymgmt::NetworkRule::kForbidden && !network.empty())
    return fail(Code::kRefused, "The plan forbids a network, and the machine has one: {}", base::print_json(network));
  facts["clock"] = base::rfc3339(session.context().clock().now());
  facts["plan"] = base::hex(session.plan().digest);
  return Deed{std::move(facts), {}};
}

Result<Deed> write_note(CeremonySession& session) {
  while (true) {
    TRY(auto value, session.ask(session.step().question.text(), session.automatic() ? "practice" : ""));
    if (!value.empty() && value.size() <= 1000 && base::is_utf8(value) && !base::has_control_character(value))
      return Deed{{{"value", std::move(value)}}, {}};
    session.context().remark(message("This cannot be written down: one line of 1 to 1000 octets, please."));
  }
}

Result<Deed> enrol_everybody(CeremonySession& session) {
  base::JsonArray seats;
  for (const auto& seat : session.plan().seats) {
    TRY(auto person, ask_person(session, seat));
    TRY(const auto taken, enrol_seat(session, seat, person));
    base::JsonObject entry{{"certificate", base::hex(taken.certificate.sha256_fingerprint())},
                           {"person", std::move(person)},
                           {"seat", seat.id}};
    if (!taken.opening.empty()) entry["opening"] = base::base64(taken.opening);
    seats.push_back(std::move(entry));
  }
  return Deed{{{"seats", std::move(seats)}}, {}};
}

}  // namespace yuxin::cli
