// yuxin bundle export, inspect and list: what crosses the gap, and what did.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "app/digest_lines.hpp"
#include "app/home.hpp"
#include "app/output.hpp"
#include "app/transfer_items.hpp"
#include "app/transfer_view.hpp"
#include "app/trial.hpp"
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

constexpr const char* kLedgerKey = "ledger";

// The other side that is meant: the one that was named, or the only one there is.
Result<std::string> peer_name(Home& home, const Arguments& arguments) {
  if (const auto named = arguments.maybe("--to")) return *named;
  std::vector<TransferPeer> peers;
  TRY(home.store().read([&](store::Reader& reader) -> Result<> {
    TRY(peers, keymgmt::transfer_peers(reader));
    return {};
  }));
  if (peers.size() == 1) return peers.front().name;
  if (peers.empty()) return fail(Code::kUsage, "Say whom the bundle is for, by a name of your own choice: --to root");
  std::vector<std::string> names;
  for (const auto& peer : peers) names.push_back(peer.name);
  return fail(Code::kUsage, "Say whom the bundle is for: --to NAME, one of {}.", base::join(names, message(", ")));
}

// A peer that was not heard of has no row until something is sent to it.
Result<TransferPeer> peer_of(Home& home, const std::string& name) {
  TransferPeer peer;
  peer.name = name;
  TRY(keymgmt::check_peer_name(name));
  TRY(home.store().read([&](store::Reader& reader) -> Result<> {
    auto known = keymgmt::transfer_peer(reader, name);
    if (known) peer = std::move(*known);
    if (!known && known.error().code != Code::kNotFound) return tl::unexpected(std::move(known).error());
    return {};
  }));
  return peer;
}

std::string kept_file(const Home& home, const std::string& peer, std::int64_t sequence,
                      const x509::Digest256& digest) {
  return fmt::format("{}/exchange/sent/{}-{:06}-{}.tar", home.path(), peer, sequence,
                     base::hex(digest).substr(0, 16));
}

Result<> keep_copy(const Home& home, const std::string& file, base::ByteView octets) {
  const auto folder = home.path() + "/exchange/sent";
  if (!base::file_exists(folder)) TRY(base::make_directory(folder));
  return base::write_file(file, octets, base::Existing::kReplace, base::Permissions::kPublic);
}

void report(const Context& context, const keymgmt::Transfer& transfer, const std::string& out, bool peer_is_known) {
  if (context.options().json) {
    auto object = transfer_json(transfer, {});
    object["file"] = out;
    context.document(object);
    return;
  }
  show_transfer(context, transfer, message("this home"));
  if (!peer_is_known)
    for (const auto& line : digest_lines(message("this home's key"), sender_digest(transfer))) context.out(line);
  context.remark(message("Carry {} to {}. Whoever takes it in compares the digest with the one above, read aloud.",
                         out, transfer.header.to));
}

int tried(const Context& context, const keymgmt::Transfer& transfer) {
  if (!context.options().json) show_transfer(context, transfer, message("this home"));
  return end_trial(context, context.options().json ? transfer_json(transfer, {}) : base::JsonObject(),
                   message("Nothing was changed (--dry-run)."));
}

Result<int> export_again(Context& context, const Arguments& arguments, const std::string& out) {
  TRY(const auto sequence, number_option(arguments, "--again", 0));
  TRY(auto home, open_home(context, Home::Access::kRead));
  TRY(const auto name, peer_name(*home, arguments));
  TRY(const auto peer, peer_of(*home, name));
  std::optional<keymgmt::LoggedTransfer> wanted;
  TRY(home->store().read([&](store::Reader& reader) -> Result<> {
    TRY(auto all, keymgmt::logged_transfers(reader, peer.id, TransferWay::kSent));
    for (auto& transfer : all)
      if (transfer.sequence == sequence) wanted = std::move(transfer);
    return {};
  }));
  if (!wanted) return fail(Code::kNotFound, "No bundle {} was made for {}.", sequence, name);
  TRY(const auto octets, base::read_file(kept_file(*home, name, sequence, wanted->digest), std::size_t{1} << 30U));
  TRY(const auto transfer, keymgmt::read_transfer(octets));
  if (transfer.digest != wanted->digest)
    return fail(Code::kIntegrity, "The copy of bundle {} in this home is not the one that was made.", sequence);
  if (arguments.has("--dry-run")) return tried(context, transfer);
  TRY(base::write_file(out, octets, base::Existing::kRefuse, base::Permissions::kPublic));
  report(context, transfer, out, !peer.key.empty());
  return 0;
}

