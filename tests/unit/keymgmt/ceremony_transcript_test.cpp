// The transcript: one form, a chain, and what a power cut leaves.
#include "yuxin/keymgmt/ceremony_transcript.hpp"
#include "need.hpp"

#include <doctest/doctest.h>

#include "command.hpp"
#include "small_ceremony.hpp"
#include "yuxin/base/file.hpp"

namespace base = yuxin::base;
namespace keymgmt = yuxin::keymgmt;
namespace x509 = yuxin::x509;
using base::Code;
using keymgmt::EventKind;
using keymgmt::Transcript;
using yuxin::test::Held;
using yuxin::test::small_ceremony;
using yuxin::test::TemporaryFolder;

namespace {

// A transcript of an opening and a first step, as a file.
std::string written(const std::string& path, const keymgmt::CeremonyPlan& plan) {
  Held held(plan);
  held.open();
  held.done();
  keymgmt::Ceremony ceremony(plan);
  auto transcript = Transcript::open(path, ceremony);
  REQUIRE(transcript);
  for (const auto& event : held.events()) REQUIRE(transcript->add(ceremony, event));
  CHECK(ceremony.cursor() == 1);
  return transcript->text();
}

std::string read(const std::string& path) { return std::string(base::as_text(base::read_file(path).value())); }

void put(const std::string& path, std::string_view text) {
  REQUIRE(base::write_file(path, base::as_bytes(text), base::Existing::kReplace, base::Permissions::kPublic));
}

}  // namespace

TEST_CASE("a line is canonical JSON that names the digest of the line before") {
  const auto line =
      keymgmt::transcript_line({EventKind::kDone, 4, {}, {1'700'000'000}}, 17, x509::sha256({})).value();
  // the digest of nothing, FIPS 180-4; the time by date -u -d @1700000000
  CHECK(
      line ==
      R"({"data":{},"entry":17,"event":"done","previous":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","step":5,"time":"2023-11-14T22:13:20Z"})");
}

TEST_CASE("a transcript is read back as it was written") {
  const TemporaryFolder folder;
  const auto plan = small_ceremony();
  const auto text = written(folder.file("t"), plan);
  CHECK(read(folder.file("t")) == text);
  const auto events = keymgmt::read_transcript(text, plan.digest);
  REQUIRE(events);
  CHECK(events->size() == 5);
  CHECK(events->at(1).step == 0);
  CHECK_FALSE(events->at(0).step);
}

TEST_CASE("a line that was changed, moved, taken away or written in another form is named") {
  const TemporaryFolder folder;
  const auto plan = small_ceremony();
  const auto text = written(folder.file("t"), plan);
  const auto first = text.find('\n') + 1;
  const auto second = text.find('\n', first) + 1;
  for (const auto& bad :
       {text.substr(first), text.substr(0, first) + text.substr(second), text.substr(0, second) + text.substr(first),
        text.substr(0, text.size() - 1), "\n" + text, "x" + text, text.substr(0, first) + " " + text.substr(first)}) {
    CHECK_FALSE(keymgmt::read_transcript(bad, plan.digest));
  }
  auto other = plan.digest;
  other[0] ^= 1;
  CHECK(yuxin::test::error_of(keymgmt::read_transcript(text, other)).code == Code::kIntegrity);
}

TEST_CASE("a line that a power cut left half written is taken away, and the next one stands in its place") {
  const TemporaryFolder folder;
  const auto plan = small_ceremony();
  const auto text = written(folder.file("t"), plan);
  for (const auto cut : {text.size() - 1, text.size() - 20}) {
    put(folder.file("t"), text.substr(0, cut));
    keymgmt::Ceremony ceremony(plan);
    auto transcript = Transcript::open(folder.file("t"), ceremony);
    REQUIRE(transcript);
    CHECK(transcript->entries() == 4);
    CHECK(ceremony.cursor() == 0);
    REQUIRE(transcript->add(ceremony, {EventKind::kDone, 0, {}, {1'000'000'100}}));
    CHECK(read(folder.file("t")) == transcript->text());
    CHECK(keymgmt::read_transcript(transcript->text(), plan.digest));
  }
}

TEST_CASE("a transcript that does not follow the plan is not gone on with") {
  const TemporaryFolder folder;
  const auto plan = small_ceremony();
  auto previous = plan.digest;
  std::string text;
  const auto line = keymgmt::transcript_line({EventKind::kDone, 0, {}, {5}}, 1, previous).value();
  put(folder.file("t"), line + "\n");
  keymgmt::Ceremony ceremony(plan);
  CHECK(yuxin::test::error_of(Transcript::open(folder.file("t"), ceremony)).code == Code::kConflict);
}

TEST_CASE("one at a time writes a transcript") {
  const TemporaryFolder folder;
  const auto plan = small_ceremony();
  keymgmt::Ceremony ceremony(plan);
  const auto transcript = Transcript::open(folder.file("t"), ceremony);
  REQUIRE(transcript);
  keymgmt::Ceremony other(plan);
  CHECK(yuxin::test::error_of(Transcript::open(folder.file("t"), other)).code == Code::kConflict);
}

TEST_CASE("an event that cannot come is not written") {
  const TemporaryFolder folder;
  const auto plan = small_ceremony();
  keymgmt::Ceremony ceremony(plan);
  auto transcript = Transcript::open(folder.file("t"), ceremony);
  REQUIRE(transcript);
  CHECK_FALSE(transcript->add(ceremony, {EventKind::kDone, 0, {}, {5}}));
  CHECK(read(folder.file("t")).empty());
}
