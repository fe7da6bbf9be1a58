// yuxin ceremony verify: the record of a ceremony, replayed against its plan, its outputs and its signatures.
#include <algorithm>
#include <filesystem>

#include "app/ceremony/judged_record.hpp"
#include "app/ceremony/plan_source.hpp"
#include "app/ceremony/plan_view.hpp"
#include "app/digest_lines.hpp"
#include "commands.hpp"
#include "yuxin/base/file.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/keymgmt/ceremony_record.hpp"

namespace yuxin::cli {
namespace {

using base::Code;
using base::fail;
using base::message;
using base::Result;
using keymgmt::RecordReport;
using keymgmt::RecordSigner;

constexpr std::size_t kLargestFile = std::size_t{1} << 30U;

Result<keymgmt::RecordExpectations> expectations_of(const Arguments& arguments) {
  keymgmt::RecordExpectations expected;
  if (const auto file = arguments.maybe("--plan")) {
    TRY(const auto octets, base::read_file(*file, kLargestFile));
    expected.plan = x509::sha256(octets);
  }
  if (const auto text = arguments.maybe("--digest")) {
    const auto octets = base::from_hex(*text);
    x509::Digest256 digest{};
    if (!octets || octets->size() != digest.size())
      return fail(Code::kUsage, "--digest takes the 64 hexadecimal digits of the paper record, not \"{}\".", *text);
    std::ranges::copy(*octets, digest.begin());
    expected.transcript = digest;
  }
  for (const auto& file : arguments.many("--output")) {
    TRY(auto octets, base::read_file(file, kLargestFile));
    expected.outputs.emplace(std::filesystem::path(file).filename().string(), std::move(octets));
  }
  return expected;
}

base::JsonObject as_json(const RecordReport& report) {
  base::JsonArray problems;
  for (const auto& problem : report.problems)
    problems.push_back(base::JsonObject{{"problem", problem.name}, {"detail", problem.detail}});
  base::JsonArray signers;
  for (const auto& signer : report.signers) {
    base::JsonObject object{{"seat", signer.seat},
                            {"person", signer.person},
                            {"certificate", base::hex(signer.certificate)},
                            {"known_by", signer.known == RecordSigner::Known::kByPlan ? "plan" : "ceremony"}};
    if (signer.opened_at) object["opened_at"] = base::rfc3339(*signer.opened_at);
    if (signer.signed_at) object["signed_at"] = base::rfc3339(*signer.signed_at);
    signers.push_back(std::move(object));
  }
  base::JsonArray outputs;
  for (const auto& output : report.outputs) outputs.push_back(keymgmt::output_json(output));
  return {{"valid", report.problems.empty()},
          {"problems", std::move(problems)},
          {"ceremony", report.ceremony},
          {"mode", keymgmt::mode_name(report.mode)},
          {"plan", report.plan ? base::hex(report.plan->digest) : ""},
          {"transcript", report.plan ? base::hex(report.transcript) : ""},
          {"exceptions", report.exceptions},
          {"signers", std::move(signers)},
          {"outputs", std::move(outputs)}};
}

void say_signers(const Context& context, const RecordReport& report) {
  for (const auto& signer : report.signers) {
    if (!signer.signed_at) continue;
    const auto known = signer.known == RecordSigner::Known::kByPlan
                           ? message("with the certificate that the plan names")
                           : message("with a certificate first seen at the ceremony");
    context.out(labelled(signer.seat,
                         message("{} signed at {}, {}", signer.person, base::local_time(*signer.signed_at), known)));
    if (signer.opened_at)
      context.out(labelled("", message("signed the opening at {}", base::local_time(*signer.opened_at))));
  }
}

void say(const Context& context, const RecordReport& report) {
  if (report.plan) {
    context.out(report.plan->title.text());
    context.out(labelled(message("ceremony"), report.ceremony));
    if (!report.events.empty())
      context.out(labelled(message("held"),
                           message("{} to {}", base::local_time(report.began), base::local_time(report.ended))));
    for (const auto& line : digest_lines(message("plan"), report.plan->digest)) context.out(line);
    for (const auto& line : digest_lines(message("transcript"), report.transcript)) context.out(line);
    for (const auto& output : report.outputs) context.out(labelled(output.name, base::hex(output.sha256)));
    say_signers(context, report);
    context.out(labelled(message("exceptions"), std::to_string(report.exceptions)));
  }
  for (const auto& problem : report.problems) context.out(visible(message("WRONG  {}", problem.detail)));
  if (!report.problems.empty()) {
    context.remark(message("The record is not good."));
    return;
  }
  context.remark(message("The record is good: every step follows the plan, every output and every signature holds."));
  const bool unknown = std::ranges::any_of(
      report.signers, [](const RecordSigner& signer) { return signer.known == RecordSigner::Known::kByCeremony; });
  if (unknown)
    context.remark(
        message("Some signed with certificates that only this record names: compare the digest of the "
                "transcript with the paper record (--digest)."));
}

Result<int> verify(Context& context, const Arguments& arguments) {
  TRY(auto expected, expectations_of(arguments));
  TRY(const auto report, judge_record(arguments, std::move(expected)));
  if (context.options().json) {
    context.document(as_json(report));
  } else {
    say(context, report);
  }
  return report.problems.empty() ? 0 : 1;
}

}  // namespace

CommandSpec ceremony_verify_command() {
  return {"ceremony",
          "verify",
          "replay the record of a ceremony against its plan, its outputs and its signatures",
          {record_argument(),
           {"--plan", Arity::kOne, Presence::kOptional, "FILE", "the plan that was approved"},
           {"--digest", Arity::kOne, Presence::kOptional, "HEX", "the transcript's digest, from the paper record"},
           {"--output", Arity::kMany, Presence::kOptional, "FILE",
            "a file in use that must be the ceremony's output of that name"},
           practice_option()},
          {"yuxin ceremony verify ceremony.record",
           "yuxin ceremony verify ceremony.record --plan root.toml --output root.pem"},
          verify};
}

}  // namespace yuxin::cli
