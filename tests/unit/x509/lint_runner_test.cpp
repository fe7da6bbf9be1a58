// The list of lints, and linting before a signature.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "source_dir.hpp"
#include "tbs_mould.hpp"
#include "yuxin/x509/lint.hpp"

namespace {

using namespace yuxin::test;
namespace base = yuxin::base;
namespace x509 = yuxin::x509;

std::string whole_file(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST_CASE("every lint has a name of its own, a source, a file of its name and a test that names it") {
  std::string tests;
  for (const char* file : {"fields", "extensions", "authority", "names", "key"}) {
    tests += whole_file(source_file(std::string("tests/unit/x509/lint_") + file + "_test.cpp"));
  }
  REQUIRE_FALSE(tests.empty());
  std::set<std::string> seen;
  for (const x509::LintRule* rule : x509::lint_rules()) {
    const std::string name(rule->name);
    CAPTURE(name);
    CHECK(seen.insert(name).second);
    CHECK_FALSE(rule->source.empty());
    CHECK(std::filesystem::exists(source_file("core/x509/lint/" + name + ".cpp")));
    const bool tested = tests.find(name) != std::string::npos;
    CHECK(tested);
  }
}

TEST_CASE("every file of a lint is on the list") {
  std::set<std::string> listed;
  for (const x509::LintRule* rule : x509::lint_rules()) listed.insert(std::string(rule->name));
  for (const auto& entry : std::filesystem::directory_iterator(source_file("core/x509/lint"))) {
    if (entry.path().extension() != ".cpp") continue;
    if (whole_file(entry.path()).find("const LintRule lint_rule::") == std::string::npos) continue;
    CAPTURE(entry.path().string());
    CHECK(listed.count(entry.path().stem().string()) == 1);
  }
}

struct Prepared {
  Bytes der;
  x509::TbsCertificate tbs;
  x509::PublicKey key;
  x509::Name subject;
};
Prepared prepare(const TbsMould& mould) {
  Bytes der = mould.build();
  auto tbs = x509::parse_tbs_certificate(der).value();
  auto key = x509::PublicKey::from_spki(tbs.spki).value();
  auto subject = x509::Name::from_der(tbs.subject).value();
  return {std::move(der), std::move(tbs), std::move(key), std::move(subject)};
}

TEST_CASE("before a signature, errors refuse and are named; warnings do not") {
  const x509::Certificate root = root_mould().certificate();
  for (const auto& mould : {server_mould(), authority_mould(), ocsp_signer_mould(), time_stamper_mould()}) {
    const Prepared good = prepare(mould);
    CHECK(x509::lint_for_issuing(good.tbs, root, good.key, good.subject));
  }
  TbsMould warned = server_mould();
  warned.at(oid::kKeyUsage).critical = false;
  const Prepared with_warning = prepare(warned);
  CHECK(x509::lint_for_issuing(with_warning.tbs, root, with_warning.key, with_warning.subject));

  TbsMould spoilt = server_mould();
  spoilt.serial = unhex("00");
  spoilt.drop(oid::kAuthorityKeyIdentifier);
  const Prepared bad = prepare(spoilt);
  const auto refused = x509::lint_for_issuing(bad.tbs, root, bad.key, bad.subject);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == yuxin::base::Code::kRefused);
  CHECK(refused.error().detail.find("serial_positive (RFC 5280 4.1.2.2)") != std::string::npos);
  CHECK(refused.error().detail.find("authority_key_identifier_present") != std::string::npos);
}

TEST_CASE("the severities have stable names") {
  CHECK(x509::lint_severity_name(x509::LintSeverity::kNotice) == "notice");
  CHECK(x509::lint_severity_name(x509::LintSeverity::kWarning) == "warning");
  CHECK(x509::lint_severity_name(x509::LintSeverity::kError) == "error");
}

}  // namespace
