// Requests on a connection: the same are found however the octets are cut, and all views lie in what was sent.
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "core/http/request_reader.hpp"

namespace {

// What a reader saw, in words: each request, then how it ended.
std::string read_all(const std::uint8_t* data, std::size_t size, std::size_t step) {
  using yuxin::http::RequestReader;
  RequestReader reader(2048, 512);
  std::string seen;
  for (std::size_t at = 0;;) {
    const auto next = reader.advance();
    if (next == RequestReader::Step::kFailed) return seen + "failed " + std::to_string(reader.status());
    if (next == RequestReader::Step::kReady) {
      const auto request = reader.request();
      seen.append(request.method).append(" ").append(request.target).append(" ").append(request.content_type);
      seen.append(" ").append(yuxin::base::as_text(request.body)).append("\n");
      if (request.body.size() > 512 || request.target.empty()) std::abort();
      reader.consume();
      continue;
    }
    if (at == size) return seen + "more";
    const auto space = reader.space();
    const std::size_t octets = std::min({step, space.size(), size - at});
    std::memcpy(space.data(), data + at, octets);
    reader.received(octets);
    at += octets;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string whole = read_all(data, size, size + 1);
  if (read_all(data, size, 1) != whole || read_all(data, size, 7) != whole) std::abort();
  return 0;
}