Result<int> export_bundle(Context& context, const Arguments& arguments) {
  const auto out = arguments.one("--out");
  TRY(check_new_output(out));
  if (arguments.has("--again")) return export_again(context, arguments, out);
  TRY(auto home, open_unlocked_home(context));
  TRY(const auto name, peer_name(*home, arguments));
  TRY(auto peer, peer_of(*home, name));
  if (!arguments.has("--dry-run")) TRY(home->checkpoint());
  TRY(auto freight, gather_freight(*home, peer));
  TRY(add_files(freight, arguments.many("--add"), keymgmt::TransferKind::kFile));
  TRY(add_files(freight, arguments.many("--record"), keymgmt::TransferKind::kRecord));
  TRY(const auto signer, home->keys().signer(kLedgerKey));
  TRY(const auto origin, home->ledger_origin());
  keymgmt::TransferHeader header{.from = origin, .to = name, .made = context.clock().now()};
  if (!peer.key.empty()) header.to_key = x509::sha256(peer.key);
  TRY(home->store().read([&](store::Reader& reader) -> Result<> {
    TRY(const auto last, keymgmt::last_transfer(reader, peer.id, TransferWay::kSent));
    if (!last) return {};
    header.sequence = last->sequence + 1;
    header.previous = last->digest;
    return {};
  }));
  TRY(const auto octets, keymgmt::make_transfer(header, freight.items, *signer));
  TRY(const auto transfer, keymgmt::read_transfer(octets));
  for (const auto& line : freight.left_out) context.warn(line);
  if (arguments.has("--dry-run")) return tried(context, transfer);
  // The copy comes first: what the ledger says was sent can be sent again.
  TRY(keep_copy(*home, kept_file(*home, name, header.sequence, transfer.digest), octets));
  TRY(home->store().write([&](store::Writer& writer) -> Result<> {
    TRY(const auto row, keymgmt::know_peer(writer, peer, context.actor(), header.made));
    return keymgmt::log_transfer(
        writer, row, TransferWay::kSent,
        {header.sequence, transfer.digest, transfer.manifest, freight.checkpoint, header.made}, context.actor());
  }));
  end_work(context, *home);
  const auto written = base::write_file(out, octets, base::Existing::kRefuse, base::Permissions::kPublic);
  if (!written) {
    return done_but_unwritten(
        written.error(),
        message("The bundle counts as made. Write it elsewhere with: yuxin bundle export --to {} --again {} "
                "--out FILE",
                name, header.sequence));
  }
  report(context, transfer, out, !peer.key.empty());
  return 0;
}

// Whose key it is, as far as the home of the call knows, if there is one.
std::string known_sender(const Context& context, const keymgmt::Transfer& transfer) {
  const auto home = open_home(context, Home::Access::kRead);
  if (!home) return {};
  std::string name;
  const auto read = (*home)->store().read([&](store::Reader& reader) -> Result<> {
    TRY(const auto peers, keymgmt::transfer_peers(reader));
    for (const auto& peer : peers)
      if (base::equal(peer.key, transfer.sender.spki())) name = peer.name;
    return {};
  });
  return read ? name : std::string();
}

Result<int> inspect(Context& context, const Arguments& arguments) {
  TRY(const auto octets, base::read_file(arguments.one("FILE"), std::size_t{1} << 30U));
  TRY(const auto transfer, keymgmt::read_transfer(octets));
  const auto sender = known_sender(context, transfer);
  if (context.options().json) {
    context.document(transfer_json(transfer, sender));
  } else {
    show_transfer(context, transfer, sender);
    context.remark(message("The signature and every digest are good. Whose key it is, this does not prove."));
  }
  return 0;
}

Result<x509::Digest256> digest_given(const Arguments& arguments) {
  const auto text = arguments.one("--digest");
  const auto octets = base::from_hex(base::lower(text));
  x509::Digest256 digest{};
  if (!octets || octets->size() != digest.size())
    return fail(Code::kUsage, "\"{}\" is no digest; it is the 64 digits that yuxin bundle list --json shows there.",
                text);
  std::ranges::copy(*octets, digest.begin());
  return digest;
}

// A home that was put back from an older copy forgot what it sent since; the other side knows.
Result<int> resume(Context& context, const Arguments& arguments) {
  TRY(const auto digest, digest_given(arguments));
  TRY(const auto sequence, number_option(arguments, "--number", 0));
  if (sequence < 1) return fail(Code::kUsage, "Bundles are numbered from 1.");
  TRY(auto home, open_unlocked_home(context));
  TRY(const auto name, peer_name(*home, arguments));
  TRY(const auto peer, peer_of(*home, name));
  if (peer.id == 0) return fail(Code::kNotFound, "Nothing crossed between this home and {} before.", name);
  context.remark(labelled(message("other side"), name));
  context.remark(labelled(message("bundle"), std::to_string(sequence)));
  for (const auto& line : digest_lines(message("digest"), digest)) context.remark(line);
  if (arguments.has("--dry-run")) {
    return end_trial(context, {{"to", name}, {"sequence", sequence}, {"digest", base::hex(digest)}},
                     message("Nothing was changed (--dry-run)."));
  }
  TRY(const auto agreed, context.confirm(message("Is this the bundle that {} took in last?", name)));
  if (!agreed) return fail(Code::kUsage, "Nothing was changed.");
  TRY(home->store().write([&](store::Writer& writer) {
    return keymgmt::resume_after(writer, peer, sequence, digest,
                                 {arguments.one("--reason"), context.actor(), context.clock().now()});
  }));
  end_work(context, *home);
  if (context.options().json)
    context.document(base::JsonObject{{"to", name}, {"sequence", sequence}, {"digest", base::hex(digest)}});
  context.remark(
      message("The next bundle for {} has the number {}. There it is taken in with: yuxin bundle import FILE "
              "--sender-restored REASON",
              name, sequence + 1));
  return 0;
}

