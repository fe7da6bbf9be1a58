#include "yuxin/keymgmt/token_key_store.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>

#include "token_data.hpp"
#include "token_decrypter.hpp"
#include "token_generate.hpp"
#include "token_import.hpp"
#include "token_link.hpp"
#include "token_object.hpp"
#include "token_signer.hpp"

namespace yuxin::keymgmt {

using base::Code;
using base::fail;
using base::Result;
using x509::PublicKey;

using Login = TokenLink::Login;
using Retry = TokenLink::Retry;

struct TokenKeyStore::Impl {
  std::shared_ptr<TokenLink> link;
  std::atomic<bool> found_before = false;

  // find looks for one object of a kind. What is missing on a token that showed keys before is looked for once more
  // with the module begun anew, because SoftHSM shows a token that was put back without its objects.
  template <typename T>
  [[nodiscard]] Result<std::optional<T>> find(Login login, const KeySelector& selector,
                                              Outcome<std::optional<T>> (*look)(Desk&, const KeySelector&)) {
    const auto once = [&] {
      return link->perform<std::optional<T>>(login, Retry::kAfterLoss, [&](Desk& desk) -> Outcome<std::optional<T>> {
        auto found = look(desk, selector);
        if (!found || *found) return found;
        if (auto present = confirm_present(desk); !present) return tl::unexpected(std::move(present).error());
        return found;
      });
    };
    TRY(auto found, once());
    if (!found && found_before) {
      TRY(link->begin_anew());
      TRY(found, once());
    }
    if (found) found_before = true;
    return found;
  }

