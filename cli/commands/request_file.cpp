// yuxin request file, certificate
#include <algorithm>

#include "app/case_view.hpp"
#include "app/desk_side.hpp"
#include "app/output.hpp"
#include "commands.hpp"
#include "yuxin/base/file.hpp"
#include "yuxin/base/text.hpp"

namespace yuxin::cli {
namespace {

using base::Code;
using base::fail;
using base::message;
using base::Result;

// A file is named by its label, its own name, or the number before it in `request show`.
Result<FileNote> file_named(const CaseSeen& seen, const std::string& name) {
  std::vector<FileNote> found;
  std::vector<std::string> known;
  for (std::size_t i = 0; i < seen.files.size(); ++i) {
    const auto& file = seen.files[i];
    known.push_back(message("{}: {} ({})", i + 1, file.name, file.label));
    if (file.label == name || file.name == name || std::to_string(i + 1) == name) found.push_back(file);
  }
  const auto& id = seen.item.standing.of.id;
  if (known.empty()) return fail(Code::kNotFound, "Nothing is attached to case {}.", id);
  if (found.empty())
    return fail(Code::kNotFound, "Case {} has no file \"{}\". There are: {}", id, name, base::join(known, "; "));
  const bool several =
      std::ranges::any_of(found, [&](const auto& one) { return one.digest != found.front().digest; });
  if (several)
    return fail(Code::kConflict, "Several files of case {} are called \"{}\". Say which by its number: {}", id, name,
                base::join(known, "; "));
  return found.front();
}

Result<int> file(Context& context, const Arguments& arguments) {
  TRY(const auto side, open_desk_side(context, arguments, DeskUse::kLook));
  TRY(const auto seen, side->look(arguments.one("CASE")));
  TRY(const auto note, file_named(seen, arguments.one("FILE")));
  const auto out = arguments.one("--out", "-");
  if (out != "-") TRY(check_new_output(out));
  TRY(const auto octets, side->file(seen.item.standing.of.id, note.digest));
  TRY(base::write_file(out, octets, base::Existing::kRefuse, base::Permissions::kPrivate));
  if (out == "-") return 0;
  if (context.options().json) {
    context.document(base::JsonObject{{"case", seen.item.standing.of.id},
                                      {"label", note.label},
                                      {"name", note.name},
                                      {"size", note.size},
                                      {"sha256", base::hex(note.digest)},
                                      {"file", out}});
  }
  context.remark(message("{}, {} octets, written to {}.", note.name, note.size, out));
  return 0;
}

Result<int> certificate(Context& context, const Arguments& arguments) {
  TRY(const auto side, open_desk_side(context, arguments, DeskUse::kLook));
  const auto id = arguments.one("CASE");
  const auto out = arguments.one("--out", "-");
  TRY(check_output(out, OutputKind::kCertificate));
  TRY(const auto chain, side->issued(id));
  std::string text = chain.front().pem();
  if (arguments.has("--chain")) {
    for (std::size_t i = 1; i < chain.size(); ++i) text += chain[i].pem();
  }
  TRY(write_output(out, base::as_bytes(text), OutputKind::kCertificate));
  if (out == "-") return 0;
  const auto serial = chain.front().serial();
  const auto digits = serial ? serial->hex() : std::string();
  if (context.options().json) context.document(base::JsonObject{{"case", id}, {"serial", digits}, {"file", out}});
  context.remark(message("Certificate {} written to {}.", digits, out));
  return 0;
}

OptionSpec case_argument() { return {"CASE", Arity::kOne, Presence::kRequired, "CASE", "its number: R-1042"}; }

}  // namespace

std::vector<CommandSpec> request_file_commands() {
  return {
      {"request",
       "file",
       "write a file that is attached to a case",
       {case_argument(),
        {"FILE", Arity::kOne, Presence::kRequired, "FILE",
         "its label, name or number, as yuxin request show names it"},
        out_option("where to write it; standard output if not given")},
       {"yuxin --server https://ra.city.example:8443 --trust root.pem --as officer.p12 request file R-1042 identity "
        "--out id.pdf"},
       file,
       CommandSpec::Identity::kTaken,
       CommandSpec::Server::kTaken},
      {"request",
       "certificate",
       "write the certificate that was issued upon a case",
       {case_argument(),
        out_option("where to write it; standard output if not given"),
        {"--chain", Arity::kFlag, Presence::kOptional, "", "write the authorities' certificates behind it"}},
       {"yuxin --server https://ra.city.example:8443 --trust root.pem --as officer.p12 request certificate R-1042 "
        "--chain --out wei.pem"},
       certificate,
       CommandSpec::Identity::kTaken,
       CommandSpec::Server::kTaken}};
}

}  // namespace yuxin::cli
