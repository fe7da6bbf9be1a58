#include <doctest/doctest.h>

#include <array>

#include "command.hpp"
#include "yuxin/ocsp/request.hpp"

using namespace yuxin;
using namespace yuxin::ocsp;

namespace {

std::optional<std::string> decoded(std::string_view encoded, std::size_t room = kMaxGetRequest) {
  std::array<std::uint8_t, kMaxGetRequest> octets{};
  const auto der = decode_get_request(encoded, std::span(octets).first(room));
  if (!der) return std::nullopt;
  return base::hex(*der);
}

}  // namespace

// The vectors are those of RFC 4648 section 10 and the octets fb ff fe, which hold both special digits.
TEST_CASE("base64 of RFC 4648 is decoded, with padding and without") {
  CHECK(decoded("Zg==") == "66");
  CHECK(decoded("Zm8=") == "666f");
  CHECK(decoded("Zm9v") == "666f6f");
  CHECK(decoded("Zm9vYg==") == "666f6f62");
  CHECK(decoded("Zm9vYmE=") == "666f6f6261");
  CHECK(decoded("Zm9vYmFy") == "666f6f626172");
  CHECK(decoded("Zg") == "66");
  CHECK(decoded("Zm8") == "666f");
  CHECK(decoded("") == "");
}

TEST_CASE("the special digits are read in every form that clients send") {
  for (const char* form : {"+//+", "-__-", "%2B%2F%2F%2B", "%2b%2f%2f%2b", "%2D%5F%5F%2D", " // ", "+%2F/%2B"}) {
    CAPTURE(form);
    CHECK(decoded(form) == "fbfffe");
  }
  CHECK(decoded("Zg%3D%3D") == "66");
  CHECK(decoded("Zg%3d=") == "66");
}

TEST_CASE("doubled slashes in front and line breaks inside are passed over") {
  CHECK(decoded("/Zm9v") == "666f6f");
  CHECK(decoded("///Zm9v") == "666f6f");
  CHECK(decoded("Zm9v%0AYmFy%0D%0A") == "666f6f626172");
}

TEST_CASE("what is no base64 is refused") {
  for (const char* form : {"Z", "Zm9vY", "Zg=", "Zg===", "Zm9v=", "Zm9v==", "=", "Z=g=", "Zg==Zg==", "Zh==", "Zm9=",
                           "Zm9v!", "Zm9v%", "Zm9v%2", "Zm9v%zz", "%00", "Zm9v%00", "\xe4\xb8\xad"}) {
    CAPTURE(form);
    CHECK_FALSE(decoded(form));
  }
}

TEST_CASE("what does not fit the room is refused, what just fits is not") {
  CHECK(decoded("Zm9vYmFy", 6) == "666f6f626172");
  CHECK_FALSE(decoded("Zm9vYmFy", 5));
  CHECK_FALSE(decoded("Zg==", 0));
  CHECK_FALSE(decoded(std::string(4 * kMaxGetRequest, 'A')));
}

// The octets begin with 30, as every DER request does: a first digit '/' would be a doubled slash of the path.
TEST_CASE("what base64(1) encodes is decoded to the same octets") {
  const test::TemporaryFolder folder;
  const auto made = folder.run(
      "{ printf 0; head -c 299 /dev/urandom; } > raw && base64 -w0 raw && echo && base64 raw | head -c -1 | "
      "sed 's/+/%2B/g;s,/,%2F,g;s/=/%3D/g' | tr '\\n' ' ' | sed 's/ /%0A/g' > quoted");
  REQUIRE(made.status == 0);
  const auto raw = test::read_octets(folder.file("raw"));
  const auto quoted = test::read_octets(folder.file("quoted"));
  CHECK(decoded(made.output.substr(0, made.output.size() - 1)) == base::hex(raw));
  CHECK(decoded(base::as_text(quoted)) == base::hex(raw));
}
