// With what the persons at the table sign: their own certificates, or keys made for this ceremony.
#pragma once

#include "session.hpp"
#include "yuxin/keymgmt/identity.hpp"

namespace yuxin::cli {

// TakenSeat is the certificate of who sits there and, where it is their own, what they signed of this ceremony.
struct TakenSeat {
  x509::Certificate certificate;
  base::Bytes opening;  // keymgmt::sign_opening; empty: the key is of the ceremony
};

// enrol_seat asks for the person's own certificate with its key, which must be there and be the one that the plan
// names; where it names none, an empty answer gives the person a key under a passphrase of their own. Who brings an
// own certificate signs the opening of the ceremony with it.
[[nodiscard]] base::Result<TakenSeat> enrol_seat(CeremonySession& session, const keymgmt::CeremonySeat& seat,
                                                 const std::string& person);

// identity_of opens it again, to sign.
[[nodiscard]] base::Result<keymgmt::Identity> identity_of(CeremonySession& session,
                                                          const keymgmt::EnrolledSeat& seat);

// forget_seat_keys overwrites and removes the keys that were made for this ceremony.
void forget_seat_keys(CeremonySession& session);

}  // namespace yuxin::cli
