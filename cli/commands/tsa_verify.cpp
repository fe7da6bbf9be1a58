// yuxin tsa verify: whether a file existed when a time stamp says so.
#include "app/fetch.hpp"
#include "app/stamp_trust.hpp"
#include "app/trust.hpp"
#include "commands.hpp"

namespace yuxin::cli {
namespace {

using base::Code;
using base::fail;
using base::message;
using base::Result;

constexpr std::size_t kLargestFile = std::size_t{4} << 30U;
// The clocks of those who stamp and of those who look differ a little.
constexpr base::Seconds kSkew{60};

Result<x509::TimeStampEvidence> judge(const x509::TimeStampToken& token, base::ByteView content,
                                      const StampTrust& trust, base::UnixTime at) {
  if (token.info().time > at + kSkew) {
    return fail(Code::kBadSignature, "The time stamp says {}, which is still to come.",
                base::local_time(token.info().time));
  }
  TRY(auto paths, x509::PathVerifier::prepare(trust.material));
  TRY(auto evidence, x509::verify_time_stamp(token, content, paths, trust.material.untrusted));
  TRY(check_not_revoked(evidence, trust.lists, at));
  return evidence;
}

int report_bad(const Context& context, const x509::TimeStampToken& token, const base::Error& error) {
  if (context.options().json) {
    auto document = stamp_json(token, nullptr);
    document["valid"] = false;
    document["detail"] = error.detail;
    context.document(document);
  } else {
    context.out(message("Not good: {}", error.detail));
    context.remark(message("What the stamp claims, unproven:"));
    print_stamp(context, token, nullptr);
  }
  return 1;
}

void report_good(const Context& context, const x509::TimeStampToken& token, const x509::TimeStampEvidence& evidence,
                 const std::string& file, base::UnixTime at) {
  if (context.options().json) {
    auto document = stamp_json(token, &evidence);
    document["valid"] = true;
    context.document(document);
    return;
  }
  context.out(message("Good: {} existed in this form at {}.", file, base::local_time(evidence.time)));
  print_stamp(context, token, &evidence);
  if (evidence.authority.not_after() < at) {
    context.remark(
        message("The authority's certificate has expired since. Have the stamp itself stamped before its "
                "algorithms grow weak."));
  }
}

Result<int> verify(Context& context, const Arguments& arguments) {
  const auto file = arguments.one("FILE");
  TRY(auto at, read_moment(arguments.maybe("--at"), context.clock().now()));
  TRY(auto content, fetch(file, kLargestFile));
  TRY(auto token, read_stamp(arguments.one("--token")));
  TRY(auto trust, read_stamp_trust(context, arguments));
  const auto evidence = judge(token, content, trust, at);
  if (evidence) {
    report_good(context, token, *evidence, file, at);
    return 0;
  }
  const auto code = evidence.error().code;
  if (code != Code::kBadSignature && code != Code::kNotFound) return tl::unexpected(evidence.error());
  return report_bad(context, token, evidence.error());
}

}  // namespace

CommandSpec tsa_verify_command() {
  return {
      "tsa",
      "verify",
      "check that a file existed when its time stamp says; exit 1 when that is not proven",
      {{"FILE", Arity::kOne, Presence::kRequired, "FILE", "what was stamped"},
       {"--token", Arity::kOne, Presence::kRequired, "FILE", "the time stamp, or the answer that it came in (DER)"},
       {"--trust", Arity::kMany, Presence::kOptional, "FILE",
        "roots that are trusted; those of the home if not given"},
       {"--untrusted", Arity::kMany, Presence::kOptional, "FILE", "certificates that help to build the path"},
       {"--crl", Arity::kMany, Presence::kOptional, "FILE", "lists of revoked certificates"},
       {"--at", Arity::kOne, Presence::kOptional, "TIME", "judge as of then; now if not given"}},
      {"yuxin tsa verify report.pdf --token report.tst --trust root.pem"},
      verify};
}

}  // namespace yuxin::cli
