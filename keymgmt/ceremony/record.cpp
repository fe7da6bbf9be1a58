// The archive, and the statement that everybody signs.
#include "yuxin/keymgmt/ceremony_record.hpp"

#include "ceremony/readme.hpp"
#include "yuxin/base/text.hpp"

namespace yuxin::keymgmt {

using base::Code;
using base::fail;
using base::Result;

namespace {

constexpr const char* kPlan = "plan.toml";
constexpr std::size_t kLargestPlan = 1U << 20U;
constexpr const char* kTranscript = "transcript.jsonl";
constexpr const char* kReadme = "README.md";
constexpr std::string_view kOutputs = "outputs/";
constexpr std::string_view kSignatures = "signatures/";
constexpr std::string_view kSignature = ".p7m";

}  // namespace

evidence::Act signing_statement(const Ceremony& ceremony, const x509::Digest256& transcript, const std::string& seat,
                                base::UnixTime time) {
  evidence::Act act;
  act.type = "ceremony.record";
  act.object = "ceremony/" + ceremony.id();
  act.time = time;
  act.body = {{"mode", mode_name(ceremony.mode())},
              {"plan", base::hex(ceremony.plan().digest)},
              {"seat", seat},
              {"transcript", base::hex(transcript)}};
  for (const auto& [name, output] : ceremony.outputs())
    act.attachments.push_back({name, output.size, x509::DigestAlgorithm::kSha256, base::to_bytes(output.sha256)});
  return act;
}

Result<base::Bytes> sign_record(const Ceremony& ceremony, const x509::Digest256& transcript, const std::string& seat,
                                const Identity& identity, base::UnixTime time) {
  for (const auto& enrolled : ceremony.seats()) {
    if (enrolled.seat != seat) continue;
    if (!base::equal(enrolled.certificate, identity.certificate.sha256_fingerprint())) {
      return fail(Code::kIntegrity, "{} was enrolled with another certificate than {}. Nothing was signed.",
                  enrolled.person, base::hex(identity.certificate.sha256_fingerprint()));
    }
    return evidence::sign_act(signing_statement(ceremony, transcript, seat, time),
                              {identity.certificate, identity.signer}, identity.chain, x509::CmsForm::kRfc5652);
  }
  return fail(Code::kNotFound, "Nobody was enrolled on the seat {}.", seat);
}

evidence::Act opening_statement(const Ceremony& ceremony, const x509::Digest256& opened, const std::string& seat,
                                const std::string& person, base::UnixTime time) {
  evidence::Act act;
  act.type = "ceremony.opening";
  act.object = "ceremony/" + ceremony.id();
  act.time = time;
  act.body = {{"mode", mode_name(ceremony.mode())},
              {"opened", base::hex(opened)},
              {"person", person},
              {"plan", base::hex(ceremony.plan().digest)},
              {"seat", seat}};
  return act;
}

Result<base::Bytes> sign_opening(const Ceremony& ceremony, const x509::Digest256& opened, const std::string& seat,
                                 const std::string& person, const Identity& identity, base::UnixTime time) {
  return evidence::sign_act(opening_statement(ceremony, opened, seat, person, time),
                            {identity.certificate, identity.signer}, identity.chain, x509::CmsForm::kRfc5652);
}

x509::Digest256 opened_digest(std::string_view transcript) {
  return x509::sha256(base::as_bytes(transcript.substr(0, transcript.find('\n'))));
}

Result<base::Bytes> write_record(const RecordParts& parts) {
  evidence::FileMap files;
  const auto put = [&](std::string name, std::string_view text) {
    files.emplace(std::move(name), base::to_bytes(base::as_bytes(text)));
  };
  put(kReadme, record_readme());
  put(kPlan, parts.plan);
  put(kTranscript, parts.transcript);
  for (const auto& [name, octets] : parts.outputs) files.emplace(std::string(kOutputs) + name, octets);
  for (const auto& [seat, octets] : parts.signatures)
    files.emplace(std::string(kSignatures) + seat + std::string(kSignature), octets);
  return evidence::write_tar(files);
}

Result<RecordParts> read_record(base::ByteView archive) {
  const auto files = evidence::read_tar(archive);
  if (!files) {
    return fail(Code::kMalformed,
                "This is no record of a ceremony: it is not an archive as yuxin ceremony run writes it.");
  }
  RecordParts parts;
  bool plan = false;
  bool transcript = false;
  bool readme = false;
  for (const auto& [name, octets] : *files) {
    const auto text = std::string(base::as_text(octets));
    if (name == kPlan) {
      if (octets.size() > kLargestPlan) return fail(Code::kMalformed, "The plan of the record is larger than a MiB.");
      plan = true;
      parts.plan = text;
    } else if (name == kTranscript) {
      transcript = true;
      parts.transcript = text;
    } else if (name == kReadme) {
      if (text != record_readme())
        return fail(Code::kMalformed, "The {} of the record is not the one that belongs to it.", kReadme);
      readme = true;
    } else if (name.starts_with(kOutputs)) {
      parts.outputs.emplace(name.substr(kOutputs.size()), octets);
    } else if (name.starts_with(kSignatures) && name.ends_with(kSignature)) {
      parts.signatures.emplace(name.substr(kSignatures.size(), name.size() - kSignatures.size() - kSignature.size()),
                               octets);
    } else {
      return fail(Code::kMalformed, "The file {} does not belong into a record.", name);
    }
  }
  for (const auto& [there, name] : {std::pair{plan, kPlan}, {transcript, kTranscript}, {readme, kReadme}}) {
    if (!there) return fail(Code::kMalformed, "The record lacks its file {}.", name);
  }
  return parts;
}

}  // namespace yuxin::keymgmt
