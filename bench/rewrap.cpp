// What wrapping one key anew costs when the key above it is rotated, durable in SQLite, against the cipher work in
// it: one AES-256-GCM decryption and one encryption of as many octets.
//
//   bench_rewrap [keys] [rounds]
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <string>
#include <vector>

#include "support/measure.hpp"
#include "yuxin/evidence/ledger.hpp"
#include "yuxin/keymgmt/key_tree.hpp"

namespace {

using namespace yuxin;
using bench::must;
using bench::seconds;

// The limit, with one context for everything: seconds of one decryption and one encryption of `size` octets.
double cipher_work(std::size_t size, int count) {
  EVP_CIPHER_CTX* context = EVP_CIPHER_CTX_new();
  const std::array<std::uint8_t, 32> key{1, 2, 3};
  std::array<std::uint8_t, 12> nonce{};
  std::array<std::uint8_t, 16> tag{};
  const std::array<std::uint8_t, 60> additional{};
  std::vector<std::uint8_t> plain(size);
  std::vector<std::uint8_t> sealed(size);
  int n = 0;
  const int length = static_cast<int>(size);
  const double begin = seconds(CLOCK_PROCESS_CPUTIME_ID);
  for (int i = 0; i < count; ++i) {
    nonce[0] = static_cast<std::uint8_t>(i);
    EVP_EncryptInit_ex2(context, EVP_aes_256_gcm(), key.data(), nonce.data(), nullptr);
    EVP_EncryptUpdate(context, nullptr, &n, additional.data(), additional.size());
    EVP_EncryptUpdate(context, sealed.data(), &n, plain.data(), length);
    EVP_EncryptFinal_ex(context, sealed.data(), &n);
    EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, tag.size(), tag.data());
    EVP_DecryptInit_ex2(context, EVP_aes_256_gcm(), key.data(), nonce.data(), nullptr);
    EVP_DecryptUpdate(context, nullptr, &n, additional.data(), additional.size());
    EVP_DecryptUpdate(context, plain.data(), &n, sealed.data(), length);
    EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, tag.size(), tag.data());
    if (EVP_DecryptFinal_ex(context, plain.data(), &n) != 1) std::abort();
  }
  const double spent = (seconds(CLOCK_PROCESS_CPUTIME_ID) - begin) / count;
  EVP_CIPHER_CTX_free(context);
  return spent;
}

std::shared_ptr<store::Store> open_store(const std::string& folder) {
  auto database = must(store::open_sqlite({.path = folder + "/yuxin.db"}));
  std::vector<store::Migration> steps;
  for (const auto& step : store::migrations()) steps.push_back(step);
  for (const auto& step : evidence::migrations()) steps.push_back(step);
  for (const auto& step : keymgmt::migrations()) steps.push_back(step);
  must(store::migrate(*database, steps));
  return must(store::Store::over(database, folder + "/status.signal"));
}

keymgmt::NewKey wanted(std::string name, std::string parent, keymgmt::KeyLevel level) {
  keymgmt::NewKey key;
  key.name = std::move(name);
  key.parent = std::move(parent);
  key.level = level;
  return key;
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

}  // namespace

int main(int argc, char** argv) {
  const int count = argc > 1 ? std::atoi(argv[1]) : 5000;
  const int rounds = argc > 2 ? std::atoi(argv[2]) : 5;
  std::string folder = (std::filesystem::temp_directory_path() / "bench_rewrap_XXXXXX").string();
  if (::mkdtemp(folder.data()) == nullptr) return 1;
  std::vector<double> costs;
  std::vector<double> limits;
  {
    const keymgmt::KeyContext by{"bench", base::system_clock().now()};
    std::vector<keymgmt::RootKey> roots;
    roots.push_back({1, base::Secret(32)});
    const auto tree = must(keymgmt::KeyTree::open(open_store(folder), std::move(roots), by));
    must(tree->create(wanted("domain", "root", keymgmt::KeyLevel::kDomain), by));
    must(tree->create(wanted("service", "domain", keymgmt::KeyLevel::kService), by));
    std::vector<keymgmt::NewKey> people;
    for (int i = 0; i < count; ++i) {
      people.push_back(wanted("user-" + std::to_string(i), "service", keymgmt::KeyLevel::kUser));
      people.back().kind = x509::KeyKind{x509::KeyType::kP256, 256};
    }
    must(tree->create_many(people, by));
    constexpr std::size_t kPkcs8 = 138;  // a P-256 key
    for (int round = 0; round < rounds; ++round) {
      const double before = cipher_work(kPkcs8, 20'000);
      const double begin = seconds(CLOCK_PROCESS_CPUTIME_ID);
      if (must(tree->rotate("service", by)) != count) return 1;
      costs.push_back((seconds(CLOCK_PROCESS_CPUTIME_ID) - begin) / count);
      limits.push_back((before + cipher_work(kPkcs8, 20'000)) / 2);
    }
  }
  std::filesystem::remove_all(folder);
  std::printf("one key wrapped anew, durable, verified       %6.2f us CPU\n", median(costs) * 1e6);
  std::printf("the cipher work in it                         %6.2f us CPU\n", median(limits) * 1e6);
  std::printf("share of the cipher work                      %6.2f\n", median(limits) / median(costs));
  return 0;
}
