// What a case is really about: whose certificate is asked for, and which certificates something is done to. Read from
// octets that this program has held against what is signed, never from somebody's description of them.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "context.hpp"
#include "desk_side.hpp"
#include "yuxin/base/result.hpp"

namespace yuxin::cli {

// Matter is what an `about` names.
struct Matter {
  std::optional<ra::CertificateWish> wish;    // of a request: its octets have the digest that stands there
  std::vector<CertificateNote> certificates;  // each has the subject, and the serial number if one stands there
  // What they are: those that the case is about, or those that whoever gets a new one has already.
  enum class Certificates { kOfMatter, kHasAlready } certificates_are = Certificates::kOfMatter;
};

// matter_of reads the matter of an `about`. The request is looked for among the files at hand, then asked of the side
// that keeps the case; kRefused or kIntegrity where it does not come with the digest in `about`, so that nobody signs
// for a certificate that they could not see. `seen` is the case; nothing where one is opened.
[[nodiscard]] base::Result<Matter> matter_of(DeskSide& side, const base::JsonObject& about,
                                             std::span<const workflow::File> at_hand, const CaseSeen* seen);

// matter_of_opening reads the matter of a case that is going to be opened.
[[nodiscard]] base::Result<Matter> matter_of_opening(DeskSide& side, const Opening& opening);

// matter_of_step reads the matter of an act that is going to be signed.
[[nodiscard]] base::Result<Matter> matter_of_step(DeskSide& side, const ra::Step& step, const CaseSeen& seen);

// matter_lines are for people: label and value, in their order. `form` is what was filled in, with which a request is
// compared: a last line says where the two name different persons.
struct MatterLine {
  std::string label;
  std::string value;
  bool is_warning = false;
};
enum class MatterTense { kWill, kWas };  // of what is going to be issued, or was
[[nodiscard]] std::vector<MatterLine> matter_lines(const Matter& matter, const base::JsonObject& form,
                                                   MatterTense tense);
// matter_text is its shortest form, for lists: the subject.
[[nodiscard]] std::string matter_text(const Matter& matter);
// requested_json is the wish as JSON: {"subject", "names", "key"}; null where none is asked for.
[[nodiscard]] base::Json requested_json(const Matter& matter);
// certificates_json: [{"serial", "subject", "profile", "not_after", "state"}].
[[nodiscard]] base::JsonArray certificates_json(const std::vector<CertificateNote>& certificates);

}  // namespace yuxin::cli
