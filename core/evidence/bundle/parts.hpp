// The parts of a bundle, and the files that are made from them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "yuxin/base/json.hpp"
#include "yuxin/evidence/bundle.hpp"
#include "yuxin/evidence/tar.hpp"
#include "yuxin/x509/certificate.hpp"

namespace yuxin::evidence {

// Names of files; acts are numbered from 1.
[[nodiscard]] std::string act_stem(std::size_t number);  // "001"
[[nodiscard]] std::string act_file(std::size_t number);  // "acts/001.p7m"
[[nodiscard]] std::string record_file(std::int64_t sequence);
[[nodiscard]] std::string proof_file(std::int64_t sequence);
[[nodiscard]] std::string attachment_file(base::ByteView octets);

// InclusionProof is proofs/SEQUENCE.json: canonical JSON {"leaf","path":[…],"sequence","size"}, hashes in base64, as
// a checkpoint has them.
struct InclusionProof {
  Hash leaf{};
  std::vector<Hash> path;
  std::int64_t sequence = 0;
  std::int64_t size = 0;
};
[[nodiscard]] std::string print_proof(const InclusionProof& proof);
[[nodiscard]] std::optional<InclusionProof> parse_proof(base::ByteView text);  // exactly what print_proof writes

// Manifest is manifest.json.
struct Manifest {
  std::string object;
  std::string ledger_key;
  struct File {
    std::string name;
    base::Bytes sha256;
    std::int64_t size = 0;
    friend bool operator==(const File&, const File&) = default;
  };
  std::vector<File> files;  // sorted by name
};
[[nodiscard]] std::vector<Manifest::File> describe(const FileMap& files);  // but manifest.json
[[nodiscard]] std::string print_manifest(const Manifest& manifest);
[[nodiscard]] std::optional<Manifest> parse_manifest(base::ByteView text);  // exactly what print_manifest writes

// PlainAct is what openssl can work with of one act, and what the README says of it. `files` are to be put under
// plain/, and the statement under acts/.
struct PlainAct {
  FileMap files;
  std::string number;  // "001"
  base::UnixTime moment;
  std::string actor;  // subject
  std::string type;
  bool is_sm2 = false;
  struct Stored {
    std::string file;
    std::string issuer_file;  // empty when its issuer's certificate is not in the act
  };
  std::vector<Stored> certificates;
  struct List {
    std::string file;
    std::string issuer_file;  // empty when its certificate is not in the act
    std::string issuer;
  };
  std::vector<List> lists;
  struct Response {
    std::string file;
    std::string issuer_file;
    std::string serial;  // hexadecimal
  };
  std::vector<Response> responses;
  struct Role {
    std::string file;
    std::string authority_file;
    std::string digest;                // for openssl dgst: "sha256"; empty where it cannot
    std::size_t signature_offset = 0;  // of the BIT STRING in the file
    std::size_t signed_offset = 0;     // of the AttributeCertificateInfo
  };
  std::optional<Role> role;
};
// plain_act takes an act apart; nothing when it is no act that can be read.
[[nodiscard]] std::optional<PlainAct> plain_act(std::size_t number, base::ByteView signed_act);

// plain_checkpoint is the ledger's key as PEM, the text that is signed and its signature; nothing when the note does
// not bear a signature by that key.
[[nodiscard]] std::optional<FileMap> plain_checkpoint(std::string_view note, std::string_view ledger_key);

// readme writes README.md from what it speaks of.
struct ReadmeFacts {
  std::string object;
  std::vector<PlainAct> acts;
  std::vector<std::int64_t> records;
  enum class Stamp { kNone, kPlain, kSm2 } checkpoint_stamp = Stamp::kNone;  // kSm2: openssl cannot verify it
  Stamp ledger_certificate = Stamp::kNone;
};
// certificates_in reads ledger.pem, exactly as certificates_pem writes it; nothing otherwise.
[[nodiscard]] std::string certificates_pem(const std::vector<x509::Certificate>& certificates);
[[nodiscard]] std::optional<std::vector<x509::Certificate>> certificates_in(base::ByteView pem);
[[nodiscard]] ReadmeFacts::Stamp certificates_kind(const std::vector<x509::Certificate>& certificates);
// is_certificate_of says whether a certificate is of this key and names this ledger. Who issued it is not asked.
[[nodiscard]] bool is_certificate_of(const x509::Certificate& certificate, const x509::PublicKey& key,
                                     std::string_view origin);
[[nodiscard]] ReadmeFacts::Stamp stamp_kind(const base::Bytes* token);  // nothing: kNone
// plain_stamp is the certificates that the checkpoint's time stamp carries, as PEM; nothing when it is none.
[[nodiscard]] std::optional<FileMap> plain_stamp(base::ByteView token);
[[nodiscard]] std::string readme(const ReadmeFacts& facts);

}  // namespace yuxin::evidence
