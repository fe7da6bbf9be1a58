#include "cms/content_cipher.hpp"

#include <algorithm>
#include <array>

#include "oid_table.hpp"
#include "openssl.hpp"

namespace yuxin::x509::cms {

namespace {

using base::Bytes;
using base::ByteView;
using base::Secret;

constexpr std::array<ContentCipher, 5> kCiphers{{
    {&oid::kAes128Cbc, "AES-128-CBC", 16},
    {&oid::kAes192Cbc, "AES-192-CBC", 24},
    {&oid::kAes256Cbc, "AES-256-CBC", 32},
    {&oid::kSm4Cbc, "SM4-CBC", 16},
    {&oid::kSm4, "SM4-CBC", 16},
}};

// The library counts octets in an int.
constexpr std::size_t kMostAtOnce = std::size_t{1} << 30U;

// run sends whole blocks through the cipher without its padding.
bool run(const ContentCipher& cipher, ByteView key, ByteView iv, int encrypting, ByteView in, std::uint8_t* out) {
  const EvpCipherPtr algorithm(EVP_CIPHER_fetch(nullptr, cipher.openssl_name, nullptr));
  const EvpCipherContextPtr context(EVP_CIPHER_CTX_new());
  if (!algorithm || !context || key.size() != cipher.key_octets || iv.size() != kBlock ||
      EVP_CipherInit_ex2(context.get(), algorithm.get(), key.data(), iv.data(), encrypting, nullptr) != 1 ||
      EVP_CIPHER_CTX_set_padding(context.get(), 0) != 1) {
    return false;
  }
  while (!in.empty()) {
    const std::size_t size = std::min(in.size(), kMostAtOnce);
    int written = 0;
    if (EVP_CipherUpdate(context.get(), out, &written, in.data(), static_cast<int>(size)) != 1) return false;
    out += written;
    in = in.subspan(size);
  }
  int rest = 0;
  return EVP_CipherFinal_ex(context.get(), out, &rest) == 1 && rest == 0;
}

// padding_octets gives how many octets the padding has, or 0 when it is wrong, without a branch on what it is: every
// one of the last n octets is n (RFC 5652 section 6.3).
std::size_t padding_octets(ByteView last_block) {
  const unsigned count = last_block.back();
  unsigned wrong = (count - 1U) >> 4U;  // 0 for 1 to 16
  for (unsigned i = 0; i < kBlock; ++i) {
    const unsigned inside = (i - count) >> 31U;  // 1 while i < count
    wrong |= (0U - inside) & (last_block[kBlock - 1 - i] ^ count);
  }
  const unsigned right = 1U ^ ((wrong | (0U - wrong)) >> 31U);
  return (0U - right) & count;
}

}  // namespace

const ContentCipher* find_cipher(Oid oid) {
  const auto found = std::ranges::find_if(kCiphers, [&](const auto& one) { return base::equal(*one.oid, oid); });
  return found == kCiphers.end() ? nullptr : &*found;
}

std::optional<Bytes> encrypt(const ContentCipher& cipher, ByteView key, ByteView iv, ByteView content) {
  const std::size_t padding = kBlock - content.size() % kBlock;
  const std::size_t whole = content.size() / kBlock * kBlock;
  Secret last(kBlock);
  std::ranges::fill(std::span(last.data(), kBlock), static_cast<std::uint8_t>(padding));
  std::ranges::copy(content.subspan(whole), last.data());
  Bytes out(whole + kBlock);
  // CBC goes on from its last block of ciphertext.
  if (!run(cipher, key, iv, 1, content.first(whole), out.data())) return std::nullopt;
  const ByteView next_iv = whole == 0 ? iv : ByteView(out).subspan(whole - kBlock, kBlock);
  if (!run(cipher, key, next_iv, 1, last.view(), out.data() + whole)) return std::nullopt;
  return out;
}

std::optional<Secret> decrypt(const ContentCipher& cipher, ByteView key, ByteView iv, ByteView encrypted) {
  if (encrypted.empty() || encrypted.size() % kBlock != 0) return std::nullopt;
  Secret padded(encrypted.size());
  if (!run(cipher, key, iv, 0, encrypted, padded.data())) return std::nullopt;
  const std::size_t padding = padding_octets(padded.view().last(kBlock));
  Secret content(padded.view().first(padded.size() - padding));
  if (padding == 0) return std::nullopt;
  return content;
}

}  // namespace yuxin::x509::cms
