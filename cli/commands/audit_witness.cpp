// yuxin audit witness: countersigning the checkpoints of somebody else's ledger.
#include "app/ledger_source.hpp"
#include "app/output.hpp"
#include "app/witness_state.hpp"
#include "commands.hpp"
#include "yuxin/base/file.hpp"
#include "yuxin/evidence/witness.hpp"

namespace yuxin::cli {
namespace {

using base::Code;
using base::fail;
using base::message;
using base::Result;
using evidence::Checkpoint;

// Self is the witness at work: its name and its private key.
struct Self {
  evidence::WitnessKey key;
  std::shared_ptr<const x509::Signer> signer;
};

Result<Self> self_of(const Context& context, const Arguments& arguments) {
  const auto file = arguments.one("--sign-with");
  TRY(const auto pem, base::read_file(file, 1U << 16U));
  std::optional<base::Secret> passphrase;
  if (const auto& from = context.options().passphrase_file) {
    TRY(passphrase, base::read_passphrase_file(*from));
  }
  auto key = x509::PrivateKey::from_pem(pem, passphrase ? &*passphrase : nullptr);
  if (!key) return base::fail_with(key.error().code, key.error().diagnostic, "{}: {}", file, key.error().detail);
  if (key->public_key().kind().type != x509::KeyType::kEd25519) {
    return fail(Code::kUsage,
                "{}: witnesses sign with Ed25519. Make a key: openssl genpkey -algorithm ED25519 -out {}", file,
                file);
  }
  TRY(auto signer, key->signer(x509::SignatureAlgorithm::kEd25519));
  evidence::WitnessKey own{arguments.one("--name"), key->public_key()};
  // A name that can stand in a note is read back from the printed key.
  if (!evidence::parse_witness_key(evidence::print_witness_key(own))) {
    return fail(Code::kUsage,
                "\"{}\" cannot name a witness: the name takes no blanks and no plus sign, for example "
                "witness.example/w1.",
                own.name);
  }
  return Self{std::move(own), std::move(signer)};
}

// What this witness stands at before it looks: its state, or for the first time what it is told to begin with.
Result<std::optional<Checkpoint>> last_of(const WitnessState& state, const Arguments& arguments,
                                          const x509::PublicKey& ledger, const Self& self) {
  TRY(auto last, state.last(ledger, self.key));
  if (last) return last;
  if (const auto since = arguments.maybe("--since")) {
    TRY(const auto note, read_note(*since));
    TRY(auto older, evidence::open_checkpoint(note, ledger));
    return std::optional(std::move(older));
  }
  if (arguments.has("--first")) return last;
  return fail(Code::kNotFound,
              "There is no {} that says what this witness countersigned before. If it never did, give --first, or "
              "--since with an older checkpoint that you kept.",
              arguments.one("--state"));
}

void print(const Context& context, const Self& self, const Checkpoint& checkpoint,
           const evidence::Cosignature& cosignature, const std::string& note, bool to_file) {
  const auto key = evidence::print_witness_key(self.key);
  if (context.options().json) {
    context.document(base::JsonObject{{"ledger", checkpoint.origin},
                                      {"records", checkpoint.head.size},
                                      {"root", base::hex(checkpoint.head.root)},
                                      {"witness", self.key.name},
                                      {"time", base::rfc3339(cosignature.time)},
                                      {"cosignature", cosignature.line},
                                      {"note", note},
                                      {"key", key}});
    return;
  }
  if (!to_file) context.out(std::string_view(note).substr(0, note.size() - 1));
  context.remark(
      message("Countersigned: {} with {} records, as {}.", checkpoint.origin, checkpoint.head.size, self.key.name));
  context.remark(message("The key to check it with: {}", key));
}

Result<int> countersign(Context& context, const Arguments& arguments, const Self& self) {
  if (!arguments.has("--key") || !arguments.has("--state")) {
    return fail(Code::kUsage,
                "Give the public key of the ledger with --key, and with --state the file in which this "
                "witness remembers what it countersigned.");
  }
  TRY(const auto ledger, read_verifier_key(arguments.one("--key")));
  TRY(const auto octets, base::read_file(arguments.one("FILE"), 1U << 20U));
  TRY(auto request, evidence::parse_witness_request(base::as_text(octets)));
  if (!request.old_size) request.checkpoint = evidence::note_from_paper(request.checkpoint);

  TRY(const auto state, WitnessState::open(arguments.one("--state")));
  TRY(const auto last, last_of(state, arguments, ledger, self));
  TRY(const auto checkpoint, evidence::check_request(request, ledger, last));
  TRY(const auto cosignature,
      evidence::make_cosignature(request.checkpoint, self.key.name, *self.signer, context.clock().now()));
  const auto note = request.checkpoint + cosignature.line;
  // A note that is full, or that bears a wrong line under this witness's name, could not be read back.
  TRY(evidence::demand_witnesses(note, {self.key}, 1));
  // "The witness MUST persist the new checkpoint before responding."
  TRY(state.remember(note));
  const auto out = arguments.maybe("--out");
  if (out) TRY(write_output(*out, base::as_bytes(note), OutputKind::kCheckpoint));
  print(context, self, checkpoint, cosignature, note, out.has_value());
  return 0;
}

Result<int> witness(Context& context, const Arguments& arguments) {
  TRY(const auto self, self_of(context, arguments));
  if (arguments.has("FILE")) return countersign(context, arguments, self);
  const auto key = evidence::print_witness_key(self.key);
  if (context.options().json) {
    context.document(base::JsonObject{{"witness", self.key.name}, {"key", key}});
  } else {
    context.out(key);
  }
  return 0;
}

}  // namespace

CommandSpec audit_witness_command() {
  return {"audit",
          "witness",
          "countersign a checkpoint of somebody else's ledger, if it continues the last one; needs no home",
          {{"FILE", Arity::kOne, Presence::kOptional, "FILE",
            "a checkpoint, with the proof before it as audit prove --since writes it; without FILE, print the key"},
           {"--name", Arity::kOne, Presence::kRequired, "NAME", "name of this witness: witness.example/w1"},
           {"--sign-with", Arity::kOne, Presence::kRequired, "FILE", "private Ed25519 key of this witness, in PEM"},
           {"--key", Arity::kOne, Presence::kOptional, "FILE", "public key of the ledger"},
           {"--state", Arity::kOne, Presence::kOptional, "FILE",
            "where this witness keeps the checkpoint that it countersigned last"},
           {"--since", Arity::kOne, Presence::kOptional, "FILE", "the first time: begin at this older checkpoint"},
           {"--first", Arity::kFlag, Presence::kOptional, "", "the first time: begin with the checkpoint given"},
           out_option("where to write the countersigned checkpoint; standard output if not given")},
          {"yuxin audit witness --name witness.example/w1 --sign-with w1.pem",
           "yuxin audit witness request.txt --name witness.example/w1 --sign-with w1.pem --key ledger.pub --state "
           "city.txt --out countersigned.txt"},
          witness};
}

}  // namespace yuxin::cli
