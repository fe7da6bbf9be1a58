// How a ceremony begins and goes on: with which plan, on what machine, and who sits where.
#include <set>

#include "ceremony/event_data.hpp"

namespace yuxin::keymgmt {

using base::Code;
using base::fail;
using base::json_string;
using base::Result;

namespace {

constexpr std::size_t kIdDigits = 32;

}  // namespace

Result<> Ceremony::open(const CeremonyEvent& event) {
  const auto id = json_string(event.data, "ceremony");
  const auto mode = json_string(event.data, "mode");
  if (id.size() != kIdDigits || !base::from_hex(id) || (mode != "real" && mode != "practice"))
    return fail(Code::kMalformed, "The opening of the transcript lacks its identifier or its mode.");
  if (json_string(event.data, "plan") != base::hex(plan_->digest)) {
    return fail(Code::kConflict, "The ceremony was opened with another plan: {}, and this one has the digest {}.",
                json_string(event.data, "plan"), base::hex(plan_->digest));
  }
  const auto opened = mode == "real" ? CeremonyMode::kReal : CeremonyMode::kPractice;
  TRY(check_machine(opened, event.data));
  id_ = id;
  mode_ = opened;
  state_ = State::kReady;
  return {};
}

Result<> Ceremony::check_machine(CeremonyMode mode, const base::JsonObject& data) const {
  const auto program = digest_at(data, "program");
  const auto* network = array_at(data, "network");
  if (!program || network == nullptr)
    return fail(Code::kMalformed, "The transcript does not say which program ran, or on what network.");
  if (mode == CeremonyMode::kPractice) return {};
  if (plan_->software && *plan_->software != *program) {
    return fail(Code::kRefused, "The plan asks for the program {}, and this one is {}.", base::hex(*plan_->software),
                base::hex(*program));
  }
  if (plan_->network == NetworkRule::kForbidden && !network->empty()) {
    return fail(Code::kRefused, "The plan forbids a network, and the machine has one: {}",
                base::print_json(*network));
  }
  return {};
}

// The program was started again: what was shown to be agreed to is shown again, what was agreed to may have been
// done.
Result<> Ceremony::resume(const CeremonyEvent& event) {
  TRY(check_machine(mode_, event.data));
  if (state_ == State::kAgreeing) {
    said_yes_.clear();
    state_ = State::kBegun;
  }
  return {};
}

Result<> Ceremony::enrol(const base::JsonObject& data) {
  const auto* array = array_at(data, "seats");
  if (array == nullptr || array->size() != plan_->seats.size())
    return fail(Code::kConflict, "Not every seat of the plan was taken: {} are needed.", plan_->seats.size());
  std::vector<EnrolledSeat> taken;
  std::set<std::string, std::less<>> persons;
  std::set<x509::Digest256> certificates;
  for (std::size_t i = 0; i < array->size(); ++i) {
    const auto& planned = plan_->seats[i];
    const auto* object = array->at(i).if_object();
    const auto certificate = object == nullptr ? std::nullopt : digest_at(*object, "certificate");
    if (!certificate || json_string(*object, "seat") != planned.id)
      return fail(Code::kMalformed, "The enrolment lacks the seat {} or its certificate.", planned.id);
    auto person = json_string(*object, "person");
    if (!is_share_name(person) || (!planned.person.empty() && planned.person != person)) {
      return fail(Code::kConflict, "The seat {} is for {}, and {} took it.", planned.id,
                  planned.person.empty() ? "?" : planned.person, person);
    }
    // a rehearsal needs nobody's certificate
    if (mode_ == CeremonyMode::kReal && planned.certificate && *planned.certificate != *certificate) {
      return fail(Code::kConflict, "The plan names another certificate for the seat {} than {}.", planned.id,
                  base::hex(*certificate));
    }
    if (!persons.insert(person).second || !certificates.insert(*certificate).second)
      return fail(Code::kConflict, "{} sits on two seats; nobody witnesses themselves.", person);
    const auto opening = base::from_base64(json_string(*object, "opening"));
    if (!opening) return fail(Code::kMalformed, "The enrolment lacks the seat {} or its certificate.", planned.id);
    taken.push_back({planned.id, std::move(person), *certificate, *opening});
  }
  seats_ = std::move(taken);
  return {};
}

}  // namespace yuxin::keymgmt
