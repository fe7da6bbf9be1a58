// The certificates of a case.
#include <algorithm>

#include "invitation/new_invitation.hpp"
#include "matter.hpp"
#include "yuxin/ra/desk.hpp"
#include "yuxin/x509/serial.hpp"

namespace yuxin::ra {

using base::Code;
using base::fail;
using base::Result;

namespace {

const store::AuthorityRow* authority_with(const std::vector<store::AuthorityRow>& authorities, std::int64_t id) {
  const auto found = std::ranges::find(authorities, id, &store::AuthorityRow::id);
  return found == authorities.end() ? nullptr : &*found;
}

// What was issued upon a case is known by its serial number, at the authority that issues here.
Result<std::optional<Concerned>> issued_row(const DeskParts& parts, store::Reader& reader, const workflow::Case& of) {
  const auto serial = x509::Serial::parse(base::json_string(of.facts, "serial"));
  if (!serial) return std::optional<Concerned>();
  TRY(const auto authority, reader.authority(parts.authority));
  auto row = reader.find(authority.id, serial->content(), store::Reader::With::kDer);
  if (!row && row.error().code != Code::kNotFound) return tl::unexpected(std::move(row).error());
  if (!row || row->der.empty()) return std::optional<Concerned>();
  return std::optional(Concerned{std::move(*row), authority.name});
}

// Whoever invites, or confirms, sees what the subject has already.
Result<> add_of_subject(const DeskParts& parts, store::Reader& reader, const base::JsonObject& about,
                        std::vector<Concerned>& list) {
  const auto subject = x509::Name::parse(base::json_string(about, "subject"));
  if (!subject) return {};
  TRY(auto rows, good_of_subject(reader, *subject, parts.clock->now()));
  TRY(const auto authorities, reader.authorities());
  for (auto& row : rows) {
    const auto* authority = authority_with(authorities, row.authority);
    if (authority != nullptr) list.push_back({std::move(row), authority->name});
  }
  return {};
}

}  // namespace

Result<std::vector<Concerned>> Desk::certificates(const workflow::Case& of) {
  std::vector<Concerned> list;
  auto read = parts_.store->read([&](store::Reader& reader) -> Result<> {
    list.clear();
    if (is_about_request(of.about)) {
      TRY(auto issued, issued_row(parts_, reader, of));
      if (issued) list.push_back(std::move(*issued));
      return {};
    }
    if (ca::is_about_invitation(of.about)) return add_of_subject(parts_, reader, of.about, list);
    const bool one_or_all = of.about.contains("serial") || (of.about.size() == 1 && of.about.contains("subject"));
    if (!one_or_all) return {};
    TRY(auto rows, certificates_of(reader, of.about));
    TRY(const auto authorities, reader.authorities());
    for (auto& row : rows) {
      const auto* authority = authority_with(authorities, row.authority);
      if (authority != nullptr) list.push_back({std::move(row), authority->name});
    }
    return {};
  });
  if (!read && read.error().code != Code::kNotFound) return tl::unexpected(std::move(read).error());
  return list;
}

Result<std::vector<Concerned>> Desk::concerned(const Step& opening) {
  TRY(auto body, workflow::read_body(opening.act.body));
  workflow::Case opened;
  opened.about = std::move(body.about);
  return certificates(opened);
}

Result<std::vector<x509::Certificate>> Desk::issued(const workflow::Case& of) {
  std::optional<Concerned> found;
  std::vector<store::AuthorityRow> authorities;
  TRY(parts_.store->read([&](store::Reader& reader) -> Result<> {
    TRY(found, issued_row(parts_, reader, of));
    TRY(authorities, reader.authorities());
    return {};
  }));
  if (!found) return fail(Code::kNotFound, "No certificate was issued upon case {}.", of.id);
  std::vector<x509::Certificate> chain;
  TRY(auto leaf, x509::Certificate::from_der(found->row.der));
  chain.push_back(std::move(leaf));
  std::vector<x509::Certificate> known;
  for (const auto& row : authorities) {
    if (row.certificate.empty()) continue;
    TRY(auto certificate, x509::Certificate::from_der(row.certificate));
    known.push_back(std::move(certificate));
  }
  // each step goes to the issuer by name; a root ends it, and so does a circle of cross-certificates
  for (std::size_t steps = 0; steps < known.size(); ++steps) {
    const auto above = std::ranges::find_if(
        known, [&](const x509::Certificate& one) { return one.subject().same(chain.back().issuer()); });
    if (above == known.end() || above->subject().same(above->issuer())) break;
    chain.push_back(*above);
  }
  return chain;
}

}  // namespace yuxin::ra
