#include <algorithm>
#include <utility>

#include "rows.hpp"
#include "schema_steps.hpp"

namespace yuxin::store {

using base::Code;
using base::fail;
using base::message;
using base::Result;

namespace {

#define YUXIN_CERTIFICATE_COLUMNS                                                                                 \
  "c.id, c.authority, c.serial, c.profile, c.subject, c.names, c.not_before, c.not_after, c.issued_at, c.state, " \
  "c.revoked_at, c.reason, c.invalidity_date, c.status_sequence"
constexpr int kStatusColumn = 9;
constexpr int kDerColumn = 14;
constexpr int kKeyTagColumn = 15;  // of for_each_certificate alone

constexpr std::string_view kRows = "SELECT " YUXIN_CERTIFICATE_COLUMNS " FROM certificates c";
constexpr std::string_view kRowsWithDer =
    "SELECT " YUXIN_CERTIFICATE_COLUMNS ", b.der FROM certificates c LEFT JOIN certificate_bodies b ON b.id = c.id";

CertificateRow certificate_from(const Row& row, Reader::With with) {
  CertificateRow certificate;
  certificate.id = row.integer(0);
  certificate.authority = row.integer(1);
  certificate.serial = base::to_bytes(row.blob(2));
  certificate.profile = row.text(3);
  certificate.subject = row.text(4);
  certificate.names = row.text(5);
  certificate.not_before = {row.integer(6)};
  certificate.not_after = {row.integer(7)};
  certificate.issued_at = {row.integer(8)};
  certificate.status = status_from(row, kStatusColumn);
  certificate.status_sequence = row.integer(13);
  if (with == Reader::With::kDer) certificate.der = base::to_bytes(row.blob(kDerColumn));
  return certificate;
}

std::string select(Reader::With with, std::string_view rest) {
  return std::string(with == Reader::With::kDer ? kRowsWithDer : kRows).append(rest);
}

constexpr std::size_t kLongestText = 16384;  // octets of a search

// LIKE takes % and _ for any text and any letter; a person who types them means them.
std::string like_pattern(std::string_view text) {
  std::string pattern = "%";
  for (const char c : text) {
    if (c == '%' || c == '_' || c == '\\') pattern += '\\';
    pattern += c;
  }
  return pattern + '%';
}

// SerialRange holds every serial whose hexadecimal form begins with what was typed.
struct SerialRange {
  base::Bytes low;
  base::Bytes high;
};

std::optional<SerialRange> serial_range(std::string_view text) {
  std::string digits;
  std::ranges::copy_if(text, std::back_inserter(digits), [](char c) { return c != ' ' && c != ':'; });
  auto low = base::from_hex(digits.size() % 2 == 0 ? digits : digits + '0');
  auto high = base::from_hex(digits.size() % 2 == 0 ? digits : digits + 'f');
  if (digits.empty() || !low || !high || low->size() > 21) return std::nullopt;
  high->resize(21, 0xff);
  return SerialRange{std::move(*low), std::move(*high)};
}

// Conditions collects the WHERE of a filter with the values that it compares with. What the values view lives here.
class Conditions {
 public:
  explicit Conditions(const CertificateFilter& filter) : filter_(filter) {
    if (filter.authority) add("c.authority = ", *filter.authority);
    if (filter.state) add("c.state = ", static_cast<std::int64_t>(*filter.state));
    if (!filter.profile.empty()) add("c.profile = ", std::string_view(filter.profile));
    if (filter.expires_before) add("c.not_after < ", filter.expires_before->seconds);
    if (filter.expires_after) add("c.not_after >= ", filter.expires_after->seconds);
    if (!filter.text.empty()) add_text();
  }
  Conditions(const Conditions&) = delete;
  Conditions& operator=(const Conditions&) = delete;

  void add_page() {
    add("c.id > ", filter_.after_id);
    sql_ += " ORDER BY c.id LIMIT " + place(filter_.limit);
  }
  [[nodiscard]] const std::string& sql() const { return sql_; }
  [[nodiscard]] std::span<const Value> values() const { return values_; }

