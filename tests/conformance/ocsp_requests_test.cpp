// The responder against well-formed and malformed requests by others: ../shared/data/ocsp-requests.
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <set>
#include <sstream>

#include "small_ocsp_city.hpp"
#include "test_data.hpp"

using namespace yuxin;

namespace {

std::set<std::string> words(const std::string& text) {
  std::istringstream in(text);
  std::set<std::string> found;
  for (std::string word; in >> word;) found.insert(word);
  return found;
}

// result says in the words of the suite what an answer is. "nononce" is an answer without a nonce.
std::set<std::string> result(base::ByteView body, base::ByteView request) {
  const auto response = x509::OcspResponse::from_der(body);
  if (!response) return {"broken"};
  switch (response->status()) {
    case x509::OcspResponseStatus::kSuccessful:
      break;
    case x509::OcspResponseStatus::kMalformedRequest:
      return {"mal"};
    case x509::OcspResponseStatus::kUnauthorized:
      return {"unauth"};
    default:
      return {std::string(x509::ocsp_response_status_name(response->status()))};
  }
  bool good = false;
  for (const auto& single : response->singles()) good = good || single.status == x509::OcspStatus::kGood;
  if (!good) return {"unk"};
  if (response->nonce().empty()) return {"ok", "nononce"};
  // Echo it or leave it out, never change it.
  const auto echoed = std::ranges::search(request, response->nonce());
  return echoed.empty() ? std::set<std::string>{"changed nonce"} : std::set<std::string>{"ok"};
}

}  // namespace

TEST_CASE("every request of the suite gets an acceptable answer, in time") {
  const auto suite = test::test_data("ocsp-requests/make_ocsp_requests.py");
  if (!suite) return;
  test::OcspCity city;
  const x509::Serial serial = x509::Serial::random();
  city.reader.issue(1, serial.content());
  const test::TemporaryFolder folder;
  test::write_text(folder.file("ca.pem"), city.issuing.certificate().pem());
  const auto made = folder.run("python3 '" + suite->string() + "' ca.pem " + serial.hex() + " out");
  CAPTURE(made.output);
  REQUIRE(made.status == 0);

  std::ifstream table(folder.file("out/expected.tsv"));
  std::string line;
  std::getline(table, line);  // heading
  int cases = 0;
  while (std::getline(table, line)) {
    std::istringstream row(line);
    std::string file;
    std::string acceptable;
    std::getline(row, file, '\t');
    std::getline(row, acceptable, '\t');
    CAPTURE(file);
    CAPTURE(acceptable);
    const auto request = test::read_octets(folder.file("out/" + file));
    const auto begin = std::chrono::steady_clock::now();
    const auto found = result(city.ask(request)->body, request);
    const auto took = std::chrono::steady_clock::now() - begin;
    CAPTURE(*found.begin());
    const auto wanted = words(acceptable);
    CHECK(std::ranges::any_of(found, [&wanted](const std::string& word) { return wanted.contains(word); }));
    CHECK(took < std::chrono::seconds(2));
    ++cases;
  }
  CHECK(cases >= 61);
}

TEST_CASE("damaged requests never get another answer than an error or the truth") {
  test::OcspCity city;
  const x509::Serial serial = x509::Serial::random();
  city.reader.change(1, serial.content(), test::revoked(1));
  const base::Bytes request = city.request(city.issuing, serial, {x509::DigestAlgorithm::kSha1, base::Bytes(16, 7)});
  for (std::size_t bit = 0; bit < request.size() * 8; ++bit) {
    base::Bytes damaged = request;
    damaged[bit / 8] = static_cast<std::uint8_t>(damaged[bit / 8] ^ (1U << (bit % 8)));
    const auto found = result(city.ask(damaged)->body, damaged);
    CAPTURE(bit);
    CHECK((found.contains("mal") || found.contains("unauth") || found.contains("unk")));
  }
}
