#include "renewal.hpp"

#include <algorithm>

#include "operations.hpp"
#include "repository.hpp"
#include "yuxin/x509/certificate.hpp"
#include "yuxin/x509/digest.hpp"

namespace yuxin::ra::acme {

using base::Bytes;
using base::Seconds;
using base::UnixTime;

namespace {

constexpr int kAskAgainAfter = 6 * 3600;  // seconds

struct Window {
  UnixTime start;
  UnixTime end;
};

// With two thirds of its life gone a certificate is renewed, within a span that keeps a fleet from coming all at
// once. One that is not good any more is renewed now: its window is over (section 4.2).
Window window_of(const store::CertificateRow& row, UnixTime now) {
  if (row.status.state != store::CertificateState::kGood) return {now - base::hours(2), now - base::hours(1)};
  const Seconds life = row.not_after - row.not_before;
  const UnixTime ideal = row.not_after - Seconds{life.count / 3};
  const Seconds spread{std::max<std::int64_t>(life.count / 50, 1)};
  return {ideal - spread, ideal + spread};
}

bool has_key_identifier(const store::AuthorityRow& authority, const Bytes& identifier) {
  if (authority.certificate.empty()) return false;
  const auto certificate = x509::Certificate::from_der(authority.certificate);
  return certificate && certificate->subject_key_identifier() == identifier;
}

}  // namespace

Outcome<store::CertificateRow> certificate_identified(World& world, std::string_view identifier) {
  const auto dot = identifier.find('.');
  const auto key = base::from_base64url(identifier.substr(0, dot));
  const auto serial =
      dot == std::string_view::npos ? std::optional<Bytes>() : base::from_base64url(identifier.substr(dot + 1));
  if (!key || !serial || key->empty() || serial->empty()) {
    return deny(ProblemType::kMalformed,
                "A certificate is named by the key identifier of its authority and its serial number, in base64url "
                "(RFC 9773 section 4.1).");
  }
  std::optional<store::CertificateRow> found;
  TRY(world.parts.store->read([&](store::Reader& reader) -> base::Result<> {
    found.reset();
    TRY(const auto authorities, reader.authorities());
    for (const auto& authority : authorities) {
      if (!has_key_identifier(authority, *key)) continue;
      auto row = reader.find(authority.id, *serial, store::Reader::With::kDer);
      if (row) found = std::move(*row);
      if (!row && row.error().code != base::Code::kNotFound) return tl::unexpected(row.error());
    }
    return {};
  }));
  if (!found || found->der.empty()) return no_such_object();
  return std::move(*found);
}

Answer renewal_info(World& world, std::string_view identifier) {
  TRY(const auto row, certificate_identified(world, identifier));
  const auto window = window_of(row, world.now());
  auto reply = json_reply(200, {{"suggestedWindow", base::JsonObject{{"start", base::rfc3339(window.start)},
                                                                     {"end", base::rfc3339(window.end)}}}});
  reply.fields.emplace_back("Retry-After", std::to_string(kAskAgainAfter));
  return reply;
}

Outcome<> check_replaces(World& world, const Account& account, std::string_view identifier,
                         const std::vector<std::string>& identifiers) {
  TRY(const auto row, certificate_identified(world, identifier));
  std::optional<Order> before;
  bool replaced = false;
  TRY(world.read([&](store::Session& session) -> Outcome<> {
    TRY(before, repository::order_of_certificate(session, x509::sha256(row.der)));
    TRY(replaced, repository::is_replaced(session, identifier));
    return {};
  }));
  if (!before || before->account != account.row)
    return deny(ProblemType::kUnauthorized, "The certificate that is to be replaced is not of this account.");
  const bool shares = std::ranges::any_of(identifiers, [&](const std::string& name) {
    return std::ranges::find(before->identifiers, name) != before->identifiers.end();
  });
  if (!shares)
    return deny(ProblemType::kMalformed, "The certificate that is to be replaced has none of the order's names.");
  if (replaced) return deny(ProblemType::kAlreadyReplaced, "An order replaces this certificate already.");
  return {};
}

}  // namespace yuxin::ra::acme
