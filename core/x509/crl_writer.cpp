// write_crl: revocation lists of any size in constant memory.
#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "yuxin/x509/certificate.hpp"
#include "yuxin/x509/crl.hpp"
#include "yuxin/x509/der.hpp"

namespace yuxin::x509 {

namespace {

using base::Bytes;
using base::ByteView;
using base::Code;
using base::Result;

constexpr std::size_t kBufferSize = std::size_t{1} << 20U;
constexpr std::int64_t kYear0 = -62167219200;   // 0000-01-01T00:00:00Z
constexpr std::int64_t kYear1950 = -631152000;  // the range of UTCTime (RFC 5280 section 4.1.2.5.1)
constexpr std::int64_t kYear2050 = 2524608000;
constexpr std::int64_t kYear10000 = 253402300800;

constexpr std::array<std::uint8_t, 11> kReasonHead{0x30, 0x0a, 0x06, 0x03, 0x55, 0x1d, 0x15, 0x04, 0x03, 0x0a, 0x01};
constexpr std::array<std::uint8_t, 9> kInvalidityHead{0x30, 0x18, 0x06, 0x03, 0x55, 0x1d, 0x18, 0x04, 0x11};
constexpr std::size_t kReasonSize = kReasonHead.size() + 1;
constexpr std::size_t kInvaliditySize = kInvalidityHead.size() + 17;

bool is_utc_time(base::UnixTime time) { return time.seconds >= kYear1950 && time.seconds < kYear2050; }
bool is_writable(base::UnixTime time) { return time.seconds >= kYear0 && time.seconds < kYear10000; }
std::size_t time_size(base::UnixTime time) { return is_utc_time(time) ? 15 : 17; }

std::size_t extensions_size(const RevokedEntry& entry) {
  return (entry.reason == RevocationReason::kUnspecified ? 0 : kReasonSize) +
         (entry.invalidity_date ? kInvaliditySize : 0);
}

// Serial, time and extensions come to 81 octets at most: every length here is one octet.
std::size_t entry_content_size(const RevokedEntry& entry) {
  const std::size_t extensions = extensions_size(entry);
  return 2 + entry.serial.content().size() + time_size(entry.revoked_at) + (extensions == 0 ? 0 : 2 + extensions);
}
std::size_t entry_size(const RevokedEntry& entry) { return 2 + entry_content_size(entry); }
constexpr std::size_t kMaxEntrySize = 96;

// OctetCheck sees whether two walks gave the same octets in the same pieces. It is no digest: it guards against a
// source that changes by itself, and a digest of every walk would cost as much as all the rest.
class OctetCheck {
 public:
  void add(ByteView octets) {
    std::array<std::uint64_t, 4> words{};
    for (; octets.size() >= sizeof words; octets = octets.subspan(sizeof words)) {
      std::memcpy(words.data(), octets.data(), sizeof words);
      mix(words);
    }
    words = {octets.size()};
    mix(words);
    words = {};
    std::memcpy(words.data(), octets.data(), octets.size());
    mix(words);
  }
  friend bool operator==(const OctetCheck&, const OctetCheck&) = default;

 private:
  // Four lanes, because each waits for its own multiplication. Odd factors and rotations lose nothing.
  void mix(const std::array<std::uint64_t, 4>& words) {
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
      lanes_.at(i) = (std::rotl(lanes_.at(i), 29) ^ words.at(i)) * 0x9fb21c651e98df25U;
    }
  }

  std::array<std::uint64_t, 4> lanes_{};
};

// Each of these writes at a place with room, and gives the place behind. The place is passed by value: octets may
// alias anything, so a place in memory would be read again after each of them.
std::uint8_t* put_octet(std::uint8_t* at, std::size_t value) {
  *at = static_cast<std::uint8_t>(value);
  return at + 1;
}
std::uint8_t* put_octets(std::uint8_t* at, ByteView octets) {
  std::memcpy(at, octets.data(), octets.size());
  return at + octets.size();
}
std::uint8_t* put_digits(std::uint8_t* at, std::uint32_t value) {  // two of them
  at[0] = static_cast<std::uint8_t>('0' + value / 10);
  at[1] = static_cast<std::uint8_t>('0' + value % 10);
  return at + 2;
}

// EntryWriter writes entries into room of kMaxEntrySize octets. It keeps the date that it wrote last, because
// entries that follow each other are mostly of one day.
class EntryWriter {
 public:
  std::uint8_t* write(const RevokedEntry& entry, std::uint8_t* at) {
    at = put_octet(at, der::kSequence);
    at = put_octet(at, entry_content_size(entry));
    at = put_octet(at, der::kInteger);
    at = put_octet(at, entry.serial.content().size());
    at = put_octets(at, entry.serial.content());
    at = put_time(at, entry.revoked_at, is_utc_time(entry.revoked_at));
    const std::size_t extensions = extensions_size(entry);
    if (extensions == 0) return at;
    at = put_octet(at, der::kSequence);
    at = put_octet(at, extensions);
    if (entry.reason != RevocationReason::kUnspecified) {
      at = put_octets(at, kReasonHead);
      at = put_octet(at, static_cast<std::size_t>(entry.reason));
    }
    if (entry.invalidity_date) {
      at = put_octets(at, kInvalidityHead);
      at = put_time(at, *entry.invalidity_date, false);  // RFC 5280 section 5.3.2: always GeneralizedTime
    }
    return at;
  }

