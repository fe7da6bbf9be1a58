// Calls of the REST interface of a registration authority, over mutual TLS.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "context.hpp"
#include "yuxin/base/json.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/http/client.hpp"
#include "yuxin/keymgmt/identity.hpp"

namespace yuxin::cli {

// RemoteCall speaks to one server as one identity. A refusal comes back with the code and the words of the server, so
// that a command ends as it would have on the home. Not thread-safe.
class RemoteCall {
 public:
  // open: kUsage for an address that is no https URL with nothing behind the port, and for an identity whose key
  // cannot be used for TLS; errors of the files of --trust.
  [[nodiscard]] static base::Result<RemoteCall> open(const Context& context, const keymgmt::Identity& identity);
  // open_nameless shows no certificate: for the few operations that anybody may ask.
  [[nodiscard]] static base::Result<RemoteCall> open_nameless(const Context& context);

  [[nodiscard]] const std::string& server() const { return server_; }
  // reach asks for what anybody may see: kUnavailable and kBadSignature of the connection, and nothing else.
  [[nodiscard]] base::Result<> reach() const;

  [[nodiscard]] base::Result<base::JsonObject> get(std::string_view path) const;
  [[nodiscard]] base::Result<base::Bytes> get_octets(std::string_view path) const;
  // post sends a document with a new idempotency key, and sends it again where the answer was lost on the way. Where
  // no answer came at all, a deed may have been done, and the error says that nobody knows.
  enum class Effect { kQuestion, kDeed };
  [[nodiscard]] base::Result<base::JsonObject> post(std::string_view path, const base::JsonObject& body,
                                                    Effect effect) const;

 private:
  RemoteCall(std::string server, http::ClientOptions options)
      : server_(std::move(server)), options_(std::move(options)) {}
  [[nodiscard]] base::Failure not_reached(base::Error error) const;
  std::string server_;
  http::ClientOptions options_;
};

// in_path writes a text as one segment of a path, or as a value of a query (RFC 3986 section 2.1).
[[nodiscard]] std::string in_path(std::string_view text);

// ask posts a question to the authority of a registration authority: `path` of `server`. kUnavailable where it cannot
// be reached, does not answer in time, or turns this registration authority away; otherwise its refusal.
[[nodiscard]] base::Result<base::JsonObject> ask(const std::string& server, const std::string& path,
                                                 const base::JsonObject& question,
                                                 const http::ClientOptions& options);

// refusal_of reads a problem document as the error that it reports; kUnavailable for an answer that is none.
[[nodiscard]] base::Error refusal_of(const http::ClientReply& reply, std::string_view server);

}  // namespace yuxin::cli
