#include "yuxin/keymgmt/practice_token.hpp"

#include <p11-kit/uri.h>

#include <algorithm>
#include <array>
#include <memory>
#include <vector>

#include "token_error.hpp"
#include "token_module.hpp"
#include "yuxin/base/file.hpp"
#include "yuxin/base/text.hpp"

namespace yuxin::keymgmt {

using base::Code;
using base::Result;

namespace {

using Label = std::array<CK_UTF8CHAR, 32>;  // CK_TOKEN_INFO.label: blanks at the end, no NUL

struct FreeUri {
  void operator()(P11KitUri* uri) const { p11_kit_uri_free(uri); }
};

// label_of reads the label of a token's URI, with its percent signs undone.
Result<Label> label_of(std::string_view text) {
  constexpr CK_UTF8CHAR kNotSaid = 0xff;  // p11_kit_uri_get_token_info
  const std::unique_ptr<P11KitUri, FreeUri> uri(p11_kit_uri_new());
  Label label{};
  const bool read = p11_kit_uri_parse(std::string(text).c_str(), P11_KIT_URI_FOR_TOKEN, uri.get()) == P11_KIT_URI_OK;
  if (read) std::ranges::copy(p11_kit_uri_get_token_info(uri.get())->label, label.begin());
  if (!read || label.front() == kNotSaid || label.front() == 0)
    return base::fail(Code::kUsage, "\"{}\" names no token by its label.", text);
  return label;
}

std::string text_of(const Label& label) {
  return std::string(base::trim(base::as_text({label.data(), label.size()})));
}

Result<> held(CK_RV rv, const std::string& label, const char* what) {
  if (rv == CKR_OK) return {};
  return tl::unexpected(trouble(rv, label, what).value().error);
}

Result<CK_SLOT_ID> free_slot(CK_FUNCTION_LIST* functions, const std::string& label) {
  CK_ULONG count = 0;
  TRY(held(functions->C_GetSlotList(CK_TRUE, nullptr, &count), label, "C_GetSlotList"));
  std::vector<CK_SLOT_ID> slots(count);
  TRY(held(functions->C_GetSlotList(CK_TRUE, slots.data(), &count), label, "C_GetSlotList"));
  for (const auto slot : slots) {
    CK_TOKEN_INFO info{};
    if (functions->C_GetTokenInfo(slot, &info) == CKR_OK && (info.flags & CKF_TOKEN_INITIALIZED) == 0) return slot;
  }
  return base::fail(Code::kUnavailable, "The module has no free slot for a token {}.", label);
}

Result<> set_pin(CK_FUNCTION_LIST* functions, CK_SLOT_ID slot, const std::string& label, CK_BYTE* pin,
                 CK_ULONG size) {
  CK_SESSION_HANDLE session = 0;
  TRY(held(functions->C_OpenSession(slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, nullptr, nullptr, &session), label,
           "C_OpenSession"));
  auto done = held(functions->C_Login(session, CKU_SO, pin, size), label, "C_Login");
  if (done) done = held(functions->C_InitPIN(session, pin, size), label, "C_InitPIN");
  functions->C_Logout(session);
  functions->C_CloseSession(session);
  return done;
}

}  // namespace

std::optional<std::string> find_soft_token() {
  for (const char* folder :
       {"/usr/lib/softhsm", "/usr/lib/x86_64-linux-gnu/softhsm", "/usr/lib/aarch64-linux-gnu/softhsm",
        "/usr/lib64/softhsm", "/usr/lib64/pkcs11", "/usr/local/lib/softhsm"}) {
    auto path = std::string(folder) + "/libsofthsm2.so";
    if (base::file_exists(path)) return path;
  }
  return std::nullopt;
}

Result<> initialise_token(const std::string& module, std::string_view uri, const base::Secret& pin) {
  TRY(auto label, label_of(uri));
  const auto shown = text_of(label);
  TRY(const auto loaded, Module::load(module));
  TRY(const auto use, loaded->use());
  auto octets = pin.clone();
  TRY(const auto slot, free_slot(use.functions, shown));
  TRY(held(use.functions->C_InitToken(slot, octets.data(), octets.size(), label.data()), shown, "C_InitToken"));
  return set_pin(use.functions, slot, shown, octets.data(), octets.size());
}

}  // namespace yuxin::keymgmt
