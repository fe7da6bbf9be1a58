// Name::parse: distinguished names as people type them (RFC 4514 with the freedoms of OpenSSL).
#include <algorithm>
#include <cctype>
#include <string>

#include "attribute_types.hpp"
#include "directory_string.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/x509/der.hpp"
#include "yuxin/x509/name.hpp"

namespace yuxin::x509 {

namespace {

using base::Code;

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Scanner walks the text once. A part ends at a separator that is neither escaped nor quoted.
class Scanner {
 public:
  Scanner(std::string_view text, std::string_view separators) : text_(text), separators_(separators) {}

  [[nodiscard]] bool at_end() const { return at_ == text_.size(); }
  [[nodiscard]] bool next_is(char c) const { return !at_end() && text_[at_] == c; }
  void skip_blanks() {
    while (!at_end() && text_[at_] == ' ') ++at_;
  }
  // separator takes the one that ended the last value.
  [[nodiscard]] char separator() { return at_end() ? '\0' : text_[at_++]; }

  base::Result<std::string> keyword() {
    skip_blanks();
    const std::size_t from = at_;
    while (!at_end() && text_[at_] != '=' && !is_separator(text_[at_])) ++at_;
    const std::string_view word = base::trim(text_.substr(from, at_ - from));
    if (at_end() || text_[at_] != '=') {
      return base::fail(Code::kMalformed,
                        "“{}” in the name “{}” has no “=”: write KEYWORD=value, and \\{} for a {} inside a value.",
                        word, text_, separators_.substr(0, 1), separators_.substr(0, 1));
    }
    ++at_;
    return std::string(word);
  }

  base::Result<std::string> value() {
    skip_blanks();
    const bool quoted = !at_end() && text_[at_] == '"';
    if (quoted) ++at_;
    std::string out;
    std::size_t keep = 0;  // trailing blanks beyond this length were not escaped
    while (!at_end()) {
      const char c = text_[at_];
      if (quoted ? c == '"' : is_separator(c)) break;
      ++at_;
      if (c != '\\') {
        out.push_back(c);
        if (c != ' ') keep = out.size();
        continue;
      }
      if (!unescape(out)) {
        return base::fail(Code::kMalformed,
                          "The name “{}” ends in the middle of an escape: write \\\\ for a backslash.", text_);
      }
      keep = out.size();
    }
    if (!quoted) {
      out.resize(keep);
      return out;
    }
    return close_quotes(std::move(out));
  }

 private:
  [[nodiscard]] bool is_separator(char c) const { return separators_.find(c) != std::string_view::npos; }

  // unescape reads what follows a backslash: two hexadecimal digits are an octet, anything else stands for itself.
  bool unescape(std::string& out) {
    if (at_end()) return false;
    const int high = hex_digit(text_[at_]);
    const int low = at_ + 1 < text_.size() ? hex_digit(text_[at_ + 1]) : -1;
    if (high >= 0 && low >= 0) {
      out.push_back(static_cast<char>(high * 16 + low));
      at_ += 2;
    } else {
      out.push_back(text_[at_++]);
    }
    return true;
  }

  base::Result<std::string> close_quotes(std::string out) {
    if (at_end()) {
      return base::fail(Code::kMalformed, "The name “{}” has a quotation mark that is not closed.", text_);
    }
    ++at_;
    skip_blanks();
    if (!at_end() && !is_separator(text_[at_])) {
      return base::fail(Code::kMalformed, "In the name “{}” something follows a closing quotation mark: “{}”.", text_,
                        text_.substr(at_));
    }
    return out;
  }

