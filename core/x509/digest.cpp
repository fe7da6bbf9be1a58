#include "yuxin/x509/digest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "digest_context.hpp"

namespace yuxin::x509 {

namespace {

struct Row {
  DigestAlgorithm algorithm;
  std::string_view name;
  const char* fetched_as;
  std::size_t size;
  const Oid* oid;
};

constexpr std::array<Row, 6> kRows{{
    {DigestAlgorithm::kSha1, "SHA-1", "SHA1", 20, &oid::kSha1},
    {DigestAlgorithm::kSha256, "SHA-256", "SHA256", 32, &oid::kSha256},
    {DigestAlgorithm::kSha384, "SHA-384", "SHA384", 48, &oid::kSha384},
    {DigestAlgorithm::kSha512, "SHA-512", "SHA512", 64, &oid::kSha512},
    {DigestAlgorithm::kSm3, "SM3", "SM3", 32, &oid::kSm3},
    {DigestAlgorithm::kShake256, "SHAKE256", "SHAKE256", 64, &oid::kShake256},
}};

constexpr std::size_t index_of(DigestAlgorithm algorithm) { return static_cast<std::size_t>(algorithm); }
static_assert([] {
  for (std::size_t i = 0; i < kRows.size(); ++i) {
    if (index_of(kRows[i].algorithm) != i) return false;
  }
  return true;
}());

// A library that cannot digest is a broken installation; there is nothing to return an error for.
void require(bool digested, const Row& row) {
  if (!digested)
    throw std::runtime_error(fmt::format("OpenSSL cannot compute {}: {}", row.name, take_openssl_error()));
}

// thread_context is reset to the algorithm's initial state.
EVP_MD_CTX* thread_context(DigestAlgorithm algorithm) {
  thread_local std::array<EvpMdContextPtr, kRows.size()> contexts;
  const Row& row = kRows[index_of(algorithm)];
  EvpMdContextPtr& context = contexts[index_of(algorithm)];
  if (!context) {
    context.reset(EVP_MD_CTX_new());
    require(context && EVP_DigestInit_ex2(context.get(), evp_digest(algorithm), nullptr) == 1, row);
  } else {
    // No algorithm is named: the context keeps its own and touches no reference count that other threads share.
    require(EVP_DigestInit_ex2(context.get(), nullptr, nullptr) == 1, row);
  }
  return context.get();
}

void digest_into(DigestAlgorithm algorithm, std::initializer_list<base::ByteView> parts, std::uint8_t* out) {
  EVP_MD_CTX* context = thread_context(algorithm);
  bool digested = true;
  for (const base::ByteView part : parts) {
    digested = digested && EVP_DigestUpdate(context, part.data(), part.size()) == 1;
  }
  const Row& row = kRows[index_of(algorithm)];
  // Of an extendable function the library gives 256 bits unless it is asked for more.
  const int finished = algorithm == DigestAlgorithm::kShake256 ? EVP_DigestFinalXOF(context, out, row.size)
                                                               : EVP_DigestFinal_ex(context, out, nullptr);
  require(digested && finished == 1, row);
}

}  // namespace

const EVP_MD* evp_digest(DigestAlgorithm algorithm) {
  static const std::array<const EVP_MD*, kRows.size()> fetched = [] {
    std::array<const EVP_MD*, kRows.size()> digests{};
    for (std::size_t i = 0; i < kRows.size(); ++i) {
      digests[i] = EVP_MD_fetch(nullptr, kRows[i].fetched_as, nullptr);
      require(digests[i] != nullptr, kRows[i]);
    }
    return digests;
  }();
  return fetched[index_of(algorithm)];
}

DigestValue digest_parts(DigestAlgorithm algorithm, std::initializer_list<base::ByteView> parts) {
  DigestValue value;
  digest_into(algorithm, parts, value.octets.data());
  value.size = digest_size(algorithm);
  return value;
}

Digest256 sha256(base::ByteView data) { return sha256(data, {}); }

Digest256 sha256(base::ByteView first, base::ByteView second, base::ByteView third) {
  Digest256 value{};
  digest_into(DigestAlgorithm::kSha256, {first, second, third}, value.data());
  return value;
}

base::Bytes digest(DigestAlgorithm algorithm, base::ByteView data) {
  return base::to_bytes(digest_parts(algorithm, {data}).view());
}

std::size_t digest_size(DigestAlgorithm algorithm) { return kRows[index_of(algorithm)].size; }
std::string_view digest_name(DigestAlgorithm algorithm) { return kRows[index_of(algorithm)].name; }
Oid digest_oid(DigestAlgorithm algorithm) { return *kRows[index_of(algorithm)].oid; }

std::optional<DigestAlgorithm> digest_by_oid(Oid oid) {
  const auto row = std::ranges::find_if(kRows, [&](const Row& r) { return base::equal(*r.oid, oid); });
  if (row == kRows.end()) return std::nullopt;
  return row->algorithm;
}

struct Sha256::Impl {
  EvpMdContextPtr context;
};

Sha256::Sha256() : impl_(std::make_unique<Impl>()) {
  impl_->context.reset(EVP_MD_CTX_new());
  const auto algorithm = DigestAlgorithm::kSha256;
  require(impl_->context && EVP_DigestInit_ex2(impl_->context.get(), evp_digest(algorithm), nullptr) == 1,
          kRows[index_of(algorithm)]);
}
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;
Sha256::~Sha256() = default;

void Sha256::update(base::ByteView data) {
  require(EVP_DigestUpdate(impl_->context.get(), data.data(), data.size()) == 1,
          kRows[index_of(DigestAlgorithm::kSha256)]);
}

Digest256 Sha256::finish() {
  Digest256 value{};
  require(EVP_DigestFinal_ex(impl_->context.get(), value.data(), nullptr) == 1,
          kRows[index_of(DigestAlgorithm::kSha256)]);
  return value;
}

}  // namespace yuxin::x509
