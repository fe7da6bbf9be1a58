#include "yuxin/x509/der.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace yuxin::x509::der {

namespace {

constexpr std::uint8_t kHighTagForm = 0x1f;
constexpr std::uint8_t kLongLength = 0x80;
// No OID of a registered arc comes near this; longer ones only serve to make printing them expensive.
constexpr std::size_t kLongestOid = 128;

struct Header {
  std::size_t size;    // identifier and length octets
  std::size_t length;  // content octets
};

// read_header accepts what X.690 section 10.1 allows: the definite form with the fewest octets.
std::optional<Header> read_header(ByteView der) {
  if (der.size() < 2 || (der[0] & kHighTagForm) == kHighTagForm) return std::nullopt;
  const std::uint8_t first = der[1];
  if (first < kLongLength) return Header{2, first};
  const std::size_t octets = first & 0x7fU;
  if (octets == 0 || octets > sizeof(std::size_t) || der.size() < 2 + octets || der[2] == 0) return std::nullopt;
  std::size_t length = 0;
  for (std::size_t i = 0; i < octets; ++i) length = (length << 8U) | der[2 + i];
  if (length < kLongLength) return std::nullopt;
  return Header{2 + octets, length};
}

std::optional<int> digits(ByteView text, std::size_t at, std::size_t count) {
  int value = 0;
  for (const std::uint8_t c : text.subspan(at, count)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

// write_digits prints `value` with `count` digits at `out`.
void write_digits(std::uint8_t* out, int value, int count) {
  for (int i = count - 1; i >= 0; --i) {
    out[i] = static_cast<std::uint8_t>('0' + value % 10);
    value /= 10;
  }
}

}  // namespace

std::optional<Element> Reader::element() {
  const auto header = read_header(rest_);
  if (!header || header->length > rest_.size() - header->size) return std::nullopt;
  const std::size_t size = header->size + header->length;
  const Element element{rest_[0], rest_.subspan(header->size, header->length), rest_.first(size)};
  rest_ = rest_.subspan(size);
  return element;
}

std::optional<Element> Reader::element(std::uint8_t tag) { return next_is(tag) ? element() : std::nullopt; }

std::optional<ByteView> Reader::content(std::uint8_t tag) {
  const auto read = element(tag);
  if (!read) return std::nullopt;
  return read->content;
}

std::optional<Reader> Reader::nested(std::uint8_t tag) {
  const auto read = element(tag);
  if (!read) return std::nullopt;
  return Reader(read->content);
}

bool Reader::skip_optional(std::uint8_t tag) { return !next_is(tag) || element().has_value(); }

std::optional<bool> Reader::boolean() {
  const auto value = content(kBoolean);
  // X.690 section 11.1: TRUE is 0xff and nothing else.
  if (!value || value->size() != 1 || ((*value)[0] != 0x00 && (*value)[0] != 0xff)) return std::nullopt;
  return (*value)[0] == 0xff;
}

std::optional<ByteView> Reader::integer() {
  const auto value = content(kInteger);
  if (!value || !is_minimal_integer(*value)) return std::nullopt;
  return value;
}

std::optional<std::int64_t> Reader::small_integer() {
  const auto value = content(kInteger);
  if (!value) return std::nullopt;
  return parse_small_integer(*value);
}

std::optional<ByteView> Reader::oid() {
  const auto value = content(kOid);
  if (!value || !is_oid(*value)) return std::nullopt;
  return value;
}

std::optional<ByteView> Reader::bit_string() {
  const auto value = content(kBitString);
  if (!value || value->empty() || (*value)[0] != 0) return std::nullopt;
  return value->subspan(1);
}

std::optional<base::UnixTime> Reader::time() {
  const auto read = element();
  if (!read) return std::nullopt;
  return parse_time(*read);
}

std::optional<std::int64_t> parse_small_integer(ByteView content) {
  if (!is_minimal_integer(content) || content.size() > sizeof(std::int64_t)) return std::nullopt;
  std::uint64_t value = (content[0] & 0x80U) != 0 ? ~std::uint64_t{0} : 0;
  for (const std::uint8_t octet : content) value = (value << 8U) | octet;
  return static_cast<std::int64_t>(value);
}

std::optional<base::UnixTime> parse_time(const Element& element) {
  // RFC 5280 section 4.1.2.5: seconds are there, the zone is Z, there are no fractions.
  const bool utc = element.tag == kUtcTime;
  if (!utc && element.tag != kGeneralizedTime) return std::nullopt;
  const ByteView text = element.content;
  const std::size_t year_digits = utc ? 2 : 4;
  if (text.size() != year_digits + 11 || text.back() != 'Z') return std::nullopt;
  const auto year = digits(text, 0, year_digits);
  std::array<int, 5> fields{};
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const auto field = digits(text, year_digits + 2 * i, 2);
    if (!field) return std::nullopt;
    fields[i] = *field;
  }
  if (!year) return std::nullopt;
  const int century = !utc ? 0 : *year >= 50 ? 1900 : 2000;
  return base::from_civil({century + *year, fields[0], fields[1], fields[2], fields[3], fields[4]});
}

bool is_minimal_integer(ByteView content) {
  if (content.empty()) return false;
  if (content.size() == 1) return true;
  const bool next_is_negative = (content[1] & 0x80U) != 0;
  return !(content[0] == 0x00 && !next_is_negative) && !(content[0] == 0xff && next_is_negative);
}

bool is_oid(ByteView content) {
  if (content.empty() || content.size() > kLongestOid || (content.back() & 0x80U) != 0) return false;
  bool first_of_arc = true;
  for (const std::uint8_t octet : content) {
    if (first_of_arc && octet == 0x80) return false;
    first_of_arc = (octet & 0x80U) == 0;
  }
  return true;
}

std::optional<Element> single(ByteView der, std::uint8_t tag) {
  Reader reader(der);
  const auto read = reader.element(tag);
  if (!read || !reader.at_end()) return std::nullopt;
  return read;
}

Writer::Mark Writer::open(std::uint8_t tag) {
  out_.push_back(tag);
  out_.push_back(0);
  return {out_.size() - 1};
}

void Writer::close(Mark mark) {
  std::array<std::uint8_t, 9> length{};
  const std::size_t octets = length_octets(out_.size() - mark.at - 1, length.data());
  out_[mark.at] = length[0];
  const auto behind = out_.begin() + static_cast<std::ptrdiff_t>(mark.at) + 1;
  out_.insert(behind, length.begin() + 1, length.begin() + static_cast<std::ptrdiff_t>(octets));
}

void Writer::raw(ByteView der) { out_.insert(out_.end(), der.begin(), der.end()); }

void Writer::element(std::uint8_t tag, ByteView content) {
  std::array<std::uint8_t, 10> header{tag};
  const std::size_t octets = length_octets(content.size(), header.data() + 1);
  raw({header.data(), 1 + octets});
  raw(content);
}

void Writer::boolean(std::uint8_t value) { element(kBoolean, {&value, 1}); }

void Writer::integer(std::int64_t value) {
  std::array<std::uint8_t, 8> octets{};
  for (std::size_t i = 0; i < octets.size(); ++i) {
    octets[i] = static_cast<std::uint8_t>(static_cast<std::uint64_t>(value) >> (56 - 8 * i));
  }
  ByteView content(octets);
  while (!is_minimal_integer(content)) content = content.subspan(1);
  element(kInteger, content);
}

void Writer::unsigned_integer(ByteView magnitude) {
  while (!magnitude.empty() && magnitude[0] == 0) magnitude = magnitude.subspan(1);
  const bool sign_octet = magnitude.empty() || (magnitude[0] & 0x80U) != 0;
  std::array<std::uint8_t, 10> header{kInteger};
  const std::size_t octets = length_octets(magnitude.size() + (sign_octet ? 1 : 0), header.data() + 1);
  raw({header.data(), 1 + octets});
  if (sign_octet) out_.push_back(0);
  raw(magnitude);
}

void Writer::oid(ByteView content) { element(kOid, content); }
void Writer::null() { element(kNull, {}); }
void Writer::octet_string(ByteView content) { element(kOctetString, content); }

void Writer::bit_string(ByteView content) {
  std::array<std::uint8_t, 10> header{kBitString};
  const std::size_t octets = length_octets(content.size() + 1, header.data() + 1);
  raw({header.data(), 1 + octets});
  out_.push_back(0);
  raw(content);
}

void Writer::named_bits(std::uint32_t bits, unsigned count) {
  // X.690 section 11.2.2: trailing zero bits of a named-bit list are removed.
  std::array<std::uint8_t, 5> content{};
  unsigned used = 0;
  for (unsigned bit = 0; bit < count && bit < 32; ++bit) {
    if ((bits >> bit & 1U) == 0) continue;
    content[1 + bit / 8] = static_cast<std::uint8_t>(content[1 + bit / 8] | (0x80U >> (bit % 8)));
    used = bit + 1;
  }
  const std::size_t octets = (used + 7) / 8;
  content[0] = static_cast<std::uint8_t>(octets * 8 - used);
  element(kBitString, {content.data(), 1 + octets});
}

void Writer::text(std::uint8_t tag, std::string_view text) { element(tag, base::as_bytes(text)); }

namespace {

// print_time prints the fields after the year and the Z; `out` has room for 11 characters.
void print_after_year(const base::Civil& when, std::uint8_t* out) {
  const std::array<int, 5> fields{when.month, when.day, when.hour, when.minute, when.second};
  for (const int field : fields) {
    write_digits(out, field, 2);
    out += 2;
  }
  *out = 'Z';
}

}  // namespace

void Writer::time(base::UnixTime time) {
  const base::Civil when = base::civil(time);
  if (when.year < 1950 || when.year > 2049) {
    generalized_time(time);
    return;
  }
  std::array<std::uint8_t, 13> text{};
  write_digits(text.data(), when.year % 100, 2);
  print_after_year(when, text.data() + 2);
  element(kUtcTime, text);
}

void Writer::generalized_time(base::UnixTime time) {
  const base::Civil when = base::civil(time);
  std::array<std::uint8_t, 15> text{};
  write_digits(text.data(), std::clamp(when.year, 0, 9999), 4);
  print_after_year(when, text.data() + 4);
  element(kGeneralizedTime, text);
}

Bytes Writer::take() { return std::exchange(out_, {}); }

std::size_t length_octets(std::size_t size, std::uint8_t* out) {
  if (size < kLongLength) {
    out[0] = static_cast<std::uint8_t>(size);
    return 1;
  }
  std::size_t octets = 1;
  while (octets < sizeof(std::size_t) && size >> (8 * octets) != 0) ++octets;
  out[0] = static_cast<std::uint8_t>(kLongLength | octets);
  for (std::size_t i = 0; i < octets; ++i) out[1 + i] = static_cast<std::uint8_t>(size >> (8 * (octets - 1 - i)));
  return 1 + octets;
}

}  // namespace yuxin::x509::der
