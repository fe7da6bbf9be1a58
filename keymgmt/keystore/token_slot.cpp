#include "token_slot.hpp"

#include <p11-kit/p11-kit.h>

#include <algorithm>
#include <iterator>

namespace yuxin::keymgmt {

using base::Code;
using base::fail;
using base::Result;

namespace {

constexpr CK_ULONG kMostSlots = 1024;

// trimmed: fields of PKCS #11 have a fixed size and are filled up with blanks.
template <std::size_t Size>
std::string trimmed(const unsigned char (&field)[Size]) {
  return {std::begin(field), std::begin(field) + p11_kit_space_strlen(field, Size)};
}

std::vector<CK_SLOT_ID> slots_of(const Module::Use& use) {
  CK_ULONG count = 0;
  std::vector<CK_SLOT_ID> slots;
  CK_RV rv = use.functions->C_GetSlotList(CK_TRUE, nullptr, &count);
  while (rv == CKR_OK && count > 0 && count <= kMostSlots) {
    slots.resize(count);
    rv = use.functions->C_GetSlotList(CK_TRUE, slots.data(), &count);
    if (rv == CKR_OK) {
      slots.resize(count);
      return slots;
    }
    // a token came in between the two calls
    if (rv != CKR_BUFFER_TOO_SMALL) break;
    rv = use.functions->C_GetSlotList(CK_TRUE, nullptr, &count);
  }
  return {};
}

}  // namespace

TokenPlace place_of(std::shared_ptr<Module> module, CK_SLOT_ID slot, const CK_TOKEN_INFO& token) {
  return {std::move(module),    slot,
          trimmed(token.label), trimmed(token.serialNumber),
          trimmed(token.model), trimmed(token.manufacturerID)};
}

std::string TokenPlace::describe() const { return label + " (" + serial + ")"; }

std::vector<TokenPlace> tokens_in(const std::shared_ptr<Module>& module, const TokenUri& uri) {
  std::vector<TokenPlace> found;
  const auto use = module->use();
  if (!use) return found;
  CK_INFO about{};
  if (use->functions->C_GetInfo(&about) != CKR_OK || !uri.fits(about)) return found;
  for (const CK_SLOT_ID id : slots_of(*use)) {
    CK_SLOT_INFO slot{};
    CK_TOKEN_INFO token{};
    if (use->functions->C_GetSlotInfo(id, &slot) != CKR_OK) continue;
    if (use->functions->C_GetTokenInfo(id, &token) != CKR_OK) continue;
    if ((token.flags & CKF_TOKEN_INITIALIZED) == 0 || !uri.fits(id, slot) || !uri.fits(token)) continue;
    found.push_back(place_of(module, id, token));
  }
  return found;
}

Result<TokenPlace> find_token(const std::vector<std::shared_ptr<Module>>& modules, const TokenUri& uri) {
  std::vector<TokenPlace> found;
  for (const auto& module : modules) {
    for (auto& place : tokens_in(module, uri)) {
      // one token that two modules show is one token
      const bool seen = std::ranges::any_of(
          found, [&](const TokenPlace& known) { return known.module != place.module && known.id() == place.id(); });
      if (!seen) found.push_back(std::move(place));
    }
  }
  if (found.empty()) {
    return fail(Code::kNotFound,
                "There is no token {}. Is it plugged in, and its module known (yuxin.toml, [keys] modules)?",
                uri.token().substr(0, uri.token().find('?')));
  }
  if (found.size() > 1) {
    return fail(
        Code::kConflict, "{} fits several tokens: {} and {}. Add what tells them apart, for example ;serial={}",
        uri.token().substr(0, uri.token().find('?')), found[0].describe(), found[1].describe(), found[0].serial);
  }
  return std::move(found.front());
}

}  // namespace yuxin::keymgmt
