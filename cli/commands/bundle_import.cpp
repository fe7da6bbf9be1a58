// yuxin bundle import: what came across the gap is checked as a whole and then taken in.
#include <fmt/format.h>

#include <algorithm>

#include "app/authority_import.hpp"
#include "app/home.hpp"
#include "app/shell_word.hpp"
#include "app/transfer_intake.hpp"
#include "app/transfer_view.hpp"
#include "commands.hpp"
#include "yuxin/base/file.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/keymgmt/transfer_log.hpp"

namespace yuxin::cli {
namespace {

using base::Code;
using base::fail;
using base::message;
using base::Result;
using keymgmt::TransferPeer;
using keymgmt::TransferWay;

// What the home knows of the sender.
struct Sender {
  TransferPeer peer;
  bool is_known = false;
  std::optional<keymgmt::LoggedTransfer> last;
  std::string last_note;  // the newest checkpoint that came from it
};

// A sender whose key is not known yet is the one that a person names, or the only one whose key is missing.
Result<std::string> new_name(const std::vector<TransferPeer>& peers, const Arguments& arguments) {
  if (const auto named = arguments.maybe("--from")) return *named;
  std::vector<std::string> waiting;
  for (const auto& peer : peers)
    if (peer.key.empty()) waiting.push_back(peer.name);
  if (waiting.size() == 1) return waiting.front();
  return fail(Code::kUsage,
              "The key of the bundle's sender is not known here. Say who it is, by a name of your own choice: --from "
              "NAME");
}

Result<Sender> sender_of(Home& home, const keymgmt::Transfer& transfer, const Arguments& arguments) {
  Sender sender;
  TRY(home.store().read([&](store::Reader& reader) -> Result<> {
    sender = {};
    TRY(const auto peers, keymgmt::transfer_peers(reader));
    for (const auto& peer : peers) {
      if (!base::equal(peer.key, transfer.sender.spki())) continue;
      sender.peer = peer;
      sender.is_known = true;
    }
    if (!sender.is_known) {
      TRY(sender.peer.name, new_name(peers, arguments));
      for (const auto& peer : peers)
        if (peer.name == sender.peer.name) sender.peer = peer;
      if (!sender.peer.key.empty())
        return fail(Code::kBadSignature,
                    "The bundle is not signed with the key of {} that is known here. Nothing was taken in.",
                    sender.peer.name);
    }
    TRY(const auto all, keymgmt::logged_transfers(reader, sender.peer.id, TransferWay::kReceived));
    for (const auto& logged : all) {
      sender.last = logged;
      if (!logged.checkpoint.empty()) sender.last_note = logged.checkpoint;
    }
    return {};
  }));
  if (sender.is_known && arguments.maybe("--from").value_or(sender.peer.name) != sender.peer.name)
    return fail(Code::kConflict, "The bundle is from {}, not from {}. Nothing was taken in.", sender.peer.name,
                arguments.one("--from"));
  sender.peer.origin = transfer.header.from;
  sender.peer.key = base::to_bytes(transfer.sender.spki());
  return sender;
}

// A key that was never compared is compared now: by what the officer was told and typed, or by who is asked.
Result<> agree_on_key(const Context& context, const keymgmt::Transfer& transfer, const Sender& sender,
                      const Arguments& arguments) {
  const auto digest = base::hex(sender_digest(transfer));
  if (const auto told = arguments.maybe("--sender-key")) {
    if (base::lower(*told) == digest) return {};
    return fail(Code::kBadSignature, "The bundle is signed with another key than {}. Nothing was taken in.", *told);
  }
  if (sender.is_known) return {};
  if (!context.interactive() || context.options().yes)
    return fail(Code::kUsage,
                "The key of the bundle's sender is not known here. Have its SHA-256 read to you and give it: "
                "--sender-key {}…",
                digest.substr(0, 8));
  TRY(const bool agreed, context.confirm(message("Does the sender read you the same words for its key?")));
  if (!agreed) return fail(Code::kBadSignature, "Nothing was taken in.");
  return {};
}

// A root counts when a person at the terminal has compared it; --yes compares nothing.
Result<> agree_on_roots(const Context& context, Intake& intake) {
  for (auto& parcel : intake.parcels) {
    if (parcel.deed != Parcel::Deed::kMakeKnown) continue;
    const auto& certificate = *parcel.certificate;
    context.remark(labelled(message("new root"), certificate.subject().text()));
    context.remark(labelled(message("SHA-256"), base::hex(certificate.sha256_fingerprint())));
    context.remark(
        labelled(message("read aloud"), base::join(base::digest_words(certificate.sha256_fingerprint()), " ")));
    bool agreed = false;
    if (context.interactive() && !context.options().yes) {
      TRY(agreed, context.confirm(message("Is this fingerprint the one that the issuer told you?")));
    }
    if (agreed) continue;
    parcel.deed = Parcel::Deed::kSetAside;
    parcel.why = message("{} of the bundle: {}", parcel.item->name,
                         message("Nobody compared the fingerprint of this root. Who has compared it: yuxin ca "
                                 "import-certificate NAME FILE"));
  }
  return {};
}

Result<std::string> folder_for(const Home& home, const TransferPeer& peer, std::int64_t sequence) {
  std::string folder = home.path() + "/exchange/received";
  if (!base::file_exists(folder)) TRY(base::make_directory(folder));
  folder += fmt::format("/{}-{:06}", peer.name, sequence);
  if (!base::file_exists(folder)) TRY(base::make_directory(folder));
  return folder;
}

// What an officer does next with a request: the authority that certifies it is one whose key is here. An authority
// that has its certificate now can issue.
void tell_next_step(const Context& context, Home& home, const std::vector<Outcome>& done) {
  for (const auto& outcome : done) {
    if (outcome.parcel->deed == Parcel::Deed::kCertify) context.remark(ready_text(outcome.parcel->authority));
  }
  const auto authorities = home.store().status().authorities();
  if (!authorities) return;
  const auto issuer = std::ranges::find_if(
      *authorities, [](const store::AuthorityRow& row) { return !row.key_name.empty() && !row.certificate.empty(); });
  if (issuer == authorities->end()) return;
  for (const auto& outcome : done) {
    if (outcome.parcel->item->kind != keymgmt::TransferKind::kRequest ||
        outcome.parcel->deed == Parcel::Deed::kSetAside)
      continue;
    context.remark(message("To certify it:"));
    context.remark(fmt::format("  yuxin --home {} cert issue --ca {} --profile sub-ca --csr {} --out {}",
                               shell_word(home.path()), issuer->name, shell_word(outcome.file),
                               shell_word(outcome.file + ".pem")));
  }
}

void report(const Context& context, Home& home, const keymgmt::Transfer& transfer, const Sender& sender,
            const std::vector<Outcome>& done) {
  if (context.options().json) {
    auto object = transfer_json(transfer, sender.peer.name);
    base::JsonArray deeds;
    for (const auto& [parcel, text, file] : done) {
      base::JsonObject deed{{"name", parcel->item->name}, {"done", deed_name(parcel->deed)}, {"text", text}};
      if (!file.empty()) deed["file"] = file;
      if (!parcel->why.empty()) deed["why"] = parcel->why;
      deeds.push_back(std::move(deed));
    }
    object["done"] = std::move(deeds);
    context.document(object);
    return;
  }
  context.out("");
  for (const auto& outcome : done)
    context.out(
        message("{} ({}): {}", outcome.parcel->item->name, kind_text(outcome.parcel->item->kind), outcome.text));
  context.remark(message("Bundle {} of {} is taken in.", transfer.header.sequence, sender.peer.name));
  tell_next_step(context, home, done);
}

// What is set aside was not taken in as its sender meant it: somebody has to look.
Result<int> warn_of_set_aside(const Context& context, const Intake& intake) {
  int code = 0;
  for (const auto& parcel : intake.parcels) {
    if (parcel.deed != Parcel::Deed::kSetAside) continue;
    context.warn(parcel.why);
    code = base::exit_code(Code::kRefused);
  }
  return code;
}

Result<> take_in(const Context& context, Home& home, const keymgmt::Transfer& transfer, const Sender& sender,
                 Intake& intake, const std::optional<std::string>& restored) {
  TRY(const auto folder, folder_for(home, sender.peer, transfer.header.sequence));
  std::vector<Outcome> done;
  for (auto& parcel : intake.parcels) {
    TRY(auto outcome, carry_out(home, parcel, folder, context.actor()));
    done.push_back(std::move(outcome));
  }
  const auto now = context.clock().now();
  // The place in the chain is taken last: whoever is interrupted before brings the same bundle again.
  TRY(home.store().write([&](store::Writer& writer) -> Result<> {
    TRY(const auto peer, keymgmt::know_peer(writer, sender.peer, context.actor(), now));
    if (restored) TRY(keymgmt::note_restored(writer, peer, sender.last_note, {*restored, context.actor(), now}));
    return keymgmt::log_transfer(
        writer, peer, TransferWay::kReceived,
        {transfer.header.sequence, transfer.digest, transfer.manifest, intake.checkpoint, now}, context.actor());
  }));
  report(context, home, transfer, sender, done);
  return {};
}

Result<int> tell_plan(const Context& context, const keymgmt::Transfer& transfer, const Sender& sender,
                      const Intake& intake) {
  if (context.options().json) {
    auto object = transfer_json(transfer, sender.is_known ? sender.peer.name : std::string());
    base::JsonArray deeds;
    for (const auto& parcel : intake.parcels) {
      base::JsonObject deed{{"name", parcel.item->name}, {"would_be", deed_name(parcel.deed)}};
      if (!parcel.why.empty()) deed["why"] = parcel.why;
      deeds.push_back(std::move(deed));
    }
    object["dry_run"] = true;
    object["planned"] = std::move(deeds);
    context.document(object);
  }
  TRY(const auto code, warn_of_set_aside(context, intake));
  context.remark(code == 0 ? message("Every check passed. Nothing was changed (--dry-run).")
                           : message("Nothing was changed (--dry-run)."));
  return code;
}

Result<int> import(Context& context, const Arguments& arguments) {
  TRY(const auto octets, base::read_file(arguments.one("FILE"), std::size_t{1} << 30U));
  TRY(const auto transfer, keymgmt::read_transfer(octets));
  TRY(auto home, open_unlocked_home(context));
  TRY(const auto own_key, home->keys().public_key("ledger"));
  TRY(const auto sender, sender_of(*home, transfer, arguments));
  std::optional<keymgmt::ReceivedBefore> before;
  if (sender.last) before = {sender.last->sequence, sender.last->digest};
  TRY(const auto order, keymgmt::check_order(transfer, before, x509::sha256(own_key.spki())));
  if (order == keymgmt::TransferOrder::kRepeated) {
    if (context.options().json) context.document(transfer_json(transfer, sender.peer.name));
    context.remark(message("Bundle {} of {} was taken in on {}. Nothing was changed.", transfer.header.sequence,
                           sender.peer.name, base::local_time(sender.last->moved_at)));
    return 0;
  }
  const auto restored = arguments.maybe("--sender-restored");
  TRY(auto intake, plan_intake(*home, transfer, restored ? std::string() : sender.last_note));
  if (!context.options().json) show_transfer(context, transfer, sender.is_known ? sender.peer.name : std::string());
  if (arguments.has("--dry-run")) return tell_plan(context, transfer, sender, intake);
  TRY(agree_on_key(context, transfer, sender, arguments));
  TRY(agree_on_roots(context, intake));
  TRY(take_in(context, *home, transfer, sender, intake, restored));
  end_work(context, *home);
  return warn_of_set_aside(context, intake);
}

}  // namespace

CommandSpec bundle_import_command() {
  return {"bundle",
          "import",
          "check a bundle as a whole and take in what it carries",
          {{"FILE", Arity::kOne, Presence::kRequired, "FILE", "the bundle; - is standard input"},
           {"--from", Arity::kOne, Presence::kOptional, "NAME", "who it is from, where its key is not known yet"},
           {"--sender-key", Arity::kOne, Presence::kOptional, "SHA-256",
            "the digest of the sender's key, as it was read to you"},
           {"--sender-restored", Arity::kOne, Presence::kOptional, "REASON",
            "its ledger need not continue what was known of it: its home was put back from an older copy"},
           dry_run_option()},
          {"yuxin --home city/online --passphrase-file pass bundle import root-to-online.tar",
           "yuxin --home city/root bundle import first.tar --from online --sender-key 5f0c41d7…"},
          import};
}

}  // namespace yuxin::cli
