#include "token_data.hpp"

#include <algorithm>

#include "token_object.hpp"
#include "token_template.hpp"
#include "turn.hpp"

namespace yuxin::keymgmt {

using base::Code;
using base::fail;
using base::Result;
using base::Secret;

namespace {

constexpr std::string_view kApplication = "yuxin";
constexpr CK_ULONG kLongest = 1U << 20U;

using Found = std::optional<Secret>;

// A value is read into locked memory and nowhere else.
Outcome<Found> read_value(Desk& desk, CK_OBJECT_HANDLE object) {
  auto* functions = desk.functions();
  CK_ATTRIBUTE attribute{CKA_VALUE, nullptr, 0};
  CK_RV rv = functions->C_GetAttributeValue(desk.session.handle, object, &attribute, 1);
  if (rv != CKR_OK) return trouble(rv, desk.token(), "C_GetAttributeValue");
  if (attribute.ulValueLen > kLongest) return Found();  // also "unavailable"
  Secret value(attribute.ulValueLen);
  attribute.pValue = value.data();
  rv = functions->C_GetAttributeValue(desk.session.handle, object, &attribute, 1);
  if (rv != CKR_OK) return trouble(rv, desk.token(), "C_GetAttributeValue");
  if (attribute.ulValueLen == value.size()) return Found(std::move(value));
  return Found(Secret(value.view().first(std::min<std::size_t>(attribute.ulValueLen, value.size()))));
}

Outcome<Found> find_at(Desk& desk, const KeySelector& selector) {
  // data objects have no CKA_ID (PKCS #11 section 4.5.2)
  auto objects = find_objects(desk, CKO_DATA, {selector.label, {}});
  if (!objects) return tl::unexpected(std::move(objects).error());
  if (objects->size() > 1) {
    return settled(fail(Code::kConflict, "Token {} has several data objects called {}. Delete all but one.",
                        desk.token(), selector.text()));
  }
  if (objects->empty()) {
    if (auto present = confirm_present(desk); !present) return tl::unexpected(std::move(present).error());
    return Found();
  }
  return read_value(desk, objects->front());
}

Outcome<> put_at(Desk& desk, const std::string& label, base::ByteView octets) {
  auto there = find_at(desk, {label, {}});
  if (!there) return tl::unexpected(std::move(there).error());
  if (*there) {
    if (base::equal((*there)->view(), octets)) return {};
    return settled(fail(Code::kConflict, "Token {} has another data object {} already. Nothing was changed.",
                        desk.token(), label));
  }
  Template object(CKO_DATA);
  object.flag(CKA_TOKEN, kYes);
  object.flag(CKA_PRIVATE, kYes);
  object.add(CKA_LABEL, label.data(), label.size());
  object.add(CKA_APPLICATION, kApplication.data(), kApplication.size());
  object.add(CKA_VALUE, octets);
  CK_OBJECT_HANDLE handle = 0;
  const CK_RV rv = desk.functions()->C_CreateObject(desk.session.handle, object.data(), object.size(), &handle);
  if (rv == CKR_OK) return {};
  if (is_loss(rv)) return trouble(rv, desk.token(), "C_CreateObject");
  return settled(base::fail_with(Code::kRefused, rv_text(rv),
                                 "Token {} does not take a data object of {} octets. Nothing was changed.",
                                 desk.token(), octets.size()));
}

}  // namespace

Result<> put_data_on_token(TokenLink& link, const std::string& label, base::ByteView octets) {
  TRY(const auto turn, Turn::take(link.module_file()));
  // repeating it is safe: it is looked for before it is laid down
  TRY(link.run(TokenLink::Login::kUser, TokenLink::Retry::kAfterLoss,
               [&](Desk& desk) { return put_at(desk, label, octets); }));
  TRY(const auto there, data_on_token(link, {label, {}}));
  if (there && base::equal(there->view(), octets)) return {};
  return fail(Code::kIntegrity, "Token {} does not give back the data object {} as it was put there.", link.title(),
              label);
}

Result<std::optional<Secret>> data_on_token(TokenLink& link, const KeySelector& selector) {
  return link.perform<Found>(TokenLink::Login::kUser, TokenLink::Retry::kAfterLoss,
                             [&](Desk& desk) { return find_at(desk, selector); });
}

}  // namespace yuxin::keymgmt
