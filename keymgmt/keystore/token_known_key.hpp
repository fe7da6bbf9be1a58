// A private key on a token that was found once, and is found again in every session and after the token was away.
#pragma once

#include <string>

#include "token_link.hpp"
#include "token_object.hpp"

namespace yuxin::keymgmt {

// KnownKey is immutable; safe to share between threads.
class KnownKey {
 public:
  KnownKey(KeySelector selector, const TokenKey& found)
      : selector_(std::move(selector)),
        place_in_session_(selector_.label + '\n' + base::hex(selector_.id)),
        public_key_(found.public_key),
        always_authenticate_(found.always_authenticate) {}

  [[nodiscard]] const x509::PublicKey& public_key() const { return public_key_; }
  [[nodiscard]] const KeySelector& selector() const { return selector_; }
  // always_authenticate: every operation wants the PIN again (CKA_ALWAYS_AUTHENTICATE).
  [[nodiscard]] bool always_authenticate() const { return always_authenticate_; }

  // seen_in: handle_at has found it in this session already.
  [[nodiscard]] bool seen_in(const Desk& desk) const { return desk.session.keys.contains(place_in_session_); }
  // handle_at looks for it in a session that has not seen it yet. A loss when it is not there any more; settled
  // kIntegrity when its name is another key's now.
  [[nodiscard]] Outcome<CK_OBJECT_HANDLE> handle_at(Desk& desk) const;

 private:
  KeySelector selector_;
  std::string place_in_session_;
  x509::PublicKey public_key_;
  bool always_authenticate_;
};

}  // namespace yuxin::keymgmt
