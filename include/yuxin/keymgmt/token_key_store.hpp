// Keys on cryptographic tokens: smart cards, HSMs and what speaks like them, over PKCS #11.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "yuxin/base/result.hpp"
#include "yuxin/base/secret.hpp"
#include "yuxin/keymgmt/key_store.hpp"
#include "yuxin/x509/certificate.hpp"
#include "yuxin/x509/decrypter.hpp"

namespace yuxin::keymgmt {

// AskPin gives the PIN of the token with this label, as a person types it.
using AskPin = std::function<base::Result<base::Secret>(const std::string& token)>;

// TokenOptions say where modules and PINs come from.
struct TokenOptions {
  // Absolute paths of PKCS #11 modules, with the argument for C_Initialize behind a blank where a module needs one
  // ("/usr/lib/softokn3.so configdir='sql:/etc/nss'"); empty: those that p11-kit is configured with.
  std::vector<std::string> modules = {};
  // The PIN comes from the URI's pin-source, else from this file (its first line), else from ask_pin.
  std::optional<std::string> pin_file = {};
  AskPin ask_pin = {};
  std::size_t sessions = 8;  // open at once, at the most; fewer where the token has fewer
};

// TokenKeyStore keeps keys on one token. Names are labels (CKA_LABEL), or whole RFC 7512 URIs of an object on this
// token, which may name a key by its id as well.
//
// It makes RSA keys of 2048 to 4096 bits, P-256, P-384, P-521, and Ed25519 where the token has it; on the token,
// never to leave it (CKA_SENSITIVE, not CKA_EXTRACTABLE). RSA keys that are bound to PSS say so in
// CKA_ALLOWED_MECHANISMS.
//
// The token may be reset, pulled and put back: the next signature opens sessions again, logs in and finds its key
// again, in the same token by its serial number, with the same public key. While it is away, kUnavailable. A PIN that
// the token called wrong is not tried a second time in this process, and one that is not known to be right is not
// tried from a file when the token has one try left.
//
// Errors: kUsage for a URI that names no token or has attributes that are not understood; kNotFound for no such
// token; kConflict for several; kNotAuthorised for a PIN that is missing, wrong or locked; kSigner for what a token
// refuses.
class TokenKeyStore final : public KeyStore {
 public:
  // open finds the token that `uri` names ("pkcs11:token=city-root"); nothing is asked of it yet.
  [[nodiscard]] static base::Result<std::shared_ptr<TokenKeyStore>> open(std::string_view uri,
                                                                         const TokenOptions& options);

  [[nodiscard]] base::Result<x509::PublicKey> generate(std::string_view name, const x509::KeyKind& kind) override;
  // ensure takes up any key of that name; on a token that others use too it may be theirs.
  [[nodiscard]] base::Result<x509::PublicKey> ensure(std::string_view name, const x509::KeyKind& kind) override;
  // signer logs in. Its first signature is verified before it is given away: kIntegrity when the private key does not
  // belong to the public one.
  [[nodiscard]] base::Result<std::shared_ptr<const x509::Signer>> signer(std::string_view name) const override;
  [[nodiscard]] base::Result<x509::PublicKey> public_key(std::string_view name) const override;
  [[nodiscard]] base::Result<std::vector<KeyInfo>> list() const override;

  // decrypter opens a key for decrypting (RSA) or agreeing (NIST curves), as another program made it or as
  // `ensure_decrypting` does. Logs in. kNotFound, kUsage for other kinds. Whether the token lets the key do so shows
  // when it is used (kSigner).
  [[nodiscard]] base::Result<std::shared_ptr<const x509::Decrypter>> decrypter(std::string_view name) const;
  // ensure_decrypting gives the RSA key of that name: a new one of 3072 bits that decrypts and does nothing else, or
  // the one that is there. kConflict when that is no RSA key.
  [[nodiscard]] base::Result<x509::PublicKey> ensure_decrypting(std::string_view name);

  // put_data lays octets down under a label, as a data object (CKO_DATA) that only who has the PIN may see, and reads
  // them back. kConflict when there is one of that label; nothing is ever overwritten. data gives them: kNotFound.
  [[nodiscard]] base::Result<> put_data(std::string_view name, base::ByteView octets);
  [[nodiscard]] base::Result<base::Secret> data(std::string_view name) const;

  // take_in brings a key from outside (SoftwareKeyStore::copy_to_token). It has signed on the token when this
  // returns.
  [[nodiscard]] base::Result<> take_in(std::string_view name, const x509::PrivateKey& key);

  // certificates gives the certificates on the token: those for the key of that name first (CKA_ID), then others.
  [[nodiscard]] base::Result<std::vector<x509::Certificate>> certificates(std::string_view name) const;
  // title names the token for people: its label.
  [[nodiscard]] std::string title() const;

  struct Impl;
  explicit TokenKeyStore(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

 private:
  std::shared_ptr<Impl> impl_;
};

// is_token_name: the key is on a token, and its name an RFC 7512 URI.
[[nodiscard]] bool is_token_name(std::string_view name);
// token_key_name is the URI of the object `label` on the token that `token` names. kUsage when `token` is no such URI
// or names an object already.
[[nodiscard]] base::Result<std::string> token_key_name(std::string_view token, std::string_view label);
// token_of is a key's URI without the object: what names its token.
[[nodiscard]] base::Result<std::string> token_of(std::string_view key);

}  // namespace yuxin::keymgmt
