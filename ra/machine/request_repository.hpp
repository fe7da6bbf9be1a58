// The table of what machines asked for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "yuxin/base/bytes.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/base/time.hpp"
#include "yuxin/store/database.hpp"
#include "yuxin/x509/digest.hpp"

namespace yuxin::ra::requests {

struct RequestRow {
  std::int64_t id = 0;
  std::string case_id;         // empty where no person was asked
  std::int64_t authority = 0;  // meaningful where there is a serial
  base::Bytes serial;          // empty until there is a certificate
};
[[nodiscard]] base::Result<std::optional<RequestRow>> find(store::Session& session, const x509::Digest256& digest);
// insert gives the id of the new row; kConflict where the digest is there.
[[nodiscard]] base::Result<std::int64_t> insert(store::Session& session, const x509::Digest256& digest,
                                                std::string_view client, std::string_view case_id,
                                                base::UnixTime now);
[[nodiscard]] base::Result<> set_certificate(store::Session& session, std::int64_t id, std::int64_t authority,
                                             base::ByteView serial);
[[nodiscard]] base::Result<> remove(store::Session& session, std::int64_t id);
// retire leaves a row to be counted, and to say whose its certificate was; the request, brought again, is a new one.
[[nodiscard]] base::Result<> retire(store::Session& session, std::int64_t id);
// client_of names who asked for a certificate; empty where nobody is known.
[[nodiscard]] base::Result<std::string> client_of(store::Session& session, std::int64_t authority,
                                                  base::ByteView serial);
// not_asked_for gives the newest certificates that may be for a key (x509::key_tag) and that this client has not
// asked for: compare the keys.
struct KeyUse {
  std::string subject;
  base::Bytes certificate;  // DER
};
[[nodiscard]] base::Result<std::vector<KeyUse>> not_asked_for(store::Session& session, std::int64_t key_tag,
                                                              std::string_view client);
// count_of_client counts what a client has asked for since a moment.
[[nodiscard]] base::Result<std::int64_t> count_of_client(store::Session& session, std::string_view client,
                                                         base::UnixTime since);

}  // namespace yuxin::ra::requests
