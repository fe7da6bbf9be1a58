// Collecting what is known about an object into a bundle.
#include <algorithm>
#include <set>

#include "act/statement.hpp"
#include "bundle/parts.hpp"
#include "yuxin/base/json.hpp"

namespace yuxin::evidence {

using base::Code;
using base::fail;
using base::Result;

namespace {

class Collection {
 public:
  Collection(store::Reader& reader, const BundleRequest& request) : reader_(reader), request_(request) {}

  Result<base::Bytes> run() {
    TRY(const auto key, parse_verifier_key(request_.ledger_key));
    TRY(const auto checkpoint, open_checkpoint(request_.checkpoint, key.key));
    put("checkpoint.txt", base::as_bytes(request_.checkpoint));
    if (auto plain = plain_checkpoint(request_.checkpoint, request_.ledger_key)) files_.merge(*plain);
    if (!request_.checkpoint_time_stamp.empty()) {
      put("checkpoint.tst", request_.checkpoint_time_stamp);
      if (auto plain = plain_stamp(request_.checkpoint_time_stamp)) files_.merge(*plain);
    }
    TRY(add_ledger_certificates(key.key, checkpoint.origin));
    TRY(add_acts());
    TRY(add_records(checkpoint.head));
    if (facts_.records.empty()) {
      return fail(Code::kNotFound, "The ledger has no entry about {}. To look for it: yuxin audit log --object TEXT",
                  request_.object);
    }
    TRY(add_documents());
    facts_.object = request_.object;
    facts_.checkpoint_stamp = stamp_kind(&request_.checkpoint_time_stamp);
    put("README.md", base::as_bytes(readme(facts_)));
    put("manifest.json", base::as_bytes(print_manifest({request_.object, request_.ledger_key, describe(files_)})));
    return write_tar(files_);
  }

 private:
  void put(const std::string& name, base::ByteView octets) { files_[name] = base::to_bytes(octets); }

  Result<> add_ledger_certificates(const x509::PublicKey& key, const std::string& origin) {
    const auto& certificates = request_.ledger_certificates;
    if (certificates.empty()) return {};
    if (!is_certificate_of(certificates.front(), key, origin)) {
      return fail(Code::kUsage, "The certificate of {} is not one of the ledger {}.",
                  certificates.front().subject().text(), origin);
    }
    put("ledger.pem", base::as_bytes(certificates_pem(certificates)));
    facts_.ledger_certificate = certificates_kind(certificates);
    return {};
  }

  Result<> add_acts() {
    TRY(const auto acts, acts_of(reader_, request_.object));
    for (std::size_t i = 0; i < acts.size(); ++i) {
      auto plain = plain_act(i + 1, acts[i].der);
      if (!plain) {
        return fail(Code::kIntegrity,
                    "Act {} on {} is damaged in the ledger. Find out what happened: yuxin audit verify", i + 1,
                    request_.object);
      }
      put(act_file(i + 1), acts[i].der);
      act_digests_.insert(x509::sha256(acts[i].der));
      for (auto& [name, octets] : plain->files) files_[name] = std::move(octets);
      plain->files.clear();
      facts_.acts.push_back(std::move(*plain));
    }
    return {};
  }

  Result<> add_records(const TreeHead& head) {
    std::vector<StoredRecord> records;
    TRY(const auto all, size(reader_));
    TRY(for_each(reader_, 0, all, [&](const StoredRecord& record) -> Result<> {
      if (!is_about_object(record.text)) return {};
      if (record.sequence >= head.size) {
        return fail(Code::kConflict,
                    "The checkpoint stands for {} records and does not reach record {} about {}. Sign another one "
                    "first: yuxin audit checkpoint --passphrase-file FILE",
                    head.size, record.sequence, request_.object);
      }
      records.push_back(record);
      return {};
    }));
    for (const auto& record : records) TRY(add_record(record, head));
    return {};
  }

  [[nodiscard]] bool is_about_object(const std::string& text) const {
    const auto json = base::parse_json(text);
    return json && json->is_object() && base::json_string(json->get_object(), "object") == request_.object;
  }

  Result<> add_record(const StoredRecord& record, const TreeHead& head) {
    InclusionProof proof{leaf_hash(base::as_bytes(record.text)), {}, record.sequence, head.size};
    TRY(proof.path, inclusion_proof(reader_, record.sequence, head.size));
    TRY(verify_inclusion(proof.leaf, record.sequence, head, proof.path));
    put(record_file(record.sequence), base::as_bytes(record.text));
    put(proof_file(record.sequence), base::as_bytes(print_proof(proof)));
    // The octets of an act are there already, as an act.
    if (!record.attachment.empty() && !act_digests_.contains(x509::sha256(record.attachment))) {
      put(attachment_file(record.attachment), record.attachment);
    }
    facts_.records.push_back(record.sequence);
    return {};
  }

  Result<> add_documents() {
    for (const auto& document : request_.attachments) {
      if (!is_named(document)) {
        return fail(Code::kUsage, "No act on {} has an attachment with the SHA-256 digest {}.", request_.object,
                    base::hex(x509::sha256(document)));
      }
      put(attachment_file(document), document);
    }
    return {};
  }
  [[nodiscard]] bool is_named(base::ByteView document) const {
    return std::ranges::any_of(facts_.acts, [&](const PlainAct& plain) {
      const auto statement = read_statement(files_.at("acts/" + plain.number + ".json"));
      return statement && std::ranges::any_of(statement->act.attachments, [&](const Attachment& one) {
               return one.value == x509::digest(one.digest, document);
             });
    });
  }

  store::Reader& reader_;
  const BundleRequest& request_;
  FileMap files_;
  std::set<Hash> act_digests_;
  ReadmeFacts facts_;
};

}  // namespace

Result<base::Bytes> make_bundle(store::Reader& reader, const BundleRequest& request) {
  return Collection(reader, request).run();
}

}  // namespace yuxin::evidence
