#include "yuxin/tsa/authority.hpp"

#include "repository.hpp"
#include "yuxin/base/log.hpp"

namespace yuxin::tsa {

using base::Bytes;
using base::ByteView;
using base::Code;
using base::Result;
using x509::TimeStampFailure;
using x509::TimeStampRequest;

namespace {

constexpr std::int64_t kMicroseconds = 1'000'000;

void add(std::atomic<std::uint64_t>& counter) { counter.fetch_add(1, std::memory_order_relaxed); }

AuthorityOptions with_source(AuthorityOptions options, bool source) {
  options.time.source = source ? TimeGuardOptions::Source::kAsked : TimeGuardOptions::Source::kNone;
  if (options.time.times == TimeGuardOptions::Times::kUnique)
    options.precision = AuthorityOptions::Precision::kMicroseconds;
  return options;
}

// judge follows the order in which RFC 3161 section 2.4.2 lists the reasons.
std::optional<TimeStampFailure> judge(const std::optional<TimeStampRequest>& request, ByteView policy) {
  if (!request) return TimeStampFailure::kBadDataFormat;
  // SHA-1 digests can be made to fit other content: nobody is served by a stamp over one
  if (!request->digest || *request->digest == x509::DigestAlgorithm::kSha1) return TimeStampFailure::kBadAlg;
  if (request->imprint.size() != x509::digest_size(*request->digest)) return TimeStampFailure::kBadDataFormat;
  if (!request->policy.empty() && !base::equal(request->policy, policy)) return TimeStampFailure::kUnacceptedPolicy;
  // section 2.4.1: an extension that is not recognised is refused, "whether marked critical or not"
  if (request->has_extensions) return TimeStampFailure::kUnacceptedExtension;
  return std::nullopt;
}

std::string_view text_of(TimeStampFailure failure) {
  switch (failure) {
    case TimeStampFailure::kBadAlg:
      return base::tr("Digests are taken by SHA-256, SHA-384, SHA-512 and SM3.");
    case TimeStampFailure::kBadDataFormat:
      return base::tr("This is no time stamp request (RFC 3161 section 2.4.1), or its digest has a wrong length.");
    case TimeStampFailure::kUnacceptedPolicy:
      return base::tr("This authority does not stamp under that policy.");
    case TimeStampFailure::kUnacceptedExtension:
      return base::tr("This authority knows no extensions of requests.");
    case TimeStampFailure::kTimeNotAvailable:
      return base::tr("The authority cannot vouch for its clock now. Try again later.");
    default:
      return base::tr("The authority cannot stamp now. Try again later.");
  }
}

}  // namespace

Result<std::unique_ptr<Authority>> Authority::open(std::shared_ptr<store::Store> store, const base::Clock& clock,
                                                   AuthorityOptions options, std::shared_ptr<TimeSource> source) {
  std::int64_t floor = 0;
  TRY(store->read([&](store::Reader& reader) -> Result<> {
    TRY(floor, repository::latest_time(reader.session()));
    return {};
  }));
  const bool has_source = source != nullptr;
  return std::unique_ptr<Authority>(
      new Authority(std::move(store), clock, with_source(std::move(options), has_source), std::move(source), floor));
}

Authority::Authority(std::shared_ptr<store::Store> store, const base::Clock& clock, AuthorityOptions options,
                     std::shared_ptr<TimeSource> source, std::int64_t floor)
    : store_(std::move(store)),
      options_(std::move(options)),
      source_(std::move(source)),
      guard_(clock, options_.time, floor),
      blocks_(store_, options_.serials),
      written_(floor) {}

std::optional<TimeStampFailure> Authority::refusal(ByteView octets) const {
  return judge(x509::parse_time_stamp_request(octets), options_.policy);
}

Bytes Authority::refuse(TimeStampFailure failure) {
  switch (failure) {
    case TimeStampFailure::kTimeNotAvailable:
      add(counters_.no_time);
      break;
    case TimeStampFailure::kSystemFailure:
      add(counters_.system_failure);
      break;
    default:
      add(counters_.refused);
  }
  return x509::make_time_stamp_refusal(failure, text_of(failure));
}

Bytes Authority::respond(ByteView octets) {
  const auto request = x509::parse_time_stamp_request(octets);
  if (const auto failure = judge(request, options_.policy)) return refuse(*failure);
  const auto token = stamp(*request);
  if (!token) {
    remember(token.error().why.detail);
    if (!token.error().why.diagnostic.empty()) base::log_debug(token.error().why.diagnostic);
    return refuse(token.error().failure);
  }
  if (troubled_.load(std::memory_order_relaxed)) remember({});
  add(counters_.granted);
  return x509::make_time_stamp_response(*token);
}

// next_moment: the time and the number are taken together, so that a number's block bounds its time.
tl::expected<Authority::Moment, Authority::Refused> Authority::next_moment(const x509::TimeStamper& stamper) {
  const std::lock_guard lock(moments_);
  const auto now = guard_.take();
  if (!now) return tl::unexpected(Refused{TimeStampFailure::kTimeNotAvailable, now.error()});
  const base::UnixTime seconds{*now / kMicroseconds};
  const auto& certificate = stamper.certificate();
  if (seconds < certificate.not_before() || seconds > certificate.not_after()) {
    return tl::unexpected(Refused{
        TimeStampFailure::kSystemFailure,
        base::fail(Code::kConflict, "The certificate of the time stamp authority is not valid now.").value()});
  }
  const auto serial = blocks_.take(seconds);
  if (!serial) return tl::unexpected(Refused{TimeStampFailure::kSystemFailure, serial.error()});
  return Moment{*now, *serial};
}

tl::expected<Bytes, Authority::Refused> Authority::stamp(const TimeStampRequest& request) {
  const auto stamper = stamper_.get();
  if (!stamper) {
    return tl::unexpected(
        Refused{TimeStampFailure::kSystemFailure,
                base::fail(Code::kConflict, "No key of a time stamp authority is in service.").value()});
  }
  const auto moment = next_moment(*stamper);
  if (!moment) return tl::unexpected(moment.error());
  x509::TimeStamper::Stamp stamp{{moment->microseconds / kMicroseconds}, 0, moment->serial};
  if (options_.precision == AuthorityOptions::Precision::kMicroseconds)
    stamp.microseconds = static_cast<std::uint32_t>(moment->microseconds % kMicroseconds);
  auto token = stamper->token(request, stamp);
  if (!token) return tl::unexpected(Refused{TimeStampFailure::kSystemFailure, token.error()});
  return std::move(*token);
}

// remember logs a change for the worse or the better once, and not with every request.
void Authority::remember(const std::string& trouble) {
  const std::lock_guard lock(saying_);
  if (trouble == trouble_) return;
  // durations in the text move on; what is wrong stays the same
  const bool first = trouble_.empty();
  trouble_ = trouble;
  troubled_ = !trouble.empty();
  if (trouble.empty()) {
    base::log_info(base::message("Time stamps are made again."));
  } else if (first) {
    base::log_warning(base::message("No time stamps are made now: {}", trouble));
  }
}

std::string Authority::trouble() const {
  const std::lock_guard lock(saying_);
  return trouble_;
}

Result<> Authority::tick() {
  if (source_) {
    const auto reading = source_->ask();
    if (!reading) base::log_debug(reading.error().detail + " " + reading.error().diagnostic);
    const std::lock_guard lock(moments_);
    guard_.note(reading);
  }
  std::int64_t latest = 0;
  {
    const std::lock_guard lock(moments_);
    latest = guard_.latest();
  }
  if (latest <= written_) return {};
  TRY(store_->write([&](store::Writer& writer) { return repository::raise_latest_time(writer.session(), latest); }));
  written_ = latest;
  return {};
}

}  // namespace yuxin::tsa
