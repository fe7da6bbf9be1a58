// What it costs to verify an act, against the raw signature verifications that it contains.
//
// An act in a role carries twelve P-256 signatures: the actor's; the certificates of actor, issuing authority,
// time-stamping authority, attribute authority and OCSP responder; the time stamp, the OCSP response, the attribute
// certificate, and the lists of root, issuing authority and attribute authority. The limit is twelve times a bare
// verification with a key and a context that are there already.
//
//   first    the first act that a verifier sees: no certificate and no path is known yet
//   next     acts of many persons one after the other with one trust, as a home or a bundle has them
//
//   bench_act [ACTS [ROUNDS]]
#include <openssl/ec.h>
#include <openssl/evp.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <ctime>

#include "../tests/support/act_city.hpp"
#include "support/measure.hpp"
#include "support/wrk.hpp"

namespace {

using namespace yuxin;
using bench::seconds;
using test::ActCity;
using test::need;

constexpr int kSignatures = 12;

template <typename Work>
double each(int count, const Work& work) {
  const double begin = seconds(CLOCK_THREAD_CPUTIME_ID);
  for (int i = 0; i < count; ++i) work(i);
  return (seconds(CLOCK_THREAD_CPUTIME_ID) - begin) / count;
}

// The limit: one reused context on a digest, nothing else.
class RawVerification {
 public:
  RawVerification() : key_(EVP_EC_gen("P-256")), context_(EVP_PKEY_CTX_new(key_, nullptr)) {
    EVP_PKEY_sign_init(context_);
    if (EVP_PKEY_sign(context_, signature_.data(), &size_, digest_.data(), digest_.size()) != 1) std::abort();
    EVP_PKEY_verify_init(context_);
  }
  RawVerification(const RawVerification&) = delete;
  RawVerification& operator=(const RawVerification&) = delete;
  ~RawVerification() {
    EVP_PKEY_CTX_free(context_);
    EVP_PKEY_free(key_);
  }
  void run() const {
    if (EVP_PKEY_verify(context_, signature_.data(), size_, digest_.data(), digest_.size()) != 1) std::abort();
  }

 private:
  EVP_PKEY* key_;
  EVP_PKEY_CTX* context_;
  std::array<std::uint8_t, 32> digest_{1, 2, 3};
  std::array<std::uint8_t, 80> signature_{};
  std::size_t size_ = signature_.size();
};

struct Figures {
  std::vector<double> limit, cost, ratio;
};

// `prepare` is called before each round and not measured.
template <typename Prepare, typename Work>
Figures measure(int rounds, int acts, const Prepare& prepare, const Work& work) {
  const RawVerification raw;
  Figures figures;
  for (int round = 0; round < rounds; ++round) {
    prepare();
    const double before = each(acts * 4, [&](int) { raw.run(); });
    const double cost = each(acts, work);
    const double limit = kSignatures * (before + each(acts * 4, [&](int) { raw.run(); })) / 2;
    figures.limit.push_back(limit);
    figures.cost.push_back(cost);
    figures.ratio.push_back(cost / limit);
  }
  return figures;
}

void print(const char* what, const Figures& figures) {
  std::printf("%-38s %8.1f us CPU   limit %8.1f us   %.2f x\n", what, bench::median(figures.cost) * 1e6,
              bench::median(figures.limit) * 1e6, bench::median(figures.ratio));
}

void must(bool good, const char* what) {
  if (good) return;
  std::fprintf(stderr, "bench_act: %s\n", what);
  std::exit(1);
}

}  // namespace

int main(int argc, char** argv) {
  x509::lock_private_keys();  // as the program does
  const int count = argc > 1 ? std::atoi(argv[1]) : 200;
  const int rounds = argc > 2 ? std::atoi(argv[2]) : 9;
  ActCity city;
  std::vector<test::Person> persons;
  std::vector<base::Bytes> acts;
  for (int i = 0; i < count; ++i) {
    if (i < 20) {
      persons.push_back(city.person("Officer " + std::to_string(i)));
      city.grant(persons.back(), "RA.REVIEW", "profile:device");
    }
    const auto& person = persons[static_cast<std::size_t>(i) % persons.size()];
    const auto act = city.act("request.review", "R-" + std::to_string(i), "RA.REVIEW");
    acts.push_back(base::to_bytes(city.accepted(act, person).der()));
    city.clock.advance(base::Seconds{7});
  }
  const auto trust = city.trust();
  const auto at = [&](int i) -> const base::Bytes& { return acts[static_cast<std::size_t>(i) % acts.size()]; };
  std::printf("an act of %zu octets with %d signatures\n", acts.front().size(), kSignatures);
  std::vector<evidence::ActTrust> fresh;
  const auto prepare = [&] {
    fresh.clear();
    for (int i = 0; i < count; ++i) fresh.push_back(city.trust());
  };
  print("first (aim 2.5)", measure(rounds, count, prepare, [&](int i) {
          must(evidence::verify_act(at(i), fresh[static_cast<std::size_t>(i)]).has_value(), "an act does not verify");
        }));
  print("next, with one trust (aim 2.5)",
        measure(
            rounds, count, [] {},
            [&](int i) { must(evidence::verify_act(at(i), trust).has_value(), "an act does not verify"); }));
  return 0;
}
