// yuxin audit prove: what convinces an auditor or a witness without the ledger.
#include <charconv>
#include <set>

#include "app/certificate_view.hpp"
#include "app/home.hpp"
#include "app/ledger_source.hpp"
#include "app/output.hpp"
#include "commands.hpp"
#include "yuxin/base/file.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/evidence/ledger.hpp"
#include "yuxin/evidence/witness.hpp"

namespace yuxin::cli {
namespace {

using base::Code;
using base::fail;
using base::message;
using base::Result;
using evidence::Hash;

Result<std::string> latest_note(store::Reader& reader) {
  TRY(auto notes, evidence::checkpoints(reader));
  if (notes.empty()) {
    return fail(
        Code::kNotFound,
        "No checkpoint of this ledger was signed yet. Sign one: yuxin audit checkpoint --passphrase-file FILE");
  }
  return std::move(notes.back());
}

Result<> write_new(const std::string& file, std::string_view text) {
  return base::write_file(file, base::as_bytes(text), base::Existing::kRefuse, base::Permissions::kPublic);
}

// Wanted is what is to be proven: one record by its number, or all about one object.
struct Wanted {
  std::optional<std::int64_t> sequence;
  std::string object;
  std::optional<std::string> beginning;  // of the object's name, where too little was typed for a whole one
};

Result<Wanted> wanted_of(const std::string& text) {
  if (const auto slash = text.find('/'); slash != std::string::npos) {
    const auto serial = x509::Serial::parse(text.substr(slash + 1));
    if (!serial) return fail(Code::kUsage, "\"{}\" is no serial number.", text.substr(slash + 1));
    const auto authority = text.substr(0, slash + 1);
    const auto digits = serial_beginning(text.substr(slash + 1));
    return Wanted{{}, authority + serial->hex(), digits ? std::optional(authority + *digits) : std::nullopt};
  }
  std::int64_t sequence = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), sequence);
  if (error == std::errc{} && end == text.data() + text.size() && sequence >= 0) return Wanted{sequence, {}, {}};
  return fail(Code::kUsage, "\"{}\" is neither the number of an entry nor AUTHORITY/SERIAL.", text);
}

std::string object_of(const evidence::StoredRecord& stored) {
  auto json = base::parse_json(stored.text);
  return json && json->is_object() ? base::json_string(json->get_object(), "object") : std::string();
}

// A beginning that several begin with proves nothing about the one that is meant.
Result<> check_single(const std::vector<evidence::StoredRecord>& records, const std::string& beginning) {
  std::set<std::string> objects;
  for (const auto& record : records) objects.insert(object_of(record));
  if (objects.size() < 2) return {};
  return fail(Code::kConflict, "The ledger knows several that begin with {}. Type more of it:{}", beginning,
              "\n  " + base::join(std::vector<std::string>(objects.begin(), objects.end()), "\n  "));
}

Result<base::Json> prove_record(store::Reader& reader, const evidence::StoredRecord& stored, std::int64_t size) {
  TRY(auto path, evidence::inclusion_proof(reader, stored.sequence, size));
  base::JsonArray steps;
  for (const auto& hash : path) steps.emplace_back(base::hex(hash));
  base::JsonObject object{{"sequence", stored.sequence},
                          {"record", stored.text},
                          {"leaf", base::hex(stored.leaf)},
                          {"path", std::move(steps)}};
  if (!stored.attachment.empty()) object["attachment"] = base::base64(stored.attachment);
  return object;
}

Result<base::JsonArray> proofs_of(store::Reader& reader, const Wanted& wanted, std::int64_t size) {
  base::JsonArray proofs;
  const auto from = wanted.sequence.value_or(0);
  const auto to = wanted.sequence ? from + 1 : size;
  std::vector<evidence::StoredRecord> records;
  std::vector<evidence::StoredRecord> beginning_so;
  TRY(evidence::for_each(reader, from, std::min(to, size), [&](const evidence::StoredRecord& stored) -> Result<> {
    const auto object = wanted.sequence ? std::string() : object_of(stored);
    if (wanted.sequence || object == wanted.object) {
      records.push_back(stored);
    } else if (wanted.beginning && object.starts_with(*wanted.beginning)) {
      beginning_so.push_back(stored);
    }
    return {};
  }));
  // as everywhere, a whole number wins over the beginning of a longer one
  if (records.empty() && !beginning_so.empty()) {
    TRY(check_single(beginning_so, *wanted.beginning));
    records = std::move(beginning_so);
  }
  for (const auto& record : records) {
    TRY(auto proof, prove_record(reader, record, size));
    proofs.push_back(std::move(proof));
  }
  return proofs;
}

