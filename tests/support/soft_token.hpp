// Tokens in software: SoftHSM with a folder of its own, so that tests see nothing of the machine's tokens.
#pragma once

#include <dlfcn.h>
#include <doctest/doctest.h>
#include <p11-kit/pkcs11.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>

#include "command.hpp"
#include "yuxin/keymgmt/token_key_store.hpp"

namespace yuxin::test {

inline constexpr const char* kPin = "2-pin-of-the-city";

// soft_token_module is the path of SoftHSM's module; nothing where it is not installed, after a line that says so.
inline std::optional<std::string> soft_token_module() {
  for (const char* folder : {"/usr/lib/softhsm", "/usr/lib/x86_64-linux-gnu/softhsm", "/usr/lib64/softhsm",
                             "/usr/lib64/pkcs11", "/usr/local/lib/softhsm"}) {
    const std::string path = std::string(folder) + "/libsofthsm2.so";
    if (std::filesystem::exists(path) && has_command("softhsm2-util")) return path;
  }
  std::printf("SKIPPED: no SoftHSM (softhsm2)\n");
  return std::nullopt;
}

// SoftTokens is a folder of tokens, which the module of this process sees from its next initialisation on.
class SoftTokens {
 public:
  explicit SoftTokens(std::string module) : module_(std::move(module)) {
    std::filesystem::create_directory(tokens());
    std::ofstream(folder_.file("softhsm2.conf"))
        << "directories.tokendir = " << tokens() << "\nobjectstore.backend = file\nlog.level = ERROR\n";
    std::ofstream(folder_.file("pin")) << kPin << '\n';
    ::setenv("SOFTHSM2_CONF", folder_.file("softhsm2.conf").c_str(), 1);
  }
  SoftTokens(const SoftTokens&) = delete;
  SoftTokens& operator=(const SoftTokens&) = delete;
  ~SoftTokens() = default;

  void add(const std::string& label) const {
    const auto made = run("softhsm2-util --init-token --free --label '" + label + "' --pin '" + kPin +
                          "' --so-pin 'the-officer-of-security'");
    REQUIRE_MESSAGE(made.status == 0, made.output);
  }
  // pull takes every token away, as if unplugged; put_back undoes it.
  void pull() const { std::filesystem::rename(tokens(), tokens() + ".away"); }
  void put_back() const { std::filesystem::rename(tokens() + ".away", tokens()); }

  [[nodiscard]] std::string tokens() const { return folder_.file("tokens"); }
  [[nodiscard]] const TemporaryFolder& folder() const { return folder_; }
  [[nodiscard]] const std::string& module() const { return module_; }
  [[nodiscard]] keymgmt::TokenOptions options() const {
    keymgmt::TokenOptions options;
    options.modules = {module_};
    options.pin_file = folder_.file("pin");
    return options;
  }
  // pkcs11_tool is another program's look at a token: OpenSC's.
  [[nodiscard]] Outcome pkcs11_tool(const std::string& words) const {
    return run("pkcs11-tool --module '" + module_ + "' " + words);
  }

 private:
  std::string module_;
  TemporaryFolder folder_;
};

// RawModule is the module itself, as somebody else in the process might call it. Somebody must have initialised it.
class RawModule {
 public:
  explicit RawModule(const std::string& module) : library_(::dlopen(module.c_str(), RTLD_NOW)) {
    REQUIRE(library_ != nullptr);
    void* symbol = ::dlsym(library_, "C_GetFunctionList");
    REQUIRE(symbol != nullptr);
    REQUIRE(reinterpret_cast<CK_C_GetFunctionList>(symbol)(&functions_) == CKR_OK);
  }
  RawModule(const RawModule&) = delete;
  RawModule& operator=(const RawModule&) = delete;
  ~RawModule() { ::dlclose(library_); }

  [[nodiscard]] CK_FUNCTION_LIST* functions() const { return functions_; }
  // reset ends every session, and with them every login, on every token, as when it was switched off.
  void reset() const {
    std::array<CK_SLOT_ID, 16> slots{};
    CK_ULONG count = slots.size();
    REQUIRE(functions_->C_GetSlotList(CK_TRUE, slots.data(), &count) == CKR_OK);
    for (CK_ULONG i = 0; i < count; ++i) functions_->C_CloseAllSessions(slots[i]);
  }

 private:
  void* library_;
  CK_FUNCTION_LIST* functions_ = nullptr;
};

// if_there makes what a case needs of SoftHSM: a T over its module; nothing where it is not installed.
template <typename T>
[[nodiscard]] std::unique_ptr<T> if_there() {
  const auto module = soft_token_module();
  return module ? std::make_unique<T>(*module) : nullptr;
}

}  // namespace yuxin::test
