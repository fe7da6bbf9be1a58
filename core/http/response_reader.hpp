// The answer to a client's request.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "yuxin/base/result.hpp"
#include "yuxin/http/client.hpp"

namespace yuxin::http {

// ResponseReader puts an HTTP/1 response together as it arrives (Boost.Beast's parser). Interim answers are skipped.
class ResponseReader {
 public:
  enum class Progress { kMore, kDone };

  explicit ResponseReader(std::size_t size_limit);
  ~ResponseReader();
  ResponseReader(const ResponseReader&) = delete;
  ResponseReader& operator=(const ResponseReader&) = delete;

  // Errors: kMalformed, kRefused beyond the limit.
  [[nodiscard]] base::Result<Progress> take(std::string_view octets);
  // end says that no more will come: an answer without length is complete then, any other is malformed.
  [[nodiscard]] base::Result<> end();

  // After the last octet.
  [[nodiscard]] ClientReply reply();
  [[nodiscard]] std::string location() const;
  // needs_end says that only the end of the connection tells the end of the body.
  [[nodiscard]] bool needs_end() const;

 private:
  struct Parser;
  std::size_t limit_;
  std::unique_ptr<Parser> parser_;
  std::string pending_;
};

}  // namespace yuxin::http
