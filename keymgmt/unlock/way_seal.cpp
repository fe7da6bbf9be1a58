#include "way_seal.hpp"

#include <fmt/format.h>

#include "aes_gcm.hpp"
#include "keystore/passphrase_seal.hpp"

namespace yuxin::keymgmt {

using base::Code;
using base::fail;
using base::Result;
using base::Secret;

namespace {

// What is sealed is bound to its version and its place, so that no part of the file can stand in for another.
std::string binding(std::int64_t version, std::string_view place) {
  return fmt::format("yuxin-unlock-2 {} {}", version, place);
}
std::string shares_place(std::string_view label) { return fmt::format("shares {}", label); }
std::string token_place(std::string_view uri) { return fmt::format("token {}", uri); }
constexpr std::string_view kBefore = "before";

// shown_uri is a key's URI without where its PIN lies.
std::string_view shown_uri(std::string_view uri) { return uri.substr(0, uri.find('?')); }

struct Box {
  base::Bytes nonce;
  base::Bytes sealed;
};

Result<Box> close(const Secret& key, const Secret& content, const std::string& bound) {
  Box box{base::Bytes(kGcmNonceSize), {}};
  base::random_bytes(box.nonce);
  auto sealed = gcm_encrypt(key, box.nonce, base::as_bytes(bound), content.view());
  if (!sealed) return fail(Code::kInternal, "The root key could not be sealed.");
  box.sealed = std::move(*sealed);
  return box;
}

base::Failure does_not_open(std::string_view uri) {
  return fail(Code::kSigner, "The key {} does not open what was sealed for it. Nothing was changed.", shown_uri(uri));
}

}  // namespace

Result<UnlockFile::Way> seal_for_passphrase(const RootKey& root, const Secret& passphrase) {
  UnlockFile::Way way;
  TRY(way.seal, seal(root.key, passphrase));
  return way;
}

Result<UnlockFile::Way> seal_for_shares(const RootKey& root, std::string_view label, const Secret& joined) {
  if (joined.size() != kGcmKeySize)
    return fail(Code::kUsage, "What the shares join to has {} octets, and not 32.", joined.size());
  TRY(auto box, close(joined, root.key, binding(root.version, shares_place(label))));
  UnlockFile::Way way;
  way.way = {UnlockWay::Kind::kShares, std::string(label), {}, {}};
  way.nonce = std::move(box.nonce);
  way.sealed = std::move(box.sealed);
  return way;
}

// What goes through the token is a key that seals the root key, and not the root key: a module may write down what it
// sees, and that alone opens nothing.
Result<UnlockFile::Way> seal_for_token(const RootKey& root, std::string_view uri, const x509::Decrypter& key) {
  Secret middle(kGcmKeySize);
  base::random_bytes({middle.data(), middle.size()});
  UnlockFile::Way way;
  way.way = {UnlockWay::Kind::kToken, std::string(uri), x509::sha256(key.public_key().spki()), {}};
  TRY(way.wrapped, x509::encrypt_to(key.public_key(), x509::kOaepSha256, middle.view()));
  TRY(const auto opened, key.decrypt(x509::kOaepSha256, way.wrapped, kGcmKeySize));
  if (!opened || !base::equal_constant_time(opened->view(), middle.view())) return does_not_open(uri);
  TRY(auto box, close(middle, root.key, binding(root.version, token_place(uri))));
  way.nonce = std::move(box.nonce);
  way.sealed = std::move(box.sealed);
  return way;
}

Result<UnlockFile::Before> seal_before(const RootKey& root, const Secret& before) {
  TRY(auto box, close(root.key, before, binding(root.version, kBefore)));
  return UnlockFile::Before{std::move(box.nonce), std::move(box.sealed)};
}

Result<Secret> open_passphrase_way(const UnlockFile::Way& way, const Secret& passphrase) {
  TRY(auto key, open(way.seal, passphrase));
  if (key.size() != kGcmKeySize) return damaged_unlock_file();
  return key;
}

Result<Secret> open_shares_way(const UnlockFile::Way& way, std::int64_t version, const Secret& joined) {
  const auto bound = binding(version, shares_place(way.way.label));
  if (auto key = gcm_decrypt(joined, way.nonce, base::as_bytes(bound), way.sealed)) return std::move(*key);
  return fail(Code::kNotAuthorised, "These shares do not unlock the keys of this home. Nothing was changed.");
}

Result<Secret> open_token_way(const UnlockFile::Way& way, std::int64_t version, const x509::Decrypter& key) {
  const auto& uri = way.way.label;
  if (x509::sha256(key.public_key().spki()) != way.way.key) {
    return fail(
        Code::kIntegrity,
        "{} is another key than the one that unlocks this home. Put the right token back. Nothing was changed.",
        shown_uri(uri));
  }
  TRY(const auto middle, key.decrypt(x509::kOaepSha256, way.wrapped, kGcmKeySize));
  if (!middle) return does_not_open(uri);
  const auto bound = binding(version, token_place(uri));
  if (auto root = gcm_decrypt(*middle, way.nonce, base::as_bytes(bound), way.sealed)) return std::move(*root);
  return damaged_unlock_file();
}

Result<Secret> open_before(const UnlockFile::Before& before, const RootKey& root) {
  const auto bound = binding(root.version, kBefore);
  if (auto key = gcm_decrypt(root.key, before.nonce, base::as_bytes(bound), before.sealed)) return std::move(*key);
  return damaged_unlock_file();
}

}  // namespace yuxin::keymgmt
