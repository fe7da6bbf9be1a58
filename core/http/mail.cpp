#include "yuxin/http/mail.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <tuple>

namespace yuxin::http {
namespace {

using base::Code;
using base::fail;
using base::fail_with;
using base::Result;

struct FreeHandle {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using Handle = std::unique_ptr<CURL, FreeHandle>;
using List = std::unique_ptr<curl_slist, FreeList>;

// curl_global_init is not thread-safe with every library below it; the first mail of the process makes it.
bool library_is_ready() {
  static const CURLcode kDone = curl_global_init(CURL_GLOBAL_DEFAULT);
  return kDone == CURLE_OK;
}

struct Upload {
  base::ByteView left;
  const std::stop_token* stop = nullptr;
};

std::size_t give_more(char* into, std::size_t size, std::size_t count, void* user) {
  auto& upload = *static_cast<Upload*>(user);
  const auto octets = std::min(size * count, upload.left.size());
  std::memcpy(into, upload.left.data(), octets);
  upload.left = upload.left.subspan(octets);
  return octets;
}

std::size_t drop_answer(char* /*octets*/, std::size_t size, std::size_t count, void* /*user*/) {
  return size * count;
}

int stop_if_asked(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<Upload*>(user)->stop->stop_requested() ? 1 : 0;
}

// Options collects whether curl took everything: one that it does not know must not be passed over.
class Options {
 public:
  explicit Options(CURL* handle) : handle_(handle) {}
  template <typename Value>
  void set(CURLoption option, Value value) {
    taken_ = curl_easy_setopt(handle_, option, value) == CURLE_OK && taken_;
  }
  [[nodiscard]] bool taken() const { return taken_; }

 private:
  CURL* handle_;
  bool taken_ = true;
};

std::string address_of(const MailServer& server) {
  const bool brackets = server.host.find(':') != std::string::npos;
  const auto host = brackets ? "[" + server.host + "]" : server.host;
  return (server.tls == MailTls::kImplicit ? "smtps://" : "smtp://") + host + ":" + std::to_string(server.port);
}

void set_tls(Options& options, const MailServer& server) {
  options.set(CURLOPT_USE_SSL, static_cast<long>(server.tls == MailTls::kNone ? CURLUSESSL_NONE : CURLUSESSL_ALL));
  options.set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  options.set(CURLOPT_SSL_VERIFYPEER, 1L);
  options.set(CURLOPT_SSL_VERIFYHOST, 2L);
  if (server.trusted.empty()) return;
  std::string roots;
  for (const auto& root : server.trusted) roots += base::pem("CERTIFICATE", root);
  curl_blob blob{roots.data(), roots.size(), CURL_BLOB_COPY};
  options.set(CURLOPT_CAINFO_BLOB, &blob);
  options.set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));  // and nobody whom the system trusts
}

void set_log_in(Options& options, const MailServer& server) {
  if (server.user.empty()) return;
  base::Secret ended(server.password.size() + 1);  // by a zero octet, as curl wants it
  std::ranges::copy(server.password.view(), ended.data());
  options.set(CURLOPT_USERNAME, server.user.c_str());
  options.set(CURLOPT_PASSWORD, reinterpret_cast<const char*>(ended.data()));
}

// Nothing of the environment and of the account counts: no proxy, no .netrc, no other protocol.
void set_bounds(Options& options, const MailServer& server) {
  options.set(CURLOPT_PROTOCOLS_STR, server.tls == MailTls::kImplicit ? "smtps" : "smtp");
  options.set(CURLOPT_FOLLOWLOCATION, 0L);
  options.set(CURLOPT_PROXY, "");
  options.set(CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  options.set(CURLOPT_NOSIGNAL, 1L);
  options.set(CURLOPT_TIMEOUT_MS, static_cast<long>(server.time_limit.count()));
  options.set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(server.time_limit.count() / 2));
}

// The server's own words are for the log: they may hold anything.
base::Failure failure_of(CURLcode code, long answer, const MailServer& server, std::string said) {
  switch (code) {
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_ISSUER_ERROR:
      return fail_with(
          Code::kBadSignature, std::move(said),
          "The certificate of {} does not verify. Name the root that it comes from, or check that this is "
          "the right server.",
          server.host);
    case CURLE_USE_SSL_FAILED:
      return fail_with(Code::kRefused, std::move(said),
                       "The mail server {} offers no STARTTLS, and without TLS nothing is sent.", server.host);
    case CURLE_LOGIN_DENIED:
      return fail_with(Code::kNotAuthorised, std::move(said),
                       "The mail server {} does not take this user and password.", server.host);
    case CURLE_COULDNT_RESOLVE_HOST:
      return fail_with(Code::kUnavailable, std::move(said),
                       "The name {} cannot be resolved. Check the name and the network.", server.host);
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_ABORTED_BY_CALLBACK:
      return fail_with(Code::kUnavailable, std::move(said),
                       "{} did not answer in time. Try again, or allow more time.", server.host);
    case CURLE_COULDNT_CONNECT:
      return fail_with(
          Code::kUnavailable, std::move(said),
          "Cannot connect to {} port {}. Check that the server runs and that the network lets you through.",
          server.host, server.port);
    default:
      break;
  }
  if (answer >= 500)
    return fail_with(Code::kRefused, std::move(said), "The mail server {} refuses the message with answer {}.",
                     server.host, answer);
  if (answer >= 400)
    return fail_with(Code::kUnavailable, std::move(said),
                     "The mail server {} does not take the message now; its answer was {}.", server.host, answer);
  return fail_with(Code::kUnavailable, std::move(said), "The mail server {} did not take the message.", server.host);
}

}  // namespace

