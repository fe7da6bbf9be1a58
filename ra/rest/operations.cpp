#include "operations.hpp"

#include <algorithm>
#include <charconv>

#include "yuxin/base/text.hpp"

namespace yuxin::ra::rest {

using base::Code;
using base::fail;
using base::Result;
using In = Parameter::In;
using Kind = Parameter::Kind;

namespace {

using enum Operation::Access;
using enum Operation::Repeat;

std::vector<Operation> table() {
  const Parameter cursor{In::kQuery, "cursor", Kind::kCursor, {}, 0, "as the page before names it in \"next\""};
  const Parameter limit{In::kQuery, "limit", Kind::kNumber, {}, 500, "how many at most; 100, if nothing is said"};
  const Parameter one_case{In::kPath, "case", Kind::kText, {}, 0, "number of a case: R-1042"};
  const Parameter serial{In::kPath, "serial", Kind::kText, {}, 0, "serial number, hexadecimal"};
  return {
      {"GET",
       "/v1/openapi.json",
       "document",
       "this document",
       kAnyone,
       {},
       "",
       "",
       "application/json",
       kAsOften,
       show_document},
      {"GET",
       "/v1/problems/{problem}",
       "problem",
       "what the type of a refusal means",
       kAnyone,
       {{In::kPath, "problem", Kind::kText, {}, 0, "the last part of a refusal's type"}},
       "",
       "ProblemKind",
       "application/json",
       kAsOften,
       show_problem_kind},
      {"GET",
       "/v1/status",
       "status",
       "who you are here and which roles you hold",
       kCertificate,
       {},
       "",
       "Status",
       "application/json",
       kAsOften,
       show_status},
      {"GET",
       "/v1/organisations",
       "organisations",
       "the organisations by whose codes a registration point is named",
       kCertificate,
       {},
       "",
       "Organisations",
       "application/json",
       kAsOften,
       list_organisations},
      {"GET",
       "/v1/profiles",
       "profiles",
       "the kinds of certificates that can be applied for",
       kCertificate,
       {},
       "",
       "Profiles",
       "application/json",
       kAsOften,
       list_profiles},
      {"GET",
       "/v1/profiles/{profile}",
       "profile",
       "one of them, with its text",
       kCertificate,
       {{In::kPath, "profile", Kind::kText, {}, 0, "its name"}},
       "",
       "Profile",
       "application/json",
       kAsOften,
       show_profile},
      {"GET",
       "/v1/workflows",
       "workflows",
       "the workflows in force",
       kCertificate,
       {},
       "",
       "Workflows",
       "application/json",
       kAsOften,
       list_workflows},
      {"GET",
       "/v1/workflows/{workflow}",
       "workflow",
       "one workflow with its text: as it is in force, by its name, or "
       "as a case began with it, by its digest",
       kCertificate,
       {{In::kPath, "workflow", Kind::kText, {}, 0, "its name, or the SHA-256 digest of its text"}},
       "",
       "Workflow",
       "application/json",
       kAsOften,
       show_workflow},
      {"GET",
       "/v1/cases",
       "cases",
       "the cases that you may see, in the order of their coming",
       kCertificate,
       {{In::kQuery, "workflow", Kind::kText, {}, 0, "of this workflow only"},
        {In::kQuery, "state", Kind::kText, {}, 0, "in this state only"},
        {In::kQuery, "which", Kind::kWord, {"open", "closed", "all"}, 0, "open, if nothing is said"},
        {In::kQuery, "whose", Kind::kWord, {"anybody", "mine"}, 0, "mine: those that wait for your step"},
        limit,
        cursor},
       "",
       "CasePage",
       "application/json",
       kAsOften,
       list_cases},
      {"GET",
       "/v1/cases/{case}",
       "case",
       "one case with its steps and files",
       kCertificate,
       {one_case},
       "",
       "Case",
       "application/json",
       kAsOften,
       show_case},
      {"GET",
       "/v1/cases/{case}/files/{sha256}",
       "file",
       "a file that was attached",
       kCertificate,
       {one_case, {In::kPath, "sha256", Kind::kText, {}, 0, "SHA-256 digest of the file"}},
       "",
       "",
       "application/octet-stream",
       kAsOften,
       give_file},
      {"GET",
       "/v1/cases/{case}/certificate",
       "case-certificate",
       "the certificate that was issued upon a case (PEM)",
       kCertificate,
       {one_case,
        {In::kQuery, "chain", Kind::kWord, {"no", "yes"}, 0, "yes: and the authorities above it, without the root"}},
       "",
       "",
       "application/pem-certificate-chain",
       kAsOften,
       give_case_certificate},
      {"GET",
       "/v1/cases/{case}/answer",
       "case-answer",
       "the request that was brought with the one-time code of an invitation",
       kCertificate,
       {one_case},
       "",
       "Answered",
       "application/json",
       kAsOften,
       show_answer},
      {"POST",
       "/v1/invitations",
       "answer-invitation",
       "answers an invitation with its one-time code: brings the request, or asks after the certificate with the "
       "same "
       "one again",
       kAnyone,
       {},
       "InvitationAnswer",
       "InvitationState",
       "application/json",
       kAsOften,
       take_answer,
       Operation::Pace::kSlow},
      {"POST",
       "/v1/steps",
       "draft",
       "drafts a step: gives the act to be signed, and judges whether it can be one",
       kCertificate,
       {},
       "StepWish",
       "Draft",
       "application/json",
       kWithKey,
       draft_step},
      {"POST",
       "/v1/acts",
       "take",
       "hands in a signed act: it is verified, judged, kept, and carried out",
       kCertificate,
       {},
       "Submission",
       "Taken",
       "application/json",
       kWithKey,
       take_act},
      {"GET",
       "/v1/certificates",
       "certificates",
       "the certificates in the scope of your roles, and your own",
       kCertificate,
       {{In::kQuery, "profile", Kind::kText, {}, 0, "of this profile only"},
        {In::kQuery, "state", Kind::kWord, {"good", "revoked", "on-hold"}, 0, "in this state only"},
        {In::kQuery, "text", Kind::kText, {}, 0, "found in subject, names, or at the beginning of the serial number"},
        limit,
        cursor},
       "",
       "CertificatePage",
       "application/json",
       kAsOften,
       list_certificates},
      {"GET",
       "/v1/certificates/{serial}",
       "certificate",
       "one certificate",
       kCertificate,
       {serial},
       "",
       "Certificate",
       "application/json",
       kAsOften,
       show_certificate},
      {"GET",
       "/v1/certificates/{serial}/pem",
       "pem",
       "its octets (PEM)",
       kCertificate,
       {serial},
       "",
       "",
       "application/pem-certificate-chain",
       kAsOften,
       give_certificate},
  };
}

// match fills in the parameters of a path.
bool match(std::string_view pattern, const Target& target, std::map<std::string, std::string, std::less<>>& values) {
  const auto parts = base::split(pattern.substr(1), '/');
  if (parts.size() != target.path.size()) return false;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts[i].starts_with('{')) {
      if (target.path[i].empty()) return false;
      values[std::string(parts[i].substr(1, parts[i].size() - 2))] = target.path[i];
    } else if (parts[i] != target.path[i]) {
      return false;
    }
  }
  return true;
}

