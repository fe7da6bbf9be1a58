// Whether a step that somebody else has drafted says what was asked for, and nothing more.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "yuxin/base/result.hpp"
#include "yuxin/ra/desk.hpp"

namespace yuxin::cli {

// AskedStep is what whoever is going to sign has asked for, in their own words and from their own files.
struct AskedStep {
  const workflow::Workflow& workflow;
  std::string action;
  base::JsonObject form;
  base::JsonObject about;
  std::vector<workflow::File> files;       // all that are attached, in their order
  std::optional<evidence::RoleCode> role;  // nothing: any that the workflow names for the action
  std::optional<std::int64_t> delivery;
  // Fields that the desk fills in by itself, with the values that they must have.
  base::JsonObject known_fields;
  // Of a case that goes on: as it was seen. Nothing where one is opened.
  const workflow::Case* before = nullptr;
  // Of one that is opened.
  std::optional<evidence::OrgCode> organisation;  // nothing: the server says which
  std::string profile;
};

// check_draft: kIntegrity names the first thing in which an act is another than the one asked for. Whoever signs what
// a server drafts lends it their name: it must not be able to write something else above it.
[[nodiscard]] base::Result<> check_draft(const evidence::Act& act, const AskedStep& asked);

}  // namespace yuxin::cli
