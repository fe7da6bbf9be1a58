#include "yuxin/evidence/tar.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <numeric>
#include <optional>

namespace yuxin::evidence {

using base::Code;
using base::fail;
using base::Result;

namespace {

constexpr std::size_t kBlock = 512;
constexpr std::size_t kLongestName = 100;
constexpr std::size_t kMostFiles = 100'000;
constexpr std::size_t kLargestFile = 077777777777;  // eleven octal digits
using Header = std::array<std::uint8_t, kBlock>;

bool is_name(std::string_view name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
           c == '_' || c == '/';
  };
  return !name.empty() && name.size() <= kLongestName && std::ranges::all_of(name, fits) && name.front() != '/' &&
         name.back() != '/' && name.find("//") == std::string_view::npos && name.find("..") == std::string_view::npos;
}

void put(Header& header, std::size_t at, std::string_view text) {
  std::ranges::copy(base::as_bytes(text), header.begin() + static_cast<std::ptrdiff_t>(at));
}

// The fields of a ustar header at their offsets; what is not set is zero.
Header header_of(std::string_view name, std::size_t size) {
  Header header{};
  put(header, 0, name);
  put(header, 100, "0000644");
  put(header, 108, "0000000");  // uid
  put(header, 116, "0000000");  // gid
  put(header, 124, fmt::format("{:011o}", size));
  put(header, 136, "00000000000");  // mtime
  put(header, 148, "        ");     // the checksum is summed up as blanks
  put(header, 156, "0");            // a regular file
  put(header, 257,
      std::string_view("ustar\0"
                       "00",
                       8));
  put(header, 329, "0000000");  // devmajor and devminor, as GNU tar writes them for files that are no devices
  put(header, 337, "0000000");
  const unsigned sum = std::accumulate(header.begin(), header.end(), 0U);
  put(header, 148, fmt::format("{:06o}", sum));
  header[154] = 0;
  return header;
}

std::size_t padding_after(std::size_t size) { return (kBlock - size % kBlock) % kBlock; }

base::Failure no_bundle() {
  return fail(Code::kMalformed, "This is no evidence bundle: it is not an archive as yuxin audit export writes it.");
}

// name_and_size reads the two fields that vary; whether the header is right is seen by making it again.
std::optional<std::pair<std::string, std::size_t>> name_and_size(base::ByteView header) {
  const auto name_field = base::as_text(header.first(kLongestName));
  const std::string name(name_field.substr(0, name_field.find('\0')));
  const auto digits = base::as_text(header.subspan(124, 11));
  std::size_t size = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), size, 8);
  if (error != std::errc{} || end != digits.data() + digits.size() || !is_name(name)) return std::nullopt;
  return std::pair(name, size);
}

bool is_zero(base::ByteView octets) {
  return std::ranges::all_of(octets, [](std::uint8_t octet) { return octet == 0; });
}

}  // namespace

Result<base::Bytes> write_tar(const FileMap& files) {
  base::Bytes archive;
  for (const auto& [name, octets] : files) {
    if (!is_name(name) || octets.size() > kLargestFile) {
      return fail(Code::kUsage, "\"{}\" cannot be the name of a file in a bundle.", name);
    }
    base::append(archive, header_of(name, octets.size()));
    base::append(archive, octets);
    archive.resize(archive.size() + padding_after(octets.size()));
  }
  archive.resize(archive.size() + 2 * kBlock);  // the end: two blocks of zeros
  return archive;
}

Result<FileMap> read_tar(base::ByteView archive) {
  FileMap files;
  std::size_t at = 0;
  while (true) {
    if (archive.size() - at < kBlock) return no_bundle();
    const auto header = archive.subspan(at, kBlock);
    if (is_zero(header)) break;
    const auto read = name_and_size(header);
    if (!read || !base::equal(header_of(read->first, read->second), header)) return no_bundle();
    const auto& [name, size] = *read;
    at += kBlock;
    const auto rest = archive.size() - at;
    if (size > rest || padding_after(size) > rest - size || files.size() == kMostFiles) return no_bundle();
    if (!files.empty() && files.rbegin()->first >= name) return no_bundle();
    if (!is_zero(archive.subspan(at + size, padding_after(size)))) return no_bundle();
    files.emplace_hint(files.end(), name, base::to_bytes(archive.subspan(at, size)));
    at += size + padding_after(size);
  }
  if (archive.size() - at != 2 * kBlock || !is_zero(archive.subspan(at))) return no_bundle();
  return files;
}

}  // namespace yuxin::evidence
