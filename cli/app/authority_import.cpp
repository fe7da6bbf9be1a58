#include "authority_import.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "authority_steps.hpp"
#include "yuxin/evidence/ledger.hpp"
#include "yuxin/x509/lint.hpp"

namespace yuxin::cli {

using base::Code;
using base::fail;
using base::message;
using base::Result;
using Rows = std::vector<store::AuthorityRow>;

namespace {

Result<> record(store::Writer& writer, std::string kind, const std::string& authority,
                const x509::Certificate& certificate, const std::string& actor, base::UnixTime now) {
  TRY(evidence::append(writer,
                       {.kind = std::move(kind),
                        .object = authority,
                        .actor = actor,
                        .time = now,
                        .data = fmt::format(R"({{"certificate":"{}"}})", base::hex(certificate.sha256_fingerprint())),
                        .attachment = base::to_bytes(certificate.der())}));
  return {};
}

Result<> check_authority_certificate(const x509::Certificate& certificate, base::UnixTime now) {
  if (!certificate.is_ca()) {
    return fail(Code::kRefused, "This is no authority's certificate: {} lacks the basic constraint CA.",
                certificate.subject().text());
  }
  if (certificate.not_after() <= now) {
    return fail(Code::kRefused, "The certificate of {} expired at {}.", certificate.subject().text(),
                base::local_time(certificate.not_after()));
  }
  return {};
}

bool is_self_issued(const x509::Certificate& certificate) { return certificate.subject().same(certificate.issuer()); }

// issuer_of finds the authority of the home that signed a certificate; kBadSignature where one of that name did not.
Result<x509::Certificate> issuer_of(const Rows& rows, const x509::Certificate& certificate) {
  base::Error trouble{Code::kNotFound,
                      base::message("The issuer of the certificate, {}, is not known here. Import it first: yuxin ca "
                                    "import-certificate NAME FILE",
                                    certificate.issuer().text()),
                      {}};
  for (const auto& row : rows) {
    if (row.certificate.empty()) continue;
    auto candidate = x509::Certificate::from_der(row.certificate);
    if (!candidate || !candidate->subject().same(certificate.issuer())) continue;
    TRY(const auto key, candidate->public_key());
    auto verified = x509::verify_signature(certificate, key);
    if (verified) return candidate;
    trouble = std::move(verified).error();
  }
  return tl::unexpected(std::move(trouble));
}

Result<> refuse_known(const Rows& rows, const x509::Certificate& certificate) {
  const auto twin = std::ranges::find_if(
      rows, [&](const store::AuthorityRow& row) { return base::equal(row.certificate, certificate.der()); });
  if (twin == rows.end()) return {};
  return fail(Code::kConflict, "This certificate is known here as authority {}. Nothing was changed.", twin->name);
}

Result<bool> has_key(Home& home, const store::AuthorityRow& row, const x509::Certificate& certificate) {
  const auto own = home.keys().public_key(row.key_name);
  if (!own && own.error().code != Code::kNotFound) return tl::unexpected(own.error());
  return own && base::equal(own->spki(), certificate.tbs().spki);
}

Result<> check_own(Home& home, const Rows& rows, const store::AuthorityRow& row,
                   const x509::Certificate& certificate) {
  if (!row.certificate.empty())
    return fail(Code::kConflict, "Authority {} has a certificate already. Nothing was changed.", row.name);
  TRY(const bool own, has_key(home, row, certificate));
  if (!own) {
    return fail(Code::kRefused,
                "The certificate is for another key than that of authority {}. Was it made from {}/exchange/{}.csr?",
                row.name, home.path(), row.name);
  }
  TRY(const auto issuer, issuer_of(rows, certificate));
  TRY(refuse_same_subject(rows, certificate.subject(), certificate.tbs().spki));
  for (const auto& finding : x509::lint(certificate, &issuer)) {
    if (finding.severity == x509::LintSeverity::kError)
      return fail(Code::kRefused, "The certificate breaks the rule {}: {}", finding.rule, finding.message);
  }
  return {};
}

// A name that was mistyped is not to become an authority.
Result<> refuse_waiting(Home& home, const Rows& rows, const std::string& name, const x509::Certificate& certificate) {
  for (const auto& row : rows) {
    if (row.key_name.empty() || !row.certificate.empty()) continue;
    TRY(const bool own, has_key(home, row, certificate));
    if (own)
      return fail(Code::kNotFound,
                  "There is no authority {}; this certificate is for the key of authority {}, which waits for it.",
                  name, row.name);
  }
  return {};
}

Result<> check_elsewhere(Home& home, const Rows& rows, const std::string& name,
                         const x509::Certificate& certificate) {
  TRY(check_authority_name(name));
  TRY(refuse_known(rows, certificate));
  TRY(refuse_waiting(home, rows, name, certificate));
  if (is_self_issued(certificate)) {
    TRY(const auto key, certificate.public_key());
    TRY(x509::verify_signature(certificate, key));
  } else {
    TRY(issuer_of(rows, certificate));
  }
  return refuse_same_subject(rows, certificate.subject(), certificate.tbs().spki);
}

}  // namespace

Result<> refuse_same_subject(const Rows& rows, const x509::Name& subject, base::ByteView spki) {
  for (const auto& row : rows) {
    if (row.certificate.empty()) continue;
    const auto certificate = x509::Certificate::from_der(row.certificate);
    if (!certificate || !certificate->subject().same(subject)) continue;
    if (base::equal(certificate->tbs().spki, spki)) continue;
    return fail(Code::kConflict,
                "Authority {} has the subject {} already, with another key; nobody could tell the two apart. Take "
                "another subject. Nothing was changed.",
                row.name, subject.text());
  }
  return {};
}

std::string ready_text(const std::string& name) {
  return message("Authority {} is ready: yuxin cert issue --ca {} --profile NAME --csr FILE", name, name);
}

Result<ImportKind> check_import(Home& home, const std::string& name, const x509::Certificate& certificate) {
  TRY(check_authority_certificate(certificate, home.clock().now()));
  TRY(const auto rows, home.store().status().authorities());
  const auto row = std::ranges::find(rows, name, &store::AuthorityRow::name);
  if (row == rows.end()) {
    TRY(check_elsewhere(home, rows, name, certificate));
    return ImportKind::kElsewhere;
  }
  TRY(check_own(home, rows, *row, certificate));
  return ImportKind::kOwn;
}

Result<> import_certificate(Home& home, const std::string& name, const x509::Certificate& certificate,
                            const std::string& actor) {
  TRY(check_authority_certificate(certificate, home.clock().now()));
  TRY(const auto row, home.authority(name));
  TRY(const auto rows, home.store().status().authorities());
  TRY(check_own(home, rows, row, certificate));
  return home.store().write([&](store::Writer& writer) -> Result<> {
    TRY(const auto present, writer.authority(name));
    if (!present.certificate.empty())
      return fail(Code::kConflict, "Authority {} has a certificate already. Nothing was changed.", name);
    TRY(const auto known, writer.authorities());
    TRY(refuse_same_subject(known, certificate.subject(), certificate.tbs().spki));
    TRY(writer.set_authority_certificate(present.id, certificate.der()));
    return record(writer, "authority.certified", name, certificate, actor, home.clock().now());
  });
}

Result<> import_root(Home& home, const std::string& name, const x509::Certificate& certificate,
                     const std::string& actor) {
  TRY(check_authority_name(name));
  const auto now = home.clock().now();
  TRY(check_authority_certificate(certificate, now));
  if (is_self_issued(certificate)) {
    TRY(const auto key, certificate.public_key());
    TRY(x509::verify_signature(certificate, key));
  }
  store::AuthorityRow row;
  row.name = name;
  row.created_at = now;
  row.certificate = base::to_bytes(certificate.der());
  return home.store().write([&](store::Writer& writer) -> Result<> {
    TRY(const auto rows, writer.authorities());
    TRY(refuse_known(rows, certificate));
    TRY(refuse_same_subject(rows, certificate.subject(), certificate.tbs().spki));
    TRY(writer.insert_authority(row));
    return record(writer, "authority.imported", name, certificate, actor, now);
  });
}

}  // namespace yuxin::cli
