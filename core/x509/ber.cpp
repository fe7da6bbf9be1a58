#include "ber.hpp"

#include <array>
#include <vector>

#include "yuxin/x509/der.hpp"

namespace yuxin::x509 {

namespace {

using base::Bytes;
using base::ByteView;

constexpr std::size_t kDeepest = 64;
constexpr std::size_t kMostElements = std::size_t{1} << 20U;
constexpr std::size_t kLargest = std::size_t{256} << 20U;

constexpr std::uint8_t kHighTagForm = 0x1f;
constexpr std::uint8_t kConstructed = 0x20;
constexpr std::uint8_t kConstructedOctetString = der::kOctetString | kConstructed;
constexpr std::uint8_t kIndefinite = 0x80;
constexpr std::size_t kNoEnd = static_cast<std::size_t>(-1);

struct Header {
  std::uint8_t tag = 0;
  std::size_t size = 0;    // identifier and length octets
  std::size_t length = 0;  // content octets, or kNoEnd for the indefinite form
};

// read_header accepts every form of length (X.690 section 8.1.3) whose value fits into what is there.
std::optional<Header> read_header(ByteView ber) {
  if (ber.size() < 2 || (ber[0] & kHighTagForm) == kHighTagForm) return std::nullopt;
  const std::uint8_t first = ber[1];
  if (first == kIndefinite) return Header{ber[0], 2, kNoEnd};
  if (first < kIndefinite) return first <= ber.size() - 2 ? std::optional(Header{ber[0], 2, first}) : std::nullopt;
  const std::size_t octets = first & 0x7fU;
  if (octets > ber.size() - 2) return std::nullopt;
  std::size_t length = 0;
  for (std::size_t i = 0; i < octets; ++i) {
    if (length > kLargest) return std::nullopt;
    length = (length << 8U) | ber[2 + i];
  }
  if (length > ber.size() - 2 - octets) return std::nullopt;
  return Header{ber[0], 2 + octets, length};
}

// Item is one element of the result, in the order of writing.
struct Item {
  std::uint8_t tag = 0;
  bool bare = false;       // a piece of a string: written without a header of its own
  std::size_t length = 0;  // content octets in DER; known once the element has ended
  ByteView content;        // of a primitive element
};

// Open is an element that has not ended yet.
struct Open {
  std::size_t item;
  std::size_t end;    // where it ends, or kNoEnd
  std::size_t limit;  // beyond which nothing inside may reach: its own end, or that of an element around it
  bool string;        // a constructed OCTET STRING, which becomes primitive
};

std::size_t written_size(const Item& item) {
  std::array<std::uint8_t, 9> length{};
  return item.bare ? item.length : 1 + der::length_octets(item.length, length.data()) + item.length;
}

// Scan walks the input once and lists what is to be written, with the lengths that DER gives it.
class Scan {
 public:
  explicit Scan(ByteView ber) : ber_(ber) {}

  bool run() {
    do {
      if (!step()) return false;
    } while (!open_.empty());
    return at_ == ber_.size();
  }
  [[nodiscard]] const std::vector<Item>& items() const { return items_; }

 private:
  bool step() {
    if (!open_.empty() && at_ends()) return true;
    const auto header = read_header(ber_.subspan(at_));
    if (!header || items_.size() == kMostElements) return false;
    const bool in_string = !open_.empty() && open_.back().string;
    if ((header->tag & kConstructed) != 0) return enter(*header, in_string);
    // The tag 0 belongs to end-of-contents octets alone, and a string is made of strings.
    if (header->length == kNoEnd || header->tag == 0 || (in_string && header->tag != der::kOctetString)) return false;
    if (!inside(header->size + header->length)) return false;
    items_.push_back({header->tag, in_string, header->length, ber_.subspan(at_ + header->size, header->length)});
    at_ += header->size + header->length;
    count(items_.back());
    return true;
  }

  // at_ends closes the innermost element if it ends here.
  bool at_ends() {
    const Open top = open_.back();
    if (top.end != kNoEnd) {
      if (at_ != top.end) return false;
    } else {
      if (!inside(2) || ber_[at_] != 0 || ber_[at_ + 1] != 0) return false;
      at_ += 2;
    }
    open_.pop_back();
    count(items_[top.item]);
    return true;
  }

  bool enter(const Header& header, bool in_string) {
    const bool universal = (header.tag & 0xc0U) == 0;
    const bool string = header.tag == kConstructedOctetString;
    if (universal && !string && header.tag != der::kSequence && header.tag != der::kSet) return false;
    if ((in_string && !string) || open_.size() == kDeepest) return false;
    const std::size_t whole = header.length == kNoEnd ? header.size : header.size + header.length;
    if (!inside(whole)) return false;
    const std::uint8_t tag = string ? std::uint8_t{der::kOctetString} : header.tag;
    items_.push_back({tag, in_string, 0, {}});
    at_ += header.size;
    const bool definite = header.length != kNoEnd;
    const std::size_t end = at_ + (definite ? header.length : 0);
    open_.push_back({items_.size() - 1, definite ? end : kNoEnd, definite ? end : limit(), string});
    return true;
  }

  [[nodiscard]] std::size_t limit() const { return open_.empty() ? ber_.size() : open_.back().limit; }
  [[nodiscard]] bool inside(std::size_t octets) const { return octets <= limit() - at_; }

  void count(const Item& ended) {
    if (!open_.empty()) items_[open_.back().item].length += written_size(ended);
  }

  ByteView ber_;
  std::size_t at_ = 0;
  std::vector<Item> items_;
  std::vector<Open> open_;
};

}  // namespace

std::optional<Bytes> ber_to_der(ByteView ber) {
  if (ber.empty() || ber.size() > kLargest) return std::nullopt;
  Scan scan(ber);
  if (!scan.run()) return std::nullopt;
  Bytes der;
  der.reserve(written_size(scan.items().front()));
  for (const Item& item : scan.items()) {
    if (!item.bare) {
      std::array<std::uint8_t, 10> header{item.tag};
      const std::size_t octets = der::length_octets(item.length, header.data() + 1);
      base::append(der, ByteView(header).first(1 + octets));
    }
    base::append(der, item.content);
  }
  return der;
}

}  // namespace yuxin::x509
