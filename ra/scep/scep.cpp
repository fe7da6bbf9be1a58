#include "yuxin/ra/scep.hpp"

#include <algorithm>
#include <array>
#include <map>

#include "machine/applicant.hpp"
#include "scep/message.hpp"
#include "scep/seen_keys.hpp"
#include "yuxin/base/log.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/evidence/organisation.hpp"

namespace yuxin::ra {

using base::ByteView;
using base::Code;
using base::fail;
using base::HttpReply;
using base::HttpRequest;
using base::Result;
using scep::FailInfo;
using scep::MessageType;

namespace {

constexpr std::size_t kMostPolls = 10'000;
constexpr std::string_view kOldName = "pkiclient.exe";  // what many devices append to the path
// Section 3.5.2: what this service knows.
constexpr std::string_view kCapabilities =
    "AES\nPOSTPKIOperation\nRenewal\nSCEPStandard\nSHA-256\nSHA-384\nSHA-512\n";

HttpReply text_reply(int status, std::string_view text) {
  HttpReply reply;
  reply.status = status;
  reply.content_type = "text/plain; charset=utf-8";
  reply.body = base::to_bytes(base::as_bytes(text));
  return reply;
}
HttpReply octets_reply(std::string type, base::Bytes octets) {
  HttpReply reply;
  reply.content_type = std::move(type);
  reply.fields = {{"Cache-Control", "no-store"}};
  reply.body = std::move(octets);
  return reply;
}

// label_of takes the profile from a path; nothing for a path that is none of ours.
std::optional<std::string> label_of(std::string_view path) {
  path.remove_prefix(std::min(path.size(), ScepService::kPath.size()));
  if (path.starts_with('/')) path.remove_prefix(1);
  if (path.ends_with(kOldName)) path.remove_suffix(kOldName.size());
  if (path.ends_with('/')) path.remove_suffix(1);
  if (path.empty() || evidence::is_profile_name(path)) return std::string(path);
  return std::nullopt;
}

// parameter finds one in the query, percent-decoded; nothing where it is not there or is damaged.
std::optional<std::string> parameter(std::string_view target, std::string_view name) {
  const auto mark = target.find('?');
  if (mark == std::string_view::npos) return std::nullopt;
  for (const auto pair : base::split(target.substr(mark + 1), '&')) {
    if (pair.substr(0, pair.find('=')) != name || pair.size() <= name.size()) continue;
    std::string value;
    auto rest = pair.substr(name.size() + 1);
    while (!rest.empty()) {
      if (rest.front() != '%') {
        value += rest.front();
        rest.remove_prefix(1);
        continue;
      }
      const auto octet = rest.size() < 3 ? std::nullopt : base::from_hex(rest.substr(1, 2));
      if (!octet) return std::nullopt;
      value += static_cast<char>(octet->front());
      rest.remove_prefix(3);
    }
    return value;
  }
  return std::nullopt;
}

FailInfo fail_info(const base::Error& error) {
  switch (error.code) {
    case Code::kBadSignature:
    case Code::kMalformed:
      return FailInfo::kBadMessageCheck;
    case Code::kNotFound:
      return FailInfo::kBadCertificateId;
    default:
      return FailInfo::kBadRequest;
  }
}

bool is_for_later(Code code) {
  return code == Code::kUnavailable || code == Code::kSigner || code == Code::kInternal;
}

// Refusal is what a device is told; Told is something, or that.
struct Refusal {
  base::Error error;
  FailInfo info = FailInfo::kBadRequest;
};
template <typename T>
using Told = tl::expected<T, Refusal>;

tl::unexpected<Refusal> refused(const base::Error& error, FailInfo info) {
  return tl::unexpected(Refusal{error, info});
}
tl::unexpected<Refusal> refused(const base::Failure& failure, FailInfo info) {
  return refused(failure.value(), info);
}
// Of what is wrong with the octets of a message; of what it asks for see fail_info.
tl::unexpected<Refusal> refused_message(const base::Error& error) {
  return refused(error, error.code == Code::kRefused ? FailInfo::kBadAlgorithm : FailInfo::kBadMessageCheck);
}

// Transaction is what a device asks after: its transactionID, which others may take as well, and the digest of the
// key that signed.
using Transaction = std::pair<std::string, x509::Digest256>;
// Remembered is a request that waits.
struct Remembered {
  MachineWish wish;
  base::UnixTime at;
};

// Section 2.3: who enrols signs with a certificate of its own making; who renews, with the one that is renewed.
bool is_self_signed(const x509::Certificate& signer) { return signer.subject().same(signer.issuer()); }

}  // namespace

struct ScepService::Impl {
  explicit Impl(ScepParts given) : parts(std::move(given)) {}

