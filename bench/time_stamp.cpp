// What one time stamp costs, against the limit: one P-256 signature.
//
// Everything is real: the request goes through the HTTP service as the server calls it (form checked on the network
// thread, stamped in the pool), the clock is guarded, the serial number comes from a block that is durable in SQLite
// and recorded in the ledger, the reply is complete DER with the certificate. One thread; CPU time of the whole
// process.
#include <openssl/ec.h>
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
#include "yuxin/store/store.hpp"
#include "yuxin/tsa/responder.hpp"

namespace {

using namespace yuxin;
using bench::must;
using bench::seconds;

// The limit: a reused context, on a digest, nothing else.
class Limit {
 public:
  Limit() : key_(EVP_EC_gen("P-256")), signer_(EVP_PKEY_CTX_new(key_, nullptr)) { EVP_PKEY_sign_init(signer_); }
  Limit(const Limit&) = delete;
  Limit& operator=(const Limit&) = delete;
  ~Limit() {
    EVP_PKEY_CTX_free(signer_);
    EVP_PKEY_free(key_);
  }
  // measure gives the CPU seconds of one signature.
  double measure(int count) {
    std::array<std::uint8_t, 32> digest{1, 2, 3};
    std::array<std::uint8_t, 80> out{};
    const double begin = seconds(CLOCK_PROCESS_CPUTIME_ID);
    for (int i = 0; i < count; ++i) {
      std::size_t size = out.size();
      if (EVP_PKEY_sign(signer_, out.data(), &size, digest.data(), digest.size()) != 1) std::abort();
      digest[0] = out[10];
    }
    return (seconds(CLOCK_PROCESS_CPUTIME_ID) - begin) / count;
  }

 private:
  EVP_PKEY* key_;
  EVP_PKEY_CTX* signer_;
};

x509::TimeStamperOptions stamper_options() {
  x509::TimeStamperOptions options;
  options.policy = x509::oid_from_dotted("1.3.6.1.4.1.99999.7.1").value();
  options.accuracy_microseconds = 1'000'000;
  return options;
}

// A self-signed certificate is enough here: nobody verifies it.
std::shared_ptr<const x509::TimeStamper> make_stamper() {
  const x509::KeyKind kind{x509::KeyType::kP256, 256};
  const auto key = must(x509::PrivateKey::generate(kind));
  const auto signer = must(key.signer(x509::default_signature(kind)));
  const auto name = must(x509::Name::parse("C=CN, O=Bench, CN=Time stamps"));
  const auto algorithm = x509::scheme(signer->algorithm()).identifier;
  const auto usage = x509::make_key_usage(x509::Critical::kYes, x509::kDigitalSignature);
  const auto purpose =
      x509::make_extended_key_usage(x509::Critical::kYes, {base::to_bytes(x509::oid::kTimeStamping)});
  const auto tbs = x509::make_tbs_certificate({x509::Serial::random(),
                                               algorithm,
                                               name.der(),
                                               {1577836800},
                                               {2524607999},
                                               name.der(),
                                               key.public_key().spki(),
                                               {usage, purpose}});
  const auto certificate =
      must(x509::Certificate::from_der(x509::join_signature(tbs, algorithm, must(signer->sign(tbs)))));
  return must(x509::TimeStamper::make({certificate, signer}, stamper_options()));
}

std::vector<base::Bytes> make_requests(int count) {
  std::vector<base::Bytes> requests;
  for (int i = 0; i < count; ++i) {
    const auto imprint = x509::digest(x509::DigestAlgorithm::kSha256, base::as_bytes(std::to_string(i)));
    const auto nonce = x509::make_time_stamp_nonce();
    requests.push_back(x509::make_time_stamp_request({.imprint = imprint, .nonce = nonce}));
  }
  return requests;
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

// stamp_all gives the CPU seconds of one stamp.
double stamp_all(tsa::Responder& responder, const std::vector<base::Bytes>& requests, int count) {
  base::HttpRequest request;
  request.method = "POST";
  request.target = "/tsa";
  request.content_type = "application/timestamp-query";
  const double begin = seconds(CLOCK_PROCESS_CPUTIME_ID);
  for (int i = 0; i < count; ++i) {
    request.body = requests[static_cast<std::size_t>(i) % requests.size()];
    if (responder.answer_now(request)) std::abort();
    if (responder.answer(request).body.size() < 500) std::abort();
  }
  return (seconds(CLOCK_PROCESS_CPUTIME_ID) - begin) / count;
}

void measure(tsa::Responder& responder, const std::vector<base::Bytes>& requests, int count, int rounds) {
  Limit limit;
  limit.measure(2000);
  stamp_all(responder, requests, count / 4);
  std::vector<double> limits;
  std::vector<double> costs;
  std::vector<double> ratios;
  for (int round = 0; round < rounds; ++round) {
    const double before = limit.measure(count / 2);
    const double cost = stamp_all(responder, requests, count);
    const double between = (before + limit.measure(count / 2)) / 2;
    limits.push_back(between * 1e6);
    costs.push_back(cost * 1e6);
    ratios.push_back(between / cost);
  }
  std::printf("limit: P-256 sign                      %7.1f us CPU\n", median(limits));
  std::printf("one time stamp, request to reply       %7.1f us CPU\n", median(costs));
  std::printf(
      "share of the limit reached             %7.2f   (min %.2f, max %.2f over %d rounds; aim: 0.60 or more)\n",
      median(ratios), *std::ranges::min_element(ratios), *std::ranges::max_element(ratios), rounds);
}

}  // namespace

int main(int argc, char** argv) {
  x509::lock_private_keys();  // as the program does
  const int count = argc > 1 ? std::atoi(argv[1]) : 20'000;
  const int rounds = argc > 2 ? std::atoi(argv[2]) : 7;
  std::string folder = (std::filesystem::temp_directory_path() / "bench_time_stamp_XXXXXX").string();
  if (::mkdtemp(folder.data()) == nullptr) return 1;
  {
    const auto database = must(store::open_sqlite({.path = folder + "/yuxin.db"}));
    std::vector<store::Migration> steps;
    for (const auto& part : {store::migrations(), evidence::migrations(), tsa::migrations()})
      steps.insert(steps.end(), part.begin(), part.end());
    must(store::migrate(*database, steps));
    const auto store = must(store::Store::over(database, ""));
    tsa::AuthorityOptions options;
    options.policy = stamper_options().policy;
    const auto authority = must(tsa::Authority::open(store, base::system_clock(), options, nullptr));
    authority->set_stamper(make_stamper());
    tsa::Responder responder(*authority);
    measure(responder, make_requests(500), count, rounds);
  }
  std::filesystem::remove_all(folder);
  return 0;
}
