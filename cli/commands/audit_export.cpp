// yuxin audit export: the evidence about one object, to hand to somebody who trusts nobody here.
#include "app/ledger_certificate.hpp"
#include "app/ledger_source.hpp"
#include "app/unlocking.hpp"
#include "commands.hpp"
#include "yuxin/base/file.hpp"
#include "yuxin/evidence/bundle.hpp"

namespace yuxin::cli {
namespace {

using base::Code;
using base::fail;
using base::message;
using base::Result;

Result<evidence::BundleRequest> request_of(const Arguments& arguments, const LedgerSource& source) {
  evidence::BundleRequest request;
  request.object = arguments.one("--object");
  request.ledger_key = evidence::verifier_key(source.origin, source.key);
  TRY(request.ledger_certificates, ledger_certificates(*source.store, source.key));
  for (const auto& file : arguments.many("--attach")) {
    TRY(auto octets, base::read_file(file));
    request.attachments.push_back(std::move(octets));
  }
  return request;
}

Result<base::Bytes> bundle_of(const LedgerSource& source, evidence::BundleRequest request) {
  base::Bytes bundle;
  TRY(source.store->read([&](store::Reader& reader) -> Result<> {
    TRY(auto kept, evidence::kept_checkpoint(reader));
    if (!kept) {
      return fail(
          Code::kNotFound,
          "No checkpoint of this ledger was signed yet. Sign one: yuxin audit checkpoint --passphrase-file FILE");
    }
    request.checkpoint = std::move(kept->note);
    request.checkpoint_time_stamp = std::move(kept->time_stamp);
    TRY(bundle, evidence::make_bundle(reader, request));
    return {};
  }));
  return bundle;
}

// A home of an earlier version has no certificate of its ledger yet, and gets one where its keys can be used.
Result<> certify_ledger(Context& context, const Arguments& arguments) {
  if (arguments.has("FILE") || !names_an_unlocking(context)) return {};
  TRY(auto home, open_unlocked_home(context));
  TRY(keep_ledger_certificate(*home, context.actor()));
  return home->checkpoint();
}

Result<int> export_evidence(Context& context, const Arguments& arguments) {
  TRY(certify_ledger(context, arguments));
  TRY(auto source, open_ledger_source(context, arguments));
  TRY(auto request, request_of(arguments, source));
  const auto key = request.ledger_key;
  const bool certified = !request.ledger_certificates.empty();
  TRY(const auto bundle, bundle_of(source, std::move(request)));
  const auto out = arguments.one("--out");
  TRY(base::write_file(out, bundle, base::Existing::kRefuse, base::Permissions::kPublic));
  if (context.options().json && out != "-") {
    context.document(base::JsonObject{{"object", arguments.one("--object")},
                                      {"file", out},
                                      {"size", bundle.size()},
                                      {"sha256", base::hex(x509::sha256(bundle))},
                                      {"certified", certified},
                                      {"key", key}});
    return 0;
  }
  context.remark(
      message("Wrote the evidence about {} to {}, {} octets.", arguments.one("--object"), out, bundle.size()));
  if (certified) {
    context.remark(
        message("Whoever has the root certificate can verify it without us: yuxin verify {} --trust root.pem", out));
  } else {
    context.remark(
        message("No authority here has certified the ledger's key, so whoever verifies it needs that key "
                "too: yuxin verify {} --trust root.pem --ledger-key {}",
                out, key));
  }
  return 0;
}

}  // namespace

CommandSpec audit_export_command() {
  return {"audit",
          "export",
          "write everything about one object into an archive that verifies with the root certificate alone",
          {{"FILE", Arity::kOne, Presence::kOptional, "FILE", "a copied yuxin.db; the home if not given"},
           {"--object", Arity::kOne, Presence::kRequired, "ID", "what it is about: issuing/3F9A…, R-1042"},
           {"--out", Arity::kOne, Presence::kRequired, "FILE", "the archive; must not exist yet"},
           {"--attach", Arity::kMany, Presence::kOptional, "FILE", "files that the acts speak of"},
           {"--key", Arity::kOne, Presence::kOptional, "FILE", "public key of the ledger; the home's if not given"}},
          {"yuxin --home city/online audit export --object issuing/3F9A77C2 --out evidence.tar"},
          export_evidence};
}

}  // namespace yuxin::cli