 private:
  std::uint8_t* put_time(std::uint8_t* at, base::UnixTime time, bool utc_time) {
    constexpr std::int64_t kDay = 86400;
    if (time < midnight_ || time - midnight_ >= base::Seconds{kDay}) {
      set_date({time.seconds - (time.seconds % kDay + kDay) % kDay});
    }
    const auto second = static_cast<std::uint32_t>((time - midnight_).count);
    at = put_octet(at, utc_time ? der::kUtcTime : der::kGeneralizedTime);
    at = put_octet(at, utc_time ? 13 : 15);
    at = utc_time ? put_octets(at, ByteView(date_).last<6>()) : put_octets(at, date_);
    at = put_digits(at, second / 3600);
    at = put_digits(at, second / 60 % 60);
    at = put_digits(at, second % 60);
    return put_octet(at, 'Z');
  }

  void set_date(base::UnixTime midnight) {
    midnight_ = midnight;
    const base::Civil civil = base::civil(midnight);
    std::uint8_t* at = date_.data();
    for (const int part : {civil.year / 100, civil.year % 100, civil.month, civil.day}) {
      at = put_digits(at, static_cast<std::uint32_t>(part));
    }
  }

  base::UnixTime midnight_{kYear10000};  // none yet: no time that is written lies there
  std::array<std::uint8_t, 8> date_{};   // YYYYMMDD
};

// Buffer gathers octets and hands them on a MiB at a time.
class Buffer {
 public:
  explicit Buffer(const ByteSink& sink) : sink_(sink) { octets_.resize(kBufferSize); }

  Result<> put(ByteView data) {
    if (data.size() > octets_.size() - used_) TRY(flush());
    if (data.size() > octets_.size()) return sink_(data);
    std::ranges::copy(data, octets_.begin() + static_cast<std::ptrdiff_t>(used_));
    used_ += data.size();
    return {};
  }
  Result<> put(const RevokedEntry& entry) {
    if (octets_.size() - used_ < kMaxEntrySize) TRY(flush());
    used_ = static_cast<std::size_t>(writer_.write(entry, octets_.data() + used_) - octets_.data());
    return {};
  }
  Result<> flush() {
    const std::size_t size = std::exchange(used_, 0);
    if (size == 0) return {};
    const auto full = ByteView(octets_).first(size);
    check_.add(full);
    return sink_(full);
  }
  // check covers what went through the buffer, which is everything but the single pieces above a MiB.
  [[nodiscard]] const OctetCheck& check() const { return check_; }

 private:
  const ByteSink& sink_;
  Bytes octets_;
  std::size_t used_ = 0;
  OctetCheck check_;
  EntryWriter writer_;
};

Bytes header(std::uint8_t tag, std::size_t size) {
  Bytes out(10);
  out[0] = tag;
  out.resize(1 + der::length_octets(size, out.data() + 1));
  return out;
}

// Outline is a TBSCertList but for its entries, and how long they are.
struct Outline {
  Bytes head;               // version to nextUpdate
  Bytes extensions;         // crlExtensions [0]
  std::size_t count = 0;    // of entries
  std::size_t entries = 0;  // octets of all of them

