// What signing through a Signer costs, against the limit of the same run: C_Sign of the same token in a session of
// its own for keys on tokens, EVP_PKEY_sign with a reused context for keys in memory.
//
// The Signer is given a certificate's worth of octets and digests them; the limit is given the digest. One thread,
// CPU time of the whole process, limit and Signer in turn; and the pool with two threads against two raw sessions, in
// wall time. The token is SoftHSM's, the fastest there is, so that what the pool adds shows most.
#include <dlfcn.h>
#include <openssl/evp.h>
#include <p11-kit/pkcs11.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "support/measure.hpp"
#include "yuxin/keymgmt/token_key_store.hpp"
#include "yuxin/x509/digest.hpp"

namespace {

using namespace yuxin;
using bench::must;
using bench::seconds;

constexpr const char* kModule = "/usr/lib/softhsm/libsofthsm2.so";
constexpr const char* kPin = "123456";
constexpr std::size_t kTbsOctets = 600;

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

// Folder holds one token and goes away with it.
class Folder {
 public:
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "bench_token_XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) std::abort();
    path_ = pattern;
    std::filesystem::create_directory(path_ / "tokens");
    std::ofstream(path_ / "conf") << "directories.tokendir = " << (path_ / "tokens").string()
                                  << "\nlog.level = ERROR\n";
    std::ofstream(path_ / "pin") << kPin << '\n';
    ::setenv("SOFTHSM2_CONF", (path_ / "conf").c_str(), 1);
    const std::string command =
        std::string("softhsm2-util --init-token --free --label bench --so-pin 12345678 --pin ") + kPin +
        " >/dev/null";
    if (std::system(command.c_str()) != 0) std::abort();
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { std::filesystem::remove_all(path_); }
  [[nodiscard]] std::string pin_file() const { return (path_ / "pin").string(); }

 private:
  std::filesystem::path path_;
};

// RawSession is the token as nobody stands before it.
class RawSession {
 public:
  RawSession(const std::string& label, CK_MECHANISM_TYPE mechanism, std::size_t octets)
      : mechanism_{mechanism, nullptr, 0}, octets_(octets, 7) {
    void* library = ::dlopen(kModule, RTLD_NOW);
    auto* list = reinterpret_cast<CK_C_GetFunctionList>(::dlsym(library, "C_GetFunctionList"));
    CK_SLOT_ID slot = 0;
    CK_ULONG count = 1;
    if (list(&functions_) != CKR_OK) std::abort();
    std::array<CK_SLOT_ID, 8> slots{};
    count = slots.size();
    if (functions_->C_GetSlotList(CK_TRUE, slots.data(), &count) != CKR_OK) std::abort();
    slot = slots[0];
    if (functions_->C_OpenSession(slot, CKF_SERIAL_SESSION, nullptr, nullptr, &session_) != CKR_OK) std::abort();
    std::string name = label;
    CK_OBJECT_CLASS kind = CKO_PRIVATE_KEY;
    std::array<CK_ATTRIBUTE, 2> wanted = {{{CKA_CLASS, &kind, sizeof kind}, {CKA_LABEL, name.data(), name.size()}}};
    functions_->C_FindObjectsInit(session_, wanted.data(), wanted.size());
    functions_->C_FindObjects(session_, &key_, 1, &count);
    functions_->C_FindObjectsFinal(session_);
    if (count != 1) std::abort();
  }
  RawSession(const RawSession&) = delete;
  RawSession& operator=(const RawSession&) = delete;
  ~RawSession() { functions_->C_CloseSession(session_); }
  void sign() {
    CK_ULONG size = out_.size();
    if (functions_->C_SignInit(session_, &mechanism_, key_) != CKR_OK) std::abort();
    if (functions_->C_Sign(session_, octets_.data(), octets_.size(), out_.data(), &size) != CKR_OK) std::abort();
  }

