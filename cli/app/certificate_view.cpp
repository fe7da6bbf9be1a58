#include "certificate_view.hpp"

#include <algorithm>

#include "yuxin/base/text.hpp"
#include "yuxin/ca/certificate_label.hpp"
#include "yuxin/x509/crl.hpp"

namespace yuxin::cli {

using base::Code;
using base::fail;
using base::message;
using base::Result;
using store::CertificateState;

namespace {

constexpr std::size_t kShortestBeginning = 8;
constexpr std::size_t kMostListed = 10;

// Subjects may hold the digits too, so what the search gives is looked at again, page by page.
Result<std::vector<store::CertificateRow>> find_beginning(store::Reader& reader, const std::string& beginning) {
  std::vector<store::CertificateRow> found;
  store::CertificateFilter filter;
  filter.text = beginning;
  while (found.size() <= kMostListed) {
    TRY(auto page, reader.list(filter, store::Reader::With::kDer));
    if (page.empty()) break;
    filter.after_id = page.back().id;
    for (auto& row : page) {
      const auto serial = x509::Serial::from_der_content(row.serial);
      if (serial && serial->hex().starts_with(beginning)) found.push_back(std::move(row));
    }
  }
  return found;
}

base::Failure ambiguous(const std::string& text, const std::vector<store::CertificateRow>& rows,
                        const AuthorityNames& names) {
  std::string list;
  for (std::size_t i = 0; i < rows.size() && i < kMostListed; ++i) {
    const auto serial = x509::Serial::from_der_content(rows[i].serial);
    const auto authority = names.find(rows[i].authority);
    list += "\n  " + (serial ? serial->hex() : base::hex_upper(rows[i].serial)) + "  " + rows[i].subject + "  " +
            (authority == names.end() ? std::string() : authority->second);
  }
  if (rows.size() > kMostListed) list += "\n  …";
  return fail(Code::kConflict,
              "The serial numbers of several certificates begin with {}. Nothing was changed. Type more "
              "of it:{}",
              text, list);
}

// The hexadecimal digits of what was typed, as screens group them; nothing for anything else.
std::optional<std::string> digits_of(std::string_view typed) {
  std::string digits;
  for (const char c : typed) {
    if (c == ' ' || c == '\t' || c == ':') continue;
    digits += c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  const bool hexadecimal =
      std::ranges::all_of(digits, [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F'); });
  if (!hexadecimal) return std::nullopt;
  return digits;
}

// Two sentences in a row; in Chinese there is no blank between them.
std::string and_then(const std::string& first, const std::string& second) {
  return first + (base::language() == base::Language::kChinese ? "" : " ") + second;
}

base::Failure none_such(const Home& home, const std::string& text, Purpose purpose) {
  auto what = message("No certificate with serial {} in any authority of {}.", text, home.path());
  const auto digits = digits_of(text);
  // a short number may be whole, as other software counts them; most of the time it is a beginning
  if (digits && digits->size() < kShortestBeginning)
    what = and_then(what, message("The beginning of a serial number is taken from eight digits on."));
  if (purpose == Purpose::kChange) what = and_then(what, message("Nothing was changed."));
  return fail(Code::kNotFound, "{}\n{}", what, message("To look for it by name: yuxin cert search TEXT"));
}

}  // namespace

std::string revocation_time(base::UnixTime revoked_at, std::optional<base::UnixTime> invalidity_date) {
  auto time = base::local_time(revoked_at);
  if (!invalidity_date) return time;
  return message("{}, invalid since {}", time, base::local_time(*invalidity_date));
}

std::string reason_text(int reason) { return x509::reason_text(static_cast<x509::RevocationReason>(reason)); }

std::optional<std::string> serial_beginning(std::string_view typed) {
  constexpr std::size_t kDigits = 40;
  auto digits = digits_of(typed);
  if (!digits || digits->size() < kShortestBeginning || digits->size() >= kDigits) return std::nullopt;
  return digits;
}

Result<AuthorityNames> authority_names(Home& home) {
  AuthorityNames names;
  TRY(home.store().read([&](store::Reader& reader) -> Result<> {
    TRY(auto rows, reader.authorities());
    for (auto& row : rows) names[row.id] = row.name;
    return {};
  }));
  return names;
}

Result<FoundCertificate> find_certificate(Home& home, const Arguments& arguments, Purpose purpose) {
  const auto text = arguments.one("SERIAL");
  const auto serial = x509::Serial::parse(text);
  if (!serial)
    return fail(Code::kUsage,
                "\"{}\" is no serial number; it is 1 to 40 hexadecimal digits, not all of them 0. To look by name: "
                "yuxin cert search TEXT",
                text);
  TRY(auto names, authority_names(home));
  std::vector<store::CertificateRow> rows;
  bool whole = false;
  TRY(home.store().read([&](store::Reader& reader) -> Result<> {
    TRY(rows, reader.find_all(serial->content(), store::Reader::With::kDer));
    whole = !rows.empty();
    if (const auto beginning = serial_beginning(text); !whole && beginning) {
      TRY(rows, find_beginning(reader, *beginning));
    }
    return {};
  }));
  if (const auto wanted = arguments.maybe("--ca")) {
    TRY(auto authority, home.authority(*wanted));
    std::erase_if(rows, [&](const store::CertificateRow& row) { return row.authority != authority.id; });
  }
  if (rows.empty()) return none_such(home, text, purpose);
  if (rows.size() > 1 && !whole) return ambiguous(text, rows, names);
  if (rows.size() > 1)
    return fail(Code::kUsage, "Serial {} was used by {} authorities. Say which with --ca NAME.", text, rows.size());
  auto authority = names[rows[0].authority];
  const auto found = x509::Serial::from_der_content(rows[0].serial).value_or(*serial);
  return FoundCertificate{std::move(rows[0]), std::move(authority), found};
}

Result<x509::Certificate> parsed_certificate(const FoundCertificate& found) {
  if (!found.row.der.empty()) return x509::Certificate::from_der(found.row.der);
  if (found.row.status.state == store::CertificateState::kRevoked) {
    return fail(Code::kConflict,
                "The certificate {} is not here: a revocation list that was taken in names it, and this database is "
                "older than it. It is revoked since {}.",
                found.serial.hex(), base::local_time(found.row.status.revoked_at));
  }
  if (found.row.status.state == store::CertificateState::kVoid) {
    return fail(Code::kConflict,
                "Serial {} has no certificate: issuing it was interrupted, and it counts as revoked.",
                found.serial.hex());
  }
  return fail(Code::kIntegrity, "The stored octets of certificate {} are missing. Find out why: yuxin audit verify",
              found.serial.hex());
}

Result<std::string> signing_authority(Home& home, const Arguments& arguments) {
  if (const auto wanted = arguments.maybe("--ca")) {
    auto known = home.authority(*wanted);
    if (known) return *wanted;
    if (known.error().code != Code::kNotFound) return tl::unexpected(std::move(known).error());
    TRY(auto names, authority_names(home));
    std::vector<std::string> list;
    for (const auto& [id, name] : names) list.push_back(name);
    return fail(Code::kNotFound, "No authority {}. The authorities of this home: {}.", *wanted,
                base::join(list, message(", ")));
  }
  std::vector<std::string> own;
  TRY(home.store().read([&](store::Reader& reader) -> Result<> {
    TRY(auto rows, reader.authorities());
    for (auto& row : rows) {
      if (!row.key_name.empty() && !row.certificate.empty()) own.push_back(row.name);
    }
    return {};
  }));
  if (own.size() == 1) return own[0];
  if (own.empty()) return fail(Code::kConflict, "No authority of {} can sign.", home.path());
  return fail(Code::kUsage, "Say which authority with --ca: {}.", base::join(own, message(", ")));
}

std::string state_text(const store::CertificateRow& row, base::UnixTime now) {
  const auto since = base::local_time(row.status.revoked_at);
  switch (row.status.state) {
    case CertificateState::kRevoked:
      return message("revoked {} ({})", since, reason_text(row.status.reason));
    case CertificateState::kOnHold:
      return message("on hold since {}", since);
    case CertificateState::kVoid:
      return message("void: interrupted {}", since);
    case CertificateState::kGood:
      break;
  }
  if (row.not_after < now) return message("expired");
  return message("good");
}

std::string state_word(const store::CertificateRow& row, base::UnixTime now) {
  switch (row.status.state) {
    case CertificateState::kRevoked:
      return message("revoked");
    case CertificateState::kOnHold:
      return message("on hold");
    case CertificateState::kVoid:
      return message("void");
    case CertificateState::kGood:
      break;
  }
  return state_text(row, now);
}

std::string date_of(base::UnixTime time) { return base::local_time(time).substr(0, 10); }

void describe(const Context& context, const FoundCertificate& found) {
  const auto& row = found.row;
  context.remark(labelled(message("certificate"), found.serial.grouped()));
  if (row.profile.empty()) {  // ca/newer_lists.hpp
    context.remark(labelled("", message("known from a revocation list alone")));
  } else {
    context.remark(labelled("", message("{}, {}, issued {}, valid until {}", ca::holder_text(row), row.profile,
                                        date_of(row.issued_at), date_of(row.not_after))));
  }
  context.remark(labelled(message("authority"), found.authority));
}

std::vector<std::string> fingerprint_lines(const x509::Certificate& certificate) {
  const auto fingerprint = certificate.sha256_fingerprint();
  std::vector<std::string> lines{labelled(message("SHA-256"), base::hex(fingerprint))};
  if (certificate.is_ca())
    lines.push_back(labelled(message("read aloud"), base::join(base::digest_words(fingerprint), " ")));
  return lines;
}

void add_fingerprint(base::JsonObject& object, const x509::Certificate& certificate) {
  const auto fingerprint = certificate.sha256_fingerprint();
  object["sha256"] = base::hex(fingerprint);
  if (certificate.is_ca()) object["sha256_words"] = base::join(base::digest_words(fingerprint), " ");
}

Result<std::string> chain_pem(Home& home, const x509::Certificate& leaf, const std::string& authority) {
  std::string text = leaf.pem();
  std::vector<store::AuthorityRow> rows;
  TRY(home.store().read([&](store::Reader& reader) -> Result<> {
    TRY(rows, reader.authorities());
    return {};
  }));
  TRY(auto row, home.authority(authority));
  // each step goes to the issuer by name; a root ends it, and so does a circle of cross-certificates
  for (std::size_t steps = 0; steps < rows.size() && !row.certificate.empty(); ++steps) {
    TRY(auto certificate, x509::Certificate::from_der(row.certificate));
    if (certificate.subject().same(certificate.issuer())) break;
    text += certificate.pem();
    const auto parent = std::ranges::find_if(rows, [&](const store::AuthorityRow& candidate) {
      auto parsed = x509::Certificate::from_der(candidate.certificate);
      return parsed && parsed->subject().same(certificate.issuer());
    });
    if (parent == rows.end()) break;
    row = *parent;
  }
  return text;
}

}  // namespace yuxin::cli
