// What the bodies of CMP requests hold: RFC 4210 section 5.3.
#pragma once

#include <optional>
#include <vector>

#include "message.hpp"
#include "refusal.hpp"
#include "yuxin/x509/crl.hpp"
#include "yuxin/x509/name.hpp"
#include "yuxin/x509/oid.hpp"
#include "yuxin/x509/request.hpp"

namespace yuxin::ra::cmp {

// CertificateWanted is what ir, cr, kur and p10cr ask for.
struct CertificateWanted {
  std::int64_t id = 0;  // certReqId; -1 for p10cr (RFC 9483 section 4.1.4)
  x509::CertificateRequest request;
  bool asks_validity = false;                 // which the profile decides
  std::optional<x509::Name> old_issuer = {};  // of the control oldCertID (RFC 4211 section 6.5), for kur
  base::Bytes old_serial = {};                // INTEGER content
};
// read_wanted reads the body of one of those four and checks that its key is possessed. kBadDataFormat for what does
// not parse, kBadRequest for several requests in one message, kBadProofOfPossession, kBadCertificateTemplate.
[[nodiscard]] Outcome<CertificateWanted> read_wanted(const Message& message);
// request_id reads certReqId alone, so that a refusal can repeat it; 0 where there is none, -1 for p10cr.
[[nodiscard]] std::int64_t request_id(const Message& message);

// RevocationWanted is RevDetails.
struct RevocationWanted {
  x509::Name issuer;
  base::Bytes serial;  // INTEGER content
  x509::RevocationReason reason = x509::RevocationReason::kUnspecified;
};
// read_revocation: kBadDataFormat; kBadRequest for several certificates, and for reasons that a holder cannot know.
[[nodiscard]] Outcome<RevocationWanted> read_revocation(const Message& message);

// Confirmation is CertStatus; an empty CertConfirmContent is a rejection (section 5.3.18).
struct Confirmation {
  bool accepted = true;
  bool names_certificate = true;  // false in an empty CertConfirmContent
  std::int64_t id = 0;
  base::Bytes hash;
  base::Bytes hash_algorithm;  // DER AlgorithmIdentifier, or empty
};
[[nodiscard]] Outcome<Confirmation> read_confirmation(const Message& message);

// read_poll gives certReqId of pollReq.
[[nodiscard]] Outcome<std::int64_t> read_poll(const Message& message);

// Info is InfoTypeAndValue; views into the message.
struct Info {
  x509::Oid type;
  base::ByteView value;  // DER, or empty
};
[[nodiscard]] Outcome<std::vector<Info>> read_general(const Message& message);

}  // namespace yuxin::ra::cmp