  std::string_view text_;
  std::string_view separators_;
  std::size_t at_ = 0;
};

base::Result<base::Bytes> read_type(const std::string& keyword) {
  if (auto type = attribute_by_keyword(keyword)) return std::move(*type);
  if (const auto near = base::nearest(keyword, attribute_keywords())) {
    return base::fail(Code::kMalformed, "“{}” is no attribute of a name. Did you mean {}?", keyword, *near);
  }
  return base::fail(
      Code::kMalformed,
      "“{}” is no attribute of a name: use C, ST, L, O, OU, CN, serialNumber, emailAddress … or a dotted "
      "object identifier.",
      keyword);
}

// "#0c0141" is the DER of a value (RFC 4514 section 2.4).
base::Result<> read_hex_value(NameAttribute& attribute) {
  const auto octets = base::from_hex(std::string_view(attribute.value).substr(1));
  der::Reader reader(octets ? base::ByteView(*octets) : base::ByteView{});
  const auto element = reader.element();
  if (!element || !reader.at_end()) {
    return base::fail(Code::kMalformed, "“{}” is no DER in hexadecimal: write \\# for a value that begins with #.",
                      attribute.value);
  }
  attribute.tag = element->tag;
  if (!is_string_tag(element->tag)) return {};
  auto text = decode_string(element->tag, element->content);
  if (!text) {
    return base::fail(Code::kMalformed, "“{}” holds octets that do not fit its string type.", attribute.value);
  }
  attribute.value = std::move(*text);
  return {};
}

constexpr std::string_view kWideMarks[] = {"，", "；", "＝"};

bool has_wide_mark(std::string_view text) {
  return std::ranges::any_of(kWideMarks,
                             [&](std::string_view mark) { return text.find(mark) != std::string_view::npos; });
}

// A Chinese keyboard gives "，" where "," was meant, and what follows would silently become part of the value before
// it: "CN=王五，O=示例市". A full-width comma that no attribute follows may well belong to a name.
bool swallows_attribute(std::string_view value) {
  for (const std::string_view mark : {kWideMarks[0], kWideMarks[1]}) {
    for (auto at = value.find(mark); at != std::string_view::npos; at = value.find(mark, at + 1)) {
      const auto rest = base::trim(value.substr(at + mark.size()));
      const auto end = std::min(rest.find('='), rest.find(kWideMarks[2]));
      if (end != std::string_view::npos && attribute_by_keyword(std::string(base::trim(rest.substr(0, end)))))
        return true;
    }
  }
  return false;
}

base::Failure wide_marks(std::string_view text) {
  return base::fail(Code::kMalformed,
                    "In “{}” stand the full-width marks “，” or “＝”. Write “,” and “=” in their place: C=CN, "
                    "O=Organisation, CN=Name.",
                    text);
}

base::Result<> check_value(const std::string& keyword, const NameAttribute& attribute) {
  if (attribute.value.empty()) {
    return base::fail(Code::kMalformed, "{} in the name has no value: leave it out or give it one.", keyword);
  }
  if (!base::is_utf8(attribute.value)) {
    return base::fail(Code::kMalformed, "The value of {} in the name is not UTF-8 text.", keyword);
  }
  if (base::has_unseen_character(attribute.value)) {
    return base::fail(Code::kMalformed,
                      "The value of {} in the name holds a control character: only visible text may stand there.",
                      keyword);
  }
  if (swallows_attribute(attribute.value)) return wide_marks(attribute.value);
  if (!base::equal(attribute.type, oid::kCountryName)) return {};
  const auto is_letter = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); };
  const std::string& country = attribute.value;
  if (country.size() == 2 && is_letter(country[0]) && is_letter(country[1])) return {};
  if (country.find('/') != std::string::npos && country.find('=') != std::string::npos) {
    return base::fail(
        Code::kMalformed,
        "The country “{}” is not a code of two letters. Put commas between the parts of the name, C=CN, "
        "O=Organisation, CN=Name, or begin it with a slash.",
        country);
  }
  return base::fail(Code::kMalformed, "The country “{}” is not a code of two letters (ISO 3166): write CN for China.",
                    country);
}

base::Result<NameAttribute> read_attribute(Scanner& scanner) {
  TRY(const std::string keyword, scanner.keyword());
  NameAttribute attribute;
  TRY(attribute.type, read_type(keyword));
  scanner.skip_blanks();
  const bool is_hex = scanner.next_is('#');
  TRY(attribute.value, scanner.value());
  if (is_hex) {
    TRY(read_hex_value(attribute));
  }
  TRY(check_value(keyword, attribute));
  return attribute;
}

base::Result<std::vector<NameAttribute>> read_name(std::string_view text) {
  std::string_view trimmed = base::trim(text);
  if (trimmed.empty() || trimmed == "/") {
    return base::fail(Code::kMalformed, "The name is empty: write it as C=CN, O=Organisation, CN=Name.");
  }
  const auto end = static_cast<std::size_t>(trimmed.data() + trimmed.size() - text.data());
  // A blank after a backslash belongs to the value.
  if (trimmed.back() == '\\' && end < text.size()) trimmed = {trimmed.data(), trimmed.size() + 1};
  const bool slashes = trimmed.front() == '/';
  Scanner scanner(slashes ? trimmed.substr(1) : trimmed, slashes ? "/+" : ",+;");
  std::vector<NameAttribute> attributes;
  char separator = ',';
  while (separator != '\0') {
    TRY(NameAttribute attribute, read_attribute(scanner));
    attribute.starts_rdn = separator != '+';
    attributes.push_back(std::move(attribute));
    separator = scanner.separator();
  }
  return attributes;
}

}  // namespace

base::Result<Name> Name::parse(std::string_view text) {
  auto attributes = read_name(text);
  if (!attributes && attributes.error().code == Code::kMalformed && has_wide_mark(text)) return wide_marks(text);
  TRY(auto read, std::move(attributes));
  return from_attributes(std::move(read));
}

}  // namespace yuxin::x509
