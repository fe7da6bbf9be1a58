#include "token_object.hpp"

#include <array>
#include <cstring>

#include "token_algorithm.hpp"

namespace yuxin::keymgmt {

using base::Bytes;
using base::Code;
using base::fail;
using x509::PublicKey;

namespace {

constexpr std::size_t kMostObjects = 4096;
constexpr CK_ULONG kLongestAttribute = 1U << 20U;

std::optional<CK_ULONG> as_number(const std::optional<Bytes>& value) {
  CK_ULONG number = 0;
  if (!value || value->size() != sizeof number) return std::nullopt;
  std::memcpy(&number, value->data(), sizeof number);
  return number;
}

tl::unexpected<Trouble> several(Desk& desk, const KeySelector& selector) {
  return settled(fail(Code::kConflict,
                      "Token {} has several keys called {}. Name the one that is meant by its id: "
                      "pkcs11:token=…;id=%…",
                      desk.token(), selector.text()));
}

// bound_to_pss: RSA keys that may do nothing but PSS.
Outcome<bool> is_bound_to_pss(Desk& desk, CK_OBJECT_HANDLE object) {
  auto allowed = read_attribute(desk, object, CKA_ALLOWED_MECHANISMS);
  if (!allowed) return tl::unexpected(std::move(allowed).error());
  if (!*allowed || (*allowed)->empty() || (*allowed)->size() % sizeof(CK_MECHANISM_TYPE) != 0) return false;
  for (std::size_t at = 0; at < (*allowed)->size(); at += sizeof(CK_MECHANISM_TYPE)) {
    CK_MECHANISM_TYPE mechanism = 0;
    std::memcpy(&mechanism, (*allowed)->data() + at, sizeof mechanism);
    if (!is_pss_mechanism(mechanism)) return false;
  }
  return true;
}

// A public key where neither its object nor the private one tells it: in the certificate beside it.
Outcome<std::optional<PublicKey>> certified_key(Desk& desk, const KeySelector& selector) {
  auto found = find_objects(desk, CKO_CERTIFICATE, selector);
  if (!found) return tl::unexpected(std::move(found).error());
  for (const auto object : *found) {
    auto certificate = read_certificate(desk, object);
    if (!certificate) return tl::unexpected(std::move(certificate).error());
    if (!*certificate) continue;
    if (auto key = (*certificate)->public_key()) return std::optional(std::move(*key));
  }
  return std::optional<PublicKey>();
}

}  // namespace

Outcome<std::vector<CK_OBJECT_HANDLE>> find_objects(Desk& desk, CK_OBJECT_CLASS kind, const KeySelector& selector) {
  auto* functions = desk.functions();
  const auto handle = desk.session.handle;
  KeySelector wanted = selector;
  std::vector<CK_ATTRIBUTE> attributes{{CKA_CLASS, &kind, sizeof kind}};
  if (!wanted.label.empty()) attributes.push_back({CKA_LABEL, wanted.label.data(), wanted.label.size()});
  if (!wanted.id.empty()) attributes.push_back({CKA_ID, wanted.id.data(), wanted.id.size()});
  CK_RV rv = functions->C_FindObjectsInit(handle, attributes.data(), attributes.size());
  if (rv != CKR_OK) return trouble(rv, desk.token(), "C_FindObjectsInit");
  std::vector<CK_OBJECT_HANDLE> found;
  std::array<CK_OBJECT_HANDLE, 32> some{};
  CK_ULONG count = 0;
  do {
    rv = functions->C_FindObjects(handle, some.data(), some.size(), &count);
    if (rv == CKR_OK) found.insert(found.end(), some.begin(), some.begin() + static_cast<std::ptrdiff_t>(count));
  } while (rv == CKR_OK && count == some.size() && found.size() < kMostObjects);
  functions->C_FindObjectsFinal(handle);
  if (rv != CKR_OK) return trouble(rv, desk.token(), "C_FindObjects");
  return found;
}

Outcome<std::optional<Bytes>> read_attribute(Desk& desk, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type) {
  auto* functions = desk.functions();
  CK_ATTRIBUTE attribute{type, nullptr, 0};
  const auto absent = [](CK_RV rv) { return rv == CKR_ATTRIBUTE_TYPE_INVALID || rv == CKR_ATTRIBUTE_SENSITIVE; };
  CK_RV rv = functions->C_GetAttributeValue(desk.session.handle, object, &attribute, 1);
  if (absent(rv)) return std::optional<Bytes>();
  if (rv != CKR_OK) return trouble(rv, desk.token(), "C_GetAttributeValue");
  if (attribute.ulValueLen > kLongestAttribute) return std::optional<Bytes>();  // also "unavailable"
  Bytes value(attribute.ulValueLen);
  attribute.pValue = value.data();
  rv = functions->C_GetAttributeValue(desk.session.handle, object, &attribute, 1);
  if (absent(rv)) return std::optional<Bytes>();
  if (rv != CKR_OK) return trouble(rv, desk.token(), "C_GetAttributeValue");
  value.resize(std::min<std::size_t>(attribute.ulValueLen, value.size()));
  return std::optional(std::move(value));
}

Outcome<bool> read_flag(Desk& desk, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type, bool otherwise) {
  auto value = read_attribute(desk, object, type);
  if (!value) return tl::unexpected(std::move(value).error());
  return *value && (*value)->size() == 1 ? (*value)->front() != 0 : otherwise;
}

Outcome<std::optional<PublicKey>> read_public_key(Desk& desk, CK_OBJECT_HANDLE object) {
  PublicParts parts;
  auto type = read_attribute(desk, object, CKA_KEY_TYPE);
  if (!type) return tl::unexpected(std::move(type).error());
  const auto number = as_number(*type);
  if (!number) return std::optional<PublicKey>();
  parts.type = *number;
  for (const auto& [attribute, into] : {std::pair{CKA_MODULUS, &parts.modulus},
                                        {CKA_PUBLIC_EXPONENT, &parts.exponent},
                                        {CKA_EC_PARAMS, &parts.curve},
                                        {CKA_EC_POINT, &parts.point}}) {
    auto value = read_attribute(desk, object, attribute);
    if (!value) return tl::unexpected(std::move(value).error());
    if (*value) *into = std::move(**value);
  }
  if (parts.type == CKK_RSA) {
    auto bound = is_bound_to_pss(desk, object);
    if (!bound) return tl::unexpected(std::move(bound).error());
    parts.bound_to_pss = *bound;
  }
  return public_key_of(parts);
}

Outcome<std::optional<x509::Certificate>> read_certificate(Desk& desk, CK_OBJECT_HANDLE object) {
  auto value = read_attribute(desk, object, CKA_VALUE);
  if (!value) return tl::unexpected(std::move(value).error());
  if (!*value) return std::optional<x509::Certificate>();
  auto certificate = x509::Certificate::from_der(**value);
  if (!certificate) return std::optional<x509::Certificate>();
  return std::optional(std::move(*certificate));
}

Outcome<std::optional<CK_OBJECT_HANDLE>> find_private(Desk& desk, const KeySelector& selector) {
  auto found = find_objects(desk, CKO_PRIVATE_KEY, selector);
  if (!found) return tl::unexpected(std::move(found).error());
  if (found->empty()) return std::optional<CK_OBJECT_HANDLE>();
  if (found->size() > 1) return several(desk, selector);
  return std::optional(found->front());
}

Outcome<std::optional<PublicKey>> find_public(Desk& desk, const KeySelector& selector) {
  auto found = find_objects(desk, CKO_PUBLIC_KEY, selector);
  if (!found) return tl::unexpected(std::move(found).error());
  if (found->size() > 1) return several(desk, selector);
  if (found->empty()) return certified_key(desk, selector);
  return read_public_key(desk, found->front());
}

Outcome<> confirm_present(Desk& desk) {
  CK_TOKEN_INFO token{};
  const CK_RV rv = desk.functions()->C_GetTokenInfo(desk.place.slot, &token);
  if (rv != CKR_OK) return trouble(rv, desk.token(), "C_GetTokenInfo");
  if (place_of(desk.place.module, desk.place.slot, token).id() == desk.place.id()) return {};
  return trouble(CKR_TOKEN_NOT_PRESENT, desk.token(), "C_GetTokenInfo");
}

Outcome<std::optional<TokenKey>> find_key(Desk& desk, const KeySelector& selector) {
  auto handle = find_private(desk, selector);
  if (!handle) return tl::unexpected(std::move(handle).error());
  if (!*handle) return std::optional<TokenKey>();
  auto id = read_attribute(desk, **handle, CKA_ID);
  if (!id) return tl::unexpected(std::move(id).error());
  // the halves of a pair have one id; labels are for people
  const bool has_id = *id && !(*id)->empty();
  auto key = find_public(desk, has_id ? KeySelector{"", **id} : selector);
  if (key && !*key) key = read_public_key(desk, **handle);
  if (!key) return tl::unexpected(std::move(key).error());
  if (!*key) {
    return settled(fail(Code::kIntegrity,
                        "Token {} has the private key {} and neither its public key nor its certificate. Put the "
                        "certificate on the token, with the same id.",
                        desk.token(), selector.text()));
  }
  auto always = read_flag(desk, **handle, CKA_ALWAYS_AUTHENTICATE, false);
  if (!always) return tl::unexpected(std::move(always).error());
  return std::optional(TokenKey{**handle, std::move(**key), *always});
}

}  // namespace yuxin::keymgmt
