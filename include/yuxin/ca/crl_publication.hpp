// Making, importing and keeping certificate revocation lists of the authorities of a home.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "yuxin/base/result.hpp"
#include "yuxin/base/time.hpp"
#include "yuxin/ca/enrolment.hpp"
#include "yuxin/store/store.hpp"
#include "yuxin/x509/certificate.hpp"
#include "yuxin/x509/crl.hpp"
#include "yuxin/x509/key.hpp"

namespace yuxin::ca {

struct CrlOrder {
  store::AuthorityRow authority;
  x509::Certificate certificate;
  std::shared_ptr<const x509::Signer> signer;
  base::Period valid_for;
  std::string home;  // folder of the home; lists are kept in its folder published/crl
};

// publish_crl signs the next full CRL from one state of the store, writes it to a new file, and only then makes it
// the published one with its ledger record. Safe against others doing the same. After an error the list before is
// still there. Errors: kSigner, kUnavailable (disk), kNotAuthorised, kIntegrity (a RollBack, newer_lists.hpp).
[[nodiscard]] base::Result<store::CrlRow> publish_crl(store::Store& store, const CrlOrder& order,
                                                      const base::Clock& clock, const Authorisation& authorisation);

// publish_changes publishes the next list only where the latest lacks a change of status, which a process that was
// killed between the change and its list leaves behind. Nothing when there was nothing to do.
[[nodiscard]] base::Result<std::optional<store::CrlRow>> publish_changes(store::Store& store, const CrlOrder& order,
                                                                         const base::Clock& clock,
                                                                         const Authorisation& authorisation);
// lacks_changes asks only; without a list the answer is yes.
[[nodiscard]] base::Result<bool> lacks_changes(store::Store& store, std::int64_t authority);

// may_import_crl makes the refusals of import_crl and changes nothing.
[[nodiscard]] base::Result<> may_import_crl(store::Store& store, const store::AuthorityRow& authority,
                                            const x509::Certificate& certificate, const x509::Crl& crl,
                                            const std::string& home, const base::Clock& clock);
// import_crl takes a list that the authority signed elsewhere (an offline root), or a newer one of an authority whose
// key is here, which is taken in with it (newer_lists.hpp) and may have run out. Errors: kBadSignature, kRefused
// (another issuer, expired, a delta), kConflict (its number is not above the published one's, or a higher own list
// lies beside it). The very list that is published may come again where its file was lost or changed.
[[nodiscard]] base::Result<store::CrlRow> import_crl(store::Store& store, const store::AuthorityRow& authority,
                                                     const x509::Certificate& certificate, const x509::Crl& crl,
                                                     const std::string& home, const base::Clock& clock,
                                                     const Authorisation& authorisation);

}  // namespace yuxin::ca
