#include <doctest/doctest.h>

#include "command.hpp"
#include "yuxin/x509/time_stamp.hpp"

using namespace yuxin;
using namespace yuxin::x509;
using base::Bytes;

TEST_CASE("openssl reads our refusals") {
  const test::TemporaryFolder folder;
  // the texts are openssl's own words for the bits of RFC 3161 section 2.4.2
  for (const auto& [failure, words] :
       {std::pair{TimeStampFailure::kBadAlg, "unrecognized or unsupported algorithm identifier"},
        std::pair{TimeStampFailure::kBadRequest, "transaction not permitted or supported"},
        std::pair{TimeStampFailure::kBadDataFormat, "the data submitted has the wrong format"},
        std::pair{TimeStampFailure::kTimeNotAvailable, "the TSA's time source is not available"},
        std::pair{TimeStampFailure::kUnacceptedPolicy, "the requested TSA policy is not supported by the TSA"},
        std::pair{TimeStampFailure::kUnacceptedExtension, "the requested extension is not supported by the TSA"},
        std::pair{TimeStampFailure::kAddInfoNotAvailable,
                  "the additional information requested could not be understood or is not available"},
        std::pair{TimeStampFailure::kSystemFailure, "the request cannot be handled due to system failure"}}) {
    const Bytes der = make_time_stamp_refusal(failure, "Because.");
    test::write_octets(folder.file("r.tsr"), der);
    const auto shown = folder.run("openssl ts -reply -in r.tsr -text");
    CAPTURE(shown.output);
    CHECK(shown.output.find("Status: Rejected.") != std::string::npos);
    CHECK(shown.output.find("Status description: Because.") != std::string::npos);
    CHECK(shown.output.find(words) != std::string::npos);

    const auto read = parse_time_stamp_response(der);
    REQUIRE(read);
    CHECK(read->status == 2);
    CHECK(read->failure == failure);
    CHECK(read->text == "Because.");
    CHECK_FALSE(read->token);
  }
}

TEST_CASE("a grant without a token, a refusal with one and other nonsense are malformed") {
  CHECK_FALSE(parse_time_stamp_response(Bytes{0x30, 0x05, 0x30, 0x03, 0x02, 0x01, 0x00}));  // granted, nothing there
  CHECK_FALSE(parse_time_stamp_response(Bytes{0x30, 0x05, 0x30, 0x03, 0x02, 0x01, 0x01}));
  CHECK_FALSE(parse_time_stamp_response(Bytes{0x30, 0x07, 0x30, 0x03, 0x02, 0x01, 0x02, 0x30, 0x00}));
  CHECK_FALSE(parse_time_stamp_response(Bytes{0x30, 0x05, 0x30, 0x03, 0x02, 0x01, 0x02, 0x00}));
  CHECK_FALSE(parse_time_stamp_response(Bytes{0x30, 0x07, 0x30, 0x05, 0x02, 0x01, 0x02, 0x30, 0x00}));  // no text
  CHECK_FALSE(parse_time_stamp_response({}));
  const auto bare = parse_time_stamp_response(Bytes{0x30, 0x05, 0x30, 0x03, 0x02, 0x01, 0x02});
  REQUIRE(bare);
  CHECK_FALSE(bare->failure);
}

TEST_CASE("failures have the names of the standard") {
  CHECK(time_stamp_failure_name(TimeStampFailure::kTimeNotAvailable) == "timeNotAvailable");
  CHECK(time_stamp_failure_name(static_cast<TimeStampFailure>(7)) == "bit 7");
}
