#include "token_known_key.hpp"

namespace yuxin::keymgmt {

using base::Code;
using base::fail;

Outcome<CK_OBJECT_HANDLE> KnownKey::handle_at(Desk& desk) const {
  const auto known = desk.session.keys.find(place_in_session_);
  if (known != desk.session.keys.end()) return known->second;
  auto found = find_key(desk, selector_);
  if (!found) return tl::unexpected(std::move(found).error());
  // it was there before: this is a token that must be begun anew, or one that lost its key
  if (!*found) {
    auto lost = fail(Code::kUnavailable, "The key {} is not on token {} any more. Put the right token back.",
                     selector_.text(), desk.token());
    return tl::unexpected(Trouble{CKR_OBJECT_HANDLE_INVALID, std::move(lost.value())});
  }
  if (!base::equal((*found)->public_key.spki(), public_key_.spki())) {
    return settled(fail(Code::kIntegrity,
                        "Token {} has another key by the name {} now, which was not used. Put the right token back.",
                        desk.token(), selector_.text()));
  }
  desk.session.keys.emplace(place_in_session_, (*found)->handle);
  return (*found)->handle;
}

}  // namespace yuxin::keymgmt
