#include "yuxin/keymgmt/transfer.hpp"

#include <algorithm>

#include "transfer/readme.hpp"
#include "yuxin/evidence/tar.hpp"
#include "yuxin/x509/algorithm.hpp"

namespace yuxin::keymgmt {

using base::Code;
using base::fail;
using base::Result;

namespace {

constexpr const char* kManifest = "manifest.json";
constexpr const char* kSignature = "manifest.sig";
constexpr const char* kSender = "sender.pem";
constexpr const char* kSums = "SHA256SUMS";
constexpr const char* kReadme = "README.md";
constexpr std::string_view kItems = "items/";
constexpr std::size_t kSignatureSize = 64;

base::Bytes octets(std::string_view text) { return base::to_bytes(base::as_bytes(text)); }

// In the form of sha256sum, so that it checks them.
std::string sums_of(const std::vector<TransferEntry>& items) {
  std::string text;
  for (const auto& item : items) text += base::hex(item.sha256) + "  " + std::string(kItems) + item.name + "\n";
  return text;
}

// The files that follow from the manifest and the key.
evidence::FileMap derived_files(const TransferManifest& manifest, std::string_view text,
                                const x509::PublicKey& sender) {
  return {{kManifest, octets(text)},
          {kSender, octets(base::pem("PUBLIC KEY", sender.spki()))},
          {kSums, octets(sums_of(manifest.items))},
          {kReadme, octets(transfer_readme(manifest))}};
}

Result<x509::PublicKey> sender_of(const evidence::FileMap& files) {
  const auto at = files.find(kSender);
  if (at == files.end()) return fail(Code::kMalformed, "The bundle does not say who made it.");
  const auto blocks = base::parse_pem(base::as_text(at->second));
  if (blocks.size() != 1) return fail(Code::kMalformed, "The bundle does not say who made it.");
  TRY(auto key, x509::PublicKey::from_spki(blocks.front().der));
  if (key.kind().type != x509::KeyType::kEd25519)
    return fail(Code::kMalformed, "The key of the bundle's sender is no Ed25519 key, as those of ledgers are.");
  return key;
}

Result<std::string> manifest_text(const evidence::FileMap& files) {
  const auto at = files.find(kManifest);
  if (at == files.end())
    return fail(Code::kMalformed, "This archive is no transfer bundle: there is no {} in it.", kManifest);
  return std::string(base::as_text(at->second));
}

Result<> check_signature(const evidence::FileMap& files, std::string_view manifest, const x509::PublicKey& sender) {
  const auto at = files.find(kSignature);
  const bool good = at != files.end() && at->second.size() == kSignatureSize &&
                    x509::verify_tbs(sender, x509::scheme(x509::SignatureAlgorithm::kEd25519).identifier,
                                     base::as_bytes(manifest), at->second);
  if (good) return {};
  return fail(
      Code::kBadSignature,
      "The signature of the bundle is not by the key that it names. Somebody changed it, or it was damaged on "
      "its way. Nothing was taken in; bring it again.");
}

Result<std::vector<TransferItem>> items_of(evidence::FileMap& files, const TransferManifest& manifest) {
  std::vector<TransferItem> items;
  for (const auto& entry : manifest.items) {
    const auto at = files.find(std::string(kItems) + entry.name);
    const bool same = at != files.end() && static_cast<std::int64_t>(at->second.size()) == entry.size &&
                      x509::sha256(at->second) == entry.sha256;
    if (!same) {
      return fail(
          Code::kIntegrity,
          "{} is not what the bundle's manifest says. It was damaged on its way or changed. Nothing was taken "
          "in; bring it again.",
          entry.name);
    }
    items.push_back({entry.name, entry.kind, std::move(at->second)});
  }
  return items;
}

}  // namespace

Result<base::Bytes> make_transfer(const TransferHeader& header, const std::vector<TransferItem>& items,
                                  const x509::Signer& signer) {
  if (signer.algorithm() != x509::SignatureAlgorithm::kEd25519)
    return fail(Code::kUsage, "A bundle is signed with the key of a ledger, which is an Ed25519 key.");
  if (items.size() > kMostTransferItems)
    return fail(Code::kUsage, "A bundle holds at most {} things, not {}.", kMostTransferItems, items.size());
  TransferManifest manifest{header, {}};
  evidence::FileMap carried;
  std::size_t size = 0;
  for (const auto& item : items) {
    if (!is_transfer_name(item.name))
      return fail(Code::kUsage, "\"{}\" is no name for a thing in a bundle: letters, digits, '.', '-' and '_'.",
                  item.name);
    size += item.octets.size();
    if (!carried.emplace(std::string(kItems) + item.name, item.octets).second)
      return fail(Code::kUsage, "The bundle would have two things with the name {}.", item.name);
    manifest.items.push_back(
        {item.name, item.kind, static_cast<std::int64_t>(item.octets.size()), x509::sha256(item.octets)});
  }
  if (size > kLargestTransfer) return fail(Code::kUsage, "A bundle holds at most {} MiB.", kLargestTransfer >> 20U);
  std::ranges::sort(manifest.items, {}, &TransferEntry::name);
  TRY(const auto text, print_manifest(manifest));
  TRY(read_manifest(text));  // nobody else would read what we do not
  auto files = derived_files(manifest, text, signer.public_key());
  TRY(files[kSignature], signer.sign(base::as_bytes(text)));
  files.merge(carried);
  return evidence::write_tar(files);
}

Result<Transfer> read_transfer(base::ByteView archive) {
  if (archive.size() > kLargestTransfer + (kLargestTransfer >> 2U))
    return fail(Code::kMalformed, "A transfer bundle holds at most {} MiB.", kLargestTransfer >> 20U);
  auto unpacked = evidence::read_tar(archive);
  if (!unpacked) return fail(Code::kMalformed, "This is no transfer bundle, as yuxin bundle export writes it.");
  auto& files = *unpacked;
  TRY(const auto text, manifest_text(files));
  TRY(const auto sender, sender_of(files));
  TRY(check_signature(files, text, sender));
  TRY(auto manifest, read_manifest(text));
  for (const auto& [name, expected] : derived_files(manifest, text, sender)) {
    const auto at = files.find(name);
    if (at == files.end() || !base::equal(at->second, expected))
      return fail(Code::kIntegrity, "{} of the bundle is not what follows from its manifest.", name);
    files.erase(at);
  }
  files.erase(kSignature);
  if (files.size() != manifest.items.size())
    return fail(Code::kIntegrity,
                "The bundle has files that its manifest does not name, or lacks some that it does.");
  TRY(auto items, items_of(files, manifest));
  return Transfer{std::move(manifest.header), sender, x509::sha256(base::as_bytes(text)), text, std::move(items)};
}

Result<TransferOrder> check_order(const Transfer& transfer, const std::optional<ReceivedBefore>& before,
                                  const x509::Digest256& own_key) {
  const auto& header = transfer.header;
  if (header.to_key && *header.to_key != own_key)
    return fail(Code::kRefused,
                "The bundle is made for another home, which its sender calls {}. Nothing was taken in.", header.to);
  const std::int64_t last = before ? before->sequence : 0;
  if (before && header.sequence == last) {
    if (transfer.digest == before->digest) return TransferOrder::kRepeated;
    return fail(
        Code::kIntegrity,
        "Another bundle {} of this sender was taken in before. The sender's home was set back or copied: find "
        "out which of the two is right before anything else crosses.",
        last);
  }
  if (header.sequence <= last)
    return fail(Code::kConflict, "This is bundle {}, and bundle {} was taken in already. Bring bundle {}.",
                header.sequence, last, last + 1);
  if (header.sequence != last + 1)
    return fail(
        Code::kConflict,
        "This is bundle {}, and bundle {} has not come yet. Bring that first; its sender writes it again with: "
        "yuxin bundle export --to {} --again {} --out FILE",
        header.sequence, last + 1, header.to, last + 1);
  if (before && header.previous != before->digest)
    return fail(Code::kIntegrity,
                "The bundle follows another bundle {} than the one that was taken in here. The sender's home was set "
                "back or copied: find out which is right before anything else crosses.",
                last);
  return TransferOrder::kNext;
}

}  // namespace yuxin::keymgmt
