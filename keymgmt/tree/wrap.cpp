#include "wrap.hpp"

#include <fmt/format.h>

#include "aes_gcm.hpp"
#include "keystore/passphrase_seal.hpp"

namespace yuxin::keymgmt {

using base::ByteView;
using base::Result;
using base::Secret;

namespace {

std::string binding(VersionName wrapper, VersionName wrapped) {
  return fmt::format("yuxin-wrap-1\n{}\n{}\n{}\n{}", wrapper.key, wrapper.number, wrapped.key, wrapped.number);
}

}  // namespace

Result<base::Bytes> wrap(const Secret& wrapping_key, VersionName wrapper, VersionName wrapped, ByteView plain) {
  base::Bytes out(kGcmNonceSize);
  base::random_bytes(out);
  const auto additional = binding(wrapper, wrapped);
  const auto sealed = gcm_encrypt(wrapping_key, out, base::as_bytes(additional), plain);
  if (!sealed) return base::fail(base::Code::kInternal, "The key {} could not be wrapped.", wrapped.key);
  base::append(out, *sealed);
  return out;
}

Result<Secret> unwrap(const Secret& wrapping_key, VersionName wrapper, VersionName wrapped, ByteView sealed) {
  const auto additional = binding(wrapper, wrapped);
  if (sealed.size() >= kGcmNonceSize) {
    auto plain = gcm_decrypt(wrapping_key, sealed.first(kGcmNonceSize), base::as_bytes(additional),
                             sealed.subspan(kGcmNonceSize));
    if (plain) return std::move(*plain);
  }
  return base::fail(base::Code::kIntegrity,
                    "Version {} of the key {} does not open under {}: what is stored was changed. Restore the "
                    "database from a backup.",
                    wrapped.number, wrapped.key, wrapper.key);
}

Result<base::Bytes> check_value(const Secret& plain, VersionName name) {
  TRY(const auto derived, derive(plain, fmt::format("yuxin key check {} {}", name.key, name.number)));
  auto octets = base::from_hex(derived.text().substr(0, 32));
  if (!octets) return base::fail(base::Code::kInternal, "A check value could not be made.");
  return std::move(*octets);
}

}  // namespace yuxin::keymgmt
