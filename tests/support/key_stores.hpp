// The key stores that every contract is run over.
#pragma once

#include <doctest/doctest.h>

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "command.hpp"
#include "soft_token.hpp"
#include "yuxin/keymgmt/keystore.hpp"
#include "yuxin/keymgmt/token_key_store.hpp"

namespace yuxin::test {

// KeyBackend is one place for keys; open gives another store over the same keys, as another process would have.
class KeyBackend {
 public:
  KeyBackend() = default;
  KeyBackend(const KeyBackend&) = delete;
  KeyBackend& operator=(const KeyBackend&) = delete;
  virtual ~KeyBackend() = default;
  [[nodiscard]] virtual std::string name() const = 0;
  [[nodiscard]] virtual base::Result<std::shared_ptr<keymgmt::KeyStore>> try_open() = 0;
  [[nodiscard]] std::shared_ptr<keymgmt::KeyStore> open() {
    auto store = try_open();
    REQUIRE_MESSAGE(store.has_value(), store.error().detail << " " << store.error().diagnostic);
    return *store;
  }
  [[nodiscard]] virtual std::vector<std::string> kinds() const = 0;
  [[nodiscard]] virtual std::vector<std::string> refused_kinds() const = 0;
};

class SoftwareKeys final : public KeyBackend {
 public:
  [[nodiscard]] std::string name() const override { return "software"; }
  [[nodiscard]] base::Result<std::shared_ptr<keymgmt::KeyStore>> try_open() override {
    const auto folder = folder_.file("keys");
    const base::Secret passphrase("correct horse battery staple");
    if (std::filesystem::exists(folder)) return keymgmt::SoftwareKeyStore::unlock(folder, passphrase);
    return keymgmt::SoftwareKeyStore::create(folder, passphrase);
  }
  [[nodiscard]] std::vector<std::string> kinds() const override {
    return {"rsa:2048", "rsa-pss:2048", "ec:P-256", "ec:P-384", "ec:P-521", "ed25519", "ed448", "sm2"};
  }
  [[nodiscard]] std::vector<std::string> refused_kinds() const override { return {"rsa:1024"}; }

 private:
  TemporaryFolder folder_;
};

class TokenKeys final : public KeyBackend {
 public:
  explicit TokenKeys(const std::string& module) : tokens_(module) { tokens_.add("city"); }
  [[nodiscard]] std::string name() const override { return "token"; }
  [[nodiscard]] base::Result<std::shared_ptr<keymgmt::KeyStore>> try_open() override {
    return keymgmt::TokenKeyStore::open("pkcs11:token=city", tokens_.options());
  }
  [[nodiscard]] std::vector<std::string> kinds() const override {
    return {"rsa:2048", "rsa-pss:2048", "ec:P-256", "ec:P-384", "ec:P-521", "ed25519"};
  }
  [[nodiscard]] std::vector<std::string> refused_kinds() const override {
    return {"rsa:1024", "rsa:8192", "ed448", "sm2"};
  }

 private:
  SoftTokens tokens_;
};

// over_every_key_store runs a case over each, on a fresh one.
inline void over_every_key_store(const std::function<void(KeyBackend&)>& test) {
  const auto run_over = [&](KeyBackend& backend) {
    CAPTURE(backend.name());
    test(backend);
  };
  SoftwareKeys software;
  run_over(software);
  const auto module = soft_token_module();
  if (!module) return;
  TokenKeys token(*module);
  run_over(token);
}

}  // namespace yuxin::test
