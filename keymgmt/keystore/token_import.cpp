#include "token_import.hpp"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>

#include "token_algorithm.hpp"
#include "token_object.hpp"
#include "token_template.hpp"
#include "turn.hpp"
#include "yuxin/base/secret.hpp"

namespace yuxin::keymgmt {

using base::Bytes;
using base::Code;
using base::fail;
using base::Result;
using base::Secret;

namespace {

struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct FreeNumber {
  void operator()(BIGNUM* number) const { BN_clear_free(number); }
};
using Number = std::unique_ptr<BIGNUM, FreeNumber>;

// Parts is a private key as PKCS #11 wants it (section 2.1.3 and 2.3.3 of the mechanisms' specification).
struct Parts {
  CK_KEY_TYPE type = CKK_EC;
  Bytes curve;  // CKA_EC_PARAMS
  Bytes point;  // CKA_EC_POINT: DER OCTET STRING
  Bytes modulus;
  Bytes exponent;
  std::vector<std::pair<CK_ATTRIBUTE_TYPE, Secret>> secrets;
};

Result<Secret> number_of(const EVP_PKEY* key, const char* name, std::size_t size) {
  BIGNUM* raw = nullptr;
  if (EVP_PKEY_get_bn_param(key, name, &raw) != 1) return fail(Code::kInternal, "A part of the key cannot be read.");
  const Number number(raw);
  const auto length = size != 0 ? size : static_cast<std::size_t>(BN_num_bytes(number.get()));
  Secret octets(length);
  if (BN_bn2binpad(number.get(), octets.data(), static_cast<int>(length)) < 0)
    return fail(Code::kInternal, "A part of the key cannot be read.");
  return octets;
}

Bytes octet_string(base::ByteView content) {
  Bytes der{0x04};
  if (content.size() > 127) der.push_back(0x81);
  der.push_back(static_cast<std::uint8_t>(content.size()));
  base::append(der, content);
  return der;
}

Result<Parts> parts_of(const x509::PrivateKey& key) {
  const auto& open = key.public_key();
  const auto recipe = recipe_for(open.kind());
  const bool rsa = open.kind().type == x509::KeyType::kRsa || open.kind().type == x509::KeyType::kRsaPss;
  if (!recipe || open.kind().type == x509::KeyType::kEd25519)
    return fail(Code::kRefused, "A key of kind {} does not move into a token. Make a new one there, and certify it.",
                x509::print_key_kind(open.kind()));
  TRY(const auto der, key.to_pkcs8());
  const unsigned char* at = der.view().data();
  const std::unique_ptr<EVP_PKEY, FreeKey> opened(d2i_AutoPrivateKey(nullptr, &at, static_cast<long>(der.size())));
  if (!opened) return fail(Code::kInternal, "A part of the key cannot be read.");
  Parts parts;
  if (!rsa) {
    parts.curve = recipe->curve;
    parts.point = octet_string(open.key_bits());
    TRY(auto scalar, number_of(opened.get(), OSSL_PKEY_PARAM_PRIV_KEY, (open.kind().bits + 7) / 8));
    parts.secrets.emplace_back(CKA_VALUE, std::move(scalar));
    return parts;
  }
  parts.type = CKK_RSA;
  parts.modulus = base::to_bytes(open.rsa_modulus());
  parts.exponent = base::to_bytes(open.rsa_exponent());
  for (const auto& [attribute, name] : {std::pair{CKA_PRIVATE_EXPONENT, OSSL_PKEY_PARAM_RSA_D},
                                        {CKA_PRIME_1, OSSL_PKEY_PARAM_RSA_FACTOR1},
                                        {CKA_PRIME_2, OSSL_PKEY_PARAM_RSA_FACTOR2},
                                        {CKA_EXPONENT_1, OSSL_PKEY_PARAM_RSA_EXPONENT1},
                                        {CKA_EXPONENT_2, OSSL_PKEY_PARAM_RSA_EXPONENT2},
                                        {CKA_COEFFICIENT, OSSL_PKEY_PARAM_RSA_COEFFICIENT1}}) {
    TRY(auto number, number_of(opened.get(), name, 0));
    parts.secrets.emplace_back(attribute, std::move(number));
  }
  return parts;
}

Outcome<> refused_by(Desk& desk, CK_RV rv) {
  if (is_loss(rv)) return trouble(rv, desk.token(), "C_CreateObject");
  return settled(base::fail_with(Code::kRefused, rv_text(rv),
                                 "Token {} takes no keys from outside. Make a new one there, and certify it.",
                                 desk.token()));
}

Outcome<> lay_down(Desk& desk, CK_OBJECT_CLASS kind, const std::string& label, const Bytes& id, const Parts& parts,
                   bool bound_to_pss) {
  const CK_MECHANISM_TYPE only_pss = CKM_RSA_PKCS_PSS;
  Template object(kind);
  object.flag(CKA_TOKEN, kYes);
  object.add(CKA_LABEL, label.data(), label.size());
  object.add(CKA_ID, id);
  object.add(CKA_KEY_TYPE, &parts.type, sizeof parts.type);
  if (parts.type == CKK_RSA) {
    if (kind == CKO_PRIVATE_KEY) object.flag(CKA_SIGN_RECOVER, kNo);
    object.add(CKA_MODULUS, parts.modulus);
    object.add(CKA_PUBLIC_EXPONENT, parts.exponent);
    if (bound_to_pss) object.add(CKA_ALLOWED_MECHANISMS, &only_pss, sizeof only_pss);
  } else {
    object.add(CKA_EC_PARAMS, parts.curve);
  }
  if (kind == CKO_PUBLIC_KEY) {
    object.flag(CKA_PRIVATE, kNo);
    object.flag(CKA_VERIFY, kYes);
    if (parts.type != CKK_RSA) object.add(CKA_EC_POINT, parts.point);
  } else {
    object.flag(CKA_PRIVATE, kYes);
    object.flag(CKA_SENSITIVE, kYes);
    object.flag(CKA_EXTRACTABLE, kNo);
    object.flag(CKA_SIGN, kYes);
    object.flag(CKA_DECRYPT, kNo);
    object.flag(CKA_UNWRAP, kNo);
    for (const auto& [attribute, value] : parts.secrets) object.add(attribute, value.view());
  }
  CK_OBJECT_HANDLE handle = 0;
  const auto create = [&] {
    return desk.functions()->C_CreateObject(desk.session.handle, object.data(), object.size(), &handle);
  };
  CK_RV rv = create();
  if (rv == CKR_ATTRIBUTE_TYPE_INVALID && object.leave_out(CKA_SIGN_RECOVER)) rv = create();  // as for made keys
  if (rv != CKR_OK) return refused_by(desk, rv);
  return {};
}

// The public half comes first: it says whose the label is before anything secret lies under it.
Outcome<> import_once(Desk& desk, const std::string& label, const x509::PublicKey& open, const Parts& parts) {
  const auto id = open.identifier();
  const bool pss = open.kind().type == x509::KeyType::kRsaPss;
  const KeySelector selector{label, {}};
  auto halves = find_objects(desk, CKO_PUBLIC_KEY, selector);
  if (!halves) return tl::unexpected(std::move(halves).error());
  auto secrets = find_objects(desk, CKO_PRIVATE_KEY, selector);
  if (!secrets) return tl::unexpected(std::move(secrets).error());
  const auto taken = [&] {
    return settled(
        fail(Code::kConflict, "Token {} has another key {} already. Nothing was changed.", desk.token(), label));
  };
  if (halves->size() > 1 || secrets->size() > 1 || (halves->empty() && !secrets->empty())) return taken();
  if (halves->empty()) {
    if (auto made = lay_down(desk, CKO_PUBLIC_KEY, label, id, parts, pss); !made) return made;
  } else {
    auto there = read_public_key(desk, halves->front());
    if (!there) return tl::unexpected(std::move(there).error());
    if (!*there || !base::equal((*there)->spki(), open.spki())) return taken();
  }
  if (!secrets->empty()) return {};
  return lay_down(desk, CKO_PRIVATE_KEY, label, id, parts, pss);
}

}  // namespace

Result<> import_to_token(TokenLink& link, const std::string& label, const x509::PrivateKey& key) {
  TRY(const auto parts, parts_of(key));
  TRY(const auto turn, Turn::take(link.module_file()));
  // repeating it is safe: each half is looked for before it is laid down
  return link.run(TokenLink::Login::kUser, TokenLink::Retry::kAfterLoss,
                  [&](Desk& desk) { return import_once(desk, label, key.public_key(), parts); });
}

}  // namespace yuxin::keymgmt
