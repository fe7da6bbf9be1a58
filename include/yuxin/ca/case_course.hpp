// How cases of other hosts went on. An act says which one is before it; here is kept which one comes after, so that
// nobody brings a case without the decision that ended it.
#pragma once

#include <optional>
#include <span>

#include "yuxin/base/result.hpp"
#include "yuxin/base/time.hpp"
#include "yuxin/evidence/act.hpp"
#include "yuxin/store/store.hpp"

namespace yuxin::ca {

// check_course: kConflict where an act is known that follows one of these and is not the next of them. `acts` are of
// one case, in their order.
[[nodiscard]] base::Result<> check_course(store::Reader& reader, std::span<const evidence::VerifiedAct> acts);

// note_course keeps which act follows which, and gives how many of them were not known. Errors: those of
// check_course.
[[nodiscard]] base::Result<std::size_t> note_course(store::Writer& writer,
                                                    std::span<const evidence::VerifiedAct> acts, base::UnixTime now);

// note_follower does it for one act whose `previous` says what it follows. kConflict where another does.
enum class Follower { kNew, kKnown };
[[nodiscard]] base::Result<Follower> note_follower(store::Writer& writer, const evidence::VerifiedAct& act,
                                                   base::UnixTime now);

}  // namespace yuxin::ca
