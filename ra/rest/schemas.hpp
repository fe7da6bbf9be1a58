// The shapes of what comes and goes, as JSON Schema: one text for the document, for what is let in, and for tests.
#pragma once

#include "yuxin/base/json.hpp"

namespace yuxin::ra::rest {

// schemas is the object "components/schemas" of the document.
[[nodiscard]] const base::JsonObject& schemas();

}  // namespace yuxin::ra::rest
