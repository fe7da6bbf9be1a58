// Checkpoints as they lie beside the ledger, with what others said about them since.
#include "note.hpp"
#include "repository.hpp"
#include "yuxin/evidence/checkpoint.hpp"

namespace yuxin::evidence {

using base::Code;
using base::fail;
using base::Result;

Result<> store_checkpoint(store::Writer& writer, const Checkpoint& checkpoint, std::string_view note) {
  return repository::insert_checkpoint(writer.session(), checkpoint.head.size, note);
}

Result<std::vector<KeptCheckpoint>> kept_checkpoints(store::Reader& reader) {
  return repository::checkpoints(reader.session());
}

Result<std::vector<std::string>> checkpoints(store::Reader& reader) {
  TRY(auto kept, kept_checkpoints(reader));
  std::vector<std::string> notes;
  notes.reserve(kept.size());
  for (auto& checkpoint : kept) notes.push_back(std::move(checkpoint.note));
  return notes;
}

Result<std::optional<KeptCheckpoint>> kept_checkpoint(store::Reader& reader, std::optional<std::int64_t> size) {
  return repository::newest_checkpoint(reader.session(), size);
}

Result<std::optional<std::string>> latest_checkpoint(store::Reader& reader) {
  TRY(auto newest, kept_checkpoint(reader));
  if (!newest) return std::optional<std::string>();
  return std::optional(std::move(newest->note));
}

Result<> add_cosignature(store::Writer& writer, const KeptCheckpoint& checkpoint, std::string_view line) {
  // What stands in the database now counts, not what the caller read before.
  TRY(const auto present, repository::checkpoint_by_id(writer.session(), checkpoint.id));
  if (!present) return fail(Code::kNotFound, "This checkpoint is not kept with the ledger.");
  if (present->note.find(line) != std::string::npos) return {};
  if (!parse_note(present->note + std::string(line))) {
    return fail(Code::kConflict, "The checkpoint of {} records bears as many signatures as a note can hold.",
                present->size);
  }
  return repository::insert_cosignature(writer.session(), checkpoint.id, line);
}

Result<> add_time_stamp(store::Writer& writer, const KeptCheckpoint& checkpoint, base::ByteView token) {
  TRY(const auto present, repository::checkpoint_by_id(writer.session(), checkpoint.id));
  if (!present) return fail(Code::kNotFound, "This checkpoint is not kept with the ledger.");
  if (!present->time_stamp.empty())
    return fail(Code::kConflict, "The checkpoint of {} records has a time stamp already.", present->size);
  return repository::insert_time_stamp(writer.session(), checkpoint.id, token);
}

}  // namespace yuxin::evidence
