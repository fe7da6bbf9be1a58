// Judging a bundle by its own octets.
#include <algorithm>
#include <charconv>
#include <map>
#include <set>

#include "bundle/parts.hpp"
#include "note.hpp"
#include "yuxin/base/language.hpp"
#include "yuxin/x509/time_stamp.hpp"

namespace yuxin::evidence {

using base::message;
using base::Result;

namespace {

constexpr std::size_t kLargestBundle = 1U << 30U;

class Examination {
 public:
  Examination(FileMap files, const ActTrust& trust, const LedgerTrust& ledger)
      : files_(std::move(files)), described_(describe(files_)), trust_(trust), ledger_(ledger) {}

  Result<BundleReport> run() {
    const auto* text = file("manifest.json");
    auto manifest = text == nullptr ? std::nullopt : parse_manifest(*text);
    if (!manifest) {
      return base::fail(base::Code::kMalformed, "This is no evidence bundle: manifest.json is missing or not one.");
    }
    manifest_ = std::move(*manifest);
    report_.object = manifest_.object;
    expect("manifest.json");
    check_manifest();
    check_acts();
    check_checkpoint();
    check_records();
    check_acceptance();
    check_documents();
    check_readme();
    check_nothing_else();
    return std::move(report_);
  }

 private:
  template <typename... Args>
  void problem(const char* msgid, const Args&... args) {
    report_.problems.push_back(message(msgid, args...));
  }
  template <typename... Args>
  void remark_that(const char* msgid, const Args&... args) {
    report_.remarks.push_back(message(msgid, args...));
  }

  // file gives a file that the bundle has, or nothing; expect says that it belongs there.
  [[nodiscard]] const base::Bytes* file(std::string_view name) const {
    const auto found = files_.find(name);
    return found == files_.end() ? nullptr : &found->second;
  }
  void expect(const std::string& name) { expected_.insert(name); }

  void check_manifest() {
    if (described_ == manifest_.files) return;
    std::set<std::string_view> named;
    for (const auto& one : manifest_.files) {
      named.insert(one.name);
      const auto actual = std::ranges::lower_bound(described_, one.name, {}, &Manifest::File::name);
      if (actual == described_.end() || actual->name != one.name) {
        problem("{} is named in the manifest and missing.", one.name);
      } else if (*actual != one) {
        problem("{} is not the file that the manifest describes.", one.name);
      }
    }
    for (const auto& actual : described_) {
      if (!named.contains(actual.name)) problem("{} is not named in the manifest.", actual.name);
    }
  }

  // Acts are numbered without a gap; each names the one before it.
  void check_acts() {
    std::optional<Hash> previous;
    for (std::size_t number = 1; file(act_file(number)) != nullptr; ++number) {
      const auto& octets = *file(act_file(number));
      expect(act_file(number));
      auto act = verify_act(octets, trust_, ExpectedPrevious(previous));
      auto plain = plain_act(number, octets);
      if (plain) check_same(plain->files, act_file(number));
      if (plain) facts_.acts.push_back(std::move(*plain));
      const auto name = base::hex(x509::sha256(octets));
      if (!act) {
        act_files_[name] = std::nullopt;
        problem("{}: {}", act_file(number), act.error().detail);
        // The chain goes on from what it says, so that one bad act is one problem.
        const auto* statement = file("acts/" + act_stem(number) + ".json");
        if (statement != nullptr) previous = act_digest(*statement);
        continue;
      }
      if (act->act().object != manifest_.object) {
        problem("{} is about {}, the bundle about {}.", act_file(number), act->act().object, manifest_.object);
      }
      previous = act->digest();
      act_files_[name] = report_.acts.size();
      report_.acts.push_back(std::move(*act));
    }
  }

  // check_same wants files that were made from `source` to be in the bundle as they were made.
  void check_same(const FileMap& made, const std::string& source) {
    for (const auto& [name, octets] : made) {
      expect(name);
      const auto* there = file(name);
      if (there == nullptr || *there != octets) problem("{} is not what {} holds.", name, source);
    }
  }

  void check_checkpoint() {
    const auto* octets = file("checkpoint.txt");
    expect("checkpoint.txt");
    if (octets == nullptr) return problem("The bundle has no checkpoint: nothing proves its records.");
    const auto note = parse_note(base::as_text(*octets));
    auto checkpoint = note ? parse_checkpoint_text(note->text) : std::nullopt;
    if (!checkpoint) return problem("checkpoint.txt is not a checkpoint.");
    check_checkpoint_time_stamp(note->text);
    read_ledger_certificates();
    const auto key = believed_key(base::as_text(*octets), checkpoint->origin);
    check_plain_checkpoint(base::as_text(*octets), key);
    report_.checkpoint = std::move(checkpoint);
  }

  void read_ledger_certificates() {
    const auto* octets = file("ledger.pem");
    if (octets == nullptr) return;
    expect("ledger.pem");
    auto certificates = certificates_in(*octets);
    if (!certificates) return problem("ledger.pem holds no certificates as yuxin audit export writes them.");
    ledger_certificates_ = std::move(*certificates);
    facts_.ledger_certificate = certificates_kind(ledger_certificates_);
  }

