// Transfer bundles: what crosses the gap between a home with a network and one without.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "yuxin/base/bytes.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/base/time.hpp"
#include "yuxin/x509/digest.hpp"
#include "yuxin/x509/key.hpp"

namespace yuxin::keymgmt {

enum class TransferKind {
  kCertificate,  // of an authority, DER
  kCrl,          // DER CertificateList
  kRequest,      // of an authority that waits for its certificate, DER PKCS#10
  kCheckpoint,  // that the sender's ledger grew out of what the bundle before said: C2SP tlog-witness, add-checkpoint
  kRecord,      // of a ceremony
  kFile,        // anything else that a person added
};
[[nodiscard]] std::string_view transfer_kind_name(TransferKind kind);  // "certificate", "crl", "request" ...
[[nodiscard]] std::optional<TransferKind> transfer_kind_named(std::string_view name);

// TransferItem is one thing that is carried. `name` is for people and for files: letters, digits, '.', '-' and '_',
// at most 64; no two of a bundle have the same.
struct TransferItem {
  std::string name;
  TransferKind kind = TransferKind::kFile;
  base::Bytes octets;
};
[[nodiscard]] bool is_transfer_name(std::string_view name);

// TransferHeader says from where to where, and what came before: bundles of one sender to one receiver are a chain.
struct TransferHeader {
  std::string from;                                        // origin of the sender's ledger
  std::string to;                                          // the sender's name for the receiver
  std::optional<x509::Digest256> to_key = std::nullopt;    // SHA-256 of its SubjectPublicKeyInfo, once it is known
  std::int64_t sequence = 1;                               // from 1
  std::optional<x509::Digest256> previous = std::nullopt;  // digest of the one before; nothing for the first
  base::UnixTime made;
};

// Transfer is a bundle whose signature and digests hold. Whose key it is, and whether it comes in its order, says
// check_order with what the receiver knows.
struct Transfer {
  TransferHeader header;
  x509::PublicKey sender;
  x509::Digest256 digest{};  // SHA-256 of manifest.json, which is what people read to each other
  std::string manifest;      // canonical JSON
  std::vector<TransferItem> items;
};

inline constexpr std::size_t kLargestTransfer = std::size_t{256} << 20U;  // octets
inline constexpr std::size_t kMostTransferItems = 1000;

// A bundle is a tar archive (yuxin/evidence/tar.hpp) of
//
//   manifest.json   canonical JSON (RFC 8785): the header, and name, kind, size and SHA-256 of every item
//   manifest.sig    Ed25519 (RFC 8032) over manifest.json by the key of the sender's ledger, 64 octets
//   sender.pem      that key
//   SHA256SUMS      the items' digests once more, for sha256sum -c
//   README.md       how to check all this with openssl and sha256sum
//   items/NAME
//
// make_transfer signs and packs. kUsage for a name that does not do or stands twice, too many or too large items, or
// a key that is not Ed25519.
[[nodiscard]] base::Result<base::Bytes> make_transfer(const TransferHeader& header,
                                                      const std::vector<TransferItem>& items,
                                                      const x509::Signer& signer);
// read_transfer takes exactly what make_transfer writes. kMalformed for anything else, kBadSignature, and kIntegrity
// for an item that is not the one of the manifest. Nothing is written.
[[nodiscard]] base::Result<Transfer> read_transfer(base::ByteView archive);

// read_manifest takes back what the manifest says without the octets.
struct TransferEntry {
  std::string name;
  TransferKind kind = TransferKind::kFile;
  std::int64_t size = 0;
  x509::Digest256 sha256{};
};
struct TransferManifest {
  TransferHeader header;
  std::vector<TransferEntry> items;  // in the order of their names
};
// kMalformed for anything that is not canonical or says what cannot be.
[[nodiscard]] base::Result<TransferManifest> read_manifest(std::string_view text);
[[nodiscard]] base::Result<std::string> print_manifest(const TransferManifest& manifest);

// ReceivedBefore is the last bundle that was taken in from the same sender.
struct ReceivedBefore {
  std::int64_t sequence = 0;
  x509::Digest256 digest{};
};
enum class TransferOrder {
  kNext,
  kRepeated,  // the last one again
};
// check_order holds a bundle against what its receiver took in before. kConflict when one between is missing or it is
// an older one, which both name the number that is expected; kIntegrity when it takes a place that another bundle of
// the same sender has: the sender's home was set back or copied. kRefused when it is made for another receiver than
// `own_key` (SHA-256 of the SubjectPublicKeyInfo).
[[nodiscard]] base::Result<TransferOrder> check_order(const Transfer& transfer,
                                                      const std::optional<ReceivedBefore>& before,
                                                      const x509::Digest256& own_key);

}  // namespace yuxin::keymgmt
