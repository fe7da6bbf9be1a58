#include <algorithm>

#include "yuxin/base/json.hpp"
#include "yuxin/base/short_name.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/evidence/canonical.hpp"
#include "yuxin/evidence/ledger.hpp"
#include "yuxin/keymgmt/transfer_log.hpp"

namespace yuxin::keymgmt {

using base::Code;
using base::fail;
using base::Result;
using store::Next;
using store::Row;

namespace {

constexpr const char* kPeers = "SELECT id, name, origin, key FROM transfer_peers ";

std::int64_t number_of(TransferWay way) { return way == TransferWay::kSent ? 0 : 1; }

Result<std::vector<LoggedTransfer>> select_transfers(store::Session& session, const char* rest, std::int64_t peer,
                                                     TransferWay way) {
  std::vector<LoggedTransfer> found;
  TRY(session.query(
      std::string("SELECT sequence, digest, manifest, checkpoint, moved_at FROM transfers WHERE peer = $1 AND way = "
                  "$2 ORDER BY sequence ") +
          rest,
      {peer, number_of(way)}, [&](const Row& row) -> Result<Next> {
        LoggedTransfer transfer;
        transfer.sequence = row.integer(0);
        const auto digest = row.blob(1);
        if (digest.size() != transfer.digest.size())
          return fail(Code::kIntegrity, "The table of bundles was changed by hand.");
        std::ranges::copy(digest, transfer.digest.begin());
        transfer.manifest = row.text(2);
        transfer.checkpoint = row.text(3);
        transfer.moved_at = {row.integer(4)};
        found.push_back(std::move(transfer));
        return Next::kRow;
      }));
  return found;
}

Result<> record_peer(store::Writer& writer, const TransferPeer& peer, std::string_view actor, base::UnixTime now) {
  evidence::ObjectWriter data;
  if (!peer.key.empty()) data.add("key", base::hex(x509::sha256(peer.key))).add("origin", peer.origin);
  TRY(evidence::append(writer, {.kind = "transfer.peer",
                                .object = "peer/" + peer.name,
                                .actor = std::string(actor),
                                .time = now,
                                .data = data.finish(),
                                .attachment = peer.key}));
  return {};
}

}  // namespace

Result<> check_peer_name(std::string_view name) {
  if (base::is_short_name(name)) return {};
  return fail(Code::kUsage,
              "\"{}\" is no name for the other side: lower-case letters, digits and hyphens, at most 32.", name);
}

Result<std::vector<TransferPeer>> transfer_peers(store::Reader& reader) {
  std::vector<TransferPeer> peers;
  TRY(reader.session().query(std::string(kPeers) + "ORDER BY name", {}, [&](const Row& row) {
    peers.push_back(
        {row.integer(0), std::string(row.text(1)), std::string(row.text(2)), base::to_bytes(row.blob(3))});
    return Next::kRow;
  }));
  return peers;
}

Result<TransferPeer> transfer_peer(store::Reader& reader, std::string_view name) {
  TRY(auto peers, transfer_peers(reader));
  std::vector<std::string> names;
  for (auto& peer : peers) {
    if (peer.name == name) return std::move(peer);
    names.push_back(peer.name);
  }
  if (names.empty()) return fail(Code::kNotFound, "No other side is known here as {}, nor any other.", name);
  return fail(Code::kNotFound, "No other side is known here as {}; there are: {}.", name,
              base::join(names, base::message(", ")));
}

Result<TransferPeer> know_peer(store::Writer& writer, const TransferPeer& wanted, std::string_view actor,
                               base::UnixTime now) {
  TRY(check_peer_name(wanted.name));
  TRY(const auto peers, transfer_peers(writer));
  for (const auto& peer : peers) {
    if (!wanted.key.empty() && peer.name != wanted.name && base::equal(peer.key, wanted.key))
      return fail(Code::kConflict, "This key is known here already, as that of {}.", peer.name);
  }
  const auto at = std::ranges::find(peers, wanted.name, &TransferPeer::name);
  TransferPeer peer = wanted;
  if (at == peers.end()) {
    TRY(peer.id, writer.session().insert("INSERT INTO transfer_peers (name, origin, key) VALUES ($1, $2, $3)",
                                         {wanted.name, wanted.origin, base::ByteView(wanted.key)}));
  } else {
    if (wanted.key.empty() || base::equal(at->key, wanted.key)) return *at;
    if (!at->key.empty())
      return fail(Code::kConflict,
                  "{} is known here with another key. If its home was made anew, take another name for it.",
                  wanted.name);
    peer.id = at->id;
    TRY(writer.session().execute("UPDATE transfer_peers SET origin = $2, key = $3 WHERE id = $1",
                                 {peer.id, wanted.origin, base::ByteView(wanted.key)}));
  }
  TRY(record_peer(writer, peer, actor, now));
  return peer;
}

Result<std::optional<LoggedTransfer>> last_transfer(store::Reader& reader, std::int64_t peer, TransferWay way) {
  TRY(auto found, select_transfers(reader.session(), "DESC LIMIT 1", peer, way));
  return found.empty() ? std::nullopt : std::optional(std::move(found.front()));
}

Result<std::vector<LoggedTransfer>> logged_transfers(store::Reader& reader, std::int64_t peer, TransferWay way) {
  return select_transfers(reader.session(), "", peer, way);
}

Result<> log_transfer(store::Writer& writer, const TransferPeer& peer, TransferWay way,
                      const LoggedTransfer& transfer, std::string_view actor) {
  TRY(const auto last, last_transfer(writer, peer.id, way));
  if (last && last->sequence >= transfer.sequence)
    return fail(Code::kConflict,
                "Another command has just moved bundle {} between this home and {}. Nothing was changed; try again.",
                last->sequence, peer.name);
  TRY(
      writer.session().insert("INSERT INTO transfers (peer, way, sequence, digest, manifest, checkpoint, moved_at) "
                              "VALUES ($1, $2, $3, $4, $5, $6, $7)",
                              {peer.id, number_of(way), transfer.sequence, base::ByteView(transfer.digest),
                               transfer.manifest, transfer.checkpoint, transfer.moved_at.seconds}));
  evidence::ObjectWriter data;
  data.add("digest", base::hex(transfer.digest)).add("sequence", transfer.sequence);
  TRY(evidence::append(writer, {.kind = way == TransferWay::kSent ? "transfer.sent" : "transfer.received",
                                .object = "peer/" + peer.name,
                                .actor = std::string(actor),
                                .time = transfer.moved_at,
                                .data = data.finish(),
                                .attachment = base::to_bytes(base::as_bytes(transfer.manifest))}));
  return {};
}

Result<> resume_after(store::Writer& writer, const TransferPeer& peer, std::int64_t sequence,
                      const x509::Digest256& digest, const Restored& restored) {
  TRY(const auto last, last_transfer(writer, peer.id, TransferWay::kSent));
  if (last && last->sequence > sequence)
    return fail(Code::kConflict, "This home has made bundle {} for {} already. Nothing was changed.", last->sequence,
                peer.name);
  // a bundle of that number was made after the home was put back, and the other side had one before
  TRY(writer.session().execute("DELETE FROM transfers WHERE peer = $1 AND way = $2 AND sequence = $3",
                               {peer.id, number_of(TransferWay::kSent), sequence}));
  TRY(
      writer.session().insert("INSERT INTO transfers (peer, way, sequence, digest, manifest, checkpoint, moved_at) "
                              "VALUES ($1, $2, $3, $4, $5, $6, $7)",
                              {peer.id, number_of(TransferWay::kSent), sequence, base::ByteView(digest),
                               std::string_view(), std::string_view(), restored.now.seconds}));
  evidence::ObjectWriter data;
  data.add("digest", base::hex(digest)).add("reason", restored.reason).add("sequence", sequence);
  TRY(evidence::append(writer, {.kind = "transfer.resumed",
                                .object = "peer/" + peer.name,
                                .actor = std::string(restored.actor),
                                .time = restored.now,
                                .data = data.finish(),
                                .attachment = {}}));
  return {};
}

Result<> note_restored(store::Writer& writer, const TransferPeer& peer, const std::string& last_note,
                       const Restored& restored) {
  evidence::ObjectWriter data;
  data.add("reason", restored.reason);
  TRY(evidence::append(writer, {.kind = "transfer.restored",
                                .object = "peer/" + peer.name,
                                .actor = std::string(restored.actor),
                                .time = restored.now,
                                .data = data.finish(),
                                .attachment = base::to_bytes(base::as_bytes(last_note))}));
  return {};
}

}  // namespace yuxin::keymgmt
