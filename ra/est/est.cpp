#include "yuxin/ra/est.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "est/message.hpp"
#include "machine/applicant.hpp"
#include "yuxin/base/language.hpp"
#include "yuxin/base/log.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/evidence/organisation.hpp"
#include "yuxin/x509/key.hpp"
#include "yuxin/x509/oid.hpp"

namespace yuxin::ra {

using base::Code;
using base::fail;
using base::HttpReply;
using base::HttpRequest;
using base::message;
using base::Result;

namespace {

enum class Operation { kCertificates, kAttributes, kEnrol, kRenew, kMakeKey };
struct NamedOperation {
  std::string_view name;
  Operation operation;
  std::string_view method;
};
constexpr unsigned kLargestMadeRsa = 4096;

constexpr std::array<NamedOperation, 5> kOperations = {{{"cacerts", Operation::kCertificates, "GET"},
                                                        {"csrattrs", Operation::kAttributes, "GET"},
                                                        {"simpleenroll", Operation::kEnrol, "POST"},
                                                        {"simplereenroll", Operation::kRenew, "POST"},
                                                        {"serverkeygen", Operation::kMakeKey, "POST"}}};

// Target is a path taken apart: "/.well-known/est/[LABEL/]OPERATION".
struct Target {
  const NamedOperation* operation = nullptr;
  std::string label;
};

std::optional<Target> read_target(std::string_view path) {
  if (!path.starts_with(EstService::kPath)) return std::nullopt;
  const auto parts = base::split(path.substr(EstService::kPath.size()), '/');
  if (parts.empty() || parts.size() > 2) return std::nullopt;
  const auto* named = std::ranges::find(kOperations, parts.back(), &NamedOperation::name);
  if (named == kOperations.end()) return std::nullopt;
  if (parts.size() == 1) return Target{named, {}};
  if (!evidence::is_profile_name(parts.front())) return std::nullopt;
  return Target{named, std::string(parts.front())};
}

// Requests whose form alone says that they cannot be answered.
std::optional<HttpReply> refuse_form(const HttpRequest& request, const std::optional<Target>& target) {
  if (!target) {
    return est::text_reply(404, base::tr("There are cacerts, csrattrs, simpleenroll, simplereenroll and serverkeygen "
                                         "below /.well-known/est/ (RFC 7030)."));
  }
  if (request.method != target->operation->method) {
    auto reply = est::text_reply(405, message("{} is asked for by {}.", std::string(target->operation->name),
                                              std::string(target->operation->method)));
    reply.fields.emplace_back("Allow", target->operation->method);
    return reply;
  }
  const auto type = request.content_type.substr(0, request.content_type.find(';'));
  if (request.method == "POST" && base::lower(base::trim(type)) != "application/pkcs10")
    return est::text_reply(415, base::tr("Send the request as application/pkcs10 (RFC 7030 section 4.2.1)."));
  return std::nullopt;
}

// Told is a refusal that has a line in the log already.
HttpReply told(const base::Error& error) {
  switch (error.code) {
    case Code::kMalformed:
    case Code::kBadSignature:
    case Code::kRefused:
    case Code::kUsage:
      return est::text_reply(400, error.detail);
    case Code::kNotAuthorised:
      return est::text_reply(403, error.detail);
    case Code::kNotFound:
      return est::text_reply(404, error.detail);
    case Code::kConflict:
      return est::text_reply(409, error.detail);
    default: {
      auto reply = est::text_reply(503, error.detail);
      reply.fields.emplace_back("Retry-After", "60");
      return reply;
    }
  }
}

HttpReply refuse(const base::Error& error) {
  base::log_info("EST: " + error.detail);
  return told(error);
}

HttpReply ask_for_credentials() {
  auto reply = est::text_reply(
      401, base::tr("Show the name and the secret of a client (HTTP Basic), or renew with a certificate by TLS."));
  reply.fields.emplace_back("WWW-Authenticate", "Basic realm=\"est\", charset=\"UTF-8\"");
  return reply;
}

bool is_by_certificate(const Target& target, const HttpRequest& request) {
  return target.operation->operation == Operation::kRenew && !request.peer_certificate.empty();
}

// A key costs more than anything else that a client may ask for: only so many are made at once.
using Making = std::counting_semaphore<2>;
class MakingTurn {
 public:
  explicit MakingTurn(Making& making) : making_(making), had_(making.try_acquire()) {}
  ~MakingTurn() {
    if (had_) making_.release();
  }
  MakingTurn(const MakingTurn&) = delete;
  MakingTurn& operator=(const MakingTurn&) = delete;
  [[nodiscard]] bool had() const { return had_; }