 private:
  [[nodiscard]] std::string place(Value value) {
    values_.push_back(value);
    return "$" + std::to_string(values_.size());
  }
  void begin() { sql_ += sql_.empty() ? " WHERE " : " AND "; }
  void add(std::string_view comparison, Value value) {
    begin();
    sql_.append(comparison).append(place(value));
  }
  void add_text() {
    begin();
    if (filter_.text.size() > kLongestText) {  // as long as nothing that is stored; SQLite takes no such pattern
      sql_ += '0';
      return;
    }
    pattern_ = like_pattern(filter_.text);
    const std::string pattern = place(std::string_view(pattern_));
    sql_ += "(c.subject LIKE " + pattern + " ESCAPE '\\' OR c.names LIKE " + pattern + " ESCAPE '\\'";
    if (range_ = serial_range(filter_.text); range_) {
      signed_range_ = *range_;
      // People see a serial without the octet 00 that keeps an INTEGER positive.
      signed_range_.low.insert(signed_range_.low.begin(), 0);
      signed_range_.high.insert(signed_range_.high.begin(), 0);
      add_range(*range_);
      add_range(signed_range_);
    }
    sql_ += ')';
  }
  void add_range(const SerialRange& range) {
    sql_ += " OR (c.serial >= " + place(base::ByteView(range.low));
    sql_ += " AND c.serial <= " + place(base::ByteView(range.high)) + ")";
  }

