#include "token_decrypter.hpp"

#include <algorithm>
#include <array>

#include "token_known_key.hpp"
#include "token_template.hpp"

namespace yuxin::keymgmt {

using base::ByteView;
using base::Code;
using base::fail;
using base::Result;
using base::Secret;
using x509::DigestAlgorithm;
using x509::KeyEncryption;
using x509::KeyType;

using Opened = std::optional<Secret>;

namespace {

struct OaepForm {
  DigestAlgorithm digest;
  CK_MECHANISM_TYPE hash;
  CK_RSA_PKCS_MGF_TYPE mask;
};
constexpr std::array<OaepForm, 4> kOaepForms = {{{DigestAlgorithm::kSha1, CKM_SHA_1, CKG_MGF1_SHA1},
                                                 {DigestAlgorithm::kSha256, CKM_SHA256, CKG_MGF1_SHA256},
                                                 {DigestAlgorithm::kSha384, CKM_SHA384, CKG_MGF1_SHA384},
                                                 {DigestAlgorithm::kSha512, CKM_SHA512, CKG_MGF1_SHA512}}};

const OaepForm* form_of(DigestAlgorithm digest) {
  const auto* const found = std::ranges::find(kOaepForms, digest, &OaepForm::digest);
  return found == kOaepForms.end() ? nullptr : found;
}

std::optional<CK_RSA_PKCS_OAEP_PARAMS> oaep_parameters(const KeyEncryption& how) {
  const auto* const digest = form_of(how.digest);
  const auto* const mask = form_of(how.mask_digest);
  if (digest == nullptr || mask == nullptr) return std::nullopt;
  return CK_RSA_PKCS_OAEP_PARAMS{digest->hash, mask->mask, CKZ_DATA_SPECIFIED, nullptr, 0};
}

// A token that does not have a mechanism, or not with these digests, says so in one of these ways.
bool is_not_offered(CK_RV rv) {
  return rv == CKR_MECHANISM_INVALID || rv == CKR_MECHANISM_PARAM_INVALID || rv == CKR_ARGUMENTS_BAD ||
         rv == CKR_FUNCTION_NOT_SUPPORTED || rv == CKR_KEY_FUNCTION_NOT_PERMITTED;
}

// What a token says of octets that do not decrypt; several of them say that something else is wrong.
bool is_undecryptable(CK_RV rv) {
  return rv == CKR_ENCRYPTED_DATA_INVALID || rv == CKR_ENCRYPTED_DATA_LEN_RANGE || rv == CKR_DATA_INVALID ||
         rv == CKR_DATA_LEN_RANGE || rv == CKR_GENERAL_ERROR || rv == CKR_FUNCTION_FAILED;
}

// is_at_work: token and login are there, so that a failure was about the octets.
bool is_at_work(Desk& desk) {
  CK_SESSION_INFO about{};
  return confirm_present(desk) && desk.functions()->C_GetSessionInfo(desk.session.handle, &about) == CKR_OK &&
         (about.state == CKS_RW_USER_FUNCTIONS || about.state == CKS_RO_USER_FUNCTIONS);
}

// Attempt is what a mechanism gave, or that the token does not offer it.
struct Attempt {
  bool offered = true;
  Opened opened;
};

class TokenDecrypter final : public x509::Decrypter {
 public:
  TokenDecrypter(std::shared_ptr<TokenLink> link, KnownKey key) : link_(std::move(link)), key_(std::move(key)) {}

  [[nodiscard]] const x509::PublicKey& public_key() const override { return key_.public_key(); }

  [[nodiscard]] Result<Opened> decrypt(const KeyEncryption& how, ByteView encrypted,
                                       std::size_t octets) const override {
    if (public_key().kind().type != KeyType::kRsa || how.kind == KeyEncryption::Kind::kSm2) return Opened();
    // RFC 8017 section 7.1.2 step 1: nothing else goes to the token
    if (encrypted.size() != public_key().rsa_modulus().size()) return Opened();
    return perform([&](Desk& desk) { return decrypt_at(desk, how, encrypted, octets); });
  }

  [[nodiscard]] Result<Opened> agree(ByteView point) const override {
    if (!x509::is_on_curve(public_key(), point)) return Opened();
    return perform([&](Desk& desk) { return agree_at(desk, point); });
  }

 private:
  [[nodiscard]] Result<Opened> perform(const TokenLink::Work<Opened>& work) const {
    return link_->perform<Opened>(TokenLink::Login::kUser, TokenLink::Retry::kAfterLoss, work);
  }

  [[nodiscard]] Outcome<Opened> decrypt_at(Desk& desk, const KeyEncryption& how, ByteView encrypted,
                                           std::size_t octets) const {
    if (how.kind == KeyEncryption::Kind::kRsaPkcs1) {
      auto attempt = attempt_at(desk, {CKM_RSA_PKCS, nullptr, 0}, encrypted);
      if (!attempt) return tl::unexpected(std::move(attempt).error());
      if (!attempt->offered) return not_offered(desk);
      return of_size(std::move(attempt->opened), octets);
    }
    if (auto parameters = oaep_parameters(how)) {
      auto attempt = attempt_at(desk, {CKM_RSA_PKCS_OAEP, &*parameters, sizeof *parameters}, encrypted);
      if (!attempt) return tl::unexpected(std::move(attempt).error());
      if (attempt->offered) return of_size(std::move(attempt->opened), octets);
    }
    auto bare = attempt_at(desk, {CKM_RSA_X_509, nullptr, 0}, encrypted);
    if (!bare) return tl::unexpected(std::move(bare).error());
    if (!bare->offered) return not_offered(desk);
    if (!bare->opened || bare->opened->size() != public_key().rsa_modulus().size()) return Opened();
    return x509::remove_oaep(how, bare->opened->view(), octets);
  }

