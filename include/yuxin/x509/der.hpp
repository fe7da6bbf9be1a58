// DER (ITU-T X.690): a strict reader over views, and a writer.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "yuxin/base/bytes.hpp"
#include "yuxin/base/time.hpp"

namespace yuxin::x509::der {

using base::Bytes;
using base::ByteView;

// Identifier octets used in PKIX. Only single-octet tags occur there; the reader refuses the long form.
enum Tag : std::uint8_t {
  kBoolean = 0x01,
  kInteger = 0x02,
  kBitString = 0x03,
  kOctetString = 0x04,
  kNull = 0x05,
  kOid = 0x06,
  kEnumerated = 0x0a,
  kUtf8String = 0x0c,
  kSequence = 0x30,
  kSet = 0x31,
  kNumericString = 0x12,
  kPrintableString = 0x13,
  kTeletexString = 0x14,
  kIa5String = 0x16,
  kUtcTime = 0x17,
  kGeneralizedTime = 0x18,
  kVisibleString = 0x1a,
  kUniversalString = 0x1c,
  kBmpString = 0x1e,
};
// context_tag is [n] of a primitive type under IMPLICIT tagging; constructed_tag is [n] EXPLICIT or of a
// constructed type. n is 0 to 30.
[[nodiscard]] constexpr std::uint8_t context_tag(unsigned n) { return static_cast<std::uint8_t>(0x80U | n); }
[[nodiscard]] constexpr std::uint8_t constructed_tag(unsigned n) { return static_cast<std::uint8_t>(0xa0U | n); }

// Element is one TLV: `content` is the value, `whole` includes identifier and length.
struct Element {
  std::uint8_t tag = 0;
  ByteView content;
  ByteView whole;
};

// Reader walks the elements of a DER string. It owns nothing, allocates nothing, and accepts definite minimal
// lengths only. Every read answers nothing on malformed or unexpected input; the reader is then unusable.
class Reader {
 public:
  explicit Reader(ByteView der) : rest_(der) {}

  [[nodiscard]] bool at_end() const { return rest_.empty(); }
  [[nodiscard]] bool next_is(std::uint8_t tag) const { return !rest_.empty() && rest_[0] == tag; }
  [[nodiscard]] std::optional<Element> element();
  [[nodiscard]] std::optional<Element> element(std::uint8_t tag);
  // content reads an element with this tag and gives its value.
  [[nodiscard]] std::optional<ByteView> content(std::uint8_t tag);
  [[nodiscard]] std::optional<Reader> nested(std::uint8_t tag);  // content as a reader
  // skip_optional steps over an element if it has this tag; false only on malformed input.
  [[nodiscard]] bool skip_optional(std::uint8_t tag);

  [[nodiscard]] std::optional<bool> boolean();
  [[nodiscard]] std::optional<ByteView> integer();            // minimal two's complement octets, any sign
  [[nodiscard]] std::optional<std::int64_t> small_integer();  // an INTEGER that fits
  [[nodiscard]] std::optional<ByteView> oid();                // content octets of a well-formed OID
  [[nodiscard]] std::optional<ByteView> bit_string();         // a BIT STRING of whole octets (no unused bits)
  [[nodiscard]] std::optional<base::UnixTime> time();         // UTCTime or GeneralizedTime as RFC 5280 4.1.2.5
  [[nodiscard]] ByteView rest() const { return rest_; }

 private:
  ByteView rest_;
};

// parse_small_integer and parse_time read the content octets of an element.
[[nodiscard]] std::optional<std::int64_t> parse_small_integer(ByteView content);
[[nodiscard]] std::optional<base::UnixTime> parse_time(const Element& element);
// is_minimal_integer and is_oid check content octets.
[[nodiscard]] bool is_minimal_integer(ByteView content);
[[nodiscard]] bool is_oid(ByteView content);

// is_der_tree says whether `der` is one element, and it and everything in it are DER as far as tags tell: lengths,
// the universal types (X.690 sections 8, 10 and 11), sets in their order, at most 32 levels. What is primitive under
// a context tag or inside an OCTET STRING is not looked at.
[[nodiscard]] bool is_der_tree(ByteView der);

// single reads the one element that makes up the whole of `der`; nothing if octets follow it.
[[nodiscard]] std::optional<Element> single(ByteView der, std::uint8_t tag);

// Writer builds DER front to back. Nested structures are written between `open` and `close`; lengths are
// filled in by `close`. Not thread-safe. `take` gives the octets away and leaves the writer empty.
class Writer {
 public:
  Writer() { out_.reserve(256); }

  struct Mark {
    std::size_t at;
  };
  [[nodiscard]] Mark open(std::uint8_t tag);
  void close(Mark mark);

  void raw(ByteView der);  // finished DER, spliced in
  void element(std::uint8_t tag, ByteView content);
  void boolean(std::uint8_t value);  // 0 or 0xff
  void integer(std::int64_t value);
  void unsigned_integer(ByteView magnitude);  // big-endian; leading zeros are dropped, a sign octet added
  void oid(ByteView content);
  void null();
  void octet_string(ByteView content);
  void bit_string(ByteView content);                    // whole octets
  void named_bits(std::uint32_t bits, unsigned count);  // named-bit list: bit 0 first, trailing zeros removed
  void text(std::uint8_t tag, std::string_view text);
  void time(base::UnixTime time);              // UTCTime to 2049, GeneralizedTime after (RFC 5280 4.1.2.5)
  void generalized_time(base::UnixTime time);  // always GeneralizedTime, as OCSP wants

  [[nodiscard]] ByteView view() const { return out_; }
  [[nodiscard]] Bytes take();
  void clear() { out_.clear(); }

 private:
  Bytes out_;
};

// length_octets writes the length of an element of `size` octets at `out` (room for 9) and returns how many.
std::size_t length_octets(std::size_t size, std::uint8_t* out);

}  // namespace yuxin::x509::der