 private:
  Making& making_;
  bool had_;
};

// Answer carries one POST through.
class Answer {
 public:
  Answer(const EstParts& parts, Making& making, const HttpRequest& request, const Target& target)
      : parts_(parts), making_(making), request_(request), target_(target) {}

  HttpReply run() {
    auto asked = est::read_request(request_.body);
    if (!asked) return refused(asked.error());
    const auto applicant = is_by_certificate(target_, request_) ? by_certificate(*asked) : by_secret(*asked);
    if (!applicant) return refused(applicant.error());
    if (!*applicant) return ask_for_credentials();
    client_ = (*applicant)->client;
    if (target_.operation->operation == Operation::kMakeKey) return make_key(**applicant, *asked);
    const auto answer = parts_.desk->enrol(wish_of(*asked, **applicant, Protocol::kEst, IfPersonNeeded::kWait));
    return answer ? reply(*answer) : refused(answer.error());
  }

 private:
  using Found = std::optional<Applicant>;

  // Log-ins that fail and what is answered to a client have their line in the log: who, from where, and what.
  void log(std::string_view what) const {
    base::log_info(fmt::format("EST {}, {} from {}: {}", target_.operation->name,
                               client_.empty() ? "nobody known" : "client " + client_, request_.peer, what));
  }
  HttpReply refused(const base::Error& error) const {
    log(error.detail);
    return told(error);
  }

  Result<Found> by_certificate(const x509::CertificateRequest& asked) {
    TRY(const auto shown, x509::Certificate::from_der(request_.peer_certificate));
    TRY(auto applicant,
        applicant_by_certificate(*parts_.desk, *parts_.clients(), {Protocol::kEst, shown, target_.label, asked}));
    return Found(std::move(applicant));
  }

  Result<Found> by_secret(const x509::CertificateRequest& asked) {
    const auto credentials = est::read_credentials(request_.authorization);
    if (!credentials) return Found();
    const auto clients = parts_.clients();
    const auto* client = clients->authenticate(credentials->name, credentials->secret.view());
    if (client == nullptr || !client->speaks(Protocol::kEst)) {
      // of a name that is no client's nothing is written down: it might be a secret in the wrong field
      if (clients->find(credentials->name) != nullptr) client_ = credentials->name;
      log(client == nullptr ? "log-in failed" : "log-in of a client that does not enrol by EST");
      return Found();
    }
    client_ = client->name;
    if (target_.operation->operation == Operation::kRenew && client->renewal != MachineClient::Renewal::kBySecret)
      return fail(Code::kNotAuthorised, "Client {} renews with the certificate that is renewed, shown by TLS.",
                  client->name);
    TRY(auto applicant, applicant_of(*client, target_.label, asked));
    return Found(std::move(applicant));
  }

