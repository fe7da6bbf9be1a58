// What is typed from paper or read by a scanner opens like what was printed; what was changed still does not.
#include "home.hpp"

namespace {

using namespace yuxin;
using namespace yuxin::test;

constexpr const char* kKey = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";
constexpr const char* kNote =
    "go.sum database tree\n"
    "15368405\n"
    "/g9am3I6YWNKaZX/jkne1fqd9zEyjss+JXyPXG0WfkY=\n"
    "\n"
    "\xe2\x80\x94 sum.golang.org Az3grqJGUaSGukG9p8nI2vKgiFn7qGHxn0W+mrwyI6Gz3F0t1J3LzmWk/"
    "p96Ybf295EjwdSwlzgijq5WA9d1Ded7owM=\n";
const std::string kHead = "go.sum database tree\n15368405\n/g9am3I6YWNKaZX/jkne1fqd9zEyjss+JXyPXG0WfkY=\n";
const std::string kSignature =
    "sum.golang.org Az3grqJGUaSGukG9p8nI2vKgiFn7qGHxn0W+mrwyI6Gz3F0t1J3LzmWk/p96Ybf295EjwdSwlzgijq5WA9d1Ded7owM=";

bool opens(const std::string& text) {
  const auto key = evidence::parse_verifier_key(kKey).value().key;
  return evidence::open_checkpoint(evidence::note_from_paper(text), key).has_value();
}

}  // namespace

TEST_CASE("a note in its exact form stays as it is") {
  CHECK(evidence::note_from_paper(kNote) == kNote);
  const std::string two = std::string(kNote) + "\xe2\x80\x94 witness.example AAAAAAECAwQFBgcICQ==\n";
  CHECK(evidence::note_from_paper(two) == two);
  CHECK(evidence::note_from_paper("") == "");
  CHECK(evidence::note_from_paper("no note\nat all\n") == "no note\nat all\n");
}

TEST_CASE("dashes, line ends, blanks and broken lines are set right") {
  for (const auto* dash : {"-", "--", "---", "\xe2\x80\x93", "\xe2\x80\x94", "\xe2\x80\x95", "\xe2\x88\x92"}) {
    CAPTURE(dash);
    CHECK(opens(kHead + "\n" + dash + " " + kSignature + "\n"));
  }
  std::string dos;
  for (const char c : std::string(kNote)) dos += c == '\n' ? std::string("\r\n") : std::string(1, c);
  CHECK(opens(dos));
  CHECK(opens("\xef\xbb\xbf" + std::string(kNote)));
  CHECK(opens(kHead + "\n- " + kSignature));                 // no last line end
  CHECK(opens(kHead + "- " + kSignature + "\n"));            // the empty line forgotten
  CHECK(opens(kHead + "\n\n\n- " + kSignature + "\n\n\n"));  // more of them
  CHECK(opens("  go.sum database tree  \n 15 368 405 \n/g9am3I6YWNKaZX/jkne1 fqd9zEyjss+JXyPXG0WfkY=\n\n -  " +
              kSignature));
  auto broken = kSignature;
  broken.insert(100, "\n   ");
  broken.insert(60, "\n");
  broken.insert(30, " ");
  CHECK(opens(kHead + "\n- " + broken + "\n"));
}

TEST_CASE("a whole page with the note in it will do") {
  CHECK(opens("Checkpoint of the ledger\n\nrecords  15368405\nroot  absurd armistice\n\n" + kHead + "\n-- " +
              kSignature + "\n\n\xe2\x96\x88\xe2\x96\x80\xe2\x96\x84\n\nprinted 2026\n"));
}

TEST_CASE("setting the form right does not let anything through") {
  const std::string note = kNote;
  CHECK_FALSE(opens("15368405\n" + note.substr(note.find('/'))));
  CHECK_FALSE(opens("go.sum database tree\n15368406\n" + note.substr(note.find('/'))));
  CHECK_FALSE(opens("go.sum  database tree\n15368405\n" + note.substr(note.find('/'))));
  CHECK_FALSE(opens(kHead + "\n- " + kSignature.substr(0, 100)));
  CHECK_FALSE(opens(kHead + "\n-" + kSignature));
  CHECK_FALSE(opens("- " + kSignature));
}