 private:
  CK_FUNCTION_LIST* functions_ = nullptr;
  CK_SESSION_HANDLE session_ = 0;
  CK_OBJECT_HANDLE key_ = 0;
  CK_MECHANISM mechanism_;
  base::Bytes octets_;
  std::array<CK_BYTE, 1024> out_{};
};

using Work = std::function<void()>;

double cost(const Work& work, int count) {
  const double begin = seconds(CLOCK_PROCESS_CPUTIME_ID);
  for (int i = 0; i < count; ++i) work();
  return (seconds(CLOCK_PROCESS_CPUTIME_ID) - begin) / count;
}

// compare prints the share of the limit's rate that the Signer reaches.
void compare(const char* what, const Work& limit, const Work& ours, int count) {
  std::vector<double> limits;
  std::vector<double> costs;
  std::vector<double> ratios;
  cost(limit, count / 4);
  cost(ours, count / 4);
  for (int round = 0; round < 9; ++round) {
    limits.push_back(cost(limit, count));
    costs.push_back(cost(ours, count));
    ratios.push_back(limits.back() / costs.back());
  }
  std::printf("%-28s limit %8.2f us   Signer %8.2f us   share of the limit's rate %.3f\n", what, median(limits) * 1e6,
              median(costs) * 1e6, median(ratios));
}

double wall_of_two(const Work& first, const Work& second, int count) {
  const auto begin = std::chrono::steady_clock::now();
  std::thread other([&] {
    for (int i = 0; i < count; ++i) second();
  });
  for (int i = 0; i < count; ++i) first();
  other.join();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

void compare_two_threads(const char* what, const std::array<Work, 2>& limit, const Work& ours, int count) {
  std::vector<double> ratios;
  for (int round = 0; round < 7; ++round) {
    const double raw = wall_of_two(limit[0], limit[1], count);
    ratios.push_back(raw / wall_of_two(ours, ours, count));
  }
  std::printf("%-28s two threads, wall time                     share of the limit's rate %.3f\n", what,
              median(ratios));
}

struct TokenCase {
  const char* kind;
  CK_MECHANISM_TYPE mechanism;
  std::size_t octets;  // that the token signs: a digest, or DigestInfo with SHA-256
  int count;
};

void measure_token(const TokenCase& wanted) {
  const Folder folder;
  keymgmt::TokenOptions options;
  options.modules = {kModule};
  options.pin_file = folder.pin_file();
  const auto store = must(keymgmt::TokenKeyStore::open("pkcs11:token=bench", options));
  must(store->generate("key", x509::parse_key_kind(wanted.kind).value()));
  const auto signer = must(store->signer("key"));
  const base::Bytes tbs(kTbsOctets, 9);
  const Work ours = [&] { must(signer->sign(tbs)); };
  ours();  // logs in
  RawSession raw("key", wanted.mechanism, wanted.octets);
  RawSession second("key", wanted.mechanism, wanted.octets);
  const auto title = std::string("token ") + wanted.kind;
  compare(title.c_str(), [&] { raw.sign(); }, ours, wanted.count);
  compare_two_threads(title.c_str(), {[&] { raw.sign(); }, [&] { second.sign(); }}, ours, wanted.count);
}

void measure_software(const char* name, int count) {
  const auto kind = x509::parse_key_kind(name).value();
  const auto key = must(x509::PrivateKey::generate(kind));
  const auto signer = must(key.signer(x509::default_signature(kind)));
  const auto pkcs8 = must(key.to_pkcs8());
  const auto* next = pkcs8.view().data();
  EVP_PKEY* raw = d2i_AutoPrivateKey(nullptr, &next, static_cast<long>(pkcs8.size()));
  EVP_PKEY_CTX* context = EVP_PKEY_CTX_new(raw, nullptr);
  const auto digest_algorithm = *x509::scheme(signer->algorithm()).digest;
  const auto* md = EVP_get_digestbyname(std::string(x509::digest_name(digest_algorithm)).c_str());
  if (EVP_PKEY_sign_init(context) != 1 || EVP_PKEY_CTX_set_signature_md(context, md) != 1) std::abort();
  const base::Bytes tbs(kTbsOctets, 9);
  const auto digest = x509::digest(digest_algorithm, tbs);
  std::array<std::uint8_t, 1024> out{};
  const auto title = std::string("software ") + name;
  compare(
      title.c_str(),
      [&] {
        std::size_t size = out.size();
        if (EVP_PKEY_sign(context, out.data(), &size, digest.data(), digest.size()) != 1) std::abort();
      },
      [&] { must(signer->sign(tbs)); }, count);
  EVP_PKEY_CTX_free(context);
  EVP_PKEY_free(raw);
}

}  // namespace

int main() {
  x509::lock_private_keys();  // as the program does
  measure_software("ec:P-256", 8000);
  measure_software("ec:P-384", 800);
  measure_software("rsa:2048", 500);
  if (!std::filesystem::exists(kModule)) {
    std::printf("SKIPPED: no SoftHSM (softhsm2)\n");
    return 0;
  }
  measure_token({"ec:P-256", CKM_ECDSA, 32, 4000});
  measure_token({"ec:P-384", CKM_ECDSA, 48, 600});
  measure_token({"rsa:2048", CKM_RSA_PKCS, 51, 500});
  return 0;
}