  // RFC 7030 section 4.4: the key of the request only says what kind is wanted.
  HttpReply make_key(const Applicant& applicant, const x509::CertificateRequest& asked) {
    const auto made = make_key_and_enrol(applicant, asked);
    if (!made) return refused(made.error());
    log("key and certificate " + base::hex(made->second.tbs().serial));
    return est::key_reply(made->first, made->second);
  }
  Result<std::pair<base::Secret, x509::Certificate>> make_key_and_enrol(const Applicant& applicant,
                                                                        const x509::CertificateRequest& asked) const {
    const auto kind = asked.public_key().kind();
    TRY(check_kind(applicant.profile, kind));
    TRY(parts_.desk->may_begin(applicant.client, applicant.profile));
    const MakingTurn turn(making_);
    if (!turn.had()) return fail(Code::kUnavailable, "Other keys are being made. Ask again in a minute.");
    TRY(const auto key, x509::PrivateKey::generate(kind));
    TRY(const auto signer, key.signer(x509::default_signature(kind)));
    std::vector<base::Bytes> extensions;
    for (const auto& one : asked.extensions()) {
      extensions.push_back(
          x509::extension(one.oid, one.critical ? x509::Critical::kYes : x509::Critical::kNo, one.value));
    }
    TRY(const auto octets, x509::make_request(asked.subject(), extensions, *signer));
    TRY(auto request, x509::CertificateRequest::from_der(octets));
    TRY(const auto answer,
        parts_.desk->enrol(wish_of(std::move(request), applicant, Protocol::kEst, IfPersonNeeded::kRefuse)));
    TRY(auto pkcs8, key.to_pkcs8());
    return std::pair(std::move(pkcs8), std::get<Granted>(answer).certificate);
  }

  // What the profile would refuse afterwards is not made.
  [[nodiscard]] Result<> check_kind(const std::string& name, const x509::KeyKind& kind) const {
    TRY(const auto profile, parts_.profiles.find(name));
    if (!profile->admits(kind))
      return fail(Code::kRefused, "A key of the kind {} is not made: profile {} accepts {}.",
                  x509::print_key_kind(kind), name, profile->keys_text());
    const bool is_rsa = kind.type == x509::KeyType::kRsa || kind.type == x509::KeyType::kRsaPss;
    if (is_rsa && kind.bits > kLargestMadeRsa)
      return fail(Code::kRefused, "RSA keys of more than {} bits are not made here. Make the key yourself.",
                  kLargestMadeRsa);
    return {};
  }

  [[nodiscard]] HttpReply reply(const MachineAnswer& answer) const {
    if (const auto* granted = std::get_if<Granted>(&answer)) {
      log("certificate " + base::hex(granted->certificate.tbs().serial));
      return est::certificates_reply({granted->certificate});
    }
    const auto& waiting = std::get<Waiting>(answer);
    log("waits as case " + waiting.case_id);
    auto reply = est::text_reply(
        202,
        message("A person looks at this first, as case {}. Send the same request again later.", waiting.case_id));
    reply.fields.emplace_back("Retry-After", std::to_string(waiting.retry_after.count));
    return reply;
  }

  const EstParts& parts_;
  Making& making_;
  const HttpRequest& request_;
  const Target& target_;
  std::string client_;  // as far as it is known
};

HttpReply attributes(const EstParts& parts, const Target& target) {
  // Without a label nobody says which profile; section 4.5.2: 204 says that nothing particular is wanted.
  if (target.label.empty()) {
    HttpReply nothing;
    nothing.status = 204;
    return nothing;
  }
  const auto profile = parts.profiles.find(target.label);
  return profile ? est::attributes_reply(**profile) : refuse(profile.error());
}

}  // namespace

std::optional<HttpReply> EstService::answer_now(const HttpRequest& request) {
  return refuse_form(request, read_target(request.path()));
}

HttpReply EstService::answer(const HttpRequest& request) {
  const auto target = read_target(request.path());
  if (auto refused = refuse_form(request, target)) return std::move(*refused);
  if (target->operation->operation == Operation::kAttributes) return attributes(parts_, *target);
  if (target->operation->operation != Operation::kCertificates)
    return Answer(parts_, making_, request, *target).run();
  const auto chain = parts_.desk->chain();
  return chain ? est::certificates_reply(*chain) : refuse(chain.error());
}

}  // namespace yuxin::ra
