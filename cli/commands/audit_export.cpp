// yuxin audit export: the evidence about one object, to hand to somebody who trusts nobody here.
#include "app/ledger_source.hpp"
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

Result<int> export_evidence(Context& context, const Arguments& arguments) {
  TRY(auto source, open_ledger_source(context, arguments));
  TRY(auto request, request_of(arguments, source));
  const auto key = request.ledger_key;
  TRY(const auto bundle, bundle_of(source, std::move(request)));
  const auto out = arguments.one("--out");
  TRY(base::write_file(out, bundle, base::Existing::kRefuse, base::Permissions::kPublic));
  if (context.options().json && out != "-") {
    context.document(base::JsonObject{{"object", arguments.one("--object")},
                                      {"file", out},
                                      {"size", bundle.size()},
                                      {"sha256", base::hex(x509::sha256(bundle))},
                                      {"key", key}});
    return 0;
  }
  context.remark(
      message("Wrote the evidence about {} to {}, {} octets. Whoever has the root certificate can verify "
              "it without us: yuxin verify {} --trust root.pem",
              arguments.one("--object"), out, bundle.size(), out));
  context.remark(message("The key of the ledger, to check its checkpoint with: {}", key));
  return 0;
}

}  // namespace

CommandSpec audit_export_command() {
  return {"audit",
          "export",
          "write everything about one object into an archive that verifies without this home",
          {{"FILE", Arity::kOne, Presence::kOptional, "FILE", "a copied yuxin.db; the home if not given"},
           {"--object", Arity::kOne, Presence::kRequired, "ID", "what it is about: issuing/3F9A…, R-1042"},
           {"--out", Arity::kOne, Presence::kRequired, "FILE", "the archive; must not exist yet"},
           {"--attach", Arity::kMany, Presence::kOptional, "FILE", "files that the acts speak of"},
           {"--key", Arity::kOne, Presence::kOptional, "FILE", "public key of the ledger; the home's if not given"}},
          {"yuxin --home city/online audit export --object issuing/3F9A77C2 --out evidence.tar"},
          export_evidence};
}

}  // namespace yuxin::cli