// Where a witness stands: a number of records, or the checkpoint that it countersigned last.
Result<std::int64_t> since_of(const LedgerSource& source, const std::string& text) {
  std::int64_t size = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
  if (error == std::errc{} && end == text.data() + text.size() && size >= 0) return size;
  TRY(const auto note, read_note(text));
  TRY(const auto older, open_own(source, note));
  return older.head.size;
}

// What a witness needs to countersign the latest checkpoint, in the form of C2SP tlog-witness.
Result<int> prove_growth(Context& context, const Arguments& arguments) {
  TRY(auto source, open_ledger_source(context, arguments));
  TRY(const auto since, since_of(source, arguments.one("--since")));
  evidence::WitnessRequest request;
  evidence::Checkpoint newest;
  TRY(source.store->read([&](store::Reader& reader) -> Result<> {
    TRY(request.checkpoint, latest_note(reader));
    TRY(newest, open_own(source, request.checkpoint));
    if (since > newest.head.size) {
      return fail(Code::kUsage,
                  "The latest checkpoint stands for {} records, not for {}. If the ledger has as many, sign another: "
                  "yuxin audit checkpoint --passphrase-file FILE",
                  newest.head.size, since);
    }
    TRY(evidence::check_against(reader, newest));
    request.old_size = since;
    TRY(request.proof, evidence::consistency_proof(reader, since, newest.head.size));
    return {};
  }));
  const auto text = evidence::print_witness_request(request);
  const auto out = arguments.maybe("--out");
  if (out) TRY(write_output(*out, base::as_bytes(text), OutputKind::kWitnessRequest));
  if (context.options().json) {
    base::JsonArray proof;
    for (const auto& hash : request.proof) proof.emplace_back(base::hex(hash));
    context.document(base::JsonObject{{"ledger", newest.origin},
                                      {"since", since},
                                      {"records", newest.head.size},
                                      {"proof", std::move(proof)},
                                      {"request", text}});
    return 0;
  }
  if (!out) context.out(std::string_view(text).substr(0, text.size() - 1));
  if (out && *out != "-") context.remark(message("Written to {}.", *out));
  context.remark(
      newest.head.size == since
          ? message(
                "It proves that the ledger has the same {} records as before; a witness countersigns it with yuxin "
                "audit witness.",
                since)
          : message("It proves that the first {} records begin with the first {}; a witness countersigns it with "
                    "yuxin audit witness.",
                    newest.head.size, since));
  return 0;
}

Result<int> prove(Context& context, const Arguments& arguments) {
  TRY(auto wanted, wanted_of(arguments.one("ENTRY")));
  TRY(auto source, open_ledger_source(context, arguments));
  base::JsonObject document;
  TRY(source.store->read([&](store::Reader& reader) -> Result<> {
    TRY(auto note, latest_note(reader));
    TRY(auto checkpoint, evidence::open_checkpoint(note, source.key));
    TRY(evidence::check_against(reader, checkpoint));
    TRY(auto proofs, proofs_of(reader, wanted, checkpoint.head.size));
    if (proofs.empty() && !wanted.sequence) {
      return fail(
          Code::kNotFound,
          "Among the {} entries that the latest checkpoint stands for, none is about {}. If it is newer, sign "
          "another: yuxin audit checkpoint --passphrase-file FILE",
          checkpoint.head.size, arguments.one("ENTRY"));
    }
    if (proofs.empty()) {
      return fail(
          Code::kNotFound,
          "No entry {} among the {} that the latest checkpoint stands for. If it is newer, sign another: yuxin "
          "audit checkpoint --passphrase-file FILE",
          arguments.one("ENTRY"), checkpoint.head.size);
    }
    document = {{"ledger", checkpoint.origin},
                {"records", checkpoint.head.size},
                {"root", base::hex(checkpoint.head.root)},
                {"checkpoint", note},
                {"proofs", std::move(proofs)}};
    return {};
  }));
  const auto out = arguments.maybe("--out");
  if (!out) {
    context.document(document);
    return 0;
  }
  TRY(write_new(*out, base::print_json_pretty(document) + '\n'));
  context.remark(
      message("Wrote the proof to {}. To check it: yuxin audit prove --verify {} --key ledger.pub", *out, *out));
  return 0;
}

