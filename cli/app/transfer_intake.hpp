// Taking in what a transfer bundle carries.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "home.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/evidence/checkpoint.hpp"
#include "yuxin/keymgmt/transfer.hpp"
#include "yuxin/x509/certificate.hpp"
#include "yuxin/x509/crl.hpp"

namespace yuxin::cli {

// Parcel is one thing of a bundle and what is going to be done with it.
struct Parcel {
  const keymgmt::TransferItem* item = nullptr;
  enum class Deed {
    kKeep,         // lay it into the exchange folder: what becomes of it a person decides
    kCertify,      // give the waiting authority `authority` its certificate
    kMakeKnown,    // make the root `authority` known
    kPublishList,  // publish it as the list of an authority whose key is elsewhere
    kRemember,     // the ledger's checkpoint
    kKnown,        // it is here already
    kSetAside,     // it does not hold, or not any more, for the reason `why`: laid into the folder, and nothing else
  } deed = Deed::kKeep;
  std::string authority;
  std::optional<x509::Certificate> certificate;
  std::optional<x509::Crl> list;
  std::string why;
};

// Intake is a bundle that was looked at as a whole. The transfer must outlive it.
struct Intake {
  std::vector<Parcel> parcels;  // in the order in which they are taken in: roots, other authorities, lists, the rest
  std::string checkpoint;       // the note that it carries, whose growth from `last_note` is proven; or empty
};
// plan_intake looks at everything before anything is stored: everything parses, certificates and lists are signed by
// authorities that are known here or come with them, requests prove possession. What does not is set aside, because a
// bundle that could never be taken in would keep out every later one. A sender's ledger that does not continue
// `last_note` is an error, as is whatever the home itself fails at; with the name of the part.
[[nodiscard]] base::Result<Intake> plan_intake(Home& home, const keymgmt::Transfer& transfer,
                                               const std::string& last_note);

// Outcome is what became of a parcel.
struct Outcome {
  const Parcel* parcel = nullptr;
  std::string text;  // in words
  std::string file;  // where it lies now; empty where it was not kept as a file
};
// carry_out does the deed of one parcel, or sets it aside where that is refused; a second time changes nothing.
[[nodiscard]] base::Result<Outcome> carry_out(Home& home, Parcel& parcel, const std::string& folder,
                                              const std::string& actor);
[[nodiscard]] std::string_view deed_name(Parcel::Deed deed);

}  // namespace yuxin::cli
