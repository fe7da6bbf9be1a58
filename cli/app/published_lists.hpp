// The files of published revocation lists against the digests that the ledger stands for.
#pragma once

#include <string>
#include <vector>

#include "yuxin/base/result.hpp"
#include "yuxin/base/time.hpp"
#include "yuxin/store/store.hpp"

namespace yuxin::cli {

// check_published_lists reads the newest list of every authority, and the one before where its file is still there,
// and adds a sentence for each that is missing or is not the one that was published, for each certificate that the
// newest list of an authority of this home should name and does not, and for each list that tells that the database
// was rolled back (ca/newer_lists.hpp). Gives how many were read. A server that publishes meanwhile does no harm.
[[nodiscard]] base::Result<std::size_t> check_published_lists(store::Store& store, const std::string& home,
                                                              std::vector<std::string>& problems);

}  // namespace yuxin::cli