std::optional<Hash> hash_from(std::string_view text) {
  const auto octets = base::from_hex(text);
  Hash hash{};
  if (!octets || octets->size() != hash.size()) return std::nullopt;
  std::ranges::copy(*octets, hash.begin());
  return hash;
}

base::Failure not_a_proof(const std::string& file) {
  return fail(Code::kMalformed, "{} is no proof as yuxin audit prove writes it.", file);
}

// A proof holds when the record hashes to a leaf of the tree, and what is attached to the digest in the record.
Result<> check_proof(const base::JsonObject& proof, const evidence::TreeHead& head, const std::string& file) {
  const auto text = base::json_string(proof, "record");
  const auto* steps = proof.if_contains("path");
  if (text.empty() || steps == nullptr || !steps->is_array()) return not_a_proof(file);
  std::vector<Hash> path;
  for (const auto& step : steps->get_array()) {
    const auto hash = step.is_string() ? hash_from(step.get_string()) : std::nullopt;
    if (!hash) return not_a_proof(file);
    path.push_back(*hash);
  }
  const auto sequence = base::json_int(proof, "sequence", -1);
  const auto leaf = evidence::leaf_hash(base::as_bytes(text));
  if (base::json_string(proof, "leaf") != base::hex(leaf))
    return fail(Code::kIntegrity, "The leaf of entry {} is not the hash of its record.", sequence);
  TRY(evidence::verify_inclusion(leaf, sequence, head, path));
  const auto attachment = base::from_base64(base::json_string(proof, "attachment"));
  if (!attachment) return not_a_proof(file);
  TRY(auto record, base::parse_json(text));
  const auto expected = record.is_object() ? base::json_string(record.get_object(), "attachment") : std::string();
  if (!attachment->empty() && base::hex(x509::sha256(*attachment)) != expected) {
    return fail(Code::kIntegrity, "What is attached to entry {} is not what the entry stands for.", sequence);
  }
  return {};
}

// A proof of growth proves something else, to a witness.
bool is_growth(base::ByteView text, const base::Json* json) {
  if (json != nullptr) return json->is_object() && json->get_object().contains("request");
  const auto request = evidence::parse_witness_request(base::as_text(text));
  return request && request->old_size.has_value();
}

Result<base::JsonObject> read_proofs(const std::string& file) {
  TRY(const auto text, base::read_file(file));
  auto json = base::parse_json(base::as_text(text));
  if (is_growth(text, json ? &*json : nullptr)) {
    return fail(
        Code::kMalformed,
        "{} is a proof that the ledger only grew, made with --since. A witness checks and countersigns it: yuxin "
        "audit witness",
        file);
  }
  if (!json) return not_a_proof(file);
  const auto* proofs = json->is_object() ? json->get_object().if_contains("proofs") : nullptr;
  if (proofs == nullptr || !proofs->is_array() || proofs->get_array().empty()) return not_a_proof(file);
  return std::move(json->get_object());
}

// What stands beside the checkpoint for reading must be what the checkpoint says.
Result<> check_head(const base::JsonObject& document, const evidence::Checkpoint& checkpoint,
                    const std::string& file) {
  if (base::json_string(document, "ledger") == checkpoint.origin &&
      base::json_int(document, "records", -1) == checkpoint.head.size &&
      base::json_string(document, "root") == base::hex(checkpoint.head.root)) {
    return {};
  }
  return fail(Code::kIntegrity,
              "{} says another ledger, another number of records or another root than its checkpoint.", file);
}