  // RFC 5280 section 5.1.2.6: revokedCertificates is absent when nothing is revoked.
  [[nodiscard]] Bytes list_header() const { return count == 0 ? Bytes{} : header(der::kSequence, entries); }
  [[nodiscard]] std::size_t content_size() const {
    return head.size() + list_header().size() + entries + extensions.size();
  }
  [[nodiscard]] Bytes tbs_header() const { return header(der::kSequence, content_size()); }
  [[nodiscard]] std::size_t tbs_size() const { return tbs_header().size() + content_size(); }
};

Bytes make_head(const CrlFields& fields, ByteView signature_algorithm) {
  der::Writer writer;
  writer.integer(1);  // version 2
  writer.raw(signature_algorithm);
  writer.raw(fields.issuer);
  writer.time(fields.this_update);
  writer.time(fields.next_update);
  return writer.take();
}

Bytes make_extensions(const CrlFields& fields) {
  der::Writer writer;
  const auto wrapper = writer.open(der::constructed_tag(0));
  const auto list = writer.open(der::kSequence);
  if (!fields.authority_key_identifier.empty()) {
    writer.raw(make_authority_key_identifier(fields.authority_key_identifier));
  }
  der::Writer number;
  number.integer(fields.number);
  writer.raw(extension(oid::kCrlNumber, Critical::kNo, number.view()));
  if (fields.delta_base) {
    number.clear();
    number.integer(*fields.delta_base);
    writer.raw(extension(oid::kDeltaCrlIndicator, Critical::kYes, number.view()));  // RFC 5280 section 5.2.4
  }
  for (const auto& further : fields.extensions) writer.raw(further);
  writer.close(list);
  writer.close(wrapper);
  return writer.take();
}

Result<> check_fields(const CrlFields& fields) {
  if (fields.number < 0 || fields.delta_base.value_or(0) < 0) {
    return base::fail(Code::kUsage, "The number of a revocation list cannot be negative.");
  }
  if (!is_writable(fields.this_update) || !is_writable(fields.next_update)) {
    return base::fail(Code::kUsage, "The times of a revocation list must lie in the years 0 to 9999.");
  }
  return {};
}

base::Failure walks_differ() {
  return base::fail(
      Code::kIntegrity,
      "The list of revoked certificates changed while the revocation list was being written. It was not "
      "finished; write it again.");
}

Result<Outline> make_outline(const CrlFields& fields, const EntrySource& entries, const Signer& signer) {
  TRY(check_fields(fields));
  Outline outline;
  outline.head = make_head(fields, scheme(signer.algorithm()).identifier);
  outline.extensions = make_extensions(fields);
  TRY(entries([&outline](const RevokedEntry& entry) -> Result<> {
    if (!is_writable(entry.revoked_at) || !is_writable(entry.invalidity_date.value_or(base::UnixTime{}))) {
      return base::fail(Code::kUsage, "The times of the revoked certificate {} must lie in the years 0 to 9999.",
                        entry.serial.shortened());
    }
    ++outline.count;
    outline.entries += entry_size(entry);
    return {};
  }));
  return outline;
}

// put_tbs walks the entries and puts the TBSCertList.
Result<> put_tbs(const Outline& outline, const EntrySource& entries, Buffer& buffer) {
  TRY(buffer.put(outline.tbs_header()));
  TRY(buffer.put(outline.head));
  TRY(buffer.put(outline.list_header()));
  std::size_t left = outline.entries;
  TRY(entries([&](const RevokedEntry& entry) -> Result<> {
    const std::size_t size = entry_size(entry);
    if (size > left) return walks_differ();
    left -= size;
    return buffer.put(entry);
  }));
  if (left != 0) return walks_differ();
  return buffer.put(outline.extensions);
}

Result<> write_from_memory(const Outline& outline, const EntrySource& entries, const Signer& signer,
                           const ByteSink& sink) {
  Bytes tbs;
  tbs.reserve(outline.tbs_size());
  const ByteSink gather = [&tbs](ByteView data) -> Result<> {
    base::append(tbs, data);
    return {};
  };
  Buffer buffer(gather);
  TRY(put_tbs(outline, entries, buffer));
  TRY(buffer.flush());
  TRY(const Bytes signature, signer.sign(tbs));
  return sink(join_signature(tbs, scheme(signer.algorithm()).identifier, signature));
}

struct DigestedWalk {
  Bytes digest;
  OctetCheck check;
};
Result<DigestedWalk> digest_tbs(const Outline& outline, const EntrySource& entries, const Signer& signer) {
  TRY(SigningDigest digest, SigningDigest::for_signer(signer));
  const ByteSink update = [&digest](ByteView data) -> Result<> {
    digest.update(data);
    return {};
  };
  Buffer buffer(update);
  TRY(put_tbs(outline, entries, buffer));
  TRY(buffer.flush());
  return DigestedWalk{digest.finish(), buffer.check()};
}

Result<> write_streaming(const Outline& outline, const EntrySource& entries, const Signer& signer,
                         const ByteSink& sink) {
  TRY(const DigestedWalk walk, digest_tbs(outline, entries, signer));
  TRY(const Bytes signature, signer.sign_digest(walk.digest));
  der::Writer tail;
  tail.raw(scheme(signer.algorithm()).identifier);
  tail.bit_string(signature);
  // Not through the buffer, so that its pieces are those of the walk before.
  TRY(sink(header(der::kSequence, outline.tbs_size() + tail.view().size())));
  Buffer buffer(sink);
  TRY(put_tbs(outline, entries, buffer));
  TRY(buffer.flush());
  if (buffer.check() != walk.check) return walks_differ();
  return sink(tail.view());
}

}  // namespace

Result<> write_crl(const CrlFields& fields, const EntrySource& entries, const Signer& signer, const ByteSink& sink) {
  TRY(const Outline outline, make_outline(fields, entries, signer));
  const bool needs_whole = !scheme(signer.algorithm()).digest;
  if (needs_whole || outline.tbs_size() <= kBufferSize) return write_from_memory(outline, entries, signer, sink);
  return write_streaming(outline, entries, signer, sink);
}

}  // namespace yuxin::x509
