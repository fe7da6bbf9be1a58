#include "token_module.hpp"

#include <p11-kit/p11-kit.h>

#include <map>

#include "token_error.hpp"
#include "token_text.hpp"

namespace yuxin::keymgmt {

using base::Code;
using base::fail_with;
using base::Result;

namespace {

// Registry knows the modules of the process, so that a library is initialised once whoever asks for it.
struct Registry {
  std::mutex mutex;
  std::map<std::string, std::weak_ptr<Module>> modules;
};

Registry& registry() {
  static Registry all;
  return all;
}

std::string file_name(CK_FUNCTION_LIST* functions) { return taken(p11_kit_module_get_filename(functions)); }

std::string configured_argument(CK_FUNCTION_LIST* functions) {
  return taken(p11_kit_config_option(functions, "x-init-reserved"));
}

const char* last_message() {
  const char* text = p11_kit_message();
  return text == nullptr ? "" : text;
}

}  // namespace

Result<> Module::initialise() {
  CK_C_INITIALIZE_ARGS arguments{};
  arguments.flags = CKF_OS_LOCKING_OK;
  if (!argument_.empty()) arguments.pReserved = argument_.data();
  const CK_RV rv = functions_->C_Initialize(&arguments);
  running_ = rv == CKR_OK || rv == CKR_CRYPTOKI_ALREADY_INITIALIZED;
  ours_ = rv == CKR_OK;
  ++generation_;
  if (running_) return {};
  return fail_with(Code::kUnavailable, rv_text(rv),
                   "The PKCS #11 module {} does not start. Is its token or its service there, and its configuration "
                   "right?",
                   name_);
}

Module::~Module() {
  if (running_ && ours_) functions_->C_Finalize(nullptr);
  if (owner_ == Owner::kLoader) p11_kit_module_release(functions_);
}

std::string Module::file() const { return owner_ == Owner::kLoader ? file_name(functions_) : std::string(); }

Result<std::shared_ptr<Module>> Module::load(const std::string& entry) {
  auto& all = registry();
  const std::lock_guard lock(all.mutex);
  if (auto known = all.modules[entry].lock()) return known;
  const auto blank = entry.find(' ');
  const std::string path = entry.substr(0, blank);
  const std::string argument = blank == std::string::npos ? "" : entry.substr(blank + 1);
  CK_FUNCTION_LIST* functions = p11_kit_module_load(path.c_str(), P11_KIT_MODULE_UNMANAGED);
  if (functions == nullptr) {
    return fail_with(Code::kNotFound, last_message(),
                     "The PKCS #11 module {} cannot be loaded. Is it installed, and is its path right in yuxin.toml, "
                     "[keys] modules?",
                     path);
  }
  std::shared_ptr<Module> made(new Module(functions, path, argument, Owner::kLoader));
  TRY(made->initialise());
  all.modules[entry] = made;
  return made;
}

std::vector<std::shared_ptr<Module>> Module::configured() {
  std::vector<std::shared_ptr<Module>> found;
  auto& all = registry();
  const std::lock_guard lock(all.mutex);
  const Allocated<CK_FUNCTION_LIST*> list(p11_kit_modules_load(nullptr, P11_KIT_MODULE_UNMANAGED), &std::free);
  if (!list) return found;
  for (CK_FUNCTION_LIST** next = list.get(); *next != nullptr; ++next) {
    const auto name = file_name(*next);
    if (auto known = all.modules[name].lock()) {
      found.push_back(std::move(known));
      p11_kit_module_release(*next);
      continue;
    }
    std::shared_ptr<Module> made(new Module(*next, name, configured_argument(*next), Owner::kLoader));
    if (!made->initialise()) continue;  // a module without its service is as good as absent
    all.modules[name] = made;
    found.push_back(std::move(made));
  }
  return found;
}

Result<std::shared_ptr<Module>> Module::over(CK_FUNCTION_LIST* functions, std::string name) {
  std::shared_ptr<Module> made(new Module(functions, std::move(name), "", Owner::kCaller));
  TRY(made->initialise());
  return made;
}

Result<Module::Use> Module::use() const {
  if (restarting_.load()) const std::lock_guard wait(gate_);
  Use use{std::shared_lock(mutex_), functions_, generation_.load()};
  if (running_) return use;
  return base::fail(Code::kUnavailable,
                    "The PKCS #11 module {} is down. It is started again by itself once its token is back.", name_);
}

Result<> Module::restart(std::uint64_t seen) {
  const std::lock_guard gate(gate_);
  if (generation_.load() != seen && running_) return {};
  restarting_ = true;
  const std::unique_lock lock(mutex_);
  if (running_ && ours_) functions_->C_Finalize(nullptr);
  auto done = initialise();
  restarting_ = false;
  return done;
}

Result<std::vector<std::shared_ptr<Module>>> load_modules(const std::vector<std::string>& entries) {
  std::vector<std::shared_ptr<Module>> modules;
  if (entries.empty()) return Module::configured();
  for (const auto& entry : entries) {
    TRY(auto module, Module::load(entry));
    modules.push_back(std::move(module));
  }
  return modules;
}

}  // namespace yuxin::keymgmt
