// A lint rule tried: a certificate that keeps it and one that breaks it and nothing else.
#pragma once

#include <doctest/doctest.h>

#include <span>
#include <string>

#include "tbs_mould.hpp"
#include "yuxin/x509/lint.hpp"

namespace yuxin::test {

// findings lists the rules that a mould breaks, under the root of root_mould, with blanks between them.
inline std::string findings(const TbsMould& mould) {
  static const x509::Certificate kRoot = root_mould().certificate();
  const Bytes der = mould.build();
  const auto tbs = x509::parse_tbs_certificate(der);
  if (!tbs) return "(the TBSCertificate does not parse)";
  std::string rules;
  for (const auto& finding : x509::lint_tbs(*tbs, &kRoot)) {
    CHECK_FALSE(finding.message.empty());
    rules += (rules.empty() ? "" : " ") + std::string(finding.rule);
  }
  return rules;
}

struct LintCase {
  const char* rule;
  TbsMould (*mould)();
  void (*keep)(TbsMould& mould);   // changes that the rule is about, and that it allows
  void (*spoil)(TbsMould& mould);  // changes that it does not allow
};

inline void as_it_is(TbsMould& /*mould*/) {}

inline void try_cases(std::span<const LintCase> cases) {
  for (const auto& [name, mould, keep, spoil] : cases) {
    const std::string rule(name);
    CAPTURE(rule);
    TbsMould good = mould();
    keep(good);
    CHECK(findings(good) == "");
    TbsMould bad = mould();
    spoil(bad);
    CHECK(findings(bad) == rule);
  }
}

}  // namespace yuxin::test