  [[nodiscard]] base::Failure absent(const KeySelector& selector) const {
    return fail(Code::kNotFound, "There is no key {} on token {}.", selector.text(), link->title());
  }
};

namespace {

constexpr int kMostLooks = 3;
constexpr x509::KeyKind kDecryptingKind{x509::KeyType::kRsa, 3072};
constexpr std::chrono::milliseconds kPause{100};

struct Found {
  std::vector<std::shared_ptr<Module>> modules;
  TokenPlace place;
};

// look_for looks again a moment later where there is no such token: one in SoftHSM is not seen while another process
// writes to it, until the module is begun anew, which it is here unless somebody else holds it.
Result<Found> look_for(const TokenUri& uri, const TokenOptions& options) {
  for (int look = 1;; ++look) {
    TRY(auto modules, load_modules(options.modules));
    auto place = find_token(modules, uri);
    if (place) return Found{std::move(modules), std::move(*place)};
    if (place.error().code != Code::kNotFound || look == kMostLooks) return tl::unexpected(std::move(place).error());
    modules.clear();
    std::this_thread::sleep_for(kPause);
  }
}

// selector_of reads a name: a label, or a whole URI.
Result<KeySelector> selector_of(std::string_view name) {
  KeySelector selector{std::string(name), {}};
  if (is_token_name(name)) {
    TRY(const auto uri, TokenUri::parse(name));
    selector = uri.object();
  }
  if (selector.empty())
    return fail(Code::kUsage, "\"{}\" names no key. Add which: pkcs11:token=LABEL;object=NAME", name);
  return selector;
}

// check_new_name: objects are made under labels alone.
Result<> check_new_name(const KeySelector& selector) {
  if (is_key_name(selector.label) && selector.id.empty()) return {};
  return fail(Code::kUsage, "\"{}\" is no name for a key: lower-case letters, digits and hyphens.", selector.text());
}

Outcome<std::vector<KeyInfo>> list_at(Desk& desk) {
  auto found = find_objects(desk, CKO_PUBLIC_KEY, {});
  if (!found) return tl::unexpected(std::move(found).error());
  std::vector<KeyInfo> keys;
  for (const auto object : *found) {
    auto label = read_attribute(desk, object, CKA_LABEL);
    if (!label) return tl::unexpected(std::move(label).error());
    auto key = read_public_key(desk, object);
    if (!key) return tl::unexpected(std::move(key).error());
    if (*key && *label) keys.push_back({std::string(base::as_text(**label)), std::move(**key)});
  }
  std::ranges::sort(keys, {}, &KeyInfo::name);
  return keys;
}

Outcome<std::vector<x509::Certificate>> certificates_at(Desk& desk) {
  auto found = find_objects(desk, CKO_CERTIFICATE, {});
  if (!found) return tl::unexpected(std::move(found).error());
  std::vector<x509::Certificate> certificates;
  for (const auto object : *found) {
    auto certificate = read_certificate(desk, object);
    if (!certificate) return tl::unexpected(std::move(certificate).error());
    if (*certificate) certificates.push_back(std::move(**certificate));
  }
  return certificates;
}

}  // namespace

Result<std::shared_ptr<TokenKeyStore>> TokenKeyStore::open(std::string_view uri, const TokenOptions& options) {
  TRY(auto parsed, TokenUri::parse(uri));
  TRY(auto found, look_for(parsed, options));
  auto impl = std::make_shared<Impl>();
  impl->link =
      std::make_shared<TokenLink>(std::move(found.modules), std::move(parsed), std::move(found.place), options);
  return std::make_shared<TokenKeyStore>(std::move(impl));
}

Result<> TokenKeyStore::take_in(std::string_view name, const x509::PrivateKey& key) {
  TRY(const auto selector, selector_of(name));
  TRY(check_new_name(selector));
  TRY(import_to_token(*impl_->link, selector.label, key));
  TRY(const auto known, signer(selector.label));
  TRY(known->sign(key.public_key().spki()));  // verified before it is given away
  if (base::equal(known->public_key().spki(), key.public_key().spki())) return {};
  return fail(Code::kIntegrity, "Token {} has another key {} than the one that was brought.", title(),
              selector.label);
}

std::string TokenKeyStore::title() const { return impl_->link->title(); }

Result<PublicKey> TokenKeyStore::generate(std::string_view name, const x509::KeyKind& kind) {
  TRY(const auto selector, selector_of(name));
  TRY(check_new_name(selector));
  return generate_on_token(*impl_->link, selector.label, kind);
}

Result<PublicKey> TokenKeyStore::ensure(std::string_view name, const x509::KeyKind& kind) {
  TRY(const auto selector, selector_of(name));
  TRY(const auto found, impl_->find(Login::kUser, selector, find_key));
  if (!found) return generate(name, kind);
  const auto& key = found->public_key;
  if (key.kind() == kind) return key;
  return fail(Code::kConflict,
              "There is a key {} already, of kind {} and not {}, which an earlier attempt left. Nothing was changed. "
              "Ask for that kind, or take another name.",
              selector.text(), x509::print_key_kind(key.kind()), x509::print_key_kind(kind));
}

Result<std::shared_ptr<const x509::Signer>> TokenKeyStore::signer(std::string_view name) const {
  TRY(const auto selector, selector_of(name));
  TRY(const auto found, impl_->find(Login::kUser, selector, find_key));
  if (!found) return impl_->absent(selector);
  return make_token_signer(impl_->link, selector, *found);
}

Result<std::shared_ptr<const x509::Decrypter>> TokenKeyStore::decrypter(std::string_view name) const {
  TRY(const auto selector, selector_of(name));
  TRY(const auto found, impl_->find(Login::kUser, selector, find_key));
  if (!found) return impl_->absent(selector);
  return make_token_decrypter(impl_->link, selector, *found);
}

Result<PublicKey> TokenKeyStore::ensure_decrypting(std::string_view name) {
  TRY(const auto selector, selector_of(name));
  TRY(const auto found, impl_->find(Login::kUser, selector, find_key));
  if (!found) {
    TRY(check_new_name(selector));
    return generate_on_token(*impl_->link, selector.label, kDecryptingKind, KeyUse::kDecrypt);
  }
  if (found->public_key.kind().type == x509::KeyType::kRsa) return found->public_key;
  return fail(Code::kConflict, "The key {} on token {} is of kind {}, and an RSA key is needed. Nothing was changed.",
              selector.text(), title(), x509::print_key_kind(found->public_key.kind()));
}

Result<> TokenKeyStore::put_data(std::string_view name, base::ByteView octets) {
  TRY(const auto selector, selector_of(name));
  TRY(check_new_name(selector));
  return put_data_on_token(*impl_->link, selector.label, octets);
}

Result<base::Secret> TokenKeyStore::data(std::string_view name) const {
  TRY(const auto selector, selector_of(name));
  if (selector.label.empty())
    return fail(Code::kUsage, "A data object is named by its label: pkcs11:token=LABEL;object=NAME");
  TRY(auto found, data_on_token(*impl_->link, selector));
  if (found) return std::move(*found);
  return fail(Code::kNotFound, "There is no data object {} on token {}.", selector.text(), title());
}

Result<PublicKey> TokenKeyStore::public_key(std::string_view name) const {
  TRY(const auto selector, selector_of(name));
  TRY(auto seen, impl_->find(Login::kNone, selector, find_public));
  if (!seen) return impl_->absent(selector);
  return std::move(*seen);
}

Result<std::vector<KeyInfo>> TokenKeyStore::list() const {
  return impl_->link->perform<std::vector<KeyInfo>>(Login::kNone, Retry::kAfterLoss, list_at);
}

Result<std::vector<x509::Certificate>> TokenKeyStore::certificates(std::string_view name) const {
  TRY(const auto own, public_key(name));
  TRY(auto all,
      impl_->link->perform<std::vector<x509::Certificate>>(Login::kNone, Retry::kAfterLoss, certificates_at));
  std::ranges::stable_partition(
      all, [&](const x509::Certificate& certificate) { return base::equal(certificate.tbs().spki, own.spki()); });
  return all;
}

}  // namespace yuxin::keymgmt
