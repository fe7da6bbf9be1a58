#include "monitoring.hpp"

#include <fmt/format.h>

#include <charconv>

#include "expiry_metrics.hpp"
#include "yuxin/base/json.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/evidence/checkpoint.hpp"
#include "yuxin/x509/digest.hpp"

namespace yuxin::cli {

using base::HttpReply;
using base::HttpRequest;
using base::Result;

namespace {

HttpReply text_reply(int status, std::string_view type, std::string_view text) {
  HttpReply reply;
  reply.status = status;
  reply.content_type = type;
  reply.fields = {{"Cache-Control", "no-store"}};
  reply.body = base::to_bytes(base::as_bytes(text));
  return reply;
}

constexpr std::string_view kCheckpoints = "/checkpoint/";
constexpr std::string_view kTimeStampEnd = ".tst";

// One text for every number: no signs, no leading zeros.
std::optional<std::int64_t> size_from(std::string_view text) {
  std::int64_t size = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, size);
  if (error != std::errc{} || stop != end || size < 0 || std::to_string(size) != text) return std::nullopt;
  return size;
}

void counter(std::string& out, std::string_view name, std::string_view help, std::uint64_t value) {
  out += fmt::format("# HELP {} {}\n# TYPE {} counter\n{} {}\n", name, help, name, name, value);
}

void gauge(std::string& out, std::string_view name, std::string_view help, std::uint64_t value) {
  out += fmt::format("# HELP {} {}\n# TYPE {} gauge\n{} {}\n", name, help, name, name, value);
}

void time_stamps(std::string& out, const tsa::Authority& authority) {
  const auto& c = authority.counters();
  out +=
      "# HELP yuxin_tsa_requests_total time stamp requests by how they were answered\n"
      "# TYPE yuxin_tsa_requests_total counter\n";
  const auto answers = [&](std::string_view how, std::uint64_t value) {
    out += fmt::format("yuxin_tsa_requests_total{{answer=\"{}\"}} {}\n", how, value);
  };
  answers("granted", c.granted);
  answers("refused", c.refused);
  answers("time_not_available", c.no_time);
  answers("system_failure", c.system_failure);
  gauge(out, "yuxin_tsa_available", "1 unless the last request could not be stamped",
        authority.trouble().empty() ? 1 : 0);
}

void ocsp_answers(std::string& out, const ocsp::Responder& responder) {
  const auto& c = responder.counters();
  const auto answers = [&](std::string_view how, std::uint64_t value) {
    out += fmt::format("yuxin_ocsp_requests_total{{answer=\"{}\"}} {}\n", how, value);
  };
  out +=
      "# HELP yuxin_ocsp_requests_total OCSP requests by how they were answered\n# TYPE yuxin_ocsp_requests_total "
      "counter\n";
  answers("cached", c.cached);
  answers("live", c.live);
  answers("malformed", c.malformed);
  answers("unauthorized", c.unauthorized);
  answers("try_later", c.try_later);
  answers("internal_error", c.internal_error);
  const auto verdicts = [&](std::string_view verdict, std::uint64_t value) {
    out += fmt::format("yuxin_ocsp_signed_total{{status=\"{}\"}} {}\n", verdict, value);
  };
  out += "# HELP yuxin_ocsp_signed_total certificate statuses signed\n# TYPE yuxin_ocsp_signed_total counter\n";
  verdicts("good", c.good);
  verdicts("revoked", c.revoked);
  verdicts("unknown", c.unknown);
  gauge(out, "yuxin_ocsp_cached_answers", "signed answers in memory", responder.cached_answers());
  gauge(out, "yuxin_ocsp_certificates", "certificates in the status index", responder.indexed_certificates());
}

}  // namespace

std::optional<HttpReply> Monitoring::answer_now(const HttpRequest& request) {
  if (request.path() == "/healthz") return text_reply(200, "text/plain", "ok\n");
  return std::nullopt;
}