  // believed_key finds the key that signed the checkpoint among those that the verifier believes, and says how.
  std::optional<x509::PublicKey> believed_key(std::string_view note, std::string_view origin) {
    if (ledger_.key) return given_key(note, origin);
    for (const auto& known : ledger_.known) {
      if (!open_checkpoint(note, known)) continue;
      report_.ledger = BundleReport::LedgerProof::kKey;
      return known;
    }
    return ledger_certificates_.empty() ? std::nullopt : certified_key(note, origin);
  }

  std::optional<x509::PublicKey> given_key(std::string_view note, std::string_view origin) {
    report_.ledger = BundleReport::LedgerProof::kKey;
    const auto opened = open_checkpoint(note, ledger_.key->key);
    if (!opened) {
      problem("checkpoint.txt: {}", opened.error().detail);
      return std::nullopt;
    }
    if (!ledger_.key->name.empty() && ledger_.key->name != origin) {
      problem("checkpoint.txt is one of the ledger {}, and the key that was given is that of {}.", origin,
              ledger_.key->name);
    }
    return ledger_.key->key;
  }

  // Whoever is trusted vouches for the key: its certificate leads to an anchor, is for ledgers and nothing else, so
  // that no other certificate can be put in its place, and names this ledger.
  std::optional<x509::PublicKey> certified_key(std::string_view note, std::string_view origin) {
    const auto& certificate = ledger_certificates_.front();
    const auto key = certificate.public_key();
    if (!key || !is_certificate_of(certificate, *key, origin)) {
      problem("ledger.pem is a certificate of {}, not of the ledger {}.", certificate.subject().text(), origin);
      return std::nullopt;
    }
    x509::PathOptions options;
    options.purpose = x509::PathPurpose::kLedger;
    const auto path = trust_.paths.verify(certificate, report_.checkpoint_time.value_or(ledger_.now), options,
                                          ledger_certificates_);
    if (!path.valid) {
      problem("ledger.pem: {}", path.detail);
      return std::nullopt;
    }
    if (const auto opened = open_checkpoint(note, *key); !opened) {
      problem("checkpoint.txt: {}", opened.error().detail);
      return std::nullopt;
    }
    report_.ledger = BundleReport::LedgerProof::kCertificate;
    return *key;
  }

  // The key that the bundle names proves nothing, but it must be the one that is believed, and what stands in plain
  // files must be of that key.
  void check_plain_checkpoint(std::string_view note, const std::optional<x509::PublicKey>& believed) {
    const auto named = parse_verifier_key(manifest_.ledger_key);
    if (believed && (!named || !base::equal(named->key.spki(), believed->spki()))) {
      problem("manifest.json names another key of the ledger than the one that is believed.");
    }
    const auto plain = plain_checkpoint(note, manifest_.ledger_key);
    if (!plain) return problem("checkpoint.txt is not signed with the key that the bundle names.");
    check_same(*plain, "checkpoint.txt");
  }

  void check_checkpoint_time_stamp(std::string_view signed_text) {
    const auto* octets = file("checkpoint.tst");
    if (octets == nullptr) return;
    expect("checkpoint.tst");
    if (const auto plain = plain_stamp(*octets)) check_same(*plain, "checkpoint.tst");
    const auto token = x509::TimeStampToken::from_der(*octets);
    if (!token) return problem("checkpoint.tst: {}", token.error().detail);
    const auto evidence = x509::verify_time_stamp(*token, base::as_bytes(signed_text), trust_.paths, help());
    if (!evidence) return problem("checkpoint.tst: {}", evidence.error().detail);
    report_.checkpoint_time = evidence->time;
  }
  // The authority of the checkpoint's time stamp is usually that of the acts.
  [[nodiscard]] std::vector<x509::Certificate> help() const {
    std::vector<x509::Certificate> certificates;
    for (const auto& act : report_.acts) {
      const auto& some = act.message().certificates();
      certificates.insert(certificates.end(), some.begin(), some.end());
    }
    return certificates;
  }

  static std::optional<std::int64_t> sequence_in(std::string_view name) {
    constexpr std::string_view kBefore = "records/";
    constexpr std::string_view kAfter = ".json";
    if (!name.starts_with(kBefore) || !name.ends_with(kAfter)) return std::nullopt;
    name = name.substr(kBefore.size(), name.size() - kBefore.size() - kAfter.size());
    std::int64_t sequence = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), sequence);
    if (error != std::errc{} || record_file(sequence) != "records/" + std::string(name) + ".json")
      return std::nullopt;
    return sequence;
  }

  void check_records() {
    for (const auto& [name, octets] : files_) {
      const auto sequence = sequence_in(name);
      if (!sequence) continue;
      expect(name);
      expect(proof_file(*sequence));
      check_record(*sequence, octets);
    }
    std::ranges::sort(facts_.records);
    if (facts_.records.empty()) problem("The bundle has no record of the ledger.");
  }

