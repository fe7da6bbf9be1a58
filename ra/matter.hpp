// What a case of the desk is about, and whether an act tells the truth of it.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "yuxin/ra/desk.hpp"

namespace yuxin::ra {

inline constexpr std::string_view kRequestLabel = "request";
inline constexpr std::string_view kRequestFile = "request.p10";
inline constexpr std::string_view kRequestMessageFile = "request.crmf";

// is_about_request: a certificate is asked for, by `about` as ca::approval_binding writes it.
[[nodiscard]] bool is_about_request(const base::JsonObject& about);

// names_from reads subject alternative names as a binding has them: "dns:a.example email:b@c.example".
[[nodiscard]] base::Result<std::vector<x509::GeneralName>> names_from(const std::string& text);

// Certificates that an `about` names: one by serial number, or all of a subject.
[[nodiscard]] base::JsonObject about_existing(const store::CertificateRow& row, const std::string& authority);
[[nodiscard]] base::JsonObject about_leaver(const std::string& subject);
[[nodiscard]] base::Result<std::vector<store::CertificateRow>> certificates_of(store::Reader& reader,
                                                                               const base::JsonObject& about);

// check_matter: of a step that says anew what a case is about (or opens it), that it is so, and that the place and
// the key in the form are those of the matter. kRefused otherwise. `place` is the case's.
struct Matter {
  const base::JsonObject& about;
  const base::JsonObject& form;  // of the case, with the act's over it
  const evidence::Place& place;
  std::span<const workflow::File> files;
};
// check_fits refuses (kRefused) what a case of this workflow cannot be about: a certificate is issued upon a request
// or an invitation, changed where exactly one is named, and all of somebody's where exactly a subject is.
// check_effect does it for one effect.
[[nodiscard]] base::Result<> check_fits(const workflow::Workflow& workflow, const base::JsonObject& about);
[[nodiscard]] base::Result<> check_effect(std::string_view effect, const base::JsonObject& about);
[[nodiscard]] base::Result<> check_matter(const DeskParts& parts, const Matter& matter);

}  // namespace yuxin::ra
