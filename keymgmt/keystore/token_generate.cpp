#include "token_generate.hpp"

#include <chrono>
#include <thread>

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
using x509::KeyKind;
using x509::KeyType;
using x509::PublicKey;

namespace {

constexpr int kMostMeetings = 6;
constexpr std::chrono::milliseconds kPause{40};

struct Pair {
  CK_OBJECT_HANDLE public_half = 0;
  CK_OBJECT_HANDLE private_half = 0;
};

base::Failure taken(const Desk& desk, const std::string& label) {
  return fail(Code::kConflict, "Token {} has a key {} already. Nothing was changed.", desk.token(), label);
}

Outcome<bool> is_taken(Desk& desk, const std::string& label) {
  for (const CK_OBJECT_CLASS kind : {CKO_PRIVATE_KEY, CKO_PUBLIC_KEY}) {
    auto found = find_objects(desk, kind, {label, {}});
    if (!found) return tl::unexpected(std::move(found).error());
    if (!found->empty()) return true;
  }
  return false;
}

// Wanted is the pair that is asked for.
struct Wanted {
  const std::string& label;
  const KeyKind& kind;
  const KeyRecipe& recipe;
  KeyUse use;
};

Outcome<Pair> make_pair(Desk& desk, const Wanted& wanted) {
  const auto& [label, kind, recipe, use] = wanted;
  const CK_BBOOL signs = use == KeyUse::kSign ? CK_TRUE : CK_FALSE;
  const CK_BBOOL decrypts = use == KeyUse::kDecrypt ? CK_TRUE : CK_FALSE;
  const CK_ULONG bits = kind.bits;
  const std::array<CK_BYTE, 3> exponent = {0x01, 0x00, 0x01};
  const CK_MECHANISM_TYPE only_pss = CKM_RSA_PKCS_PSS;
  Template open(CKO_PUBLIC_KEY);
  Template secret(CKO_PRIVATE_KEY);
  for (auto* half : {&open, &secret}) {
    half->flag(CKA_TOKEN, kYes);
    half->add(CKA_LABEL, label.data(), label.size());
    if (kind.type == KeyType::kRsaPss) half->add(CKA_ALLOWED_MECHANISMS, &only_pss, sizeof only_pss);
  }
  open.flag(CKA_PRIVATE, kNo);
  open.flag(use == KeyUse::kSign ? CKA_VERIFY : CKA_ENCRYPT, kYes);
  if (recipe.curve.empty()) {
    open.add(CKA_MODULUS_BITS, &bits, sizeof bits);
    open.add(CKA_PUBLIC_EXPONENT, exponent.data(), exponent.size());
  } else {
    open.add(CKA_EC_PARAMS, recipe.curve.data(), recipe.curve.size());
  }
  secret.flag(CKA_PRIVATE, kYes);
  secret.flag(CKA_SENSITIVE, kYes);
  secret.flag(CKA_EXTRACTABLE, kNo);
  secret.flag(CKA_SIGN, signs);
  secret.flag(CKA_DECRYPT, decrypts);
  secret.flag(CKA_UNWRAP, kNo);
  // RSA alone has signatures that give the message back, and some tokens allow them unless told.
  if (recipe.curve.empty()) secret.flag(CKA_SIGN_RECOVER, kNo);
  CK_MECHANISM mechanism{recipe.generate, nullptr, 0};
  Pair pair;
  const auto generate = [&] {
    return desk.functions()->C_GenerateKeyPair(desk.session.handle, &mechanism, open.data(), open.size(),
                                               secret.data(), secret.size(), &pair.public_half, &pair.private_half);
  };
  CK_RV rv = generate();
  // A token that does not know the attribute does not have the operation either.
  if (rv == CKR_ATTRIBUTE_TYPE_INVALID && secret.leave_out(CKA_SIGN_RECOVER)) rv = generate();
  if (rv == CKR_OK) return pair;
  if (rv == CKR_MECHANISM_INVALID || rv == CKR_CURVE_NOT_SUPPORTED || rv == CKR_DOMAIN_PARAMS_INVALID ||
      rv == CKR_KEY_SIZE_RANGE) {
    return settled(base::fail_with(Code::kRefused, rv_text(rv), "Token {} makes no keys of kind {}. Ask for another.",
                                   desk.token(), x509::print_key_kind(kind)));
  }
  return trouble(rv, desk.token(), "C_GenerateKeyPair");
}

// destroy says whether the private half is gone, which a token may refuse.
bool destroy(Desk& desk, const Pair& pair) {
  const CK_RV gone = desk.functions()->C_DestroyObject(desk.session.handle, pair.private_half);
  desk.functions()->C_DestroyObject(desk.session.handle, pair.public_half);
  return gone == CKR_OK;
}

// check_pair: what the token made is what was asked for.
Outcome<PublicKey> check_pair(Desk& desk, const Pair& pair, const std::string& label, const KeyKind& kind) {
  auto sensitive = read_flag(desk, pair.private_half, CKA_SENSITIVE, false);
  if (!sensitive) return tl::unexpected(std::move(sensitive).error());
  auto extractable = read_flag(desk, pair.private_half, CKA_EXTRACTABLE, true);
  if (!extractable) return tl::unexpected(std::move(extractable).error());
  if (!*sensitive || *extractable) {
    return settled(
        fail(Code::kIntegrity,
             "Token {} would let the private key {} leave it, so the key was destroyed. Take another token.",
             desk.token(), label));
  }
  auto key = read_public_key(desk, pair.public_half);
  if (!key) return tl::unexpected(std::move(key).error());
  if (*key && (*key)->kind() == kind) return std::move(**key);
  return settled(fail(Code::kIntegrity, "Token {} made another kind of key than {}; it was destroyed.", desk.token(),
                      x509::print_key_kind(kind)));
}

Outcome<> set_id(Desk& desk, const Pair& pair, const PublicKey& key) {
  Bytes id = key.identifier();
  CK_ATTRIBUTE attribute{CKA_ID, id.data(), id.size()};
  for (const auto half : {pair.public_half, pair.private_half}) {
    const CK_RV rv = desk.functions()->C_SetAttributeValue(desk.session.handle, half, &attribute, 1);
    if (rv != CKR_OK) return trouble(rv, desk.token(), "C_SetAttributeValue");
  }
  return {};
}

// Attempt is a key, or why there is none yet: nothing where somebody else was met.
struct Attempt {
  std::optional<PublicKey> key;
  std::optional<base::Error> failure;
};

// finish_pair gives nothing when somebody else made a key of this label at the same time.
Outcome<std::optional<PublicKey>> finish_pair(Desk& desk, const Pair& pair, const std::string& label,
                                              const KeyKind& kind) {
  auto key = check_pair(desk, pair, label, kind);
  if (!key) return tl::unexpected(std::move(key).error());
  if (auto done = set_id(desk, pair, *key); !done) return tl::unexpected(std::move(done).error());
  auto all = find_objects(desk, CKO_PRIVATE_KEY, {label, {}});
  if (!all) return tl::unexpected(std::move(all).error());
  return all->size() == 1 ? std::optional(std::move(*key)) : std::optional<PublicKey>();
}

Outcome<Attempt> try_once(Desk& desk, const Wanted& wanted) {
  const auto& label = wanted.label;
  auto found = is_taken(desk, label);
  if (!found) return tl::unexpected(std::move(found).error());
  if (*found) return settled(taken(desk, label));
  auto pair = make_pair(desk, wanted);
  if (!pair) {
    // there are tokens that fail so when two processes write to them at once; the next look says whether a key is
    // there
    const bool again = pair.error().rv == CKR_GENERAL_ERROR || pair.error().rv == CKR_FUNCTION_FAILED;
    if (again) return Attempt{{}, std::move(pair).error().error};
    return tl::unexpected(std::move(pair).error());
  }
  auto key = finish_pair(desk, *pair, label, wanted.kind);
  if (key && *key) return Attempt{std::move(*key), {}};
  if (!destroy(desk, *pair)) {
    const auto why = key ? base::Error{Code::kConflict, {}, {}} : key.error().error;
    return settled(fail_with(why.code, why.detail + " " + why.diagnostic,
                             "Token {} made a key {} that is not to be used, and has not destroyed it. Delete it "
                             "there with the token's own tools before anything else.",
                             desk.token(), label));
  }
  if (!key) return tl::unexpected(std::move(key).error());
  return Attempt{};
}

void pause_at_random() {
  std::uint8_t random = 0;
  base::random_bytes({&random, 1});
  std::this_thread::sleep_for(kPause + std::chrono::milliseconds(random));
}

}  // namespace