  void check_record(std::int64_t sequence, const base::Bytes& octets) {
    facts_.records.push_back(sequence);
    const auto json = base::parse_json(base::as_text(octets));
    if (!json || !json->is_object()) return problem("{} is no record of a ledger.", record_file(sequence));
    const auto& record = json->get_object();
    if (base::json_string(record, "object") != manifest_.object) {
      problem("{} is about {}, the bundle about {}.", record_file(sequence), base::json_string(record, "object"),
              manifest_.object);
    }
    check_attachment(sequence, record);
    if (is_included(sequence, octets)) ++report_.records;
    if (base::json_string(record, "kind") == "act.accepted") acceptances_[sequence] = record;
  }

  bool is_included(std::int64_t sequence, const base::Bytes& record) {
    const auto* text = file(proof_file(sequence));
    const auto proof = text == nullptr ? std::nullopt : parse_proof(*text);
    if (!proof) {
      problem("{} is missing or is no proof.", proof_file(sequence));
      return false;
    }
    if (!report_.checkpoint) return false;
    const auto leaf = leaf_hash(record);
    const bool fits =
        proof->leaf == leaf && proof->sequence == sequence && proof->size == report_.checkpoint->head.size;
    if (fits && verify_inclusion(leaf, sequence, report_.checkpoint->head, proof->path)) return true;
    problem("{} is not in the ledger that the checkpoint stands for.", record_file(sequence));
    return false;
  }

  void check_attachment(std::int64_t sequence, const base::JsonObject& record) {
    const auto digest = base::json_string(record, "attachment");
    if (digest.empty()) return;
    const auto name = "attachments/" + digest;
    const auto* octets = file(name);
    if (octets != nullptr) {
      expect(name);
      if (base::hex(x509::sha256(*octets)) != digest) problem("{} is not what its name says.", name);
      return;
    }
    if (act_files_.contains(digest)) return;
    problem("What record {} was about is missing: no file has the SHA-256 digest {}.", sequence, digest);
  }

  // check_acceptance wants for each act the record of its acceptance, in the same order, and for each such record an
  // act.
  void check_acceptance() {
    std::size_t next = 0;
    for (const auto& [sequence, record] : acceptances_) {
      const auto found = act_files_.find(base::json_string(record, "attachment"));
      if (found == act_files_.end()) {
        problem("Record {} says that an act was accepted that is not in the bundle.", sequence);
        continue;
      }
      if (!found->second) continue;  // it does not hold, which was said
      const auto* data = record.if_contains("data");
      const auto digest = data != nullptr && data->is_object() ? base::json_string(data->get_object(), "act") : "";
      if (*found->second == next && base::hex(report_.acts[next].digest()) == digest) {
        ++next;
      } else {
        problem("Record {} belongs to another act than the one at its place.", sequence);
      }
    }
    if (next < report_.acts.size()) {
      problem("No record says that {} of the acts were accepted.", report_.acts.size() - next);
    }
  }

  // check_documents looks at the files that acts speak of: one that is here must be named by an act.
  void check_documents() {
    std::map<base::Bytes, std::string> documents;
    for (const auto& [name, octets] : files_) {
      if (!name.starts_with("attachments/") || name != attachment_file(octets)) continue;
      for (const auto algorithm : {x509::DigestAlgorithm::kSha256, x509::DigestAlgorithm::kSm3}) {
        documents.emplace(x509::digest(algorithm, octets), name);
      }
    }
    for (const auto& act : report_.acts) {
      for (const auto& attachment : act.act().attachments) {
        const auto found = documents.find(attachment.value);
        if (found != documents.end()) {
          expect(found->second);
        } else {
          remark_that("The attachment {} is not in the bundle, only its digest.", attachment.name);
        }
      }
    }
  }

  void check_readme() {
    expect("README.md");
    facts_.object = manifest_.object;
    facts_.checkpoint_stamp = stamp_kind(file("checkpoint.tst"));
    const auto* text = file("README.md");
    if (text != nullptr && base::as_text(*text) == readme(facts_)) return;
    remark_that("README.md is not as this version of the program writes it. Do not carry out its commands unread.");
  }

  void check_nothing_else() {
    for (const auto& [name, octets] : files_) {
      if (!expected_.contains(name)) problem("{} does not belong to the bundle.", name);
    }
  }

  FileMap files_;
  std::vector<Manifest::File> described_;
  const ActTrust& trust_;
  const LedgerTrust& ledger_;
  std::vector<x509::Certificate> ledger_certificates_;
  Manifest manifest_;
  std::set<std::string, std::less<>> expected_;
  std::map<std::string, std::optional<std::size_t>>
      act_files_;                                         // SHA-256 in hex -> index into report_.acts if it holds
  std::map<std::int64_t, base::JsonObject> acceptances_;  // records "act.accepted" by sequence
  ReadmeFacts facts_;
  BundleReport report_;
};

}  // namespace

Result<BundleReport> verify_bundle(base::ByteView archive, const ActTrust& trust, const LedgerTrust& ledger) {
  if (archive.size() > kLargestBundle) {
    return base::fail(base::Code::kMalformed, "The bundle is larger than a GiB.");
  }
  TRY(auto files, read_tar(archive));
  return Examination(std::move(files), trust, ledger).run();
}

}  // namespace yuxin::evidence
