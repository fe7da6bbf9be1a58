#include "yuxin/evidence/witness.hpp"

#include "note.hpp"

namespace yuxin::evidence {

using base::Code;
using base::fail;
using base::Result;

namespace {

constexpr std::string_view kOld = "old ";
constexpr std::size_t kMostHashes = 63;  // C2SP tlog-witness: a client sends no more

base::Failure not_a_request() {
  return fail(
      Code::kMalformed,
      "This is no request to a witness: it should read \"old N\", one hash in base64 a line, an empty line, and "
      "the checkpoint, as yuxin audit prove --since writes it.");
}

base::Failure starts_elsewhere(std::int64_t proof, std::int64_t last) {
  return fail(Code::kConflict,
              "The proof begins at {} records, this witness stands at {}. Ask for one that begins there: yuxin audit "
              "prove --since {}",
              proof, last, last);
}

Result<> check_growth(const WitnessRequest& request, const Checkpoint& last, const Checkpoint& next) {
  if (next.head.size < last.head.size) {
    return fail(
        Code::kIntegrity,
        "The ledger {} went back: this witness has countersigned {} records, the checkpoint stands for {}. It "
        "was cut off or restored from an old copy. Nothing was countersigned; keep both checkpoints.",
        next.origin, last.head.size, next.head.size);
  }
  if (next.head.size == last.head.size && next.head.root != last.head.root) {
    return fail(
        Code::kIntegrity,
        "The ledger {} shows two faces: this checkpoint of {} records has another root than the one that this "
        "witness has countersigned. Nothing was countersigned; keep both checkpoints.",
        next.origin, next.head.size);
  }
  if (!request.old_size) {
    if (next.head.size == last.head.size) return {};
    return fail(Code::kUsage,
                "The ledger grew from {} to {} records; that it only grew must be proven. Get the proof with: yuxin "
                "audit prove --since {}",
                last.head.size, next.head.size, last.head.size);
  }
  if (*request.old_size != last.head.size) return starts_elsewhere(*request.old_size, last.head.size);
  if (!verify_consistency(last.head, next.head, request.proof)) {
    return fail(Code::kIntegrity,
                "The {} records of this checkpoint do not begin with the {} that this witness has countersigned: one "
                "of those was changed, removed or moved. Nothing was countersigned; keep both checkpoints.",
                next.head.size, last.head.size);
  }
  return {};
}

}  // namespace

std::string print_witness_request(const WitnessRequest& request) {
  if (!request.old_size) return request.checkpoint;
  std::string text(kOld);
  text += std::to_string(*request.old_size) + '\n';
  for (const auto& hash : request.proof) text += base::base64(hash) + '\n';
  return text + '\n' + request.checkpoint;
}

Result<WitnessRequest> parse_witness_request(std::string_view text) {
  WitnessRequest request;
  if (!text.starts_with(kOld)) {
    request.checkpoint = text;
    return request;
  }
  const auto first = take_line(text);
  const auto size = first ? parse_tree_size(first->substr(kOld.size())) : std::nullopt;
  if (!size) return not_a_request();
  request.old_size = size;
  while (true) {
    const auto line = take_line(text);
    if (!line) return not_a_request();
    if (line->empty()) break;
    const auto hash = hash_from_base64(*line);
    if (!hash || request.proof.size() == kMostHashes) return not_a_request();
    request.proof.push_back(*hash);
  }
  request.checkpoint = text;
  return request;
}

Result<Checkpoint> check_request(const WitnessRequest& request, const x509::PublicKey& log,
                                 const std::optional<Checkpoint>& last) {
  TRY(auto next, open_checkpoint(request.checkpoint, log));
  if (last && last->origin != next.origin) {
    return fail(Code::kConflict,
                "The checkpoint is one of {}, this witness remembers {}. Give the state of that one.", next.origin,
                last->origin);
  }
  const TreeHead nothing{0, x509::sha256(base::ByteView{})};
  if (last) {
    TRY(check_growth(request, *last, next));
  } else if (request.old_size.value_or(0) != 0) {
    return starts_elsewhere(*request.old_size, 0);
  } else if (!verify_consistency(nothing, next.head, request.proof)) {
    // "The proof MUST be empty if the old size is zero."
    return fail(Code::kMalformed, "A proof that begins at 0 records is empty; this one is not.");
  }
  return next;
}

}  // namespace yuxin::evidence