Result<PublicKey> generate_on_token(TokenLink& link, const std::string& label, const KeyKind& kind, KeyUse use) {
  const auto recipe = recipe_for(kind);
  if (!recipe) {
    return fail(
        Code::kRefused,
        "Keys of kind {} are not made on tokens. There are rsa:2048 to rsa:4096, rsa-pss, ec:P-256, ec:P-384, "
        "ec:P-521, and ed25519 where the token has it.",
        x509::print_key_kind(kind));
  }
  if (use == KeyUse::kDecrypt && kind.type != KeyType::kRsa)
    return fail(Code::kRefused, "Keys of kind {} do not decrypt. Ask for rsa:3072.", x509::print_key_kind(kind));
  TRY(const auto turn, Turn::take(link.module_file()));
  // a look that may be repeated finds a token that was reset meanwhile, because the making may not be repeated
  TRY(link.perform<bool>(TokenLink::Login::kUser, TokenLink::Retry::kAfterLoss,
                         [&](Desk& desk) { return is_taken(desk, label); }));
  std::optional<base::Error> failure;
  for (int meeting = 0; meeting < kMostMeetings; ++meeting) {
    TRY(auto attempt, link.perform<Attempt>(TokenLink::Login::kUser, TokenLink::Retry::kNever,
                                            [&](Desk& desk) { return try_once(desk, {label, kind, *recipe, use}); }));
    if (attempt.key) return std::move(*attempt.key);
    failure = std::move(attempt.failure);
    pause_at_random();
    if (failure) TRY(link.begin_anew());
  }
  if (failure) return tl::unexpected(std::move(*failure));
  return fail(Code::kUnavailable,
              "Others are making a key {} on token {} at this moment. Nothing was changed; try again.", label,
              link.title());
}

}  // namespace yuxin::keymgmt
