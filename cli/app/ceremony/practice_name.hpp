// Names in a rehearsal.
#pragma once

#include "yuxin/x509/name.hpp"

namespace yuxin::cli {

// practice_name puts the mark of a rehearsal before the common name, which is cut where it becomes longer than a
// certificate may hold (64 characters, RFC 5280 appendix A); a name without one gets the mark as its common name.
[[nodiscard]] x509::Name practice_name(const x509::Name& name);

}  // namespace yuxin::cli
