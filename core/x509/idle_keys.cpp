#include "idle_keys.hpp"

#include <openssl/err.h>

#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace yuxin::x509 {

namespace {

// As many as requests are usually in work at once.
constexpr std::size_t kMostIdleKeys = 64;

struct IdleKey {
  EvpPkeyPtr key;
  SignatureAlgorithm algorithm{};
  EvpPkeyContextPtr context;  // of `key`; null where nothing was verified with it
};

class IdleKeys {
 public:
  IdleKeys() { keys_.reserve(kMostIdleKeys); }
  std::optional<IdleKey> take() {
    const std::lock_guard lock(mutex_);
    if (keys_.empty()) return std::nullopt;
    IdleKey key = std::move(keys_.back());
    keys_.pop_back();
    return key;
  }
  // keep gives back what there is no room for, so that it is freed outside of the lock.
  IdleKey keep(IdleKey key) {
    const std::lock_guard lock(mutex_);
    if (keys_.size() == kMostIdleKeys) return key;
    keys_.push_back(std::move(key));
    return {};
  }

 private:
  std::mutex mutex_;
  std::vector<IdleKey> keys_;
};

// idle_keys_of is null for kinds whose keys are not kept. The keys live as long as the program: others may end after
// whatever would destroy them.
IdleKeys* idle_keys_of(KeyType type) {
  struct Curves {
    IdleKeys p256, p384, p521, sm2;
  };
  static auto* const curves = new Curves;
  switch (type) {
    case KeyType::kP256:
      return &curves->p256;
    case KeyType::kP384:
      return &curves->p384;
    case KeyType::kP521:
      return &curves->p521;
    case KeyType::kSm2:
      return &curves->sm2;
    default:
      return nullptr;
  }
}

}  // namespace

bool reuse_idle_key(PublicKey::Impl& key) {
  IdleKeys* const idle_keys = idle_keys_of(key.kind.type);
  if (idle_keys == nullptr) return false;
  auto idle = idle_keys->take();
  if (!idle) return false;
  if (EVP_PKEY_set1_encoded_public_key(idle->key.get(), key.key_bits.data(), key.key_bits.size()) != 1) {
    ERR_clear_error();
    return false;
  }
  key.key = std::move(idle->key);
  if (idle->context) key.contexts.give_back(idle->algorithm, std::move(idle->context));
  return true;
}

void keep_idle_key(PublicKey::Impl& key) {
  IdleKeys* const idle_keys = idle_keys_of(key.kind.type);
  if (idle_keys == nullptr || !key.key) return;
  const SignatureAlgorithm algorithm = default_signature(key.kind);
  auto context = key.contexts.take(algorithm);
  const IdleKey surplus = idle_keys->keep({std::move(key.key), algorithm, std::move(context)});
}

}  // namespace yuxin::x509
