// The record of a ceremony on paper.
#pragma once

#include <string>
#include <vector>

#include "yuxin/base/bytes.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/base/time.hpp"

namespace yuxin::keymgmt {

// PrintedLine is a paragraph; long ones are wrapped.
struct PrintedLine {
  enum class Style {
    kHeading,
    kText,
    kDigits,   // in letters of one width: digests, and their words
    kWarning,  // in a frame
    kToSign,   // a name with a line to sign on
  } style = Style::kText;
  std::string text;
};

struct PrintedRecord {
  std::string title;
  std::string notice;  // on top of every page; empty: none
  std::string footer;  // at the foot of every page, before its number
  std::string code;    // what the QR code on the first page says; empty: none
  std::vector<PrintedLine> lines;
  base::UnixTime date;  // of the file, so that the same record gives the same octets
};

// print_pages makes a PDF of A4 pages. The same record, on a machine with the same fonts, gives the same octets.
// Chinese needs a font that has it (Debian: fonts-noto-cjk); without one the characters are boxes. kRefused for a
// code that does not fit, kUnavailable where the library fails.
[[nodiscard]] base::Result<base::Bytes> print_pages(const PrintedRecord& record);

}  // namespace yuxin::keymgmt
