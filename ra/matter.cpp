#include "matter.hpp"

#include <algorithm>

#include "invitation/invitation_check.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/ca/approval.hpp"
#include "yuxin/x509/name_match.hpp"

namespace yuxin::ra {

using base::Code;
using base::fail;
using base::JsonObject;
using base::Result;

namespace {

constexpr std::int64_t kPage = 500;

Result<> check_key(const JsonObject& form, const x509::PublicKey& key) {
  const auto* stated = form.if_contains("subject_key");
  if (stated == nullptr) return {};
  const auto actual = base::hex(x509::sha256(key.spki()));
  if (stated->is_string() && std::string_view(stated->get_string()) == actual) return {};
  return fail(Code::kRefused, "The form names another key than that of the request or certificate ({}).", actual);
}

// A renewal is of a certificate that is good, for the same subject and of the same profile.
Result<> check_renewal(const DeskParts& parts, const Matter& matter, const CertificateWish& wish) {
  const auto stated = base::json_string(matter.form, "old_serial");
  if (stated.empty()) return {};
  const auto serial = x509::Serial::parse(stated);
  std::vector<store::CertificateRow> rows;
  if (serial) {
    TRY(parts.store->read([&](store::Reader& reader) -> Result<> {
      TRY(rows, reader.find_all(serial->content(), store::Reader::With::kDer));
      return {};
    }));
  }
  const auto& enrolment = wish.enrolment;
  const auto subject = enrolment.subject ? *enrolment.subject : enrolment.request.subject();
  for (const auto& row : rows) {
    if (row.der.empty() || row.status.state != store::CertificateState::kGood || row.profile != wish.profile)
      continue;
    TRY(const auto certificate, x509::Certificate::from_der(row.der));
    if (x509::equal_names(certificate.subject(), subject)) return {};
  }
  return fail(Code::kRefused,
              "There is no good certificate {} of profile {} for this subject; a renewal keeps both. Otherwise apply "
              "for a new one.",
              stated, wish.profile);
}

Result<> check_request(const DeskParts& parts, const Matter& matter) {
  TRY(const auto wish, wish_of(matter.about, matter.files));
  TRY(wish.enrolment.request.verify_possession());
  TRY(check_key(matter.form, wish.enrolment.request.public_key()));
  if (wish.profile != matter.place.profile)
    return fail(Code::kRefused, "The case is for profile {}, and the request for {}.", matter.place.profile,
                wish.profile);
  if (wish.enrolment.organisation != matter.place.organisation)
    return fail(Code::kRefused, "The case belongs to another organisation than the request.");
  TRY(check_renewal(parts, matter, wish));
  TRY(const auto profile, parts.profiles.find(wish.profile));
  if (parts.admit_profile) TRY(parts.admit_profile(*profile));
  return parts.port->check(profile, wish.enrolment);
}

Result<> check_existing(const DeskParts& parts, const Matter& matter) {
  std::vector<store::CertificateRow> rows;
  TRY(parts.store->read([&](store::Reader& reader) -> Result<> {
    TRY(rows, certificates_of(reader, matter.about));
    return {};
  }));
  if (rows.empty() && !matter.about.contains("serial"))
    return fail(Code::kNotFound, "No certificate has the subject {}; write it whole, as yuxin cert list shows it.",
                base::json_string(matter.about, "subject"));
  if (rows.empty()) return fail(Code::kNotFound, "There is no such certificate in this home.");
  if (!matter.about.contains("serial")) return {};
  const auto& row = rows.front();
  if (matter.place.profile != row.profile)
    return fail(Code::kRefused, "The case is for profile {}, and the certificate is one of {}.", matter.place.profile,
                row.profile);
  if (base::json_string(matter.form, "serial") != base::json_string(matter.about, "serial"))
    return fail(Code::kRefused, "The form names another certificate than the one that the case is about.");
  TRY(const auto certificate, x509::Certificate::from_der(row.der));
  TRY(const auto key, certificate.public_key());
  return check_key(matter.form, key);
}

}  // namespace

Result<std::vector<x509::GeneralName>> names_from(const std::string& text) {
  std::vector<x509::GeneralName> names;
  for (const auto part : base::split(text, ' ')) {
    if (part.empty()) continue;
    TRY(auto name, x509::parse_general_name(part));
    names.push_back(std::move(name));
  }
  return names;
}

bool is_about_request(const JsonObject& about) { return about.contains("request"); }

Result<CertificateWish> wish_of(const JsonObject& about, std::span<const workflow::File> files) {
  const auto wanted = base::json_string(about, "request");
  const auto file = std::ranges::find_if(files, [&](const workflow::File& one) {
    return one.label == kRequestLabel && base::hex(x509::sha256(one.octets)) == wanted;
  });
  if (file == files.end())
    return fail(Code::kRefused, "The certificate request whose digest was signed is not among the attachments.");
  TRY(auto request, x509::CertificateRequest::from_either(file->octets));
  CertificateWish wish{{.request = std::move(request), .subject = {}, .alt_names = {}, .validity = {}},
                       base::json_string(about, "profile")};
  if (const auto* subject = about.if_contains("subject"); subject != nullptr && subject->is_string()) {
    TRY(wish.enrolment.subject, x509::Name::parse(std::string_view(subject->get_string())));
  }
  if (const auto* names = about.if_contains("names"); names != nullptr && names->is_string()) {
    TRY(wish.enrolment.alt_names, names_from(std::string(std::string_view(names->get_string()))));
  }
  if (const auto* days = about.if_contains("days"); days != nullptr && days->is_int64())
    wish.enrolment.validity = base::days(days->get_int64());
  if (const auto code = base::json_string(about, "organisation"); !code.empty()) {
    TRY(wish.enrolment.organisation, evidence::OrgCode::parse(code));
  }
  // What was signed must be exactly what is going to be approved; a part that reads otherwise is no part.
  if (ca::approval_binding(wish.profile, wish.enrolment) != about)
    return fail(Code::kRefused, "What was signed does not describe a certificate as it can be issued.");
  return wish;
}

JsonObject about_existing(const store::CertificateRow& row, const std::string& authority) {
  const auto serial = x509::Serial::from_der_content(row.serial);
  return {{"authority", authority},
          {"serial", serial ? serial->hex() : base::hex_upper(row.serial)},
          {"subject", row.subject}};
}

JsonObject about_leaver(const std::string& subject) { return {{"subject", subject}}; }

Result<std::vector<store::CertificateRow>> certificates_of(store::Reader& reader, const JsonObject& about) {
  const auto subject = base::json_string(about, "subject");
  std::vector<store::CertificateRow> found;
  if (about.contains("serial")) {
    const auto serial = x509::Serial::parse(base::json_string(about, "serial"));
    if (!serial) return found;
    TRY(const auto authority, reader.authority(base::json_string(about, "authority")));
    auto row = reader.find(authority.id, serial->content(), store::Reader::With::kDer);
    if (!row && row.error().code != Code::kNotFound) return tl::unexpected(std::move(row).error());
    if (row && row->subject == subject && !row->der.empty()) found.push_back(std::move(*row));
    return found;
  }
  const auto wanted = x509::Name::parse(subject);
  if (!wanted) return found;
  store::CertificateFilter filter;
  filter.limit = kPage;
  for (;;) {
    TRY(const auto page, reader.list(filter, store::Reader::With::kDer));
    for (const auto& row : page) {
      if (row.der.empty()) continue;
      const auto certificate = x509::Certificate::from_der(row.der);
      if (certificate && x509::equal_names(certificate->subject(), *wanted)) found.push_back(row);
    }
    if (std::cmp_less(page.size(), kPage)) return found;
    filter.after_id = page.back().id;
  }
}

Result<> check_effect(std::string_view effect, const JsonObject& about) {
  const auto has_only = [&](std::initializer_list<std::string_view> names) {
    return about.size() == names.size() &&
           std::ranges::all_of(names, [&](std::string_view name) { return about.contains(name); });
  };
  bool fits = false;
  if (effect == "issue") {
    fits = is_about_request(about) != ca::is_about_invitation(about);
  } else if (effect.ends_with("-all")) {
    fits = has_only({"subject"});
  } else {
    fits = has_only({"authority", "serial", "subject"});
  }
  if (fits) return {};
  return fail(Code::kRefused, "\"{}\" cannot be done to what this case is about.", effect);
}

Result<> check_fits(const workflow::Workflow& workflow, const JsonObject& about) {
  for (const auto& transition : workflow.transitions) {
    for (const auto& effect : transition.effects) TRY(check_effect(effect, about));
  }
  for (const auto& deadline : workflow.deadlines) {
    for (const auto& step : deadline.overdue) {
      if (step.kind == workflow::Overdue::Kind::kCarryOut) TRY(check_effect(step.what, about));
    }
  }
  return {};
}

Result<> check_matter(const DeskParts& parts, const Matter& matter) {
  if (ca::is_about_invitation(matter.about)) return check_invitation(parts, matter);
  return is_about_request(matter.about) ? check_request(parts, matter) : check_existing(parts, matter);
}

}  // namespace yuxin::ra
