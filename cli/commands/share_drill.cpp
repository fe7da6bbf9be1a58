// yuxin share drill: custodians prove that enough of them would be there, without joining anything.
#include "app/drill_record.hpp"
#include "app/share_gathering.hpp"
#include "commands.hpp"
#include "yuxin/base/file.hpp"
#include "yuxin/keymgmt/reshare.hpp"

namespace yuxin::cli {
namespace {

using base::Code;
using base::fail;
using base::message;
using base::Result;
using keymgmt::Quorum;

// Proved is one turn: a proof for the record, and the place when it is good.
struct Proved {
  DrillProof proof;
  std::optional<keymgmt::SharePlace> place;
};

Proved prove(const Context& context, ShareInput& input, const keymgmt::ShareRegister& shares,
             const Result<keymgmt::OpenedShare>& opened) {
  Proved proved;
  proved.proof.at = context.clock().now();
  proved.proof.custodian = input.said();
  const auto place = opened ? keymgmt::prove_share(shares, *opened) : tl::unexpected(opened.error());
  if (!place) {
    proved.proof.failure = place.error();
    return proved;
  }
  const auto& group = shares.groups[place->group];
  const auto& line = group.shares[place->number];
  proved.proof.custodian = line.custodian;
  proved.proof.group = group.name;
  proved.proof.commitment = base::hex(line.commitment);
  proved.place = *place;
  return proved;
}

void say(const Context& context, const Proved& proved) {
  const auto& proof = proved.proof;
  if (!proof.failure) {
    context.out(message("{}  proved by {} ({})", base::local_time(proof.at), proof.custodian, proof.group));
  } else if (proof.custodian.empty()) {
    context.remark(message("Not proved: {}", proof.failure->detail));
  } else {
    context.remark(message("Not proved by {}: {}", proof.custodian, proof.failure->detail));
  }
}

// A share is forgotten as soon as it is proved: no two are ever in memory at once.
Result<DrillRecord> hold_drill(const Context& context, ShareInput& input, const keymgmt::ShareRegister& shares) {
  DrillRecord record;
  record.began = context.clock().now();
  record.operator_name = context.actor();
  Quorum quorum(shares);
  while (!quorum.met()) {
    auto brought = input.next(quorum.status());
    if (brought && !*brought) break;
    const auto opened =
        brought ? Result<keymgmt::OpenedShare>(std::move(**brought)) : tl::unexpected(brought.error());
    auto proved = prove(context, input, shares, opened);
    if (proved.place) static_cast<void>(quorum.add(*proved.place));
    if (!context.options().json) say(context, proved);
    record.proofs.push_back(std::move(proved.proof));
  }
  record.ended = context.clock().now();
  if (quorum.met()) record.outcome = DrillRecord::Outcome::kMet;
  if (!quorum.met()) context.remark(message("Not enough: {}.", quorum.status()));
  return record;
}

Result<int> drill(Context& context, const Arguments& arguments) {
  const auto out = arguments.one("--out");
  if (out != "-" && base::file_exists(out))
    return fail(Code::kConflict, "{} exists already. Nothing was changed. Name a file that does not exist.", out);
  TRY(const auto shares, keymgmt::load_register(arguments.one("REGISTER")));
  TRY(check_in_force(shares));
  TRY(auto input, ShareInput::of(context, arguments, shares, Proof::kNeeded));
  TRY(const auto record, hold_drill(context, input, shares));
  const auto document = drill_document(shares, record);
  TRY(base::write_file(out, base::as_bytes(base::print_json_pretty(document) + "\n"), base::Existing::kRefuse,
                       base::Permissions::kPublic));
  const bool met = record.outcome == DrillRecord::Outcome::kMet;
  if (context.options().json) {
    if (out != "-") context.document(document);
    return met ? 0 : 1;
  }
  if (met) {
    context.remark(message("Enough custodians hold good shares of \"{}\". Nothing was joined. The record is in {}.",
                           shares.title, out));
  }
  return met ? 0 : 1;
}

}  // namespace

CommandSpec share_drill_command() {
  std::vector<OptionSpec> options = {
      {"REGISTER", Arity::kOne, Presence::kRequired, "REGISTER", "the register of the set (register.json)"},
      {"--out", Arity::kOne, Presence::kRequired, "FILE", "a new file for the record of the drill (JSON)"}};
  for (auto& option : share_options(Arity::kMany)) options.push_back(option);
  return {"share",
          "drill",
          "let custodians prove in turn that enough of them hold good shares, joining nothing",
          std::move(options),
          {"yuxin share drill register.json --out drill.json",
           "yuxin share drill register.json --out drill.json --share share-1-1.json,li.pass --words-file chen.txt"},
          drill,
          CommandSpec::Identity::kTaken};
}

}  // namespace yuxin::cli
