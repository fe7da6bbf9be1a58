// The ledger records of the authority: what is written down before and after a signature.
#pragma once

#include <cstdint>
#include <string>

#include "yuxin/base/result.hpp"
#include "yuxin/base/time.hpp"
#include "yuxin/ca/approval.hpp"
#include "yuxin/ca/revocation.hpp"
#include "yuxin/store/store.hpp"
#include "yuxin/x509/serial.hpp"

namespace yuxin::ca {

// IssuanceFacts is what the records of one issuance say; views must outlive the call.
struct IssuanceFacts {
  std::int64_t authority = 0;
  std::string_view authority_name;
  std::int64_t owner = 0;
  const x509::Serial& serial;
  std::string_view profile;
  std::string_view subject;
  std::string_view alt_names;
  base::UnixTime not_before;
  base::UnixTime not_after;
  std::string_view actor;
  base::ByteView tbs;
  base::ByteView spki;
  const Approval* approval = nullptr;  // nothing where none was demanded
};

// record_intent writes what is about to be signed, and upon which acts; gives its sequence. kRefused for a
// compromised key, and the errors of use_approval.
[[nodiscard]] base::Result<std::int64_t> record_intent(store::Writer& writer, const IssuanceFacts& facts,
                                                       base::UnixTime now);
// record_issued stores the certificate and the record of it; gives the record's sequence.
[[nodiscard]] base::Result<std::int64_t> record_issued(store::Writer& writer, const IssuanceFacts& facts,
                                                       base::ByteView der, std::int64_t intent, base::UnixTime now);
// record_void ends an intent without a certificate: its serial is answered "revoked" from now on.
[[nodiscard]] base::Result<> record_void(store::Writer& writer, const IssuanceFacts& facts, std::int64_t intent,
                                         std::string_view reason, base::UnixTime now);

// record_entered writes down that a certificate of which only a list tells was entered; its status is recorded next.
struct EnteredFacts {
  std::string list;            // SHA-256 in hex
  base::UnixTime stays_until;  // how long lists name it
};
[[nodiscard]] base::Result<> record_entered(store::Writer& writer, const std::string& object,
                                            const EnteredFacts& facts, const std::string& actor, base::UnixTime now);
// record_status writes down that the status of a certificate was changed; gives the record's sequence.
[[nodiscard]] base::Result<std::int64_t> record_status(store::Writer& writer, const std::string& object,
                                                       StatusAction action, const store::CertificateStatus& status,
                                                       const std::string& actor, base::UnixTime now);

// object_name is "AUTHORITY/SERIAL", under which records of a certificate are found.
[[nodiscard]] std::string object_name(std::string_view authority, const x509::Serial& serial);

}  // namespace yuxin::ca
