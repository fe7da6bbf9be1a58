// yuxin tsa request: has a file stamped, by the home's own authority or by one that is asked over HTTP.
#include "app/fetch.hpp"
#include "app/output.hpp"
#include "app/stamp_client.hpp"
#include "app/stamp_trust.hpp"
#include "app/time_stamping.hpp"
#include "commands.hpp"
#include "yuxin/base/file.hpp"

namespace yuxin::cli {
namespace {

using base::Bytes;
using base::Code;
using base::fail;
using base::message;
using base::Result;
using x509::DigestAlgorithm;

constexpr std::size_t kLargestFile = std::size_t{4} << 30U;

Result<DigestAlgorithm> digest_of(const Arguments& arguments) {
  const auto name = arguments.one("--digest", "sha256");
  if (name == "sha256") return DigestAlgorithm::kSha256;
  if (name == "sha384") return DigestAlgorithm::kSha384;
  if (name == "sha512") return DigestAlgorithm::kSha512;
  if (name == "sm3") return DigestAlgorithm::kSm3;
  return fail(Code::kUsage, "No digest \"{}\" for time stamps. There are sha256, sha384, sha512 and sm3.", name);
}

Result<Bytes> request_of(const Arguments& arguments) {
  TRY(auto content, fetch(arguments.one("FILE"), kLargestFile));
  TRY(auto digest, digest_of(arguments));
  Bytes policy;
  if (const auto text = arguments.maybe("--policy")) {
    const auto oid = x509::oid_from_dotted(*text);
    if (!oid) return fail(Code::kUsage, "\"{}\" is no object identifier.", *text);
    policy = *oid;
  }
  const Bytes imprint = x509::digest(digest, content);
  const Bytes nonce = x509::make_time_stamp_nonce();
  return x509::make_time_stamp_request({.digest = digest, .imprint = imprint, .nonce = nonce, .policy = policy});
}

Result<Bytes> ask_home(const Context& context, base::ByteView request) {
  TRY(auto home, open_unlocked_home(context));
  TRY(auto answer, stamp_in_home(*home, request, context.actor()));
  end_work(context, *home);
  return answer;
}

Result<x509::TimeStampToken> token_of(base::ByteView answer) {
  TRY(auto response, x509::parse_time_stamp_response(answer));
  if (response.token) return *response.token;
  return fail(Code::kRefused, "The time stamp authority refused: {} {}",
              response.failure ? x509::time_stamp_failure_name(*response.failure) : std::to_string(response.status),
              response.text);
}

Result<> write(const std::string& file, base::ByteView octets) {
  return write_output(file, octets, OutputKind::kTimeStamp);
}

// check proves an answer before anything is written: that it is to this request, and by somebody trusted.
Result<x509::TimeStampEvidence> check(const x509::TimeStampToken& token, base::ByteView request,
                                      const StampTrust& trust, base::UnixTime now) {
  const auto asked = x509::parse_time_stamp_request(request);
  if (!asked || !asked->digest) return fail(Code::kInternal, "The program made a request that it cannot read.");
  TRY(x509::check_answer(token, *asked));
  TRY(auto paths, x509::PathVerifier::prepare(trust.material));
  TRY(auto evidence, x509::verify_time_stamp_imprint(token, *asked->digest, asked->imprint, paths));
  TRY(check_not_revoked(evidence, trust.lists, now));
  return evidence;
}

Result<int> request(Context& context, const Arguments& arguments) {
  const auto out = arguments.one("--out");
  TRY(auto request, request_of(arguments));
  if (arguments.has("--query-only")) {
    TRY(write(out, request));
    context.remark(message("Wrote the request to {}. Send it to a time stamp authority yourself.", out));
    return 0;
  }
  TRY(auto trust, read_stamp_trust(context, arguments));
  const auto url = arguments.maybe("--url");
  auto answer = url ? ask_stamp(*url, request) : ask_home(context, request);
  if (!answer) return tl::unexpected(std::move(answer).error());
  TRY(auto token, token_of(*answer));
  TRY(auto evidence, check(token, request, trust, context.clock().now()));
  TRY(write(out, token.der()));
  if (const auto file = arguments.maybe("--response")) TRY(write(*file, *answer));
  if (context.options().json) {
    context.document(stamp_json(token, &evidence));
  } else {
    print_stamp(context, token, &evidence);
  }
  context.remark(message("Wrote the time stamp to {}. Keep it beside the file.", out));
  return 0;
}

}  // namespace

CommandSpec tsa_request_command() {
  return {"tsa",
          "request",
          "have a file stamped with the time, and check the stamp before it is written",
          {{"FILE", Arity::kOne, Presence::kRequired, "FILE", "what is to be stamped; only its digest is sent"},
           {"--out", Arity::kOne, Presence::kRequired, "FILE", "where the token goes (DER)"},
           {"--url", Arity::kOne, Presence::kOptional, "URL", "whom to ask; the home's own authority if not given"},
           {"--digest", Arity::kOne, Presence::kOptional, "sha256|sha384|sha512|sm3", "of the file; sha256"},
           {"--policy", Arity::kOne, Presence::kOptional, "OID", "the policy that the stamp must be made under"},
           {"--trust", Arity::kMany, Presence::kOptional, "FILE",
            "roots that are trusted; those of the home if not given"},
           {"--untrusted", Arity::kMany, Presence::kOptional, "FILE", "certificates that help to build the path"},
           {"--crl", Arity::kMany, Presence::kOptional, "FILE", "lists of revoked certificates"},
           {"--response", Arity::kOne, Presence::kOptional, "FILE", "also write the whole answer there (DER)"},
           {"--query-only", Arity::kFlag, Presence::kOptional, "", "write the request, and ask nobody"}},
          {"yuxin tsa request report.pdf --url http://localhost:8080/tsa --trust root.pem --out report.tst"},
          request};
}

}  // namespace yuxin::cli