  [[nodiscard]] static Opened of_size(Opened opened, std::size_t octets) {
    if (!opened || opened->size() != octets) return std::nullopt;
    return opened;
  }

  [[nodiscard]] tl::unexpected<Trouble> not_offered(Desk& desk) const {
    return settled(fail(Code::kSigner,
                        "Token {} does not decrypt with its key {} in the way that is asked for. Take a key that may "
                        "decrypt (CKA_DECRYPT).",
                        desk.token(), key_.selector().text()));
  }

  [[nodiscard]] Outcome<Attempt> attempt_at(Desk& desk, CK_MECHANISM mechanism, ByteView encrypted) const {
    auto key = key_.handle_at(desk);
    if (!key) return tl::unexpected(std::move(key).error());
    auto* functions = desk.functions();
    CK_RV rv = functions->C_DecryptInit(desk.session.handle, &mechanism, *key);
    if (is_not_offered(rv)) return Attempt{false, {}};
    if (rv != CKR_OK) return trouble(rv, desk.token(), "C_DecryptInit");
    if (key_.always_authenticate()) {
      auto done = link_->authenticate(desk);
      if (!done) return tl::unexpected(std::move(done).error());
    }
    Secret plain(public_key().rsa_modulus().size());
    CK_ULONG size = plain.size();
    // the interface is not const-correct; modules read it only
    rv = functions->C_Decrypt(desk.session.handle, const_cast<CK_BYTE*>(encrypted.data()), encrypted.size(),
                              plain.data(), &size);
    // some look at the parameters only now
    if (rv == CKR_MECHANISM_INVALID || rv == CKR_MECHANISM_PARAM_INVALID) return Attempt{false, {}};
    if (rv == CKR_OK) return Attempt{true, Secret(plain.view().first(std::min<std::size_t>(size, plain.size())))};
    if (is_undecryptable(rv) && is_at_work(desk)) return Attempt{};
    return trouble(rv, desk.token(), "C_Decrypt");
  }

  // The shared value is a key of this session that may be read, and that is gone when it was.
  [[nodiscard]] Outcome<Opened> agree_at(Desk& desk, ByteView point) const {
    auto key = key_.handle_at(desk);
    if (!key) return tl::unexpected(std::move(key).error());
    // CKD_NULL is what every token has; some smart cards want to be told the length
    CK_ECDH1_DERIVE_PARAMS parameters{CKD_NULL, 0, nullptr, point.size(), const_cast<CK_BYTE*>(point.data())};
    CK_MECHANISM mechanism{CKM_ECDH1_DERIVE, &parameters, sizeof parameters};
    const CK_KEY_TYPE generic = CKK_GENERIC_SECRET;
    const CK_ULONG size = (public_key().kind().bits + 7) / 8;
    Template wanted(CKO_SECRET_KEY);
    wanted.add(CKA_KEY_TYPE, &generic, sizeof generic);
    wanted.add(CKA_VALUE_LEN, &size, sizeof size);
    wanted.flag(CKA_TOKEN, kNo);
    wanted.flag(CKA_SENSITIVE, kNo);
    wanted.flag(CKA_EXTRACTABLE, kYes);
    CK_OBJECT_HANDLE shared = 0;
    auto* functions = desk.functions();
    const CK_RV rv =
        functions->C_DeriveKey(desk.session.handle, &mechanism, *key, wanted.data(), wanted.size(), &shared);
    if (is_not_offered(rv)) {
      return settled(fail(Code::kSigner,
                          "Token {} does not agree on keys (ECDH) with its key {}. Take a key that may derive "
                          "(CKA_DERIVE).",
                          desk.token(), key_.selector().text()));
    }
    if (rv != CKR_OK) return trouble(rv, desk.token(), "C_DeriveKey");
    Secret value(size);
    CK_ATTRIBUTE attribute{CKA_VALUE, value.data(), value.size()};
    const CK_RV read = functions->C_GetAttributeValue(desk.session.handle, shared, &attribute, 1);
    functions->C_DestroyObject(desk.session.handle, shared);
    if (read != CKR_OK) return trouble(read, desk.token(), "C_GetAttributeValue");
    if (attribute.ulValueLen != size) return Opened();
    return Opened(std::move(value));
  }

  std::shared_ptr<TokenLink> link_;
  KnownKey key_;
};

bool opens(const x509::PublicKey& key) {
  const auto type = key.kind().type;
  return type == KeyType::kRsa || type == KeyType::kP256 || type == KeyType::kP384 || type == KeyType::kP521;
}

}  // namespace

Result<std::shared_ptr<const x509::Decrypter>> make_token_decrypter(std::shared_ptr<TokenLink> link,
                                                                    KeySelector selector, const TokenKey& key) {
  if (!opens(key.public_key)) {
    return fail(Code::kUsage, "A key of kind {} on a token opens nothing.",
                x509::print_key_kind(key.public_key.kind()));
  }
  return std::make_shared<TokenDecrypter>(std::move(link), KnownKey(std::move(selector), key));
}

}  // namespace yuxin::keymgmt