  [[nodiscard]] HttpReply operation(const HttpRequest& request, const std::string& label);
  [[nodiscard]] HttpReply authorities() const;
  [[nodiscard]] Result<base::Bytes> reply(const scep::Envelope& envelope, const ScepIdentity& identity,
                                          const std::string& label);
  [[nodiscard]] Told<MachineWish> wish(const scep::Envelope& envelope, const x509::Certificate& signer,
                                       const ScepIdentity& identity, const std::string& label);
  [[nodiscard]] Told<MachineWish> ask_after(const Transaction& transaction, const x509::Certificate& signer) const;
  [[nodiscard]] Result<Applicant> applicant(const x509::Certificate& signer, const x509::CertificateRequest& asked,
                                            const std::string& label) const;
  void remember(const Transaction& transaction, const MachineWish& wish);
  [[nodiscard]] std::optional<MachineWish> recall(const Transaction& transaction) const;
  void forget(const Transaction& transaction);

  ScepParts parts;
  scep::SeenKeys seen;
  mutable std::mutex mutex;
  std::map<Transaction, Remembered> polls;
};

ScepService::ScepService(ScepParts parts) : impl_(std::make_unique<Impl>(std::move(parts))) {}
ScepService::~ScepService() = default;

std::optional<HttpReply> ScepService::answer_now(const HttpRequest& request) {
  if (!label_of(request.path())) return text_reply(404, "No such path. SCEP is at /scep.\n");
  const auto operation = parameter(request.target, "operation");
  if (request.method != "GET" && request.method != "POST") {
    auto reply = text_reply(405, "SCEP takes GET and POST.\n");
    reply.fields.emplace_back("Allow", "GET, POST");
    return reply;
  }
  if (operation == "GetCACaps") return text_reply(200, kCapabilities);
  if (operation == "GetCACert" || operation == "PKIOperation") return std::nullopt;
  return text_reply(400, "Operations are GetCACaps, GetCACert and PKIOperation (RFC 8894 section 4).\n");
}

HttpReply ScepService::answer(const HttpRequest& request) {
  if (auto refused = answer_now(request)) return std::move(*refused);
  if (parameter(request.target, "operation") == "GetCACert") return impl_->authorities();
  return impl_->operation(request, *label_of(request.path()));
}

// Section 4.2.1.2: the certificate of the registration authority with those above it.
HttpReply ScepService::Impl::authorities() const {
  const auto identity = parts.identity();
  const auto chain = parts.desk->chain();
  if (!identity || !chain) return text_reply(503, "Not now.\n");
  std::vector<ByteView> certificates = {(*identity)->signer.certificate.der()};
  for (const auto& one : *chain) certificates.push_back(one.der());
  return octets_reply("application/x-x509-ca-ra-cert", x509::certs_only(std::move(certificates)));
}

HttpReply ScepService::Impl::operation(const HttpRequest& request, const std::string& label) {
  base::Bytes message = base::to_bytes(request.body);
  if (request.method == "GET") {
    const auto text = parameter(request.target, "message");
    auto octets = text ? base::from_base64(*text) : std::nullopt;
    if (!octets) return text_reply(400, "message is base64, percent-encoded (RFC 8894 section 4.1).\n");
    message = std::move(*octets);
  }
  const auto envelope = scep::read_envelope(message);
  if (!envelope) return text_reply(400, envelope.error().detail + "\n");
  const auto identity = parts.identity();
  if (!identity) return text_reply(503, "Not now.\n");
  const auto made = reply(*envelope, **identity, label);
  if (made) return octets_reply("application/x-pki-message", *made);
  base::log_warning("SCEP: " + made.error().detail + " " + made.error().diagnostic);
  auto later = text_reply(503, "Not now.\n");
  later.fields.emplace_back("Retry-After", "60");
  return later;
}

Result<base::Bytes> ScepService::Impl::reply(const scep::Envelope& envelope, const ScepIdentity& identity,
                                             const std::string& label) {
  const auto refuse = [&](const Refusal& why) -> Result<base::Bytes> {
    if (is_for_later(why.error.code)) return tl::unexpected(why.error);
    base::log_info("SCEP, transaction " + envelope.transaction + ": " + why.error.detail);
    return scep::failure(envelope, identity, why.info, why.error.detail);
  };
  const auto signer = scep::signer_of(envelope);
  if (!signer) return refuse(refused_message(signer.error()).value());
  const Transaction transaction{envelope.transaction, x509::sha256(signer->tbs().spki)};
  const bool poll = envelope.type == MessageType::kPoll;
  const auto asked = poll ? ask_after(transaction, *signer) : wish(envelope, *signer, identity, label);
  if (!asked) return refuse(asked.error());
  const auto answer = parts.desk->enrol(*asked);
  if (!answer) return refuse({answer.error(), fail_info(answer.error())});
  if (const auto* granted = std::get_if<Granted>(&*answer)) {
    auto made = scep::success(envelope, identity, *signer, granted->certificate);
    if (made) forget(transaction);
    return made;
  }
  if (!poll) remember(transaction, *asked);
  return scep::pending(envelope, identity);
}

// Everything that can be known without the private key is asked before it is used.
Told<MachineWish> ScepService::Impl::wish(const scep::Envelope& envelope, const x509::Certificate& signer,
                                          const ScepIdentity& identity, const std::string& label) {
  if (envelope.type == MessageType::kOther)
    return refused(
        fail(Code::kRefused, "Messages are PKCSReq, RenewalReq and CertPoll; certificates and lists are published."),
        FailInfo::kBadRequest);
  const bool first = is_self_signed(signer);
  if (!first) {
    const auto held = held_in_force(*parts.desk, signer, label);
    if (!held) return refused(held.error(), fail_info(held.error()));
  }
  const auto sealed = scep::read_sealed(envelope, signer, identity);
  if (!sealed) return refused_message(sealed.error());
  if (!seen.admit(sealed->wrapped_key, sealed->whole))
    return refused(
        fail(Code::kRefused, "The message holds the encrypted key of another one. Make a new one for every message."),
        FailInfo::kBadRequest);
  auto request = scep::open_request(*sealed, signer, first ? scep::KeyOf::kSigner : scep::KeyOf::kAny, identity);
  if (!request) return refused_message(request.error());
  const auto who = applicant(signer, *request, label);
  if (!who) return refused(who.error(), fail_info(who.error()));
  return wish_of(std::move(*request), *who, Protocol::kScep, IfPersonNeeded::kWait);
}

Result<Applicant> ScepService::Impl::applicant(const x509::Certificate& signer, const x509::CertificateRequest& asked,
                                               const std::string& label) const {
  const auto clients = parts.clients();
  if (!is_self_signed(signer))
    return applicant_by_certificate(*parts.desk, *clients, {Protocol::kScep, signer, label, asked});
  const auto& challenge = asked.challenge_password();
  const auto* client = challenge ? clients->by_secret(Protocol::kScep, challenge->view()) : nullptr;
  if (client == nullptr)
    return fail(Code::kNotAuthorised, "The challengePassword of the request is no client's secret.");
  return applicant_of(*client, label, asked);
}

// Section 3.3.3: a poll is signed like the request that it asks after. What it says inside is not looked at. Who
// asked is judged as if they asked now, and what became of the request is told; nothing is begun by a poll.
Told<MachineWish> ScepService::Impl::ask_after(const Transaction& transaction,
                                               const x509::Certificate& signer) const {
  const auto known = recall(transaction);
  if (!known)
    return refused(
        fail(Code::kNotFound, "No request with this transactionID waits for this key. Send the request again."),
        FailInfo::kBadCertificateId);
  const auto& asked = known->enrolment.request;
  const auto who = applicant(signer, asked, known->profile);
  if (!who) return refused(who.error(), fail_info(who.error()));
  auto wish = wish_of(asked, *who, Protocol::kScep, IfPersonNeeded::kWait);
  wish.if_not_known = IfNotKnown::kRefuse;
  return wish;
}

void ScepService::Impl::remember(const Transaction& transaction, const MachineWish& wish) {
  const std::lock_guard lock(mutex);
  if (polls.size() >= kMostPolls && !polls.contains(transaction)) {
    polls.erase(std::ranges::min_element(polls, {}, [](const auto& one) { return one.second.at; }));
  }
  polls.insert_or_assign(transaction, Remembered{wish, parts.clock->now()});
}

std::optional<MachineWish> ScepService::Impl::recall(const Transaction& transaction) const {
  const std::lock_guard lock(mutex);
  const auto found = polls.find(transaction);
  return found == polls.end() ? std::nullopt : std::optional(found->second.wish);
}

void ScepService::Impl::forget(const Transaction& transaction) {
  const std::lock_guard lock(mutex);
  polls.erase(transaction);
}

}  // namespace yuxin::ra
