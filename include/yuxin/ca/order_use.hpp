// Orders to change a status that came from another host: each is carried out once, however often it is asked for.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "yuxin/base/result.hpp"
#include "yuxin/base/time.hpp"
#include "yuxin/evidence/ledger.hpp"
#include "yuxin/store/store.hpp"

namespace yuxin::ca {

// OrderUse names an order: the act that gave it, and what it ordered.
struct OrderUse {
  evidence::Hash act{};
  std::string effect;
};
// outcome_of is what was answered when an order was carried out; nothing where it was not.
[[nodiscard]] base::Result<std::optional<std::string>> outcome_of(store::Reader& reader, const OrderUse& order);
// use_order notes in the transaction of the change that an order was carried out. kConflict when it was before.
[[nodiscard]] base::Result<> use_order(store::Writer& writer, const OrderUse& order, std::string_view outcome,
                                       base::UnixTime now);
// was_enrolled_by says whether a certificate was issued upon an act of the machine-enrolment service whose key this
// is (SHA-256 of its SubjectPublicKeyInfo, in hexadecimal).
[[nodiscard]] base::Result<bool> was_enrolled_by(store::Reader& reader, std::int64_t authority, base::ByteView serial,
                                                 std::string_view service);

}  // namespace yuxin::ca
