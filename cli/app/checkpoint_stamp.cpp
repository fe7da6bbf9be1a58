#include "checkpoint_stamp.hpp"

#include <chrono>

#include "stamp_client.hpp"
#include "stamp_trust.hpp"
#include "trust.hpp"
#include "yuxin/base/file.hpp"

namespace yuxin::cli {

using base::Code;
using base::fail;
using base::Result;
using x509::Certificate;

namespace {

constexpr std::size_t kLongestList = std::size_t{1} << 30U;

// The authorities in the database: those that issued themselves are roots, the others help to build paths.
Result<x509::PathMaterial> own_authorities(store::Store& store) {
  x509::PathMaterial material;
  TRY(store.read([&](store::Reader& reader) -> Result<> {
    material = {};
    TRY(const auto rows, reader.authorities());
    for (const auto& row : rows) {
      const auto certificate = Certificate::from_der(row.certificate);
      if (!certificate) continue;
      const bool root = certificate->subject().same(certificate->issuer());
      (root ? material.anchors : material.untrusted).push_back(*certificate);
    }
    return {};
  }));
  return material;
}

// The newest lists of those authorities, as far as their files are there: a database that was copied has none. They
// only ever speak against a time stamp, so that one that is missing or damaged is no reason to believe less.
Result<std::vector<x509::Crl>> own_lists(const LedgerSource& source) {
  std::vector<x509::Crl> lists;
  if (source.home.empty()) return lists;
  auto& status = source.store->status();
  TRY(const auto rows, status.authorities());
  for (const auto& row : rows) {
    const auto newest = status.latest_crl(row.id);
    if (!newest) continue;
    const auto octets = base::read_file(source.home + "/" + newest->file, kLongestList);
    if (!octets) continue;
    if (auto list = x509::Crl::from_der(*octets)) lists.push_back(std::move(*list));
  }
  return lists;
}

std::string in_home(const LedgerSource& source, const std::string& file) {
  return file.starts_with('/') ? file : source.home + "/" + file;
}

}  // namespace

std::optional<StampSource> foreign_stamp_source(const LedgerConfig& config) {
  if (config.time_stamp_url.empty()) return std::nullopt;
  return [url = config.time_stamp_url](base::ByteView request) { return ask_stamp(url, request); };
}

Result<CheckpointTrust> CheckpointTrust::of(const LedgerSource& source, const std::vector<std::string>& files) {
  TRY(auto material, own_authorities(*source.store));
  auto origin = Origin::kOwnRoots;
  auto named = files;
  const auto& trust = source.config.ledger.time_stamp_trust;
  if (named.empty() && !trust.empty()) named.push_back(in_home(source, trust));
  if (!named.empty()) {
    origin = Origin::kGiven;
    material.anchors.clear();
    for (const auto& file : named) {
      TRY(const auto roots, read_certificates(file));
      material.anchors.insert(material.anchors.end(), roots.begin(), roots.end());
    }
  }
  TRY(auto paths, x509::PathVerifier::prepare(material));
  TRY(auto lists, own_lists(source));
  return CheckpointTrust(std::move(paths), origin, std::move(material.untrusted), std::move(lists));
}

Result<CheckpointTrust::Verdict> CheckpointTrust::check(std::string_view note, base::ByteView token) const {
  TRY(const auto body, evidence::checkpoint_body(note));
  TRY(const auto parsed, x509::TimeStampToken::from_der(token));
  const auto trusted = x509::verify_time_stamp(parsed, base::as_bytes(body), paths_, help_);
  if (trusted) {
    // What a list once said stays said, however old it is.
    for (const auto& list : lists_) TRY(check_not_revoked(*trusted, {list}, list.this_update()));
    return Verdict{trusted->time, trusted->authority.subject().text(), Verdict::Authority::kTrusted};
  }
  if (origin_ == Origin::kGiven) return tl::unexpected(trusted.error());
  // Nobody said who is to be believed: what can be told without is whether the token is whole and about this note.
  TRY(const auto alone, x509::PathVerifier::prepare({parsed.message().certificates(), {}, {}}));
  TRY(const auto whole, x509::verify_time_stamp(parsed, base::as_bytes(body), alone, help_));
  return Verdict{whole.time, whole.authority.subject().text(), Verdict::Authority::kUnknown};
}

Result<bool> stamp_newest(const LedgerSource& source, const StampSource& stamps) {
  std::optional<evidence::KeptCheckpoint> newest;
  TRY(source.store->read([&](store::Reader& reader) -> Result<> {
    TRY(newest, evidence::kept_checkpoint(reader));
    return {};
  }));
  if (!newest || !newest->time_stamp.empty()) return false;
  TRY(const auto body, evidence::checkpoint_body(newest->note));
  const auto imprint = x509::sha256(base::as_bytes(body));
  const auto nonce = x509::make_time_stamp_nonce();
  const auto request =
      x509::make_time_stamp_request({.digest = x509::DigestAlgorithm::kSha256, .imprint = imprint, .nonce = nonce});
  TRY(const auto answer, stamps(request));
  TRY(const auto response, x509::parse_time_stamp_response(answer));
  if (!response.token) {
    return fail(Code::kRefused, "The time stamping authority refuses to stamp the checkpoint: {}.",
                response.failure ? x509::time_stamp_failure_name(*response.failure) : response.text);
  }
  const auto asked = x509::parse_time_stamp_request(request);
  if (!asked) return fail(Code::kInternal, "The program made a request for a time stamp that does not parse.");
  TRY(x509::check_answer(*response.token, *asked));
  TRY(const auto trust, CheckpointTrust::of(source, {}));
  TRY(trust.check(newest->note, response.token->der()));
  auto kept = source.store->write(
      [&](store::Writer& writer) { return evidence::add_time_stamp(writer, *newest, response.token->der()); });
  // Another process was quicker: its time stamp is as good.
  if (!kept && kept.error().code == Code::kConflict) return false;
  TRY(std::move(kept));
  return true;
}

Result<> CheckpointStamper::step(Home& home) {
  if (!stamps_) return {};
  Result<> ended;
  if (running_.valid()) {
    if (running_.wait_for(std::chrono::seconds(0)) != std::future_status::ready) return {};
    if (auto done = running_.get(); !done) ended = tl::unexpected(std::move(done).error());
  }
  TRY(auto source, ledger_of(home));
  running_ = std::async(std::launch::async, [source = std::move(source), stamps = *stamps_]() -> Result<bool> {
    return stamp_newest(source, stamps);
  });
  return ended;
}

}  // namespace yuxin::cli
