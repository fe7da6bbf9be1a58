// yuxin audit checkpoint: signing, showing, printing, and taking in what witnesses said.
#include <algorithm>

#include "app/checkpoint_page.hpp"
#include "app/checkpoint_stamp.hpp"
#include "app/home.hpp"
#include "app/ledger_certificate.hpp"
#include "app/ledger_source.hpp"
#include "app/output.hpp"
#include "app/trial.hpp"
#include "app/unlocking.hpp"
#include "commands.hpp"
#include "yuxin/base/file.hpp"

namespace yuxin::cli {
namespace {

using base::Code;
using base::fail;
using base::message;
using base::Result;
using evidence::KeptCheckpoint;

// Opened is a kept checkpoint with what it proves.
struct Opened {
  KeptCheckpoint kept;
  evidence::Checkpoint checkpoint;
  std::vector<evidence::Cosignature> cosignatures;  // of the witnesses in the settings
  std::optional<CheckpointTrust::Verdict> time_stamp;
};

Result<std::optional<std::int64_t>> size_option(const Arguments& arguments) {
  if (!arguments.has("--size")) return std::optional<std::int64_t>();
  TRY(const auto size, number_option(arguments, "--size", 0));
  return std::optional(size);
}

Result<KeptCheckpoint> find_kept(const LedgerSource& source, std::optional<std::int64_t> size) {
  std::optional<KeptCheckpoint> found;
  TRY(source.store->read([&](store::Reader& reader) -> Result<> {
    TRY(found, evidence::kept_checkpoint(reader, size));
    return {};
  }));
  if (found) return std::move(*found);
  if (size) return fail(Code::kNotFound, "No checkpoint of {} records was signed.", *size);
  return fail(Code::kNotFound,
              "No checkpoint of this ledger was signed yet. Sign one: yuxin audit checkpoint --passphrase-file FILE");
}

Result<Opened> open_kept(const LedgerSource& source, std::optional<std::int64_t> size) {
  Opened opened;
  TRY(opened.kept, find_kept(source, size));
  TRY(opened.checkpoint, open_own(source, opened.kept.note));
  TRY(opened.cosignatures, evidence::check_cosignatures(opened.kept.note, witnesses_of(source.config)));
  if (opened.kept.time_stamp.empty()) return opened;
  TRY(const auto trust, CheckpointTrust::of(source, {}));
  TRY(opened.time_stamp, trust.check(opened.kept.note, opened.kept.time_stamp));
  return opened;
}

// Added is what a file brings to a checkpoint that is kept here.
struct Added {
  KeptCheckpoint to;
  std::vector<evidence::Cosignature> fresh;
};

// The file is a countersigned checkpoint, or only the lines of witnesses, which is what C2SP tlog-witness answers.
Result<Added> added_of(const LedgerSource& source, const Arguments& arguments) {
  const auto witnesses = witnesses_of(source.config);
  if (witnesses.empty()) {
    return fail(Code::kConflict,
                "No witnesses are known here. Put their keys into {}/yuxin.toml: [ledger] witnesses = "
                "[\"NAME+HASH+KEY\"].",
                source.home);
  }
  TRY(const auto octets, base::read_file(arguments.one("--add"), 1U << 20U));
  const auto text = base::as_text(octets);
  TRY(auto size, size_option(arguments));
  Added added;
  std::string note;
  if (text.starts_with("\xe2\x80\x94 ")) {
    TRY(added.to, find_kept(source, size));
    TRY(const auto own, evidence::checkpoint_body(added.to.note));
    note = own + "\n" + std::string(text);
  } else {
    note = evidence::note_from_paper(text);
    TRY(const auto checkpoint, open_own(source, note));
    TRY(added.to, find_kept(source, checkpoint.head.size));
    TRY(const auto given, evidence::checkpoint_body(note));
    TRY(const auto own, evidence::checkpoint_body(added.to.note));
    if (own != given) {
      return fail(
          Code::kIntegrity,
          "The ledger's key signed two checkpoints of {} records: the one given is not the one kept here. Keep "
          "both, and find out who had access to the key.",
          checkpoint.head.size);
    }
  }
  TRY(open_own(source, added.to.note));
  TRY(auto good, evidence::check_cosignatures(note, witnesses));
  if (good.empty()) {
    return fail(Code::kRefused,
                "{} bears no co-signature of a witness that {}/yuxin.toml names. Nothing was changed.",
                arguments.one("--add"), source.home);
  }
  for (auto& cosignature : good) {
    if (added.to.note.find(cosignature.line) == std::string::npos) added.fresh.push_back(std::move(cosignature));
  }
  return added;
}

Result<int> add(Context& context, const Arguments& arguments) {
  const bool dry = arguments.has("--dry-run");
  TRY(auto home, open_home(context, dry ? Home::Access::kRead : Home::Access::kWrite));
  TRY(const auto source, ledger_of(*home));
  TRY(const auto added, added_of(source, arguments));
  if (!dry && !added.fresh.empty()) {
    TRY(home->store().write([&](store::Writer& writer) -> Result<> {
      for (const auto& cosignature : added.fresh) TRY(evidence::add_cosignature(writer, added.to, cosignature.line));
      return {};
    }));
  }
  base::JsonArray witnesses;
  for (const auto& cosignature : added.fresh) witnesses.emplace_back(cosignature.witness);
  if (context.options().json) {
    context.document(base::JsonObject{{"records", added.to.size}, {"added", std::move(witnesses)}, {"dry_run", dry}});
    return 0;
  }
  for (const auto& cosignature : added.fresh) {
    const auto time = base::local_time(cosignature.time);
    context.out(dry ? message("Would add the co-signature of {} at {} to the checkpoint of {} records.",
                              cosignature.witness, time, added.to.size)
                    : message("Added the co-signature of {} at {} to the checkpoint of {} records.",
                              cosignature.witness, time, added.to.size));
  }
  if (added.fresh.empty()) context.remark(message("Every co-signature is there already; nothing was changed."));
  return 0;
}

// A time stamp is worth having and nothing to fail for: the checkpoint is signed, and the next call asks again.
void add_stamp(const Context& context, const LedgerSource& source) {
  const auto stamps = foreign_stamp_source(source.config.ledger);
  if (!stamps) return;
  const auto stamped = stamp_newest(source, *stamps);
  if (!stamped) context.remark(message("No time stamp came: {}", stamped.error().detail));
}

std::string stamp_text(const CheckpointTrust::Verdict& stamp) {
  return stamp.standing == CheckpointTrust::Verdict::Authority::kTrusted
             ? message("Time-stamped at {} by {}.", base::local_time(stamp.time), stamp.authority)
             : message("Time-stamped at {} by {}, whom nobody here vouches for.", base::local_time(stamp.time),
                       stamp.authority);
}

// Whoever kept a checkpoint kept it to compare the next one with; --force replaces one, and nothing else.
Result<> check_place(const Arguments& arguments, const std::string& file, OutputKind kind) {
  return arguments.has("--force") ? check_output(file, kind) : check_unused_output(file);
}

Result<LedgerSource> source_of(Context& context) {
  // signing needs the ledger's key; without a passphrase the latest one is given
  if (names_an_unlocking(context)) {
    TRY(auto home, open_unlocked_home(context));
    TRY(keep_ledger_certificate(*home, context.actor()));
    TRY(home->checkpoint());
    TRY(auto source, ledger_of(*home));
    add_stamp(context, source);
    return source;
  }
  TRY(auto home, open_home(context, Home::Access::kRead));
  return ledger_of(*home);
}

Result<int> print_page(const Context& context, const LedgerSource& source, const Opened& opened) {
  const CheckpointPage page{.organisation = source.config.organisation,
                            .checkpoint = opened.checkpoint,
                            .note = opened.kept.note,
                            .verifier_key = evidence::verifier_key(opened.checkpoint.origin, source.key),
                            .cosignatures = opened.cosignatures,
                            .time_stamp = opened.time_stamp ? stamp_text(*opened.time_stamp) : std::string(),
                            .printed_at = context.clock().now()};
  TRY(const auto lines, checkpoint_lines(page));
  for (const auto& line : lines) context.out(line);
  return 0;
}

void print_document(const Context& context, const LedgerSource& source, const Opened& opened) {
  base::JsonArray cosignatures;
  for (const auto& cosignature : opened.cosignatures) {
    cosignatures.push_back(
        base::JsonObject{{"witness", cosignature.witness}, {"time", base::rfc3339(cosignature.time)}});
  }
  base::Json stamp;
  if (opened.time_stamp) {
    stamp = base::JsonObject{{"time", base::rfc3339(opened.time_stamp->time)},
                             {"authority", opened.time_stamp->authority},
                             {"token", base::base64(opened.kept.time_stamp)}};
  }
  context.document(base::JsonObject{{"ledger", opened.checkpoint.origin},
                                    {"records", opened.checkpoint.head.size},
                                    {"root", base::hex(opened.checkpoint.head.root)},
                                    {"note", opened.kept.note},
                                    {"cosignatures", std::move(cosignatures)},
                                    {"time_stamp", std::move(stamp)},
                                    {"key", evidence::verifier_key(opened.checkpoint.origin, source.key)}});
}

// A trial signs nothing, so it tells of the checkpoint that would be written, or of the ledger that would be signed.
Result<int> try_out(Context& context, std::optional<std::int64_t> size, const std::vector<std::string>& files) {
  TRY(auto home, open_home(context, Home::Access::kRead));
  TRY(const auto source, ledger_of(*home));
  const bool signs = names_an_unlocking(context);
  std::int64_t records = 0;
  if (signs && !size) {
    TRY(source.store->read([&](store::Reader& reader) -> Result<> {
      TRY(records, evidence::size(reader));
      return {};
    }));
  } else {
    TRY(const auto opened, open_kept(source, size));
    records = opened.kept.size;
  }
  base::JsonArray places(files.begin(), files.end());
  base::JsonObject facts{{"ledger", source.origin}, {"records", records}, {"signs", signs}, {"files", places}};
  std::string said = signs ? message("Would sign a checkpoint of the ledger, which has {} entries now.", records)
                           : message("Would give the checkpoint of {} entries.", records);
  for (const auto& file : files) said += " " + message("Would write {}.", file);
  return end_trial(context, std::move(facts), said + " " + message("Nothing was changed (--dry-run)."));
}

Result<int> checkpoint(Context& context, const Arguments& arguments) {
  if (arguments.has("--add")) return add(context, arguments);
  TRY(const auto size, size_option(arguments));
  const auto out = arguments.maybe("--out");
  const auto stamp_out = arguments.maybe("--time-stamp-out");
  if (out) TRY(check_place(arguments, *out, OutputKind::kCheckpoint));
  if (stamp_out) TRY(check_place(arguments, *stamp_out, OutputKind::kTimeStamp));
  if (arguments.has("--dry-run")) {
    std::vector<std::string> files;
    for (const auto& file : {out, stamp_out})
      if (file) files.push_back(*file);
    return try_out(context, size, files);
  }
  TRY(const auto source, source_of(context));
  TRY(const auto opened, open_kept(source, size));
  if (arguments.has("--print")) return print_page(context, source, opened);
  if (stamp_out && opened.kept.time_stamp.empty())
    return fail(Code::kNotFound, "The checkpoint of {} records has no time stamp.", opened.kept.size);
  const auto& note = opened.kept.note;
  if (out) TRY(write_output(*out, base::as_bytes(note), OutputKind::kCheckpoint));
  if (stamp_out) TRY(write_output(*stamp_out, opened.kept.time_stamp, OutputKind::kTimeStamp));
  if (context.options().json) {
    print_document(context, source, opened);
    return 0;
  }
  if (!out) context.out(std::string_view(note).substr(0, note.size() - 1));
  const auto records = opened.checkpoint.head.size;
  context.remark(
      out && *out != "-"
          ? message("Checkpoint written to {}; it stands for the first {} entries. Keep it where this machine cannot "
                    "change it.",
                    *out, records)
          : message("It stands for the first {} entries. Keep it where this machine cannot change it.", records));
  if (opened.time_stamp) context.remark(stamp_text(*opened.time_stamp));
  for (const auto& cosignature : opened.cosignatures)
    context.remark(message("Countersigned by {} at {}.", cosignature.witness, base::local_time(cosignature.time)));
  context.remark(
      message("The key to check it with: {}", evidence::verifier_key(opened.checkpoint.origin, source.key)));
  return 0;
}

}  // namespace

CommandSpec audit_checkpoint_command() {
  return {"audit",
          "checkpoint",
          "print the latest signed checkpoint; with --passphrase-file, sign a new one first",
          {{"--size", Arity::kOne, Presence::kOptional, "N",
            "the checkpoint of so many records; the latest if not given"},
           {"--print", Arity::kFlag, Presence::kOptional, "", "a page to be kept on paper, with words and a QR code"},
           {"--add", Arity::kOne, Presence::kOptional, "FILE", "keep the co-signatures that a witness gave"},
           {"--time-stamp-out", Arity::kOne, Presence::kOptional, "FILE", "where to write its time stamp (DER)"},
           out_option("where to write it; standard output if not given"),
           {"--force", Arity::kFlag, Presence::kOptional, "", "replace an older checkpoint or time stamp there"},
           dry_run_option()},
          {"yuxin --home city/online --passphrase-file pass audit checkpoint --out checkpoint.txt",
           "yuxin --home city/online audit checkpoint --print",
           "yuxin --home city/online audit checkpoint --add countersigned.txt"},
          checkpoint};
}

}  // namespace yuxin::cli
