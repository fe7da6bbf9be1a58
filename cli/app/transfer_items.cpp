#include "transfer_items.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "yuxin/base/file.hpp"
#include "yuxin/evidence/checkpoint.hpp"
#include "yuxin/evidence/witness.hpp"
#include "yuxin/x509/crl.hpp"
#include "yuxin/x509/request.hpp"

namespace yuxin::cli {

using base::Code;
using base::fail;
using base::message;
using base::Result;
using keymgmt::TransferItem;
using keymgmt::TransferKind;

namespace {

constexpr const char* kCheckpointName = "ledger-checkpoint.txt";
constexpr std::size_t kSerialDigits = 16;

// A request lies in a folder where others may write: only one for the authority's own key goes out under its name, or
// the root would certify whatever key was put there.
Result<> check_request_key(Home& home, const store::AuthorityRow& authority, const std::string& file,
                           const x509::CertificateRequest& request) {
  TRY(const auto own, home.keys().public_key(authority.key_name));
  if (base::equal(own.spki(), request.public_key().spki()) && request.verify_possession()) return {};
  return fail(
      Code::kIntegrity,
      "The request {} is not for the key of authority {}: somebody changed it. Nothing was exported. Find out "
      "who did, remove it, and put back the one that yuxin ca create wrote.",
      file, authority.name);
}

// Gatherer leaves out what the peer has.
class Gatherer {
 public:
  Gatherer(Home& home, std::set<x509::Digest256> sent) : home_(home), sent_(std::move(sent)) {}

  [[nodiscard]] Result<> requests(const std::vector<store::AuthorityRow>& authorities) {
    for (const auto& authority : authorities) {
      if (authority.key_name.empty() || !authority.certificate.empty()) continue;
      const auto file = home_.path() + "/exchange/" + authority.name + ".csr";
      if (!base::file_exists(file)) {
        left_out_.push_back(
            message("The request of authority {} is not in {} any more, and was left out. Put it back "
                    "there, or give it with --add.",
                    authority.name, file));
        continue;
      }
      TRY(const auto octets, base::read_file_below(home_.path() + "/exchange", authority.name + ".csr", 1U << 20U));
      TRY(const auto request, x509::CertificateRequest::from_bytes(octets));
      TRY(check_request_key(home_, authority, file, request));
      add(authority.name + ".csr", TransferKind::kRequest, base::to_bytes(request.der()));
    }
    return {};
  }

  // The authorities whose keys are here: their certificates and newest lists.
  [[nodiscard]] Result<> own(const std::vector<store::AuthorityRow>& authorities) {
    for (const auto& authority : authorities) {
      if (authority.key_name.empty() || authority.certificate.empty()) continue;
      add(authority.name + ".cer", TransferKind::kCertificate, authority.certificate);
      auto list = home_.store().status().latest_crl(authority.id);
      if (!list && list.error().code == Code::kNotFound) continue;
      if (!list) return tl::unexpected(std::move(list).error());
      TRY(auto octets, base::read_file_below(home_.path(), list->file, keymgmt::kLargestTransfer));
      if (!base::equal(x509::sha256(octets), list->sha256))
        return fail(Code::kIntegrity,
                    "The list {} is not the one that was published. Make another first: yuxin ca crl {}", list->file,
                    authority.name);
      add(fmt::format("{}-{}.crl", authority.name, list->number), TransferKind::kCrl, std::move(octets));
    }
    return {};
  }

  // What the authorities here certified as authorities.
  [[nodiscard]] Result<> subordinates() {
    TRY(const auto profiles, home_.profiles());
    for (const auto& profile : profiles.all()) {
      if (!profile->is_ca() || profile->name == "root-ca") continue;
      TRY(home_.store().read([&](store::Reader& reader) -> Result<> {
        store::CertificateFilter filter;
        filter.profile = profile->name;
        filter.state = store::CertificateState::kGood;
        for (bool more = true; more;) {
          TRY(const auto page, reader.list(filter, store::Reader::With::kDer));
          for (const auto& row : page) {
            const auto serial = base::hex(row.serial);
            add("authority-" + serial.substr(0, kSerialDigits) + ".cer", TransferKind::kCertificate, row.der);
            filter.after_id = row.id;
          }
          more = static_cast<std::int64_t>(page.size()) == filter.limit;
        }
        return {};
      }));
    }
    return {};
  }

