// The REST interface over a home.
#pragma once

#include <memory>

#include "home.hpp"
#include "home_proofs.hpp"
#include "yuxin/ra/rest.hpp"

namespace yuxin::cli {

// make_rest_service: the home is unlocked and outlives it. `stamping` stamps the acts that are handed in.
[[nodiscard]] std::unique_ptr<ra::RestService> make_rest_service(Home& home, Stamping stamping);

}  // namespace yuxin::cli