base::JsonObject as_json(const TransferPeer& peer, TransferWay way, const keymgmt::LoggedTransfer& transfer) {
  return {{"peer", peer.name},
          {"way", way == TransferWay::kSent ? "sent" : "received"},
          {"sequence", transfer.sequence},
          {"digest", base::hex(transfer.digest)},
          {"at", base::rfc3339(transfer.moved_at)}};
}

Result<int> list(Context& context, const Arguments&) {
  TRY(auto home, open_home(context, Home::Access::kRead));
  base::JsonArray peers;
  base::JsonArray bundles;
  Table table({{message("other side")},
               {message("direction")},
               {message("number"), Table::Align::kRight},
               {message("when")},
               {message("digest")}});
  TRY(home->store().read([&](store::Reader& reader) -> Result<> {
    TRY(const auto all, keymgmt::transfer_peers(reader));
    for (const auto& peer : all) {
      const auto key = peer.key.empty() ? std::string() : base::hex(x509::sha256(peer.key));
      peers.push_back(base::JsonObject{{"name", peer.name}, {"origin", peer.origin}, {"key", key}});
      for (const auto way : {TransferWay::kSent, TransferWay::kReceived}) {
        TRY(const auto transfers, keymgmt::logged_transfers(reader, peer.id, way));
        for (const auto& transfer : transfers) {
          bundles.push_back(as_json(peer, way, transfer));
          table.add({peer.name, way == TransferWay::kSent ? message("sent") : message("received"),
                     std::to_string(transfer.sequence), base::local_time(transfer.moved_at),
                     base::hex(transfer.digest).substr(0, 16) + "…"});
        }
        if (transfers.empty() && way == TransferWay::kReceived)
          table.add({peer.name, message("received"), "–", message("nothing yet"),
                     key.empty() ? message("its key is not known") : ""});
      }
    }
    return {};
  }));
  if (context.options().json) {
    context.document(base::JsonObject{{"peers", std::move(peers)}, {"bundles", std::move(bundles)}});
    return 0;
  }
  table.print(context);
  return 0;
}

}  // namespace

std::vector<CommandSpec> bundle_commands() {
  return {
      {"bundle",
       "export",
       "pack and sign what the other side of the gap lacks",
       {out_option("the bundle to write (tar)"),
        {"--to", Arity::kOne, Presence::kOptional, "NAME", "whom it is for; needed where more than one is known"},
        {"--add", Arity::kMany, Presence::kOptional, "FILE", "also carry this file; may be repeated"},
        {"--record", Arity::kMany, Presence::kOptional, "FILE",
         "also carry the record of a ceremony; may be repeated"},
        {"--again", Arity::kOne, Presence::kOptional, "NUMBER", "write a bundle once more that was lost on its way"},
        dry_run_option()},
       {"yuxin --home city/root --passphrase-file pass bundle export --out root-to-online.tar",
        "yuxin --home city/online bundle export --to root --again 3 --out stick/3.tar"},
       export_bundle},
      {"bundle",
       "resume",
       "go on sending from a home that was put back from an older copy, after the bundle that arrived last",
       {{"--to", Arity::kOne, Presence::kOptional, "NAME", "the other side; needed where more than one is known"},
        {"--number", Arity::kOne, Presence::kRequired, "NUMBER", "of the bundle that it took in last"},
        {"--digest", Arity::kOne, Presence::kRequired, "SHA-256", "of that bundle, as it was read to you"},
        {"--reason", Arity::kOne, Presence::kRequired, "TEXT", "why, for the ledger"},
        dry_run_option()},
       {"yuxin --home city/root bundle resume --to online --number 7 --digest 5f0c41d7… --reason \"disk replaced\""},
       resume},
      {"bundle",
       "inspect",
       "check a bundle and show what is in it",
       {{"FILE", Arity::kOne, Presence::kRequired, "FILE", "the bundle; - is standard input"}},
       {"yuxin bundle inspect root-to-online.tar"},
       inspect},
      {"bundle",
       "list",
       "list the other sides, and the bundles that crossed",
       {},
       {"yuxin --home city/online bundle list"},
       list},
  };
}

}  // namespace yuxin::cli
