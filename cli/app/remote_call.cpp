#include "remote_call.hpp"

#include <algorithm>
#include <array>

#include "yuxin/base/file.hpp"
#include "yuxin/base/language.hpp"
#include "yuxin/x509/certificate.hpp"

namespace yuxin::cli {

using base::Code;
using base::fail;
using base::message;
using base::Result;

namespace {

constexpr std::size_t kLargestFile = std::size_t{4} << 20U;
constexpr std::size_t kLargestAnswer = std::size_t{64} << 20U;
constexpr std::chrono::milliseconds kTimeLimit{60'000};
constexpr int kAttempts = 3;

constexpr std::array kCodes = {Code::kMalformed,     Code::kRefused,  Code::kBadSignature, Code::kUsage,
                               Code::kNotAuthorised, Code::kNotFound, Code::kConflict,     Code::kIntegrity,
                               Code::kUnavailable,   Code::kSigner,   Code::kInternal};

Result<std::vector<base::Bytes>> roots_of(const std::string& file) {
  TRY(const auto octets, base::read_file(file, kLargestFile));
  TRY(const auto certificates, x509::certificates_from_bytes(octets));
  std::vector<base::Bytes> roots;
  for (const auto& certificate : certificates) roots.push_back(base::to_bytes(certificate.der()));
  return roots;
}

Result<std::shared_ptr<const http::TlsIdentity>> tls_identity_of(const keymgmt::Identity& identity) {
  auto tls = std::make_shared<http::TlsIdentity>();
  tls->certificates.push_back(base::to_bytes(identity.certificate.der()));
  for (const auto& above : identity.chain) tls->certificates.push_back(base::to_bytes(above.der()));
  if (identity.software == nullptr) {
    tls->signer = identity.signer;
  } else {
    TRY(tls->private_key, identity.software->to_pkcs8());
  }
  return std::shared_ptr<const http::TlsIdentity>(std::move(tls));
}

void add_sentence(base::Error& error, const std::string& sentence) {
  error.detail += (base::language() == base::Language::kChinese ? "" : " ") + sentence;
}

void add_doubt(base::Error& error) {
  add_sentence(error, message("Whether it was done there is not known; look before you do it again."));
}

// A proxy that says 502 or 504 had no answer either.
bool is_of_a_proxy(const http::ClientReply& reply) {
  return (reply.status == 502 || reply.status == 504) && !reply.content_type.starts_with("application/problem+json");
}

Result<base::JsonObject> document_of(const http::ClientReply& reply, const std::string& server) {
  auto json = base::parse_json(base::as_text(reply.body));
  if (!json || !json->is_object())
    return fail(Code::kMalformed,
                "{} answers with something that is no JSON document. Is it a registration authority?", server);
  return std::move(json->get_object());
}

}  // namespace

Result<RemoteCall> RemoteCall::open(const Context& context, const keymgmt::Identity& identity) {
  TRY(auto call, open_nameless(context));
  TRY(call.options_.identity, tls_identity_of(identity));
  return call;
}

Result<RemoteCall> RemoteCall::open_nameless(const Context& context) {
  auto server = context.options().server.value_or("");
  while (server.ends_with('/')) server.pop_back();
  constexpr std::string_view kScheme = "https://";
  if (!server.starts_with(kScheme) || server.find_first_of("/?#@", kScheme.size()) != std::string::npos)
    return fail(Code::kUsage, "\"{}\" is no address of a registration authority; write --server https://HOST:PORT",
                server);
  http::ClientOptions options;
  options.time_limit = kTimeLimit;
  options.size_limit = kLargestAnswer;
  if (context.options().server_trust) {
    TRY(options.trusted, roots_of(*context.options().server_trust));
  }
  options.fields.push_back({"Accept-Language", base::language() == base::Language::kChinese ? "zh" : "en"});
  return RemoteCall(std::move(server), std::move(options));
}

std::string in_path(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    const auto octet = static_cast<std::uint8_t>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                       c == '.' || c == '_' || c == '~';
    encoded += plain ? std::string(1, c) : "%" + base::hex_upper({&octet, 1});
  }
  return encoded;
}

base::Error refusal_of(const http::ClientReply& reply, std::string_view server) {
  const auto json = base::parse_json(base::as_text(reply.body));
  if (reply.content_type.starts_with("application/problem+json") && json && json->is_object()) {
    const auto& problem = json->get_object();
    const auto name = base::json_string(problem, "code");
    const auto code = std::ranges::find(kCodes, name, base::code_name);
    auto detail = base::json_string(problem, "detail");
    if (detail.empty()) detail = base::json_string(problem, "title");
    if (code != kCodes.end() && !detail.empty()) return {*code, std::move(detail), {}};
    constexpr int kForbidden = 403;
    if (reply.status == kForbidden)
      return {
          Code::kNotAuthorised,
          base::message("{} does not accept the certificate that you show: it is of no authority of that city, or "
                        "out of its time. Check --as.",
                        server),
          detail};
    // what the HTTP server itself refuses: a body that is too long helps no second try
    constexpr int kTooLarge = 413;
    if (!detail.empty())
      return {reply.status == kTooLarge ? Code::kRefused : Code::kUnavailable,
              base::message("{} refuses: {}", server, detail),
              {}};
  }
  return {Code::kUnavailable, base::message("{} answers with HTTP status {}.", server, reply.status), {}};
}

// A server that is not trusted is mostly one whose root nobody has named.
base::Failure RemoteCall::not_reached(base::Error error) const {
  if (error.code == Code::kBadSignature && options_.trusted.empty())
    add_sentence(error, message("The root is given by --trust root.pem."));
  return base::Failure(std::move(error));
}

Result<> RemoteCall::reach() const {
  const auto reply = http::get(server_ + "/v1/problems/not-found", options_);
  if (!reply) return not_reached(reply.error());
  return {};
}

Result<base::Bytes> RemoteCall::get_octets(std::string_view path) const {
  auto reply = http::get(server_ + std::string(path), options_);
  if (!reply) return not_reached(std::move(reply).error());
  if (reply->status != 200) return tl::unexpected(refusal_of(*reply, server_));
  return std::move(reply->body);
}

Result<base::JsonObject> RemoteCall::get(std::string_view path) const {
  const auto reply = http::get(server_ + std::string(path), options_);
  if (!reply) return not_reached(reply.error());
  if (reply->status != 200) return tl::unexpected(refusal_of(*reply, server_));
  return document_of(*reply, server_);
}

Result<base::JsonObject> RemoteCall::post(std::string_view path, const base::JsonObject& body, Effect effect) const {
  auto options = options_;
  std::array<std::uint8_t, 16> key{};
  base::random_bytes(key);
  options.fields.push_back({"Idempotency-Key", base::hex(key)});
  bool was_sent = false;
  options.on_send = [&was_sent] { was_sent = true; };
  const auto text = base::print_json(body);
  for (int attempt = 1;; ++attempt) {
    const auto reply = http::post(server_ + std::string(path), "application/json", base::as_bytes(text), options);
    if (!reply) {
      // Whether it arrived is not known, also where the answer was cut short; with the same key it is done once.
      const auto code = reply.error().code;
      if ((code == Code::kUnavailable || code == Code::kMalformed) && attempt < kAttempts) continue;
      auto error = reply.error();
      if (was_sent && effect == Effect::kDeed) add_doubt(error);
      return not_reached(std::move(error));
    }
    if (reply->status != 200) {
      auto refusal = refusal_of(*reply, server_);
      if (effect == Effect::kDeed && is_of_a_proxy(*reply)) add_doubt(refusal);
      return tl::unexpected(std::move(refusal));
    }
    return document_of(*reply, server_);
  }
}

Result<base::JsonObject> ask(const std::string& server, const std::string& path, const base::JsonObject& question,
                             const http::ClientOptions& options) {
  const auto text = base::print_json(question);
  const auto reply = http::post(server + path, "application/json", base::as_bytes(text), options);
  if (!reply) {
    return base::fail_with(Code::kUnavailable, reply.error().diagnostic, "The authority {} cannot be asked now: {}",
                           server, reply.error().detail);
  }
  if (reply->status == 200) return document_of(*reply, server);
  constexpr int kForbidden = 403;
  auto refused = refusal_of(*reply, server);
  const auto json = base::parse_json(base::as_text(reply->body));
  const auto* problem = json ? json->if_object() : nullptr;
  const bool turned_away = reply->status == kForbidden && problem != nullptr &&
                           base::json_string(*problem, "type").ends_with("/certificate-refused");
  if (turned_away) {
    // what waits is not given up for that
    return fail(Code::kUnavailable, "The authority {} turns this registration authority away: {}", server,
                refused.detail);
  }
  return tl::unexpected(std::move(refused));
}

}  // namespace yuxin::cli