  [[nodiscard]] std::vector<TransferItem> take() { return std::move(items_); }
  [[nodiscard]] std::vector<std::string> left_out() { return std::move(left_out_); }

 private:
  void add(std::string name, TransferKind kind, base::Bytes octets) {
    if (octets.empty() || !sent_.insert(x509::sha256(octets)).second) return;
    items_.push_back({std::move(name), kind, std::move(octets)});
  }

  Home& home_;
  std::set<x509::Digest256> sent_;
  std::vector<TransferItem> items_;
  std::vector<std::string> left_out_;
};

// The newest checkpoint with the proof that it continues the last one that was sent.
Result<std::string> growth(store::Reader& reader, const x509::PublicKey& key, const std::string& last_note,
                           std::string& newest) {
  TRY(const auto latest, evidence::latest_checkpoint(reader));
  if (!latest) return std::string();
  evidence::WitnessRequest request;
  TRY(const auto now, evidence::open_checkpoint(*latest, key));
  newest = *latest;
  request.checkpoint = *latest;
  if (!last_note.empty()) {
    TRY(const auto before, evidence::open_checkpoint(last_note, key));
    request.old_size = before.head.size;
    TRY(request.proof, evidence::consistency_proof(reader, before.head.size, now.head.size));
  }
  return evidence::print_witness_request(request);
}

TransferItem recognised(std::string name, base::Bytes octets, TransferKind otherwise) {
  if (otherwise == TransferKind::kRecord) return {std::move(name), otherwise, std::move(octets)};
  if (const auto certificate = x509::Certificate::from_bytes(octets))
    return {std::move(name), TransferKind::kCertificate, base::to_bytes(certificate->der())};
  if (const auto request = x509::CertificateRequest::from_bytes(octets))
    return {std::move(name), TransferKind::kRequest, base::to_bytes(request->der())};
  if (const auto list = x509::Crl::from_bytes(octets))
    return {std::move(name), TransferKind::kCrl, base::to_bytes(list->der())};
  return {std::move(name), otherwise, std::move(octets)};
}

}  // namespace

Result<Freight> gather_freight(Home& home, const keymgmt::TransferPeer& peer) {
  std::set<x509::Digest256> sent;
  std::string last_note;
  Freight freight;
  std::string request;
  TRY(const auto key, home.keys().public_key("ledger"));
  TRY(home.store().read([&](store::Reader& reader) -> Result<> {
    TRY(const auto transfers, keymgmt::logged_transfers(reader, peer.id, keymgmt::TransferWay::kSent));
    for (const auto& transfer : transfers) {
      if (transfer.manifest.empty()) {  // this home was put back: what the other side really has, nobody knows here
        sent.clear();
        last_note.clear();
        continue;
      }
      TRY(const auto manifest, keymgmt::read_manifest(transfer.manifest));
      for (const auto& entry : manifest.items) sent.insert(entry.sha256);
      if (!transfer.checkpoint.empty()) last_note = transfer.checkpoint;
    }
    TRY(request, growth(reader, key, last_note, freight.checkpoint));
    return {};
  }));
  TRY(const auto authorities, home.store().status().authorities());
  Gatherer gatherer(home, std::move(sent));
  TRY(gatherer.requests(authorities));
  if (home.config().kind == HomeKind::kOfflineRoot) {
    TRY(gatherer.own(authorities));
    TRY(gatherer.subordinates());
  }
  freight.items = gatherer.take();
  freight.left_out = gatherer.left_out();
  if (!request.empty())
    freight.items.push_back({kCheckpointName, TransferKind::kCheckpoint, base::to_bytes(base::as_bytes(request))});
  return freight;
}

Result<> add_files(Freight& freight, const std::vector<std::string>& paths, TransferKind otherwise) {
  for (const auto& path : paths) {
    auto name = std::filesystem::path(path).filename().string();
    if (!keymgmt::is_transfer_name(name))
      return fail(Code::kUsage,
                  "{} cannot be carried under its name: letters, digits, '.', '-' and '_' only, at most 64. Copy it "
                  "under another name first.",
                  path);
    if (std::ranges::find(freight.items, name, &TransferItem::name) != freight.items.end())
      return fail(Code::kUsage, "The bundle would have two things with the name {}.", name);
    TRY(auto octets, base::read_file(path, keymgmt::kLargestTransfer));
    freight.items.push_back(recognised(std::move(name), std::move(octets), otherwise));
  }
  return {};
}

}  // namespace yuxin::cli
