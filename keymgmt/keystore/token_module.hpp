// PKCS #11 modules: loaded, initialised, and initialised again when nothing else brings a token back.
#pragma once

#include <p11-kit/pkcs11.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <vector>

#include "yuxin/base/result.hpp"

namespace yuxin::keymgmt {

// Module is one PKCS #11 library of the process, shared by everybody who names it and finalised with the last of
// them. Thread-safe.
class Module {
 public:
  // Use is a module that stays initialised for as long as the use lives. Every call into a module is made under one.
  struct Use {
    std::shared_lock<std::shared_mutex> lock;
    CK_FUNCTION_LIST* functions = nullptr;
    std::uint64_t generation = 0;  // counts the initialisations; handles of another one mean nothing
  };

  // load takes "PATH" or "PATH ARGUMENT"; kNotFound when there is no such library, kUnavailable when it does not
  // start.
  [[nodiscard]] static base::Result<std::shared_ptr<Module>> load(const std::string& entry);
  // configured gives those that p11-kit's configuration names and that start.
  [[nodiscard]] static std::vector<std::shared_ptr<Module>> configured();
  // over stands on functions that somebody else owns, as tests do.
  [[nodiscard]] static base::Result<std::shared_ptr<Module>> over(CK_FUNCTION_LIST* functions, std::string name);

  // use: kUnavailable when the module could not be initialised again.
  [[nodiscard]] base::Result<Use> use() const;
  // restart finalises the module and initialises it again, unless somebody did since `seen`. It waits for every use
  // to end, so the caller must hold none. kUnavailable when the module does not start.
  [[nodiscard]] base::Result<> restart(std::uint64_t seen);
  [[nodiscard]] const std::string& name() const { return name_; }
  // file is the library itself; empty where that is not known.
  [[nodiscard]] std::string file() const;
  [[nodiscard]] std::uint64_t generation() const { return generation_.load(); }

  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;
  ~Module();

 private:
  enum class Owner { kLoader, kCaller };
  Module(CK_FUNCTION_LIST* functions, std::string name, std::string argument, Owner owner)
      : functions_(functions), name_(std::move(name)), argument_(std::move(argument)), owner_(owner) {}
  [[nodiscard]] base::Result<> initialise();

  CK_FUNCTION_LIST* functions_;
  std::string name_;      // path or what p11-kit calls it
  std::string argument_;  // of C_Initialize (pReserved), as some modules want
  Owner owner_;
  bool running_ = false;
  bool ours_ = false;  // whether we initialised it and so must finalise it
  std::atomic<std::uint64_t> generation_ = 0;
  mutable std::shared_mutex mutex_;
  // readers are let in before a waiting writer, so that a busy token would keep its module from restarting for ever:
  // who comes while a restart waits, waits at the gate
  mutable std::mutex gate_;
  std::atomic<bool> restarting_ = false;
};

// load_modules gives those of the settings, or the configured ones.
[[nodiscard]] base::Result<std::vector<std::shared_ptr<Module>>> load_modules(
    const std::vector<std::string>& entries);

}  // namespace yuxin::keymgmt
