// What is served below /v1/: one table, by which requests are routed and the OpenAPI document is written.
#include "operations.hpp"

namespace yuxin::ra::rest {

using In = Parameter::In;
using Kind = Parameter::Kind;

namespace {

using enum Operation::Access;
using enum Operation::Repeat;

Parameter page_cursor() {
  return {In::kQuery, "cursor", Kind::kCursor, {}, 0, "as the page before names it in \"next\""};
}
Parameter page_limit() {
  return {In::kQuery, "limit", Kind::kNumber, {}, 500, "how many at most; 100, if nothing is said"};
}

// What the interface and the authority are.
std::vector<Operation> telling() {
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
  };
}

std::vector<Operation> of_cases() {
  const Parameter one_case{In::kPath, "case", Kind::kText, {}, 0, "number of a case: R-1042"};
  return {
      {"GET",
       "/v1/cases",
       "cases",
       "the cases that you may see, in the order of their coming",
       kCertificate,
       {{In::kQuery, "workflow", Kind::kText, {}, 0, "of this workflow only"},
        {In::kQuery, "state", Kind::kText, {}, 0, "in this state only"},
        {In::kQuery, "which", Kind::kWord, {"open", "closed", "all"}, 0, "open, if nothing is said"},
        {In::kQuery, "whose", Kind::kWord, {"anybody", "mine"}, 0, "mine: those that wait for your step"},
        page_limit(),
        page_cursor()},
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
  };
}

// What changes something.
std::vector<Operation> taking() {
  return {
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
  };
}

std::vector<Operation> of_certificates() {
  const Parameter serial{In::kPath, "serial", Kind::kText, {}, 0, "serial number, hexadecimal"};
  return {
      {"GET",
       "/v1/certificates",
       "certificates",
       "the certificates in the scope of your roles, and your own",
       kCertificate,
       {{In::kQuery, "profile", Kind::kText, {}, 0, "of this profile only"},
        {In::kQuery, "state", Kind::kWord, {"good", "revoked", "on-hold"}, 0, "in this state only"},
        {In::kQuery, "text", Kind::kText, {}, 0, "found in subject, names, or at the beginning of the serial number"},
        page_limit(),
        page_cursor()},
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

std::vector<Operation> table() {
  auto all = telling();
  for (auto&& part : {of_cases(), taking(), of_certificates()}) all.insert(all.end(), part.begin(), part.end());
  return all;
}

}  // namespace

std::span<const Operation> operations() {
  static const auto kTable = table();
  return kTable;
}

}  // namespace yuxin::ra::rest
