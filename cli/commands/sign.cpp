// yuxin sign: a file becomes a signed message.
#include <fmt/format.h>

#include "app/evidence_view.hpp"
#include "app/identity.hpp"
#include "app/signature_check.hpp"
#include "app/stamp_client.hpp"
#include "app/trust.hpp"
#include "commands.hpp"
#include "yuxin/base/file.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/x509/cms.hpp"

namespace yuxin::cli {
namespace {

using base::Code;
using base::fail;
using base::message;
using base::Result;

struct SignOrder {
  std::string file;
  std::string out;
  x509::CmsForm form = x509::CmsForm::kRfc5652;
  x509::CmsContent content = x509::CmsContent::kAttached;
  enum class Encoding { kDer, kPem } encoding = Encoding::kDer;
};

Result<SignOrder> order_of(const Arguments& arguments) {
  SignOrder order;
  order.file = arguments.one("FILE");
  if (arguments.has("--detached")) order.content = x509::CmsContent::kDetached;
  if (arguments.has("--pem")) order.encoding = SignOrder::Encoding::kPem;
  const auto form = arguments.one("--form", "cms");
  if (form != "cms" && form != "gm") return fail(Code::kUsage, "No form \"{}\"; there are cms and gm.", form);
  if (form == "gm") order.form = x509::CmsForm::kGm;
  const bool detached = order.content == x509::CmsContent::kDetached;
  order.out = arguments.one("--out", order.file == "-" ? "-" : order.file + (detached ? ".p7s" : ".p7m"));
  return order;
}

Result<> check_identity(const keymgmt::Identity& identity, base::UnixTime now) {
  const auto& certificate = identity.certificate;
  if (now < certificate.not_before() || now > certificate.not_after()) {
    return fail(Code::kRefused, "Not signed: the certificate of {} is valid from {} to {} only. Ask for a new one.",
                certificate.subject().text(), base::local_time(certificate.not_before()),
                base::local_time(certificate.not_after()));
  }
  if (!can_sign(certificate) || !is_for_documents(certificate)) {
    return fail(
        Code::kRefused,
        "Not signed: the certificate of {} is not for signing documents, and whoever verified it would refuse "
        "it. Take the signature certificate of a person or an organisation.",
        certificate.subject().text());
  }
  return {};
}

// What is signed with this command could pass for an act that its signer never meant to do.
Result<> check_content(base::ByteView content) {
  if (!looks_like_act(content)) return {};
  return fail(
      Code::kRefused,
      "Not signed: this is the statement of an act (a JSON object with the member \"act\"), and signed as a "
      "document it could pass for one. An act is signed by the command that it is for, such as yuxin role grant, "
      "which shows what it says.");
}

base::Bytes encoded(base::Bytes der, SignOrder::Encoding encoding) {
  if (encoding == SignOrder::Encoding::kDer) return der;
  return base::to_bytes(base::as_bytes(base::pem("CMS", der)));
}

// The chain that others need to get from the signer to a root that they trust: what the identity brings, and what was
// named.
Result<std::vector<x509::Certificate>> chain_of(const Arguments& arguments, const keymgmt::Identity& identity) {
  auto chain = identity.chain;
  for (const auto& place : arguments.many("--chain")) {
    TRY(const auto more, read_certificates(place));
    chain.insert(chain.end(), more.begin(), more.end());
  }
  return chain;
}

// A time stamp over the signature (RFC 3161 appendix A) proves later that it was there before the certificate ended.
Result<base::Bytes> stamped(const base::Bytes& message_der, const std::string& url) {
  TRY(const auto parsed, x509::SignedData::from_bytes(message_der));
  TRY(const auto token, stamp_over_http(url, parsed.signers().front().signature));
  x509::CmsAdditions additions;
  additions.unsigned_attributes.push_back(
      {base::to_bytes(x509::oid::kTimeStampToken), {base::to_bytes(token.der())}});
  return x509::add_to_message(parsed, 0, additions);
}

Result<int> sign(Context& context, const Arguments& arguments) {
  TRY(const auto order, order_of(arguments));
  TRY(const auto content, base::read_file(order.file));
  TRY(check_content(content));
  TRY(const auto identity, open_identity(context));
  const auto now = context.clock().now();
  TRY(check_identity(identity, now));
  const auto digest = x509::sha256(content);
  context.remark(labelled(message("file"), fmt::format("{}  {}", order.file, message("{} octets", content.size()))));
  context.remark(labelled("SHA-256", base::hex(digest)));
  context.remark(labelled(message("signer"), identity.certificate.subject().text()));
  x509::CmsSignOptions options;
  options.form = order.form;
  options.content = order.content;
  options.signing_time = now;
  TRY(options.chain, chain_of(arguments, identity));
  TRY(auto signed_data, x509::sign_message(content, {{identity.certificate, identity.signer}}, options));
  if (const auto url = arguments.maybe("--time-stamp")) {
    TRY(signed_data, stamped(signed_data, *url));
  }
  TRY(base::write_file(order.out, encoded(std::move(signed_data), order.encoding),
                       arguments.has("--force") ? base::Existing::kReplace : base::Existing::kRefuse,
                       base::Permissions::kPublic));
  if (context.options().json) {
    context.document(base::JsonObject{{"file", order.file},
                                      {"out", order.out},
                                      {"sha256", base::hex(digest)},
                                      {"signer", identity.certificate.subject().text()},
                                      {"signing_time", base::rfc3339(now)}});
    return 0;
  }
  context.remark(message("Signed {} as {}: {}", order.file, identity.certificate.subject().text(), order.out));
  return 0;
}

}  // namespace

CommandSpec sign_command() {
  return {"sign",
          "",
          "sign a file with the key of --as; the result is a CMS message that other programs verify too",
          {{"FILE", Arity::kOne, Presence::kRequired, "FILE", "what is signed; - is standard input"},
           {"--detached", Arity::kFlag, Presence::kOptional, "", "leave the content out of the message"},
           {"--form", Arity::kOne, Presence::kOptional, "cms|gm",
            "RFC 5652, or the form of GM/T 0010 for SM2 keys; cms if not given"},
           {"--chain", Arity::kMany, Presence::kOptional, "FILE",
            "certificates of authorities that others need to verify it, put into the message"},
           {"--time-stamp", Arity::kOne, Presence::kOptional, "URL",
            "have the signature stamped by this time-stamping authority"},
           {"--pem", Arity::kFlag, Presence::kOptional, "", "write PEM instead of DER"},
           {"--force", Arity::kFlag, Presence::kOptional, "", "replace the file that --out names"},
           out_option("where the message goes; FILE.p7m or FILE.p7s if not given")},
          {"yuxin --as officer.p12 sign notice.pdf --detached --out notice.p7s",
           "yuxin --as officer.pem,officer.key sign notice.pdf --time-stamp http://pki.city.example/tsa"},
          sign,
          CommandSpec::Identity::kTaken};
}

}  // namespace yuxin::cli