Result<> check_proofs(const base::JsonObject& document, const evidence::Checkpoint& checkpoint,
                      const std::string& file) {
  TRY(check_head(document, checkpoint, file));
  std::set<std::int64_t> seen;
  for (const auto& proof : document.at("proofs").get_array()) {
    if (!proof.is_object()) return not_a_proof(file);
    TRY(check_proof(proof.get_object(), checkpoint.head, file));
    const auto sequence = base::json_int(proof.get_object(), "sequence", -1);
    if (seen.insert(sequence).second) continue;
    return fail(Code::kIntegrity, "{} holds entry {} twice.", file, sequence);
  }
  return {};
}

Result<x509::PublicKey> key_of(const Context& context, const Arguments& arguments) {
  if (const auto given = arguments.maybe("--key")) {
    TRY(auto key, read_ledger_key(*given));
    return std::move(key.key);
  }
  const auto own = context.options().home + "/keys/ledger.pub";
  if (base::file_exists(own)) return read_verifier_key(own);
  return fail(Code::kUsage, "Give the public key of the ledger with --key FILE; there is no home here that has one.");
}

Result<int> check(Context& context, const Arguments& arguments) {
  const auto file = arguments.one("--verify");
  TRY(const auto document, read_proofs(file));
  TRY(const auto key, key_of(context, arguments));
  TRY(const auto checkpoint, evidence::open_checkpoint(base::json_string(document, "checkpoint"), key));
  TRY(check_proofs(document, checkpoint, file));
  const auto& proofs = document.at("proofs").get_array();
  std::string records;
  for (const auto& proof : proofs) records += base::json_string(proof.get_object(), "record") + '\n';
  const auto out = arguments.maybe("--out");
  if (out) TRY(write_new(*out, records));
  if (context.options().json) {
    context.document(base::JsonObject{
        {"good", true}, {"ledger", checkpoint.origin}, {"records", checkpoint.head.size}, {"proofs", proofs}});
  } else if (!out) {
    context.out(std::string_view(records).substr(0, records.size() - 1));
  } else if (*out != "-") {
    context.remark(message("Written to {}.", *out));
  }
  context.remark(proofs.size() == 1 ? message("Proven: {} entry stands in {} among its first {}.", proofs.size(),
                                              checkpoint.origin, checkpoint.head.size)
                                    : message("Proven: {} entries stand in {} among its first {}.", proofs.size(),
                                              checkpoint.origin, checkpoint.head.size));
  return 0;
}

Result<int> prove_or_check(Context& context, const Arguments& arguments) {
  if (arguments.has("--verify")) return check(context, arguments);
  if (arguments.has("--since")) return prove_growth(context, arguments);
  if (arguments.has("ENTRY")) return prove(context, arguments);
  return fail(
      Code::kUsage,
      "Say what to prove: the number of an entry, AUTHORITY/SERIAL, or --since with an older checkpoint; or give "
      "--verify FILE.");
}

}  // namespace

CommandSpec audit_prove_command() {
  return {
      "audit",
      "prove",
      "prove with a checkpoint that entries stand in the ledger or that it only grew, or check such a proof",
      {{"ENTRY", Arity::kOne, Presence::kOptional, "N|AUTHORITY/SERIAL",
        "number of an entry, or all about a certificate"},
       {"--since", Arity::kOne, Presence::kOptional, "FILE|N",
        "prove growth since an older checkpoint, for witnesses (C2SP tlog-witness)"},
       {"--verify", Arity::kOne, Presence::kOptional, "FILE", "check a proof instead of making one"},
       {"--key", Arity::kOne, Presence::kOptional, "FILE|KEY", "public key of the ledger; the home's if not given"},
       out_option("where to write the proof, or what was proven; standard output if not given")},
      {"yuxin --home city/online audit prove issuing/3F9A77C2 > proof.json",
       "yuxin --home city/online audit prove --since countersigned.txt --out request.txt",
       "yuxin audit prove --verify proof.json --key ledger.pub"},
      prove_or_check};
}

}  // namespace yuxin::cli
