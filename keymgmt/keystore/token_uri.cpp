#include "token_uri.hpp"

#include <algorithm>

#include "token_text.hpp"
#include "yuxin/keymgmt/token_key_store.hpp"

namespace yuxin::keymgmt {

using base::Code;
using base::fail;
using base::Result;

namespace {

constexpr std::string_view kScheme = "pkcs11:";

std::shared_ptr<P11KitUri> empty_uri() { return {p11_kit_uri_new(), p11_kit_uri_free}; }

// RFC 7512 section 2.4: a pin-source is a URI of its own or a path; programs ("|...") are not run.
std::optional<std::string> path_of(std::string_view source) {
  if (source.starts_with("file://")) source.remove_prefix(7);
  if (source.starts_with("file:")) source.remove_prefix(5);
  if (!source.starts_with('/')) return std::nullopt;
  return std::string(source);
}

std::string print(P11KitUri* uri) {
  char* text = nullptr;
  if (p11_kit_uri_format(uri, P11_KIT_URI_FOR_ANY, &text) != P11_KIT_URI_OK) return {};
  return taken(text);
}

base::Bytes attribute(P11KitUri* uri, CK_ATTRIBUTE_TYPE type) {
  const CK_ATTRIBUTE* found = p11_kit_uri_get_attribute(uri, type);
  if (found == nullptr || found->pValue == nullptr) return {};
  const auto* octets = static_cast<const std::uint8_t*>(found->pValue);
  return {octets, octets + found->ulValueLen};
}

// shown cuts a PIN off before a URI is shown or logged, also one that stands where none may.
std::string_view shown(std::string_view text) {
  return text.substr(0, std::min(text.find('?'), text.find("pin-value")));
}

}  // namespace

Result<TokenUri> TokenUri::parse(std::string_view text) {
  TokenUri made(empty_uri());
  P11KitUri* uri = made.uri_.get();
  const std::string copy(text);
  const int outcome = p11_kit_uri_parse(copy.c_str(), P11_KIT_URI_FOR_ANY, uri);
  if (outcome != P11_KIT_URI_OK || copy.size() != std::char_traits<char>::length(copy.c_str())) {
    return base::fail_with(Code::kUsage, p11_kit_uri_message(outcome),
                           "\"{}\" is no PKCS #11 URI (RFC 7512). For example: pkcs11:token=city-root;object=root",
                           shown(text));
  }
  if (p11_kit_uri_get_pin_value(uri) != nullptr) {
    return fail(
        Code::kUsage,
        "The URI of {} holds a PIN, which everybody could read in the list of processes and in settings. Name "
        "a file with it: ?pin-source=file:/path, or --pin-file, or let yourself be asked.",
        shown(text));
  }
  const bool module = p11_kit_uri_get_module_path(uri) != nullptr || p11_kit_uri_get_module_name(uri) != nullptr;
  if (module) {
    return fail(Code::kUsage,
                "The URI {} names a module. Modules are code; they are set in yuxin.toml: [keys] modules = "
                "[\"/path/module.so\"].",
                shown(text));
  }
  // RFC 7512 section 2.3: who does not know an attribute must not guess without it
  if (p11_kit_uri_any_unrecognized(uri) != 0)
    return fail(Code::kUsage, "The URI {} has attributes that are not known here. Leave them out.", shown(text));
  if (const char* source = p11_kit_uri_get_pin_source(uri); source != nullptr) {
    made.pin_file_ = path_of(source);
    if (!made.pin_file_)
      return fail(Code::kUsage, "The pin-source \"{}\" is no file. Write pin-source=file:/path, with the whole path.",
                  source);
  }
  return made;
}

bool TokenUri::fits(const CK_INFO& module) const { return p11_kit_uri_match_module_info(uri_.get(), &module) == 1; }

bool TokenUri::fits(CK_SLOT_ID id, const CK_SLOT_INFO& slot) const {
  const CK_SLOT_ID wanted = p11_kit_uri_get_slot_id(uri_.get());
  const bool any = wanted == static_cast<CK_SLOT_ID>(-1);
  return (any || wanted == id) && p11_kit_uri_match_slot_info(uri_.get(), &slot) == 1;
}

bool TokenUri::fits(const CK_TOKEN_INFO& token) const {
  return p11_kit_uri_match_token_info(uri_.get(), &token) == 1;
}

KeySelector TokenUri::object() const {
  const auto label = attribute(uri_.get(), CKA_LABEL);
  return {std::string(base::as_text(label)), attribute(uri_.get(), CKA_ID)};
}

std::string TokenUri::token() const {
  // a copy, because the attributes are taken out of it
  const auto copy = empty_uri();
  if (p11_kit_uri_parse(print(uri_.get()).c_str(), P11_KIT_URI_FOR_ANY, copy.get()) != P11_KIT_URI_OK) return {};
  p11_kit_uri_clear_attributes(copy.get());
  return print(copy.get());
}

Result<std::string> TokenUri::with_object(std::string_view label) const {
  const auto copy = empty_uri();
  std::string value(label);
  CK_ATTRIBUTE attribute{CKA_LABEL, value.data(), value.size()};
  const bool done = object().empty() &&
                    p11_kit_uri_parse(print(uri_.get()).c_str(), P11_KIT_URI_FOR_ANY, copy.get()) == P11_KIT_URI_OK &&
                    p11_kit_uri_set_attribute(copy.get(), &attribute) == P11_KIT_URI_OK;
  if (!done)
    return fail(Code::kUsage, "{} names an object. Name the token alone: pkcs11:token=LABEL",
                shown(print(uri_.get())));
  return print(copy.get());
}

bool is_token_name(std::string_view name) { return name.starts_with(kScheme); }

Result<std::string> token_key_name(std::string_view token, std::string_view label) {
  TRY(const auto uri, TokenUri::parse(token));
  return uri.with_object(label);
}

Result<std::string> token_of(std::string_view key) {
  TRY(const auto uri, TokenUri::parse(key));
  return uri.token();
}

}  // namespace yuxin::keymgmt
