#include "matter_view.hpp"

#include <algorithm>

#include "certificate_view.hpp"
#include "yuxin/base/language.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/ca/invitation.hpp"
#include "yuxin/ra/item_json.hpp"
#include "yuxin/x509/name_match.hpp"
#include "yuxin/x509/oid.hpp"
#include "yuxin/x509/serial.hpp"

namespace yuxin::cli {

using base::Code;
using base::fail;
using base::JsonObject;
using base::message;
using base::Result;

namespace {

constexpr std::string_view kRequestLabel = "request";

x509::Name subject_of(const ra::CertificateWish& wish) {
  const auto& enrolment = wish.enrolment;
  return enrolment.subject ? *enrolment.subject : enrolment.request.subject();
}

std::vector<std::string> names_of(const ra::CertificateWish& wish) {
  const auto& enrolment = wish.enrolment;
  std::vector<std::string> names;
  for (const auto& name : enrolment.alt_names ? *enrolment.alt_names : enrolment.request.subject_alt_names())
    names.push_back(std::string(x509::general_name_prefix(name.kind)) + ":" + name.value);
  return names;
}

std::string key_of(const ra::CertificateWish& wish) {
  return x509::print_key_kind(wish.enrolment.request.public_key().kind());
}

std::string state_text(const std::string& state) {
  if (state == "good") return message("good");
  if (state == "revoked") return message("revoked");
  if (state == "on-hold") return message("suspended");
  if (state == "expired") return message("expired");
  return state;
}

std::string serial_of(const x509::Certificate& certificate) {
  const auto serial = certificate.serial();
  return serial ? serial->hex() : base::hex_upper(certificate.tbs().serial);
}

std::string certificate_text(const CertificateNote& note) {
  return message("{}, {}, {}, valid until {}, {}", serial_of(note.certificate), note.certificate.subject().text(),
                 note.profile, date_of(note.certificate.not_after()), state_text(note.state));
}

// A host has its name twice, as CN and as alternative name, and another one in the form.
bool is_host(const std::vector<std::string>& names, std::string_view common_name) {
  return std::ranges::any_of(names, [&](const std::string& name) {
    return name == "dns:" + std::string(common_name) || name == "ip:" + std::string(common_name);
  });
}

std::optional<std::string> difference(const ra::CertificateWish& wish, const JsonObject& form) {
  const auto subject = subject_of(wish);
  const auto common_name = subject.first(x509::oid::kCommonName);
  const auto stated = base::json_string(form, "name");
  if (common_name.empty() || stated.empty() || is_host(names_of(wish), common_name)) return std::nullopt;
  if (base::lower(base::trim(stated)) == base::lower(base::trim(common_name))) return std::nullopt;
  return message("the request's CN \"{}\" is not the name in the form \"{}\"", common_name, stated);
}

// What a server shows beside a case is held against what is signed.
Result<> check_certificates(const JsonObject& about, const std::vector<CertificateNote>& certificates) {
  const auto subject = x509::Name::parse(base::json_string(about, "subject"));
  const auto serial = base::json_string(about, "serial");
  for (const auto& note : certificates) {
    const bool other_serial = !serial.empty() && serial_of(note.certificate) != serial;
    const bool other_subject =
        !subject || (ca::is_about_invitation(about) ? !x509::same_attributes(note.certificate.subject(), *subject)
                                                    : !x509::equal_names(note.certificate.subject(), *subject));
    if (other_serial || other_subject)
      return fail(Code::kIntegrity, "The server shows another certificate than the one that the case is about.");
  }
  return {};
}

Matter::Certificates of_subject(const JsonObject& about) {
  return ca::is_about_invitation(about) ? Matter::Certificates::kHasAlready : Matter::Certificates::kOfMatter;
}

}  // namespace

Result<Matter> matter_of(DeskSide& side, const JsonObject& about, std::span<const workflow::File> at_hand,
                         const CaseSeen* seen) {
  Matter matter;
  if (seen != nullptr) matter.certificates = seen->certificates;
  matter.certificates_are = of_subject(seen == nullptr ? about : seen->item.standing.of.about);
  if (!about.contains("request")) {
    TRY(check_certificates(about, matter.certificates));
    return matter;
  }
  TRY(const auto digest, ra::read_hash(base::json_string(about, "request"), "request"));
  std::vector<workflow::File> files(at_hand.begin(), at_hand.end());
  const bool is_here = std::ranges::any_of(files, [&](const workflow::File& file) {
    return file.label == kRequestLabel && x509::sha256(file.octets) == digest;
  });
  if (!is_here && seen != nullptr) {
    TRY(auto octets, side.file(seen->item.standing.of.id, digest));
    files.push_back({std::string(kRequestLabel), std::string(kRequestLabel), std::move(octets)});
  }
  TRY(matter.wish, ra::wish_of(about, files));
  return matter;
}

Result<Matter> matter_of_opening(DeskSide& side, const Opening& opening) {
  TRY(const auto body, workflow::read_body(opening.step.act.body));
  TRY(auto matter, matter_of(side, body.about, opening.step.files, nullptr));
  if (matter.wish) return matter;
  TRY(check_certificates(body.about, opening.certificates));
  matter.certificates = opening.certificates;
  return matter;
}

Result<Matter> matter_of_step(DeskSide& side, const ra::Step& step, const CaseSeen& seen) {
  TRY(const auto body, workflow::read_body(step.act.body));
  return matter_of(side, body.about, step.files, &seen);
}

std::vector<MatterLine> matter_lines(const Matter& matter, const JsonObject& form, MatterTense tense) {
  std::vector<MatterLine> lines;
  if (matter.wish) {
    const auto label = tense == MatterTense::kWill ? message("will be issued to") : message("asked for");
    lines.push_back({label, subject_of(*matter.wish).text(), false});
    if (const auto names = names_of(*matter.wish); !names.empty())
      lines.push_back({message("names"), base::join(names, " "), false});
    lines.push_back({message("key"), key_of(*matter.wish), false});
  }
  const bool has_already = matter.certificates_are == Matter::Certificates::kHasAlready;
  for (const auto& note : matter.certificates)
    lines.push_back({has_already ? message("has already") : message("certificate"), certificate_text(note), false});
  if (matter.wish) {
    if (auto text = difference(*matter.wish, form)) lines.push_back({message("note"), std::move(*text), true});
  }
  return lines;
}

std::string matter_text(const Matter& matter) {
  if (matter.wish) return subject_of(*matter.wish).text();
  return matter.certificates.empty() ? std::string() : matter.certificates.front().certificate.subject().text();
}

base::Json requested_json(const Matter& matter) {
  if (!matter.wish) return nullptr;
  const auto names = names_of(*matter.wish);
  return JsonObject{{"subject", subject_of(*matter.wish).text()},
                    {"names", base::JsonArray(names.begin(), names.end())},
                    {"key", key_of(*matter.wish)}};
}

base::JsonArray certificates_json(const std::vector<CertificateNote>& certificates) {
  base::JsonArray list;
  for (const auto& note : certificates) {
    list.push_back(JsonObject{{"serial", serial_of(note.certificate)},
                              {"subject", note.certificate.subject().text()},
                              {"profile", note.profile},
                              {"not_after", base::rfc3339(note.certificate.not_after())},
                              {"state", note.state}});
  }
  return list;
}

}  // namespace yuxin::cli