bool is_mailbox(std::string_view address) {
  const auto at = address.rfind('@');
  if (at == std::string_view::npos || at == 0 || at > 64 || address.size() > 254) return false;
  const auto dotted = [](std::string_view text, std::string_view signs) {
    char before = '.';
    for (const char c : text) {
      const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
      if (!letter && c != '.' && signs.find(c) == std::string_view::npos) return false;
      if (c == '.' && before == '.') return false;
      before = c;
    }
    return before != '.';
  };
  // RFC 5321 section 4.1.2: a local part is a dot-string of atext; a domain has letters, digits and hyphens
  return dotted(address.substr(0, at), "!#$%&'*+-/=?^_`{|}~") && dotted(address.substr(at + 1), "-");
}

Result<> send_mail(const MailServer& server, const Envelope& envelope, base::ByteView message,
                   const std::stop_token& stop) {
  if (!is_mailbox(envelope.from)) return fail(Code::kUsage, "\"{}\" is no mail address.", envelope.from);
  List recipients;
  for (const auto& address : envelope.to) {
    if (!is_mailbox(address)) return fail(Code::kUsage, "\"{}\" is no mail address.", address);
    auto* longer = curl_slist_append(recipients.get(), ("<" + address + ">").c_str());
    if (longer == nullptr) return fail(Code::kUnavailable, "There is not enough memory.");
    std::ignore = recipients.release();
    recipients.reset(longer);
  }
  if (!recipients) return fail(Code::kUsage, "The message has no recipient.");
  if (!library_is_ready()) return fail(Code::kInternal, "The mail library cannot be set up.");
  const Handle handle(curl_easy_init());
  if (!handle) return fail(Code::kInternal, "The mail library cannot be set up.");

  Upload upload{message, &stop};
  std::array<char, CURL_ERROR_SIZE> said{};
  const auto url = address_of(server);
  const auto from = "<" + envelope.from + ">";
  Options options(handle.get());
  options.set(CURLOPT_ERRORBUFFER, said.data());
  options.set(CURLOPT_URL, url.c_str());
  options.set(CURLOPT_MAIL_FROM, from.c_str());
  options.set(CURLOPT_MAIL_RCPT, recipients.get());
  options.set(CURLOPT_UPLOAD, 1L);
  options.set(CURLOPT_READFUNCTION, give_more);
  options.set(CURLOPT_READDATA, &upload);
  options.set(CURLOPT_WRITEFUNCTION, drop_answer);
  options.set(CURLOPT_NOPROGRESS, 0L);
  options.set(CURLOPT_XFERINFOFUNCTION, stop_if_asked);
  options.set(CURLOPT_XFERINFODATA, &upload);
  set_bounds(options, server);
  set_tls(options, server);
  set_log_in(options, server);
  if (!options.taken()) return fail(Code::kInternal, "The mail library does not do what is needed of it.");
  const auto code = curl_easy_perform(handle.get());
  if (code == CURLE_OK) return {};
  long answer = 0;
  curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &answer);
  return failure_of(code, answer, server, std::string(curl_easy_strerror(code)) + ": " + said.data());
}

}  // namespace yuxin::http