HttpReply Monitoring::answer(const HttpRequest& request) {
  if (request.path() == "/readyz") return ready();
  if (request.path() == "/checkpoint") return checkpoint(std::nullopt, CheckpointPart::kNote);
  if (request.path().starts_with(kCheckpoints)) {
    auto name = request.path().substr(kCheckpoints.size());
    const auto part = name.ends_with(kTimeStampEnd) ? CheckpointPart::kTimeStamp : CheckpointPart::kNote;
    if (part == CheckpointPart::kTimeStamp) name.remove_suffix(kTimeStampEnd.size());
    const auto size = size_from(name);
    if (size) return checkpoint(size, part);
    return base::problem(404, base::tr("Not found"),
                         base::tr("/checkpoint/ takes a number of records, or that number and .tst."));
  }
  return text_reply(200, "text/plain; version=0.0.4", metrics());
}

HttpReply Monitoring::ready() {
  if (const auto placed = home_.store().database().in_place(); !placed)
    return text_reply(503, "text/plain", placed.error().detail + "\n");
  auto& status = home_.store().status();
  const auto signers = status.service_certificates("ocsp");
  const auto now = home_.clock().now();
  bool serving = false;
  if (signers) {
    for (const auto& signer : *signers) serving = serving || signer.not_after > now;
  }
  if (!signers) return text_reply(503, "text/plain", "the database does not answer\n");
  const auto away = following_ == nullptr ? std::string() : following_->trouble();
  if (!away.empty()) return text_reply(503, "text/plain", "the authority cannot be followed: " + away + "\n");
  if (!serving && responder_ != nullptr) return text_reply(503, "text/plain", "no OCSP signer in service\n");
  const auto damaged = publication_ == nullptr ? Result<std::vector<std::string>>() : publication_->damaged_lists();
  if (!damaged) return text_reply(503, "text/plain", "the database does not answer\n");
  if (!damaged->empty()) {
    return text_reply(503, "text/plain",
                      "the list of " + base::join(*damaged, ", ") + " is missing or is not what was published\n");
  }
  return text_reply(200, "text/plain", "ready\n");
}

HttpReply Monitoring::checkpoint(std::optional<std::int64_t> size, CheckpointPart part) {
  std::optional<evidence::KeptCheckpoint> kept;
  const auto read = home_.store().read([&](store::Reader& reader) -> Result<> {
    TRY(kept, evidence::kept_checkpoint(reader, size));
    return {};
  });
  if (!read) return base::problem(503, base::tr("Unavailable"), base::tr("The ledger cannot be read now."));
  if (!kept) {
    return base::problem(
        404, base::tr("Not found"),
        size ? base::tr("No checkpoint of this size was signed.") : base::tr("No checkpoint was signed yet."));
  }
  if (part == CheckpointPart::kTimeStamp && kept->time_stamp.empty())
    return base::problem(404, base::tr("Not found"), base::tr("This checkpoint has no time stamp."));
  HttpReply reply;
  if (part == CheckpointPart::kNote) {
    reply = text_reply(200, "text/plain; charset=utf-8", kept->note);
  } else {
    reply.content_type = "application/vnd.etsi.timestamp-token";  // ETSI EN 319 422
    reply.body = std::move(kept->time_stamp);
  }
  // The newest changes about once a minute. An older one stays what it is, but witnesses may still add a line.
  reply.fields = {{"Cache-Control", size ? "public, max-age=3600" : "public, max-age=15"},
                  {"ETag", '"' + base::hex(x509::sha256(reply.body)).substr(0, 32) + '"'}};
  return reply;
}

std::string Monitoring::metrics() const {
  std::string out;
  if (responder_ != nullptr) ocsp_answers(out, *responder_);
  if (const auto ends = expiry_metrics(home_.store())) out += *ends;
  if (stamping_ != nullptr) time_stamps(out, *stamping_);
  if (notifications_ != nullptr) out += notifications_->metrics();
  const std::lock_guard lock(counting_);
  if (counts_) {
    const auto s = counts_();
    counter(out, "yuxin_http_connections_total", "connections accepted", s.connections);
    gauge(out, "yuxin_http_connections_open", "connections open now", s.open);
    counter(out, "yuxin_http_connections_refused_total", "connections turned away by a limit", s.refused);
    counter(out, "yuxin_http_requests_total", "requests answered", s.requests);
    counter(out, "yuxin_http_malformed_total", "requests that were no valid HTTP", s.malformed);
    counter(out, "yuxin_http_busy_total", "requests turned away because the pool was full", s.busy);
    counter(out, "yuxin_http_timeouts_total", "connections cut for being slow", s.timeouts);
  }
  return out;
}

}  // namespace yuxin::cli