bool is_number(std::string_view text, std::int64_t most) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() && number >= 1 && (most == 0 || number <= most);
}

}  // namespace

std::string Call::text(std::string_view name) const {
  const auto found = query.find(name);
  return found == query.end() ? std::string() : found->second;
}

std::int64_t Call::number(std::string_view name, std::int64_t otherwise) const {
  const auto found = query.find(name);
  if (found == query.end()) return otherwise;
  std::int64_t value = otherwise;
  std::from_chars(found->second.data(), found->second.data() + found->second.size(), value);
  return value;
}

std::span<const Operation> operations() {
  static const auto kTable = table();
  return kTable;
}

Found find_operation(std::string_view method, const Target& target) {
  Found found;
  for (const auto& operation : operations()) {
    std::map<std::string, std::string, std::less<>> values;
    if (!match(operation.path, target, values)) continue;
    found.allowed.emplace_back(operation.method);
    if (operation.method != method) continue;
    found.operation = &operation;
    found.path = std::move(values);
  }
  return found;
}

Result<> check_query(const Operation& operation, const Target& target) {
  for (const auto& [name, value] : target.query) {
    const auto parameter = std::ranges::find_if(operation.parameters, [&](const Parameter& candidate) {
      return candidate.in == In::kQuery && candidate.name == name;
    });
    if (parameter == operation.parameters.end())
      return fail(Code::kUsage, "\"{}\" is no parameter of {}.", name, operation.path);
    switch (parameter->kind) {
      case Kind::kText:
        if (value.empty()) return fail(Code::kUsage, "\"{}\" is empty; leave it out.", name);
        break;
      case Kind::kNumber:
        if (!is_number(value, parameter->most))
          return fail(Code::kUsage, "\"{}\" takes a number from 1 to {}.", name, parameter->most);
        break;
      case Kind::kCursor:
        if (!is_number(value, 0))
          return fail(Code::kUsage, "\"{}\" takes what the page before named in \"next\".", name);
        break;
      case Kind::kWord:
        if (std::ranges::find(parameter->words, value) == parameter->words.end())
          return fail(Code::kUsage, "\"{}\" of \"{}\" is not known; see /v1/openapi.json.", value, name);
        break;
    }
  }
  return {};
}

}  // namespace yuxin::ra::rest
