#include "registration_rest.hpp"

#include "registration_desk.hpp"
#include "registry_home.hpp"

namespace yuxin::cli {

using base::Result;

std::unique_ptr<ra::RestService> make_rest_service(Home& home, Stamping stamping) {
  ra::RestParts parts;
  parts.store = home.shared_store();
  parts.clock = &home.clock();
  parts.home = home.path();
  parts.version = YUXIN_VERSION;
  parts.desk = desk_kept_open(home);
  parts.proofs = [&home, stamping = std::move(stamping)](
                     const std::string& actor) -> Result<std::unique_ptr<evidence::ProofSource>> {
    return proofs_for(home, actor, stamping);
  };
  return std::make_unique<ra::RestService>(std::move(parts));
}

}  // namespace yuxin::cli
