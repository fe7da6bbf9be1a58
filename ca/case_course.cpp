#include "yuxin/ca/case_course.hpp"

#include "case_course_repository.hpp"

namespace yuxin::ca {

using base::Code;
using base::fail;
using base::Result;
using evidence::VerifiedAct;

namespace {

base::Failure went_on(const VerifiedAct& act) {
  return fail(Code::kConflict,
              "Case {} went on otherwise than it was brought here: another act is known that follows what {} signed. "
              "Bring the case as it stands.",
              act.act().object, act.actor().subject().text());
}

}  // namespace

Result<> check_course(store::Reader& reader, std::span<const VerifiedAct> acts) {
  for (std::size_t i = 0; i < acts.size(); ++i) {
    TRY(const auto follower, repository::follower_of(reader.session(), acts[i].digest()));
    if (follower && (i + 1 == acts.size() || *follower != acts[i + 1].digest())) return went_on(acts[i]);
  }
  return {};
}

Result<std::size_t> note_course(store::Writer& writer, std::span<const VerifiedAct> acts, base::UnixTime now) {
  std::size_t added = 0;
  TRY(check_course(writer, acts));
  for (const auto& act : acts) {
    if (!act.act().previous) continue;
    TRY(const auto follower, note_follower(writer, act, now));
    added += follower == Follower::kNew ? 1 : 0;
  }
  return added;
}

Result<Follower> note_follower(store::Writer& writer, const VerifiedAct& act, base::UnixTime now) {
  const auto& previous = act.act().previous;
  if (!previous) return Follower::kKnown;
  TRY(const auto follower, repository::follower_of(writer.session(), *previous));
  if (follower && *follower != act.digest()) return went_on(act);
  if (follower) return Follower::kKnown;
  TRY(repository::insert_follower(writer.session(), *previous, act.digest(), now));
  return Follower::kNew;
}

}  // namespace yuxin::ca