  const CertificateFilter& filter_;
  std::string sql_;
  std::vector<Value> values_;
  std::string pattern_;
  std::optional<SerialRange> range_;
  SerialRange signed_range_;
};

Result<std::vector<CertificateRow>> collect(Session& session, const std::string& sql, std::span<const Value> values,
                                            Reader::With with) {
  std::vector<CertificateRow> rows;
  TRY(session.query(sql, values, [&](const Row& row) {
    rows.push_back(certificate_from(row, with));
    return Next::kRow;
  }));
  return rows;
}

}  // namespace

Result<> Reader::for_each_certificate(With with, const std::function<Result<>(const CertificateRow&)>& visitor) {
  // a copy that an auditor kept may be from before the tag, or have one of another kind
  constexpr int kTagsOfToday = 5;
  TRY(const auto steps, schema_versions(session_));
  const bool tagged = version_of(steps, "store") >= kTagsOfToday;
  const std::string columns = with == With::kDer ? ", b.der, " : ", NULL, ";
  const std::string from = with == With::kDer
                               ? " FROM certificates c LEFT JOIN certificate_bodies b ON b.id = c.id ORDER BY c.id"
                               : " FROM certificates c ORDER BY c.id";
  const auto sql = "SELECT " YUXIN_CERTIFICATE_COLUMNS + columns + (tagged ? "c.key_tag" : "NULL") + from;
  return session_.query(sql, {}, [&](const Row& row) -> Result<Next> {
    auto certificate = certificate_from(row, with);
    if (!row.is_null(kKeyTagColumn)) certificate.key_tag = row.integer(kKeyTagColumn);
    TRY(visitor(certificate));
    return Next::kRow;
  });
}

Result<CertificateRow> Reader::find(std::int64_t authority, base::ByteView serial, With with) {
  const Value values[] = {authority, serial};
  TRY(auto rows, collect(session_, select(with, " WHERE c.authority = $1 AND c.serial = $2"), values, with));
  if (rows.empty()) {
    return fail(Code::kNotFound, "This authority has no certificate with serial {}.", base::hex_upper(serial));
  }
  return std::move(rows.front());
}

Result<std::vector<CertificateRow>> Reader::find_all(base::ByteView serial, With with) {
  // Authority by authority, so that the index on (authority, serial) serves.
  const Value values[] = {serial};
  return collect(session_,
                 select(with, " WHERE c.authority IN (SELECT id FROM authorities) AND c.serial = $1 ORDER BY c.id"),
                 values, with);
}

Result<std::vector<CertificateRow>> Reader::compromised_with_key_tag(std::int64_t tag) {
  // RFC 5280 section 5.3.1: keyCompromise, cACompromise, aACompromise; as the partial index says it
  static const std::string kSql =
      select(With::kDer, " WHERE c.key_tag = $1 AND c.state = 1 AND c.reason IN (1, 2, 10) ORDER BY c.id");
  const Value values[] = {tag};
  return collect(session_, kSql, values, With::kDer);
}

Result<std::vector<CertificateRow>> Reader::others_with_key_tag(std::int64_t tag, std::string_view subject) {
  // The parts are those of the index (schema/04.sql).
  static const std::string kSql =
      "WITH RECURSIVE part (number) AS (SELECT max(id) >> 10 FROM certificates UNION ALL SELECT number - 1 FROM part "
      "WHERE number > 0) SELECT " YUXIN_CERTIFICATE_COLUMNS
      ", b.der FROM part CROSS JOIN certificates c ON c.id >> 10 = part.number AND c.key_tag = $1 "
      "LEFT JOIN certificate_bodies b ON b.id = c.id WHERE c.subject <> $2 ORDER BY c.id DESC LIMIT 16";
  const Value values[] = {tag, subject};
  return collect(session_, kSql, values, With::kDer);
}

Result<std::vector<CertificateRow>> Reader::in_force_with_key_tag(std::int64_t tag, base::UnixTime now) {
  static const std::string kSql =
      "WITH RECURSIVE part (number) AS (SELECT max(id) >> 10 FROM certificates UNION ALL SELECT number - 1 FROM part "
      "WHERE number > 0) SELECT " YUXIN_CERTIFICATE_COLUMNS
      ", b.der FROM part CROSS JOIN certificates c ON c.id >> 10 = part.number AND c.key_tag = $1 "
      "LEFT JOIN certificate_bodies b ON b.id = c.id WHERE c.state IN (0, 2) AND c.not_after > $2 ORDER BY c.id";
  const Value values[] = {tag, now.seconds};
  return collect(session_, kSql, values, With::kDer);
}

Result<std::vector<CertificateRow>> Reader::in_force_with_compromised_tag(base::UnixTime now) {
  static const std::string kSql =
      select(With::kDer,
             " WHERE c.state IN (0, 2) AND c.not_after > $1 AND c.key_tag IN (SELECT key_tag FROM certificates WHERE "
             "state = 1 AND reason IN (1, 2, 10)) ORDER BY c.id");
  const Value values[] = {now.seconds};
  return collect(session_, kSql, values, With::kDer);
}

Result<std::vector<CertificateRow>> Reader::without_key_tag() {
  static const std::string kSql = select(With::kDer, " WHERE c.key_tag IS NULL ORDER BY c.id LIMIT 1000");
  return collect(session_, kSql, {}, With::kDer);
}

Result<> Writer::set_key_tag(std::int64_t id, std::int64_t tag) {
  TRY(session().execute("UPDATE certificates SET key_tag = $2 WHERE id = $1", {id, tag}));
  return {};
}

Result<std::vector<CertificateRow>> Reader::list(const CertificateFilter& filter, With with) {
  Conditions conditions(filter);
  conditions.add_page();
  return collect(session_, select(with, conditions.sql()), conditions.values(), with);
}

Result<std::int64_t> Reader::count(const CertificateFilter& filter) {
  const Conditions conditions(filter);
  std::int64_t count = 0;
  TRY(session_.query("SELECT count(*) FROM certificates c" + conditions.sql(), conditions.values(),
                     [&](const Row& row) {
                       count = row.integer(0);
                       return Next::kRow;
                     }));
  return count;
}

Result<std::int64_t> Writer::insert_certificate(const CertificateRow& row) {
  // A serial that is bad from the start (void, or taken over revoked from elsewhere) is news to a responder, which
  // a new good one is not: it looks for those by itself.
  if (row.status.state != CertificateState::kGood) status_changed_ = true;
  auto id = session().insert(
      "INSERT INTO certificates (authority, serial, profile, subject, names, not_before, not_after, issued_at, "
      "state, "
      "revoked_at, reason, invalidity_date, key_tag, status_sequence) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, "
      "$10, $11, $12, $13, "
      "(SELECT coalesce(max(status_sequence), 0) + 1 FROM certificates))",
      {row.authority, base::ByteView(row.serial), row.profile, row.subject, row.names, row.not_before.seconds,
       row.not_after.seconds, row.issued_at.seconds, static_cast<std::int64_t>(row.status.state),
       row.status.revoked_at.seconds, std::int64_t{row.status.reason}, optional_time(row.status.invalidity_date),
       row.key_tag ? Value(*row.key_tag) : Value(std::monostate{})});
  if (!id) {
    return conflict(std::move(id).error(),
                    message("The authority has used serial {} before, or does not exist; nothing was changed.",
                            base::hex_upper(row.serial)));
  }
  if (row.status.state != CertificateState::kGood) TRY(remember_change(session(), *id));
  if (!row.der.empty()) {
    TRY(session().execute("INSERT INTO certificate_bodies (id, der) VALUES ($1, $2)",
                          {*id, base::ByteView(row.der)}));
  }
  return id;
}

}  // namespace yuxin::store
