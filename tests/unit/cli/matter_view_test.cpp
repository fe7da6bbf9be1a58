// Whose certificate it is comes from octets that were held against what is signed.
#include "cli/app/matter_view.hpp"

#include <doctest/doctest.h>

#include "act_city.hpp"
#include "need.hpp"
#include "small_ca.hpp"
#include "yuxin/ca/approval.hpp"

namespace {

using namespace yuxin;
using base::Code;
using test::need;

x509::CertificateRequest request_for(std::string_view subject) {
  return test::Applicant({x509::KeyType::kP256, 256}).ask(std::string(subject)).request;
}

base::JsonObject about(const x509::CertificateRequest& request) {
  return ca::approval_binding("person-signing", {.request = request, .subject = {}, .alt_names = {}, .validity = {}});
}

// Keeper is a side that has one file, whichever is asked for. Everything else must not be asked.
class Keeper final : public cli::DeskSide {
 public:
  explicit Keeper(base::Bytes octets) : octets_(std::move(octets)) {}
  [[nodiscard]] base::Result<base::Bytes> file(const std::string&, const evidence::Hash&) override { return octets_; }
  [[nodiscard]] std::string signer() const override { throw std::logic_error("signer"); }
  [[nodiscard]] std::string address() const override { throw std::logic_error("address"); }
  [[nodiscard]] base::Result<std::optional<cli::RolesSeen>> roles() override { throw std::logic_error("roles"); }
  [[nodiscard]] base::Result<ra::Desk::Page> page(const workflow::CaseFilter&, ra::Desk::Whose) override {
    throw std::logic_error("page");
  }
  [[nodiscard]] base::Result<cli::CaseSeen> look(const std::string&) override { throw std::logic_error("look"); }
  [[nodiscard]] base::Result<std::vector<x509::Certificate>> issued(const std::string&) override {
    throw std::logic_error("issued");
  }
  [[nodiscard]] base::Result<std::shared_ptr<const workflow::Workflow>> workflow(const std::string&) override {
    throw std::logic_error("workflow");
  }
  [[nodiscard]] base::Result<x509::Serial> serial(const std::string&) override { throw std::logic_error("serial"); }
  [[nodiscard]] base::Result<cli::Opening> apply(ra::Application, ra::Desk::Number) override {
    throw std::logic_error("apply");
  }
  [[nodiscard]] base::Result<ra::Step> step(const ra::Item&, workflow::Draft,
                                            const std::optional<ra::CertificateWish>&) override {
    throw std::logic_error("step");
  }
  [[nodiscard]] base::Result<std::optional<ra::Answered>> answered(const std::string&) override {
    throw std::logic_error("answered");
  }
  [[nodiscard]] base::Result<cli::StepDone> sign_and_take(const ra::Step&) override {
    throw std::logic_error("sign_and_take");
  }
  void end_work(const cli::Context&) override { throw std::logic_error("end_work"); }

 private:
  base::Bytes octets_;
};

cli::CaseSeen case_about(const base::JsonObject& matter) {
  cli::CaseSeen seen;
  seen.item.standing.of.id = "R-7";
  seen.item.standing.of.about = matter;
  return seen;
}

std::vector<std::string> values_of(const std::vector<cli::MatterLine>& lines) {
  std::vector<std::string> values;
  for (const auto& line : lines) values.push_back(line.value);
  return values;
}

}  // namespace

TEST_CASE("the subject is that of the request whose digest is signed") {
  const auto mayor = request_for("C=CN, O=City, CN=Mayor");
  const auto seen = case_about(about(mayor));
  Keeper honest(base::to_bytes(mayor.der()));
  const auto matter = need(cli::matter_of(honest, about(mayor), {}, &seen));
  CHECK(cli::matter_text(matter) == "C=CN, O=City, CN=Mayor");
  const auto lines = cli::matter_lines(matter, {{"name", "Chen"}}, cli::MatterTense::kWill);
  CHECK(values_of(lines) ==
        std::vector<std::string>{"C=CN, O=City, CN=Mayor", "ec:P-256",
                                 "the request's CN \"Mayor\" is not the name in the form \"Chen\""});
  CHECK(lines.back().is_warning);
  CHECK_FALSE(cli::matter_lines(matter, {{"name", " mayor "}}, cli::MatterTense::kWill).back().is_warning);
}

TEST_CASE("another request than the one whose digest is signed is not shown, whoever gives it") {
  const auto mayor = request_for("CN=Mayor");
  const auto harmless = request_for("CN=Chen");
  const auto seen = case_about(about(mayor));
  Keeper liar(base::to_bytes(harmless.der()));
  const auto refused = cli::matter_of(liar, about(mayor), {}, &seen);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Code::kRefused);
  // nor is one at hand that has another digest
  const std::vector<workflow::File> at_hand = {ra::request_file(harmless)};
  CHECK_FALSE(cli::matter_of(liar, about(mayor), at_hand, nullptr));
  CHECK(cli::matter_of(liar, about(harmless), at_hand, nullptr));
}

TEST_CASE("a certificate that is shown beside a case is the one that the case is about") {
  test::ActCity city;
  const auto wei = city.person("Wei").certificate;
  const base::JsonObject leaver{{"subject", wei.subject().text()}};
  Keeper nothing({});
  auto seen = case_about(leaver);
  seen.certificates.push_back({wei, "person-signing", "good"});
  const auto lines = cli::matter_lines(need(cli::matter_of(nothing, leaver, {}, &seen)), {}, cli::MatterTense::kWill);
  REQUIRE(lines.size() == 1);
  CHECK(lines.front().value.find(wei.serial()->hex() + ", " + wei.subject().text()) == 0);
  const base::JsonObject other{{"subject", "CN=Somebody Else"}};
  const auto refused = cli::matter_of(nothing, other, {}, &seen);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Code::kIntegrity);
  const base::JsonObject serial{{"subject", wei.subject().text()}, {"serial", "01"}};
  CHECK_FALSE(cli::matter_of(nothing, serial, {}, &seen));
}

TEST_CASE("what a case would be about is shown before it is opened, and nothing else passes for it") {
  test::ActCity city;
  const auto wei = city.person("Wei").certificate;
  workflow::StepBody body;
  body.about = {{"subject", wei.subject().text()}};
  body.step = 1;
  body.place.emplace();
  cli::Opening opening;
  opening.step.act.body = workflow::print_body(body);
  opening.certificates.push_back({wei, "person-signing", "good"});
  opening.certificates.push_back({wei, "person-signing", "on-hold"});
  Keeper nothing({});
  const auto matter = need(cli::matter_of_opening(nothing, opening));
  CHECK(matter.certificates.size() == 2);
  CHECK(cli::matter_lines(matter, {}, cli::MatterTense::kWill).size() == 2);
  opening.certificates.push_back({city.person("Chen").certificate, "person-signing", "good"});
  const auto refused = cli::matter_of_opening(nothing, opening);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Code::kIntegrity);
}
